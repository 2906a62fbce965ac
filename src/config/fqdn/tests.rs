//! Which names can be an endpoint's, and what is said of the others.

use super::*;

fn problems(text: &str) -> usize {
    Fqdn::parse(text).map_or_else(|problems| problems.len(), |_| 0)
}

#[test]
fn a_sound_name_is_taken_and_put_into_lower_case() {
    for (text, name) in [
        ("example.thirdparty.nhs.uk", "example.thirdparty.nhs.uk"),
        (
            "BaRS-INT-A1.Acme.thirdparty.NHS.UK",
            "bars-int-a1.acme.thirdparty.nhs.uk",
        ),
        ("a.nhs.uk", "a.nhs.uk"),
        ("xn--caf-dma.nhs.uk", "xn--caf-dma.nhs.uk"),
    ] {
        assert_eq!(Fqdn::parse(text).map(|fqdn| fqdn.0), Ok(name.to_owned()));
    }
}

#[test]
fn what_is_no_name_is_said_as_such() {
    for text in [
        "",
        "10.0.0.1",
        "https://example.nhs.uk",
        "example.nhs.uk/fhir",
        "me@example.nhs.uk",
        "example.nhs.uk:443",
        "*.nhs.uk",
        "example.nhs.uk.",
        "example .nhs.uk",
        "example.nhs.uk\n",
        "café.nhs.uk",
    ] {
        assert_eq!(problems(text), 1, "{text:?}");
    }
}

#[test]
fn a_bad_label_and_a_foreign_suffix_are_refused_together() {
    assert_eq!(problems("nhs.uk"), 1);
    assert_eq!(problems("example.com"), 1);
    assert_eq!(problems("evilnhs.uk"), 1);
    assert_eq!(problems("-a.b_c..example.com"), 4);
    assert_eq!(problems("a\u{7}.nhs.uk"), 1);
    assert_eq!(problems(&format!("{}.nhs.uk", "a".repeat(57))), 0);
    assert_eq!(problems(&format!("{}.nhs.uk", "a".repeat(58))), 1);
    assert_eq!(problems(&format!("{}.nhs.uk", "a".repeat(64))), 2);
}
