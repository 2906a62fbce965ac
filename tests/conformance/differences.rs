//! Where ptl judges otherwise than a set expects, and on what ground.

/// Cases that come out otherwise, for one reason.
pub(crate) struct Difference {
    /// An RFC's section, or a real NHS certificate.
    pub(crate) ground: &'static str,
    /// Their ids.
    pub(crate) cases: &'static [&'static str],
}

/// Every known difference.
pub(crate) const KNOWN: &[Difference] = &[];
