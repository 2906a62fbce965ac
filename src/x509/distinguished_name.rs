//! Distinguished names as text, most specific part first: `CN=...,OU=...,O=...`.

use x509_parser::{asn1_rs::Tag, der_parser::Oid, x509::AttributeTypeAndValue, x509::X509Name};

/// The whole name, most specific part first; `,` and its like inside a value are escaped (RFC 4514, 2.4).
pub(super) fn text(name: &X509Name<'_>) -> String {
    let parts: Vec<String> = name
        .iter_rdn()
        .map(|part| {
            let attributes: Vec<String> = part.iter().map(attribute).collect();
            attributes.join("+")
        })
        .collect();
    parts.into_iter().rev().collect::<Vec<_>>().join(",")
}

/// Every attribute as its short name and its value, in the order of the name.
pub(super) fn parts(name: &X509Name<'_>) -> Vec<(String, String)> {
    name.iter_attributes()
        .map(|attribute| (short(attribute.attr_type()), value(attribute)))
        .collect()
}

/// The values of every common name, in the order of the name.
pub(super) fn common_names(name: &X509Name<'_>) -> Vec<String> {
    name.iter_common_name().map(value).collect()
}

fn attribute(attribute: &AttributeTypeAndValue<'_>) -> String {
    let mut text = short(attribute.attr_type());
    text.push('=');
    for character in value(attribute).chars() {
        if matches!(character, ',' | '+' | '"' | '\\' | '<' | '>' | ';') {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

fn short(oid: &Oid<'_>) -> String {
    let dotted = oid.to_id_string();
    let name = match dotted.as_str() {
        "2.5.4.3" => "CN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "street",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        _ => return dotted,
    };
    name.to_owned()
}

fn value(attribute: &AttributeTypeAndValue<'_>) -> String {
    let raw = attribute.as_slice();
    match attribute.attr_value().tag() {
        Tag::BmpString => {
            let units = raw
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units)
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        // T.61 in certificates is Latin-1 in practice.
        Tag::T61String => raw.iter().map(|byte| char::from(*byte)).collect(),
        _ => String::from_utf8_lossy(raw).into_owned(),
    }
}
