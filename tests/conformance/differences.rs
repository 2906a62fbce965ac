//! Where ptl judges otherwise than a set expects, and on what ground.

/// Cases that come out otherwise, for one reason.
pub(crate) struct Difference {
    /// An RFC's section, or a real NHS certificate.
    pub(crate) ground: &'static str,
    /// Their ids.
    pub(crate) cases: &'static [&'static str],
}

/// Every known difference.
pub(crate) const KNOWN: &[Difference] = &[
    Difference {
        ground: "RFC 5280 has no such rule; it is the CA/Browser Forum's, for public CAs, and the NHS CAs are none",
        cases: &[
            "webpki::aki::root-with-aki-authoritycertissuer",
            "webpki::aki::root-with-aki-authoritycertserialnumber",
            "webpki::aki::root-with-aki-ski-mismatch",
            "webpki::cn::case-mismatch",
            "webpki::cn::punycode-not-in-san",
            "webpki::cn::utf8-vs-punycode-mismatch",
            "webpki::ee-basicconstraints-ca",
            "webpki::eku::ee-anyeku",
            "webpki::eku::root-has-eku",
            "webpki::forbidden-dsa-leaf",
            "webpki::forbidden-rsa-not-divisible-by-8-in-root",
            "webpki::san::public-suffix-multi-label-wildcard-san",
            "webpki::san::public-suffix-private-namespace-wildcard-san",
            "webpki::san::san-critical-with-nonempty-subject",
        ],
    },
    Difference {
        ground: "the NHS leaf of int.api.service.nhs.uk names its host in the common name alone: accepted, and said",
        cases: &["webpki::san::no-san"],
    },
    Difference {
        ground: "RFC 5280, 4.1.2.2: users SHOULD handle negative and zero serial numbers gracefully, as PKITS 4.4.14 wants",
        cases: &["rfc5280::serial::negative", "rfc5280::serial::zero"],
    },
    Difference {
        ground: "RFC 5280, 6.1 does not ask validators for it: 4.2.1.1 and 4.2.1.10 bind issuers",
        cases: &[
            "rfc5280::aki::leaf-missing-aki",
            "rfc5280::nc::permitted-dns-match-noncritical",
        ],
    },
    Difference {
        ground: "RFC 5280, 6.1.1 (d) leaves an anchor's own rules to the validator: the end of NHS Root Authority on 2024-06-04 ended its generation",
        cases: &[
            "bssl-chain::expired-root::not-after",
            "bssl-chain::root-eku-clientauth::serverauth",
        ],
    },
    Difference {
        ground: "RFC 5280, 4.2.1.3 and 4.2.1.12: a key usage without any bit for TLS, or anyExtendedKeyUsage alone, may be refused",
        cases: &[
            "bssl-chain::target-eku-any::clientauth",
            "bssl-chain::target-serverauth-various-keyusages::ec-decipherOnly",
            "rfc5280::ca-as-leaf",
        ],
    },
    Difference {
        ground: "RFC 5280, 8: work without bound is refused; OpenSSL's bound on name constraints is lower than BoringSSL's",
        cases: &["bssl-chain::many-names::ok-all-types"],
    },
    Difference {
        ground: "RFC 9155 and --sha1 refuse, which the set is run with: the signatures are SHA-1 under DSA",
        cases: &[
            "pkits::4.1.4 Section1ValidDSASignaturesTest4",
            "pkits::4.1.5 Section1ValidDSAParameterInheritanceTest5",
        ],
    },
    Difference {
        ground: "RFC 5280, 6.1: a self-signed certificate that is no anchor begins a path, and ends none",
        cases: &[
            "bssl-crl::good_idp_onlycontainscacerts",
            "bssl-crl::good_idp_uri_and_onlycontainscacerts",
        ],
    },
    Difference {
        ground: "RFC 5280, 5.2.5: a certificate of version 1 is no CA's, so a list for users' certificates covers it",
        cases: &["bssl-crl::invalid_idp_onlycontainsusercerts_v1_leaf"],
    },
];
