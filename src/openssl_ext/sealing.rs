//! PKCS#12 stores, written bag by bag: the crate's builder knows no attribute by which Java trusts, and
//! leaves a copy of the passphrase in memory.

use std::{
    ffi::{c_char, c_int, c_void},
    ptr,
};

use foreign_types_shared::{ForeignType, ForeignTypeRef};
use openssl::{
    asn1::Asn1Object,
    error::ErrorStack,
    hash::MessageDigest,
    nid::Nid,
    pkcs12::Pkcs12,
    pkey::{PKeyRef, Private},
    x509::X509Ref,
};
use openssl_sys as ffi;
use zeroize::Zeroizing;

/// OpenSSL's `PKCS12_SAFEBAG`: a key or a certificate, with its attributes.
enum Bag {}

unsafe extern "C" {
    fn PKCS12_add_cert(bags: *mut *mut ffi::OPENSSL_STACK, one: *mut ffi::X509) -> *mut Bag;
    fn PKCS12_add_key(
        bags: *mut *mut ffi::OPENSSL_STACK,
        key: *mut ffi::EVP_PKEY,
        usage: c_int,
        rounds: c_int,
        scheme: c_int,
        passphrase: *const c_char,
    ) -> *mut Bag;
    fn PKCS12_add_localkeyid(bag: *mut Bag, id: *mut u8, length: c_int) -> c_int;
    fn PKCS12_add_friendlyname_utf8(bag: *mut Bag, name: *const c_char, length: c_int) -> c_int;
    fn PKCS12_add1_attr_by_txt(
        bag: *mut Bag,
        kind: *const c_char,
        of: c_int,
        bytes: *const u8,
        length: c_int,
    ) -> c_int;
    fn PKCS12_add_safe(
        safes: *mut *mut ffi::OPENSSL_STACK,
        bags: *mut ffi::OPENSSL_STACK,
        scheme: c_int,
        rounds: c_int,
        passphrase: *const c_char,
    ) -> c_int;
    fn PKCS12_add_safes(safes: *mut ffi::OPENSSL_STACK, kind: c_int) -> *mut ffi::PKCS12;
    fn PKCS12_SAFEBAG_free(bag: *mut Bag);
}

/// Oracle's trustedKeyUsage: without it Java passes over a certificate that has no key.
const TRUSTED_KEY_USAGE: &std::ffi::CStr = c"2.16.840.1.113894.746875.1.1";
/// The usage that it names: any (RFC 5280, 4.2.1.12).
const ANY_USAGE: &str = "2.5.29.37.0";

/// How a store is sealed.
#[derive(Clone, Copy)]
pub struct Sealing {
    /// The cipher of PBES2, or a scheme of PKCS#12 itself, for key and certificates.
    pub scheme: Nid,
    /// The hash of the code that tells whether passphrase and store are right.
    pub mac: MessageDigest,
    /// Rounds over the passphrase, for each of the three.
    pub rounds: c_int,
}

/// A certificate for a store.
pub struct Sealed<'a> {
    /// The certificate.
    pub certificate: &'a X509Ref,
    /// Its friendly name, Java's alias.
    pub name: Option<&'a str>,
    /// What ties it to the key of the same id.
    pub key_id: Option<&'a [u8]>,
    /// Whether Java is to trust it.
    pub trusted: bool,
}

/// A private key for a store.
pub struct SealedKey<'a> {
    /// The key.
    pub key: &'a PKeyRef<Private>,
    /// Its friendly name, Java's alias.
    pub name: &'a str,
    /// What ties it to its certificate.
    pub id: &'a [u8],
}

