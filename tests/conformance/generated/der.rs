//! DER by hand, as far as lists and certificates need it: OpenSSL writes no unsound ones.

/// An object of DER.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut bytes = match length {
        0..0x80 => vec![tag, length as u8],
        _ => {
            let digits = length.to_be_bytes();
            let first = digits.iter().position(|it| *it != 0).unwrap();
            [&[tag, 0x80 | (8 - first) as u8][..], &digits[first..]].concat()
        }
    };
    bytes.extend_from_slice(content);
    bytes
}

/// A sequence of objects.
pub(crate) fn sequence(objects: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &objects.concat())
}

/// An extension of the branch 2.5.29.
pub(crate) fn extension(oid: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = match critical {
        true => tlv(1, &[0xff]),
        false => Vec::new(),
    };
    sequence(&[tlv(6, &[0x55, 0x1d, oid]), critical, tlv(4, value)])
}

/// A name of a distribution point.
#[derive(Clone)]
pub(crate) enum Point {
    Url(&'static str),
    Directory(Vec<u8>),
    /// Relative to the issuer, of this common name.
    Relative(&'static str),
}

/// The names of a distribution point (RFC 5280, 4.2.1.13).
pub(crate) fn point(names: &[Point]) -> Vec<u8> {
    if let [Point::Relative(name)] = names {
        let attribute = sequence(&[tlv(6, &[0x55, 4, 3]), tlv(0x0c, name.as_bytes())]);
        return tlv(0xa0, &tlv(0xa1, &attribute));
    }
    let names = names.iter().map(|name| match name {
        Point::Url(url) => tlv(0x86, url.as_bytes()),
        Point::Directory(name) => tlv(0xa4, name),
        Point::Relative(_) => panic!("a relative name stands alone"),
    });
    tlv(0xa0, &tlv(0xa0, &names.collect::<Vec<_>>().concat()))
}

/// A distinguished name of one common name.
pub(crate) fn name(common: &str) -> Vec<u8> {
    let attribute = sequence(&[tlv(6, &[0x55, 4, 3]), tlv(0x0c, common.as_bytes())]);
    sequence(&[tlv(0x31, &attribute)])
}
