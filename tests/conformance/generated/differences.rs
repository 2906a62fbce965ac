//! Where the judges of a generated list differ, and on what ground.

/// Cases on which some judge differs, for one reason.
pub(crate) struct Difference {
    /// An RFC's section.
    pub(crate) ground: &'static str,
    /// Which comparisons differ.
    pub(crate) who: &'static [&'static str],
    /// Their names.
    pub(crate) cases: &'static [&'static str],
}

/// Every known difference.
pub(crate) const KNOWN: &[Difference] = &[];
