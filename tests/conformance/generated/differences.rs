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

/// The real program and `openssl verify` of Debian 12.
const COMMAND: &[&str] = &["leaf: ", "chain: "];

/// Every known difference.
pub(crate) const KNOWN: &[Difference] = &[
    Difference {
        ground: "RFC 5280, 4.1.2.2 and 5.3: a list that the issuer signed names the certificate, whatever it is for",
        who: COMMAND,
        cases: &[
            "a partition, where the certificate names none, named",
            "another directory entry, named",
            "another partition, named",
            "another partition that is named in",
            "for CAs alone, named",
        ],
    },
    Difference {
        ground: "RFC 5280, 5.3.1: what was on hold by a list that has ended may have been released since",
        who: COMMAND,
        cases: &["ended, on hold"],
    },
    Difference {
        ground: "RFC 6151, 2: anybody can make two lists that have one signature with MD5",
        who: COMMAND,
        cases: &["signed with RsaMd5", "signed with RsaMd5, named"],
    },
    Difference {
        ground: "RFC 5280, 5.2.5: a scope must say something; OpenSSL 3.0 takes it for one of everything, 3.6 does not",
        who: COMMAND,
        cases: &["with an empty scope"],
    },
    Difference {
        ground: "RFC 5280, 6.3.3 (g): a list whose signature does not fit is none; OpenSSL looks at the first of two",
        who: COMMAND,
        cases: &["a forged one, and a sound one"],
    },
];
