//! Serial numbers: as people and tools write them, and as certificates and lists hold them.

/// A serial number that a person gave, as the content of DER's INTEGER: positive, without needless zeros.
pub fn serial_content(number: &[u8]) -> Vec<u8> {
    let first = number.iter().position(|byte| *byte != 0);
    match &number[first.unwrap_or(number.len())..] {
        [] => vec![0],
        digits @ [0x80..=0xff, ..] => [&[0], digits].concat(),
        digits => digits.to_vec(),
    }
}

/// A serial number as tools print it: hex, with colons or without, `0x` before it or not; `None` where it is none.
pub fn serial_of_text(text: &str) -> Option<Vec<u8>> {
    let digits = text
        .strip_prefix("0x")
        .or(text.strip_prefix("0X"))
        .unwrap_or(text);
    let digits: String = digits
        .chars()
        .filter(|it| !matches!(it, ':' | ' '))
        .collect();
    // RFC 5280, 4.1.2.2: 20 octets at most. What is longer is most likely a decimal number.
    if digits.is_empty() || digits.len() > 40 || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
        return None;
    }
    let zero = if digits.len().is_multiple_of(2) {
        ""
    } else {
        "0"
    };
    let padded = format!("{zero}{digits}");
    let bytes = (0..padded.len()).step_by(2);
    let bytes: Option<Vec<u8>> = bytes
        .map(|at| u8::from_str_radix(&padded[at..at + 2], 16).ok())
        .collect();
    bytes.map(|bytes| serial_content(&bytes))
}
