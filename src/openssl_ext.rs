//! The few OpenSSL calls that the crate lacks: the only file where `unsafe` may stand.

#![expect(
    unsafe_code,
    reason = "calls into OpenSSL that no safe binding covers; nowhere else"
)]

use std::{
    cell::RefCell,
    ffi::{c_char, c_int, c_void},
    ptr, slice,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use foreign_types_shared::ForeignTypeRef;
use openssl::{
    asn1::Asn1Object,
    error::ErrorStack,
    ex_data::Index,
    pkey::{PKeyRef, Private},
    ssl::{Ssl, SslRef},
    stack::StackRef,
    symm::Cipher,
    x509::{X509CrlRef, X509Name, X509NameRef, X509StoreContextRef, verify::X509VerifyParamRef},
};
use openssl_sys as ffi;

/// OpenSSL's `X509_SIG`: an algorithm and octets, as an EncryptedPrivateKeyInfo is.
enum EncryptedKey {}

type VerifyCallback = extern "C" fn(c_int, *mut ffi::X509_STORE_CTX) -> c_int;

unsafe extern "C" {
    fn X509_STORE_CTX_set_verify_cb(context: *mut ffi::X509_STORE_CTX, callback: VerifyCallback);
    fn X509_VERIFY_PARAM_add0_policy(
        parameters: *mut ffi::X509_VERIFY_PARAM,
        policy: *mut ffi::ASN1_OBJECT,
    ) -> c_int;
    fn X509_STORE_CTX_set0_crls(context: *mut ffi::X509_STORE_CTX, lists: *mut ffi::OPENSSL_STACK);
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
    fn SSL_get0_peer_CA_list(ssl: *const ffi::SSL) -> *const ffi::stack_st_X509_NAME;
    fn SSL_set_msg_callback(
        ssl: *mut ffi::SSL,
        callback: Option<
            unsafe extern "C" fn(
                c_int,
                c_int,
                c_int,
                *const c_void,
                usize,
                *mut ffi::SSL,
                *mut c_void,
            ),
        >,
    );
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

/// What was heard in a handshake, message by message: of the other side, but for one word of ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// A ServerHello came.
    pub server_hello: bool,
    /// Its certificate came.
    pub certificate: bool,
    /// It asked for a client certificate.
    pub certificate_request: bool,
    /// We showed a certificate: where ours fits none of the signatures that it takes, OpenSSL sends none.
    pub certificate_shown: bool,
    /// The first alert that came: its description (RFC 8446, section 6).
    pub alert: Option<u8>,
}

type Ear = Arc<Mutex<Heard>>;

/// Notes what comes in on a connection that has not begun; read it with [`heard`].
///
/// # Errors
/// Where OpenSSL has no room left for a connection's own data.
pub fn listen(ssl: &mut SslRef) -> Result<(), ErrorStack> {
    let index = ear_index().ok_or_else(ErrorStack::get)?;
    ssl.set_ex_data(index, Ear::default());
    // SAFETY: the pointer is a live SSL for as long as the reference lives, and the callback is a
    // function of the signature that `SSL_set_msg_callback` documents.
    unsafe { SSL_set_msg_callback(ssl.as_ptr(), Some(note)) };
    Ok(())
}

/// What was heard so far on a connection that [`listen`] was called for.
pub fn heard(ssl: &SslRef) -> Heard {
    ear_index()
        .and_then(|index| ssl.ex_data(index))
        .map(|ear| *ear.lock().unwrap_or_else(PoisonError::into_inner))
        .unwrap_or_default()
}

fn ear_index() -> Option<Index<Ssl, Ear>> {
    static INDEX: OnceLock<Option<Index<Ssl, Ear>>> = OnceLock::new();
    *INDEX.get_or_init(|| Ssl::new_ex_index().ok())
}

/// OpenSSL's message callback. Content types and message types are those of RFC 8446, sections 4 and 5.1.
unsafe extern "C" fn note(
    written: c_int,
    _version: c_int,
    content: c_int,
    bytes: *const c_void,
    length: usize,
    ssl: *mut ffi::SSL,
    _argument: *mut c_void,
) {
    if bytes.is_null() || ssl.is_null() || length == 0 {
        return;
    }
    // SAFETY: OpenSSL hands over `length` readable bytes and its live SSL, both until this returns.
    let (message, ssl) = unsafe {
        (
            slice::from_raw_parts(bytes.cast::<u8>(), length),
            SslRef::from_ptr(ssl),
        )
    };
    let Some(ear) = ear_index().and_then(|index| ssl.ex_data(index)) else {
        return;
    };
    let mut heard = ear.lock().unwrap_or_else(PoisonError::into_inner);
    match (content, message) {
        // A Certificate message without any has 7 bytes, or 8 (RFC 5246, section 7.4.6; RFC 8446, section 4.4.2).
        _ if written != 0 => {
            heard.certificate_shown |= content == 22 && message[0] == 11 && length > 8;
        }
        // Warnings by nature, after which the handshake goes on: user_canceled, no_renegotiation,
        // unrecognized_name (RFC 5246, section 7.2; RFC 6066, section 3).
        (21, [1, 90 | 100 | 112, ..]) => {}
        (21, [_level, description, ..]) => {
            heard.alert.get_or_insert(*description);
        }
        (22, [2, ..]) => heard.server_hello = true,
        (22, [11, ..]) => heard.certificate = true,
        (22, [13, ..]) => heard.certificate_request = true,
        _ => {}
    }
}

/// The names of the CAs that the other side says it accepts certificates from; empty where it names none.
pub fn acceptable_authorities(ssl: &SslRef) -> Vec<X509Name> {
    // SAFETY: the list belongs to the SSL, which outlives the borrow of this function; it is only
    // read, and every name is copied.
    let names = unsafe {
        let list = SSL_get0_peer_CA_list(ssl.as_ptr());
        if list.is_null() {
            return Vec::new();
        }
        StackRef::<X509Name>::from_ptr(list.cast_mut())
    };
    names
        .iter()
        .filter_map(|name: &X509NameRef| name.to_owned().ok())
        .collect()
}

/// One thing that OpenSSL has against a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// One of `X509_V_ERR_*`.
    pub code: i32,
    /// Which certificate it is about: 0 is the leaf.
    pub depth: usize,
}

