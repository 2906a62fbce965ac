//! A verification to its end: everything that OpenSSL has against a path, with lists from anybody.

use std::{
    cell::RefCell,
    ffi::{c_int, c_void},
    ptr,
};

use foreign_types_shared::ForeignTypeRef;
use openssl::{
    asn1::Asn1Object,
    error::ErrorStack,
    x509::{X509CrlRef, X509StoreContextRef, verify::X509VerifyParamRef},
};
use openssl_sys as ffi;

type VerifyCallback = extern "C" fn(c_int, *mut ffi::X509_STORE_CTX) -> c_int;

unsafe extern "C" {
    fn X509_STORE_CTX_set_verify_cb(context: *mut ffi::X509_STORE_CTX, callback: VerifyCallback);
    fn X509_VERIFY_PARAM_add0_policy(
        parameters: *mut ffi::X509_VERIFY_PARAM,
        policy: *mut ffi::ASN1_OBJECT,
    ) -> c_int;
    fn X509_STORE_CTX_set0_crls(context: *mut ffi::X509_STORE_CTX, lists: *mut ffi::OPENSSL_STACK);
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