/// A PKCS#12 store, DER.
///
/// # Errors
/// Where OpenSSL cannot encode or encrypt it.
pub fn sealed_store(
    key: Option<&SealedKey<'_>>,
    certificates: &[Sealed<'_>],
    passphrase: &[u8],
    sealing: Sealing,
) -> Result<Vec<u8>, ErrorStack> {
    let ended = Zeroizing::new([passphrase, &[0]].concat());
    let secret: *const c_char = ended.as_ptr().cast();
    let mut safes = Pile::new(free_safe);
    let mut bags = Pile::new(free_bag);
    for sealed in certificates {
        add_certificate(&mut bags, sealed)?;
    }
    // SAFETY: the stacks are live or null, as OpenSSL wants them, and the passphrase ends with a null byte
    // and outlives the calls. A store that OpenSSL made is taken over once.
    unsafe {
        let scheme = sealing.scheme.as_raw();
        let safe = PKCS12_add_safe(&raw mut safes.0, bags.0, scheme, sealing.rounds, secret);
        sound(safe)?;
        if let Some(sealed) = key {
            let mut bags = Pile::new(free_bag);
            let key = sealed.key.as_ptr();
            let bag = PKCS12_add_key(&raw mut bags.0, key, 0, sealing.rounds, scheme, secret);
            label(bag, Some(sealed.name), Some(sealed.id))?;
            // The bag is encrypted by itself.
            sound(PKCS12_add_safe(
                &raw mut safes.0,
                bags.0,
                -1,
                0,
                ptr::null(),
            ))?;
        }
        let store = PKCS12_add_safes(safes.0, 0);
        if store.is_null() {
            return Err(ErrorStack::get());
        }
        let store = Pkcs12::from_ptr(store);
        sound(ffi::PKCS12_set_mac(
            store.as_ptr(),
            secret,
            -1,
            ptr::null_mut(),
            0,
            sealing.rounds,
            sealing.mac.as_ptr(),
        ))?;
        store.to_der()
    }
}

fn add_certificate(bags: &mut Pile, sealed: &Sealed<'_>) -> Result<(), ErrorStack> {
    // SAFETY: the certificate is live and OpenSSL copies what it keeps of it; the bag belongs to the stack
    // and is live as long. The usage is an object, of which `-1` as length makes OpenSSL take a copy.
    unsafe {
        let bag = PKCS12_add_cert(&raw mut bags.0, sealed.certificate.as_ptr());
        label(bag, sealed.name, sealed.key_id)?;
        if sealed.trusted {
            let usage = Asn1Object::from_str(ANY_USAGE)?;
            sound(PKCS12_add1_attr_by_txt(
                bag,
                TRUSTED_KEY_USAGE.as_ptr(),
                ffi::V_ASN1_OBJECT,
                usage.as_ptr().cast_const().cast(),
                -1,
            ))?;
        }
    }
    Ok(())
}

/// Gives a bag its name and the id that ties key and certificate.
///
/// # Safety
/// The bag is null or live.
unsafe fn label(bag: *mut Bag, name: Option<&str>, id: Option<&[u8]>) -> Result<(), ErrorStack> {
    if bag.is_null() {
        return Err(ErrorStack::get());
    }
    // No name and no digest is that long.
    let length = |bytes: &[u8]| c_int::try_from(bytes.len()).unwrap_or(c_int::MAX);
    // SAFETY: the bag is live, and OpenSSL copies as many bytes as each has.
    unsafe {
        if let Some(name) = name {
            let bytes = name.as_bytes();
            let named = PKCS12_add_friendlyname_utf8(bag, bytes.as_ptr().cast(), length(bytes));
            sound(named)?;
        }
        if let Some(id) = id {
            let tied = PKCS12_add_localkeyid(bag, id.as_ptr().cast_mut(), length(id));
            sound(tied)?;
        }
    }
    Ok(())
}

fn sound(answer: c_int) -> Result<(), ErrorStack> {
    match answer {
        1 => Ok(()),
        _ => Err(ErrorStack::get()),
    }
}

/// A stack that OpenSSL makes and fills, and that is freed with what is on it.
struct Pile(*mut ffi::OPENSSL_STACK, unsafe extern "C" fn(*mut c_void));

impl Pile {
    fn new(free: unsafe extern "C" fn(*mut c_void)) -> Self {
        Self(ptr::null_mut(), free)
    }
}

impl Drop for Pile {
    fn drop(&mut self) {
        // SAFETY: the stack is null or live, and `free` is that of its kind of elements.
        unsafe { ffi::OPENSSL_sk_pop_free(self.0, Some(self.1)) };
    }
}

unsafe extern "C" fn free_bag(bag: *mut c_void) {
    // SAFETY: called for the bags of a stack of bags, each once.
    unsafe { PKCS12_SAFEBAG_free(bag.cast()) };
}

unsafe extern "C" fn free_safe(safe: *mut c_void) {
    // SAFETY: called for the safes of a stack of safes, each once.
    unsafe { ffi::PKCS7_free(safe.cast()) };
}
