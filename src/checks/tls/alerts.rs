//! TLS alerts and what they mean (RFC 8446, section 6; RFC 5246, section 7.2).

/// Number, name and meaning.
const KNOWN: &[(u8, &str, &str)] = &[
    (0, "close_notify", "it has nothing more to say"),
    (
        10,
        "unexpected_message",
        "a message came that it did not expect",
    ),
    (20, "bad_record_mac", "a record was damaged on the way"),
    (22, "record_overflow", "a record was too long"),
    (40, "handshake_failure", "it could not agree with us"),
    (
        42,
        "bad_certificate",
        "our certificate is damaged or missing",
    ),
    (
        43,
        "unsupported_certificate",
        "our certificate is of a kind that it does not take",
    ),
    (44, "certificate_revoked", "our certificate is revoked"),
    (
        45,
        "certificate_expired",
        "our certificate has expired or is not yet valid",
    ),
    (
        46,
        "certificate_unknown",
        "something about our certificate is not acceptable",
    ),
    (47, "illegal_parameter", "a field of a message was wrong"),
    (
        48,
        "unknown_ca",
        "it does not know or trust the CA of our certificate",
    ),
    (
        49,
        "access_denied",
        "our certificate is good, but may not come in",
    ),
    (50, "decode_error", "a message could not be read"),
    (
        51,
        "decrypt_error",
        "a signature or key exchange did not fit",
    ),
    (70, "protocol_version", "it takes no version that we offer"),
    (
        71,
        "insufficient_security",
        "it wants stronger ciphers than we offer",
    ),
    (80, "internal_error", "something broke at its end"),
    (
        86,
        "inappropriate_fallback",
        "it could do better than the version offered",
    ),
    (90, "user_canceled", "somebody stopped it"),
    (100, "no_renegotiation", "it does not renegotiate"),
    (109, "missing_extension", "an extension is missing"),
    (
        110,
        "unsupported_extension",
        "an extension came that it did not ask for",
    ),
    (
        112,
        "unrecognized_name",
        "it does not serve the name that we sent",
    ),
    (
        113,
        "bad_certificate_status_response",
        "the OCSP answer is not acceptable",
    ),
    (
        116,
        "certificate_required",
        "it wants a client certificate, and none was shown",
    ),
    (
        120,
        "no_application_protocol",
        "it shares no application protocol with us",
    ),
];

/// The alert's number and name: `48 unknown_ca`.
pub(in crate::checks) fn shown(code: u8) -> String {
    match known(code) {
        Some((name, _)) => format!("{code} {name}"),
        None => code.to_string(),
    }
}

/// What it says, as a fragment.
pub(super) fn meaning(code: u8) -> &'static str {
    known(code).map_or("no standard says what it means", |(_, meaning)| meaning)
}

fn known(code: u8) -> Option<(&'static str, &'static str)> {
    KNOWN
        .iter()
        .find(|(number, ..)| *number == code)
        .map(|(_, name, meaning)| (*name, *meaning))
}
