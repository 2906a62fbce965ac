//! How often a passphrase is stretched before it opens something: a file says so itself, and may ask for hours.

use x509_parser::asn1_rs::{Any, FromDer};

/// The most rounds that are gone through: tools of today make 2,048 to 1,000,000, which takes under a second.
const MOST_ROUNDS: u64 = 5_000_000;

/// The deepest that is looked into: a store has its counts at a depth of about ten.
const DEEPEST: usize = 24;

/// What is wrong with DER under a passphrase that asks for more rounds than anybody makes, as a fragment.
///
/// A count stands right after its salt, in the parameters of PKCS#5 (RFC 8018, A.2 and A.3) and of PKCS#12
/// (RFC 7292, 4 and appendix C) alike.
pub(super) fn too_many_rounds(der: &[u8]) -> Option<String> {
    let rounds = most_rounds(der, DEEPEST);
    (rounds > MOST_ROUNDS).then(|| {
        format!("it asks for {rounds} rounds of stretching the passphrase, and more than {MOST_ROUNDS} are not gone through")
    })
}

/// The largest count in the objects that follow each other in these bytes, and in those within.
fn most_rounds(mut bytes: &[u8], depth: usize) -> u64 {
    let mut most = 0;
    let mut after_salt = false;
    while let Some((tag, content, rest)) = object(bytes) {
        if after_salt && tag == INTEGER {
            most = most.max(number(content));
        }
        after_salt = tag == OCTET_STRING;
        // A store keeps its parts as DER in octet strings.
        if depth > 0 && (tag & CONSTRUCTED != 0 || after_salt) {
            most = most.max(most_rounds(content, depth - 1));
        }
        bytes = rest;
    }
    most
}

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const CONSTRUCTED: u8 = 0x20;

/// The tag and content of the first object, and what follows it. Stores of older Windows have lengths that are not
/// said (BER): such an object is taken to hold all that is left.
fn object(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let [tag, 0x80, rest @ ..] = bytes else {
        let (rest, object) = Any::from_der(bytes).ok()?;
        return Some((bytes[0], object.data, rest));
    };
    Some((*tag, rest, &[]))
}

/// A positive number as far as it fits.
fn number(bytes: &[u8]) -> u64 {
    let digits = bytes.iter().skip_while(|byte| **byte == 0);
    let digits: Vec<u8> = digits.copied().collect();
    match digits.len() {
        0..=8 => digits
            .iter()
            .fold(0, |sum, byte| (sum << 8) | u64::from(*byte)),
        _ => u64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PBKDF2's parameters: a salt of four bytes, and this count.
    fn parameters(count: &[u8]) -> Vec<u8> {
        let length = count.len() as u8;
        [&[0x30, 8 + length, 4, 4, 1, 2, 3, 4, 2, length][..], count].concat()
    }

    #[test]
    fn a_count_that_would_take_hours_is_found_where_it_stands_after_a_salt() {
        let parameters = parameters(&[0x7f, 0xff, 0xff, 0xff]);
        let length = parameters.len() as u8;
        let in_octets = [&[0x30, 2 + length, 4, length][..], &parameters].concat();
        let unsaid = [&[0x30, 0x80][..], &parameters, &[0, 0]].concat();
        for der in [parameters, in_octets, unsaid] {
            let problem = too_many_rounds(&der);
            assert!(problem.is_some_and(|it| it.contains("2147483647 rounds")));
        }
    }

    #[test]
    fn a_usual_count_and_a_number_elsewhere_are_let_through() {
        assert_eq!(too_many_rounds(&parameters(&[0x09, 0x27, 0xc0])), None);
        // A serial number is no count.
        let serial = [0x30, 8, 5, 0, 2, 4, 0x7f, 0xff, 0xff, 0xff];
        assert_eq!(too_many_rounds(&serial), None);
    }
}
