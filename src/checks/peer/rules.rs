//! What each verifier demands beyond RFC 5280's section 6, as a table.
//!
//! Not in it: the limits of 398 and 825 days and the other rules for public CAs, since no verifier here
//! has them for a private root; revocation, which each peer sets by itself; and browsers.

use super::{
    demand::{Demand, Scope},
    verifier::{Rule, Verifier},
};
use crate::x509::Hash;

const fn rule(demand: Demand, source: &'static str) -> Rule {
    Rule { demand, source }
}

/// `SHA1 jdkCA & usage TLSServer` binds only what ends with a root that the JDK brings, so SHA-1 is
/// taken under a private one; the tests try it with a JDK.
pub(super) static JAVA: Verifier = Verifier {
    name: "Java",
    rules: &[
        rule(
            Demand::NoneOf(&[Hash::Md5]),
            "JDK 17, jdk.certpath.disabledAlgorithms: MD5",
        ),
        rule(
            Demand::Rsa(1024, u32::MAX),
            "JDK 17, jdk.certpath.disabledAlgorithms: RSA keySize < 1024",
        ),
        rule(
            Demand::Curve(224),
            "JDK 17, jdk.certpath.disabledAlgorithms: EC keySize < 224",
        ),
        rule(
            Demand::Purpose {
                of: Scope::Leaf,
                any: true,
            },
            "JDK 17, sun.security.validator.EndEntityChecker",
        ),
        rule(
            Demand::DigitalSignature,
            "JDK 17, sun.security.validator.EndEntityChecker",
        ),
    ],
    unknown: &[],
};

/// SHA-1 is refused only under roots of Microsoft's programme; the common name is read where there is
/// no alternative name.
pub(super) static SCHANNEL: Verifier = Verifier {
    name: "SChannel",
    rules: &[
        rule(
            Demand::Rsa(1024, u32::MAX),
            "Microsoft Security Advisory 2661254",
        ),
        rule(
            Demand::Purpose {
                of: Scope::BelowAnchor,
                any: true,
            },
            "Microsoft, CERT_TRUST_STATUS: CERT_TRUST_IS_NOT_VALID_FOR_USAGE",
        ),
        rule(
            Demand::AnchorDates,
            "Microsoft, CERT_TRUST_STATUS: CERT_TRUST_IS_NOT_TIME_VALID",
        ),
    ],
    unknown: &[Demand::DigitalSignature, Demand::ExactNames],
};

pub(super) static GO: Verifier = Verifier {
    name: "Go",
    rules: &[
        rule(
            Demand::NoneOf(&[Hash::Md5, Hash::Sha1]),
            "Go 1.18 release notes, crypto/x509; no way back since 1.24",
        ),
        rule(
            Demand::Rsa(1024, 8192),
            "Go 1.24 release notes, crypto/rsa; 1.20.7, crypto/tls",
        ),
        rule(
            Demand::AlternativeName,
            "Go 1.15 release notes, crypto/x509",
        ),
        rule(
            Demand::ExactNames,
            "crypto/x509, Certificate.Verify: RawIssuer and RawSubject",
        ),
        rule(
            Demand::Purpose {
                of: Scope::Path,
                any: true,
            },
            "crypto/x509, VerifyOptions.KeyUsages",
        ),
        rule(Demand::AnchorDates, "crypto/x509, Certificate.Verify"),
    ],
    unknown: &[],
};

pub(super) static RUSTLS: Verifier = Verifier {
    name: "rustls",
    rules: &[
        rule(
            Demand::NoneOf(&[Hash::Md5, Hash::Sha1]),
            "rustls-webpki 0.103, ALL_VERIFICATION_ALGS",
        ),
        rule(
            Demand::Rsa(2048, 8192),
            "rustls-webpki 0.103, RSA_PKCS1_2048_8192_SHA256",
        ),
        rule(
            Demand::Curve(256),
            "rustls-webpki 0.103, ALL_VERIFICATION_ALGS",
        ),
        rule(
            Demand::AlternativeName,
            "rustls-webpki 0.103, EndEntityCert::verify_is_valid_for_subject_name",
        ),
        rule(
            Demand::Purpose {
                of: Scope::BelowAnchor,
                any: false,
            },
            "rustls-webpki 0.103, KeyUsage::server_auth and client_auth",
        ),
        rule(
            Demand::ExactNames,
            "rustls-webpki 0.103, verify_cert.rs: issuer and subject",
        ),
        rule(
            Demand::Version3,
            "rustls-webpki 0.103, Error::UnsupportedCertVersion",
        ),
        rule(
            Demand::NoCa,
            "rustls-webpki 0.103, Error::CaUsedAsEndEntity",
        ),
    ],
    unknown: &[],
};
