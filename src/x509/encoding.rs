//! How a text was saved: UTF-8 with or without its mark, UTF-16 as Windows tools write it, or base64 alone.

use std::borrow::Cow;

use openssl::base64;
use zeroize::Zeroizing;

/// The bytes of a file as everything else here expects them: a text as UTF-8 without a byte order mark.
pub(super) fn plain(bytes: &[u8]) -> Cow<'_, [u8]> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        [0xff, 0xfe, rest @ ..] => {
            utf16(rest, u16::from_le_bytes).map_or(Cow::Borrowed(bytes), Cow::Owned)
        }
        [0xfe, 0xff, rest @ ..] => {
            utf16(rest, u16::from_be_bytes).map_or(Cow::Borrowed(bytes), Cow::Owned)
        }
        _ => Cow::Borrowed(bytes),
    }
}

/// A UTF-16 text as UTF-8; `None` where it is none.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<Vec<u8>> {
    let (pairs, []) = bytes.as_chunks::<2>() else {
        return None;
    };
    // It may be a key: its room is whole from the start, and only the last copy of it is left to the caller.
    let units: Zeroizing<Vec<u16>> = Zeroizing::new(pairs.iter().map(|pair| unit(*pair)).collect());
    let mut text = Zeroizing::new(String::with_capacity(units.len() * 3));
    for character in char::decode_utf16(units.iter().copied()) {
        text.push(character.ok()?);
    }
    Some(std::mem::take(&mut *text).into_bytes())
}

/// The DER in a file that is nothing but base64, as a mail program or a web form leaves it.
pub(super) fn bare_base64(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    // Every DER object that is read here begins with 0x30, so its base64 with M.
    if !bytes.trim_ascii_start().starts_with(b"M") {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let mut joined = Zeroizing::new(String::with_capacity(text.len()));
    joined.extend(text.split_ascii_whitespace());
    base64::decode_block(&joined).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn marks_are_taken_off_and_utf_16_becomes_utf_8() {
        let little: Vec<u8> = "\u{feff}Zoë\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let big: Vec<u8> = "\u{feff}Zoë\r\n"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        for bytes in [
            &little,
            &big,
            "\u{feff}Zoë\r\n".as_bytes(),
            "Zoë\r\n".as_bytes(),
        ] {
            assert_eq!(*plain(bytes), *"Zoë\r\n".as_bytes());
        }
    }

    #[test]
    fn what_only_begins_like_utf_16_stays_as_it_is() {
        for bytes in [&b"\xff\xfeabc"[..], b"\xff\xfe\x00\xd8"] {
            assert_eq!(*plain(bytes), *bytes);
        }
    }

    #[test]
    fn base_64_without_armour_is_decoded_over_its_lines_and_nothing_else_is() {
        assert_eq!(
            **bare_base64(b"\r\nMAMC\r\n AQU=\r\n").unwrap(),
            [0x30, 3, 2, 1, 5]
        );
        for other in [&b"MAMCAQU=!"[..], b"hello", b"Monday", b"M\xff"] {
            assert!(bare_base64(other).is_none(), "{other:?}");
        }
    }
}
