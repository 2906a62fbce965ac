//! The few OpenSSL calls that the crate lacks: the only file where `unsafe` may stand.
#![expect(unsafe_code, reason = "calls into OpenSSL that no safe crate offers")]

use std::{
    cell::RefCell,
    ffi::{c_int, c_void},
    ptr,
};

use foreign_types_shared::ForeignTypeRef;
use openssl::{
    error::ErrorStack,
    x509::{X509CrlRef, X509StoreContextRef, store::X509StoreBuilderRef},
};
use openssl_sys::{X509_CRL, X509_STORE, X509_STORE_CTX};

type VerifyCallback = extern "C" fn(c_int, *mut X509_STORE_CTX) -> c_int;

unsafe extern "C" {
    fn X509_STORE_add_crl(store: *mut X509_STORE, crl: *mut X509_CRL) -> c_int;
    fn X509_STORE_CTX_set_verify_cb(context: *mut X509_STORE_CTX, callback: VerifyCallback);
}

/// One thing that OpenSSL has against a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// One of `X509_V_ERR_*`.
    pub code: i32,
    /// Which certificate it is about: 0 is the leaf.
    pub depth: usize,
}

/// Adds a revocation list to a store.
///
/// # Errors
/// Where OpenSSL has no memory.
pub fn add_crl(store: &mut X509StoreBuilderRef, list: &X509CrlRef) -> Result<(), ErrorStack> {
    // SAFETY: both pointers are live for the call; the store takes a reference of its own to the list.
    let added = unsafe { X509_STORE_add_crl(store.as_ptr(), list.as_ptr()) };
    if added == 1 {
        Ok(())
    } else {
        Err(ErrorStack::get())
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

/// Verifies a context to its end and says everything that OpenSSL has against it; nothing means accepted.
///
/// # Errors
/// Where OpenSSL could not judge at all.
pub fn verify(context: &mut X509StoreContextRef) -> Result<Vec<Complaint>, ErrorStack> {
    let raw = context.as_ptr();
    COLLECTED.with_borrow_mut(|collected| {
        collected.context = raw.cast_const().cast();
        collected.complaints.clear();
    });
    // SAFETY: the context is live, and the callback has the signature that OpenSSL wants.
    unsafe { X509_STORE_CTX_set_verify_cb(raw, collect) };
    let accepted = context.verify_cert()?;
    let mut complaints =
        COLLECTED.with_borrow_mut(|collected| std::mem::take(&mut collected.complaints));
    if !accepted && complaints.is_empty() {
        complaints.push(Complaint {
            // A refusal without a callback, as of a context that could not be set up.
            code: context
                .error()
                .as_raw()
                .max(openssl_sys::X509_V_ERR_UNSPECIFIED),
            depth: context.error_depth() as usize,
        });
    }
    Ok(complaints)
}

/// Notes a complaint and goes on, so that all faults of a path come out.
extern "C" fn collect(accepted: c_int, context: *mut X509_STORE_CTX) -> c_int {
    if accepted != 0 {
        return accepted;
    }
    // SAFETY: OpenSSL calls with the live context that it is verifying.
    let complaint = unsafe {
        Complaint {
            code: openssl_sys::X509_STORE_CTX_get_error(context),
            depth: usize::try_from(openssl_sys::X509_STORE_CTX_get_error_depth(context))
                .unwrap_or(0),
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
