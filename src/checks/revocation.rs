//! REV: lists and OCSP answers, and what they say of a certificate.

mod ocsp;

pub use ocsp::{Heard, OCSP, OcspFacts};
