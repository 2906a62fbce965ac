//! When a server wants to be asked again, as its `Retry-After` says.

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};

/// After how many seconds a server wants to be asked again, by its word for it: their number, or a date (RFC 9110,
/// 10.2.3). Nothing where it is neither.
pub(super) fn seconds(text: &str, now: Timestamp) -> Option<u64> {
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    // The dates of HTTP are those of mail (RFC 9110, 5.6.7).
    let date = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(u64::try_from(date.as_second() - now.as_second()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_wish_to_be_asked_later_is_a_number_of_seconds_or_a_date() {
        let now = Timestamp::from_second(784_111_777).unwrap_or_default();
        for (text, wanted) in [
            ("120", Some(120)),
            ("0", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sat, 05 Nov 1994 08:49:37 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(seconds(text, now), wanted, "{text}");
        }
    }
}