/// Lets any certificate policy do where a CA demands one: the initial set of RFC 5280, 6.1.1 (c).
///
/// OpenSSL's own default is the empty set, which no path with a demanded policy fulfils.
///
/// # Errors
/// Where OpenSSL has no memory.
pub fn take_any_policy(parameters: &mut X509VerifyParamRef) -> Result<(), ErrorStack> {
    let any = Asn1Object::from_str("2.5.29.32.0")?;
    // SAFETY: both pointers are live; the parameters own the object once they have taken it.
    let taken = unsafe { X509_VERIFY_PARAM_add0_policy(parameters.as_ptr(), any.as_ptr()) };
    if taken == 0 {
        return Err(ErrorStack::get());
    }
    std::mem::forget(any);
    Ok(())
}

/// Revocation lists for a verification.
///
/// A store gives OpenSSL only lists that a certificate's issuer signed; only a stack of them lets
/// another signer's list (RFC 5280, 5.2.5: indirect) be found.
pub struct Lists(*mut ffi::OPENSSL_STACK);

// SAFETY: the stack is never changed after it was made; OpenSSL counts references to lists by atomic
// operations and takes a list's own lock where it sorts its entries.
unsafe impl Send for Lists {}
// SAFETY: as above.
unsafe impl Sync for Lists {}

impl Lists {
    /// A stack of these lists.
    ///
    /// # Errors
    /// Where OpenSSL has no memory.
    pub fn new<'a>(lists: impl Iterator<Item = &'a X509CrlRef>) -> Result<Self, ErrorStack> {
        // SAFETY: makes a stack of its own, or null.
        let stack = Self(unsafe { ffi::OPENSSL_sk_new_null() });
        if stack.0.is_null() {
            return Err(ErrorStack::get());
        }
        for list in lists {
            // SAFETY: both pointers are live. The stack holds a reference of its own to each list,
            // given back in `drop`, or at once where the stack did not take it.
            unsafe {
                ffi::X509_CRL_up_ref(list.as_ptr());
                if ffi::OPENSSL_sk_push(stack.0, list.as_ptr().cast_const().cast()) == 0 {
                    ffi::X509_CRL_free(list.as_ptr());
                    return Err(ErrorStack::get());
                }
            }
        }
        Ok(stack)
    }
}

impl Drop for Lists {
    fn drop(&mut self) {
        // SAFETY: the stack is live or null (then it has no elements), and holds a reference to each list.
        unsafe {
            for number in 0..ffi::OPENSSL_sk_num(self.0) {
                ffi::X509_CRL_free(ffi::OPENSSL_sk_value(self.0, number).cast());
            }
            ffi::OPENSSL_sk_free(self.0);
        }
    }
}

/// What a verification has collected so far, and for which context.
struct Collected {
    context: *const c_void,
    complaints: Vec<Complaint>,
}

thread_local! {
    static COLLECTED: RefCell<Collected> = const {
        RefCell::new(Collected { context: ptr::null(), complaints: Vec::new() })
    };
}

/// Verifies a context to its end with these lists, and says everything that OpenSSL has against it;
/// nothing means accepted.
pub fn verify(context: &mut X509StoreContextRef, lists: &Lists) -> Vec<Complaint> {
    let raw = context.as_ptr();
    COLLECTED.with_borrow_mut(|collected| {
        collected.context = raw.cast_const().cast();
        collected.complaints.clear();
    });
    // SAFETY: the context is live, the callback has the signature that OpenSSL wants, and the lists
    // outlive this call; the context forgets them before it ends.
    let accepted = unsafe {
        X509_STORE_CTX_set_verify_cb(raw, collect);
        X509_STORE_CTX_set0_crls(raw, lists.0);
        let accepted = context.verify_cert();
        X509_STORE_CTX_set0_crls(raw, ptr::null_mut());
        accepted
    };
    let mut complaints =
        COLLECTED.with_borrow_mut(|collected| std::mem::take(&mut collected.complaints));
    // A refusal without a callback: a context that could not be set up, a key that cannot be decoded.
    if complaints.is_empty() && !accepted.is_ok_and(|accepted| accepted) {
        complaints.push(Complaint {
            code: context.error().as_raw().max(ffi::X509_V_ERR_UNSPECIFIED),
            depth: context.error_depth() as usize,
        });
    }
    complaints
}

/// Notes a complaint and goes on, so that all faults of a path come out.
extern "C" fn collect(accepted: c_int, context: *mut ffi::X509_STORE_CTX) -> c_int {
    if accepted != 0 {
        return accepted;
    }
    // SAFETY: OpenSSL calls with the live context that it is verifying.
    let complaint = unsafe {
        Complaint {
            code: ffi::X509_STORE_CTX_get_error(context),
            depth: usize::try_from(ffi::X509_STORE_CTX_get_error_depth(context)).unwrap_or(0),
        }
    };
    COLLECTED.with_borrow_mut(|collected| {
        // The path of a revocation list's signer is verified in a context of its own: what is wrong
        // there must stop it, and comes back here as one complaint about the list.
        if collected.context != context.cast_const().cast() {
            return 0;
        }
        collected.complaints.push(complaint);
        1
    })
}
