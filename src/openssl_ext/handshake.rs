//! What is heard in a handshake, message by message, and whom the other side accepts.

use std::{
    ffi::{c_int, c_void},
    slice,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use foreign_types_shared::ForeignTypeRef;
use openssl::{
    error::ErrorStack,
    ex_data::Index,
    ssl::{Ssl, SslRef},
    stack::StackRef,
    x509::{X509Name, X509NameRef},
};
use openssl_sys as ffi;

unsafe extern "C" {
    fn SSL_set_post_handshake_auth(ssl: *mut ffi::SSL, offered: c_int);
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

/// Offers, on a connection that has not begun, to show a certificate also after the handshake
/// (RFC 8446, section 4.6.2). Renegotiation, its forerunner, is followed without an offer.
pub fn offer_post_handshake(ssl: &mut SslRef) {
    // SAFETY: the pointer is a live SSL for as long as the reference lives; a flag of it is set.
    unsafe { SSL_set_post_handshake_auth(ssl.as_ptr(), 1) };
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
    version: c_int,
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
        _ if written != 0 => {
            heard.certificate_shown |= content == 22 && holds_one(version, message)
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

/// Whether a message of ours is a Certificate that is not empty: the list follows the header, in TLS 1.3
/// after the request's context (RFC 5246, section 7.4.6; RFC 8446, section 4.4.2).
fn holds_one(version: c_int, message: &[u8]) -> bool {
    let list = match (version, message) {
        (ffi::TLS1_3_VERSION, [11, _, _, _, context, rest @ ..]) => {
            rest.get(usize::from(*context)..).unwrap_or_default()
        }
        (_, [11, _, _, _, rest @ ..]) => rest,
        _ => &[],
    };
    matches!(list, [a, b, c, ..] if [a, b, c] != [&0; 3])
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_message_without_any_is_told_from_one_with() {
        const TLS_1_2: c_int = ffi::TLS1_2_VERSION;
        const TLS_1_3: c_int = ffi::TLS1_3_VERSION;
        let after_the_handshake = |list: &[u8]| {
            let mut message = vec![11, 0, 0, 0, 32];
            message.extend([7; 32]);
            message.extend(list);
            message
        };
        assert!(!holds_one(TLS_1_2, &[11, 0, 0, 3, 0, 0, 0]));
        assert!(holds_one(TLS_1_2, &[11, 0, 0, 7, 0, 0, 4, 0, 0, 1, 48]));
        assert!(!holds_one(TLS_1_3, &[11, 0, 0, 4, 0, 0, 0, 0]));
        assert!(holds_one(TLS_1_3, &[11, 0, 0, 8, 0, 0, 0, 4, 0, 0, 1, 48]));
        assert!(!holds_one(TLS_1_3, &after_the_handshake(&[0, 0, 0])));
        assert!(holds_one(
            TLS_1_3,
            &after_the_handshake(&[0, 0, 4, 0, 0, 1, 48])
        ));
        assert!(!holds_one(TLS_1_3, &[11, 0, 0, 1, 32]));
        assert!(!holds_one(TLS_1_2, &[22, 0, 0, 3, 0, 0, 9]));
    }
}
