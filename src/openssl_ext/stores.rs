//! Keys and stores under passphrases, and what PKCS#7 carries.

use std::{
    ffi::{c_char, c_int},
    ptr, slice,
};

use foreign_types_shared::{ForeignType, ForeignTypeRef};
use openssl::{
    error::ErrorStack,
    pkcs7::Pkcs7Ref,
    pkcs12::Pkcs12Ref,
    pkey::{PKey, PKeyRef, Private},
    stack::Stack,
    symm::Cipher,
    x509::{X509, X509CrlRef},
};
use openssl_sys as ffi;
use zeroize::Zeroizing;

/// OpenSSL's `X509_SIG`: an algorithm and octets, as an EncryptedPrivateKeyInfo is.
enum EncryptedKey {}

unsafe extern "C" {
    fn PKCS8_encrypt(
        scheme: c_int,
        cipher: *const ffi::EVP_CIPHER,
        passphrase: *const c_char,
        passphrase_length: c_int,
        salt: *mut u8,
        salt_length: c_int,
        iterations: c_int,
        key: *mut ffi::PKCS8_PRIV_KEY_INFO,
    ) -> *mut EncryptedKey;
    fn X509_SIG_free(encrypted: *mut EncryptedKey);
    fn PEM_write_bio_PKCS8(out: *mut ffi::BIO, encrypted: *const EncryptedKey) -> c_int;
}

/// A private key as PEM EncryptedPrivateKeyInfo (RFC 7468, 11): PBES2 with this many rounds of PBKDF2.
///
/// The crate's own call leaves OpenSSL's 2048 rounds, which a guesser takes in his stride.
///
/// # Errors
/// Where OpenSSL cannot encode or encrypt it.
pub fn encrypted_key(
    key: &PKeyRef<Private>,
    cipher: Cipher,
    passphrase: &[u8],
    rounds: c_int,
) -> Result<Vec<u8>, ErrorStack> {
    let length = c_int::try_from(passphrase.len()).unwrap_or(c_int::MAX);
    // SAFETY: the key and the cipher outlive the calls, the passphrase has at least `length` bytes, a null
    // salt asks for a fresh one, and each object that OpenSSL made is freed once (the plain one is wiped).
    unsafe {
        let plain = ffi::EVP_PKEY2PKCS8(key.as_ptr());
        if plain.is_null() {
            return Err(ErrorStack::get());
        }
        let encrypted = PKCS8_encrypt(
            -1,
            cipher.as_ptr(),
            passphrase.as_ptr().cast(),
            length,
            ptr::null_mut(),
            0,
            rounds,
            plain,
        );
        ffi::PKCS8_PRIV_KEY_INFO_free(plain);
        if encrypted.is_null() {
            return Err(ErrorStack::get());
        }
        let out = ffi::BIO_new(ffi::BIO_s_mem());
        let written = !out.is_null() && PEM_write_bio_PKCS8(out, encrypted) == 1;
        X509_SIG_free(encrypted);
        let mut pem = Err(ErrorStack::get());
        if written {
            let mut start = ptr::null_mut();
            let size = ffi::BIO_get_mem_data(out, &raw mut start);
            let size = usize::try_from(size).unwrap_or(0);
            pem = Ok(slice::from_raw_parts(start.cast_const().cast(), size).to_vec());
        }
        ffi::BIO_free_all(out);
        pem
    }
}

/// What a PKCS#7 bundle carries besides what it signs (RFC 2315, section 9.1), DER.
#[derive(Debug, Default)]
pub struct Carried {
    /// Its certificates.
    pub certificates: Vec<Vec<u8>>,
    /// Its revocation lists.
    pub lists: Vec<Vec<u8>>,
}

/// What a bundle of signed data carries; nothing where it is of another kind.
pub fn carried(bundle: &Pkcs7Ref) -> Carried {
    let Some(signed) = bundle.signed() else {
        return Carried::default();
    };
    let certificates = signed.certificates().into_iter().flatten();
    let certificates = certificates.filter_map(|certificate| certificate.to_der().ok());
    let mut lists = Vec::new();
    // SAFETY: the structure is live as long as the reference, its stack is null or holds live lists, and
    // each is only read.
    unsafe {
        let stack: *mut ffi::OPENSSL_STACK = (*signed.as_ptr()).crl.cast();
        for number in 0..ffi::OPENSSL_sk_num(stack).max(0) {
            let list = X509CrlRef::from_ptr(ffi::OPENSSL_sk_value(stack, number).cast());
            lists.extend(list.to_der());
        }
    }
    Carried {
        certificates: certificates.collect(),
        lists,
    }
}

/// What a PKCS#12 store holds.
#[derive(Debug)]
pub struct Opened {
    /// Its private key.
    pub key: Option<PKey<Private>>,
    /// The key's certificate first, then the others, DER.
    pub certificates: Vec<Vec<u8>>,
}

/// Opens a store; the crate's own call leaves a copy of the passphrase in memory.
///
/// # Errors
/// What OpenSSL has against it: a wrong passphrase, or a cipher that it does not know.
pub fn open_store(store: &Pkcs12Ref, passphrase: Option<&[u8]>) -> Result<Opened, ErrorStack> {
    let ended = passphrase.map(|bytes| Zeroizing::new([bytes, &[0]].concat()));
    let secret = ended.as_ref().map_or(ptr::null(), |bytes| bytes.as_ptr());
    let (mut key, mut own, mut others) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    // SAFETY: the store is live, the passphrase ends with a null byte and outlives the call, and each
    // object that OpenSSL hands out is taken over once, or is null.
    unsafe {
        let parsed = ffi::PKCS12_parse(
            store.as_ptr(),
            secret.cast(),
            &raw mut key,
            &raw mut own,
            &raw mut others,
        );
        if parsed != 1 {
            return Err(ErrorStack::get());
        }
        let key = (!key.is_null()).then(|| PKey::from_ptr(key));
        let own = (!own.is_null()).then(|| X509::from_ptr(own));
        let others = (!others.is_null()).then(|| Stack::<X509>::from_ptr(others));
        let others = others.iter().flatten();
        let all = own.iter().map(|own| &**own).chain(others);
        Ok(Opened {
            key,
            certificates: all.filter_map(|it| it.to_der().ok()).collect(),
        })
    }
}
