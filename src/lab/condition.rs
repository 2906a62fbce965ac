//! Conditional requests (RFC 9110, section 13): a client that has a list already is told so, and gets no other.

use std::time::SystemTime;

use http_body_util::Full;
use hyper::{
    HeaderMap, Response, StatusCode,
    body::Bytes,
    header::{ETAG, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED},
};
use jiff::{
    Timestamp,
    fmt::rfc2822::{DateTimeParser, DateTimePrinter},
};
use openssl::sha::sha256;

use super::{Made, downloads::answer, unmade};
use crate::x509::hex;

/// The content with its validators; 304 without it where the headers say that the client has it.
pub(super) fn fresh(
    headers: &HeaderMap,
    kind: &'static str,
    content: Bytes,
    changed: SystemTime,
) -> Made<Response<Full<Bytes>>> {
    let tag = format!("\"{}\"", hex(&sha256(&content)[..16]));
    // No later than the answer itself (section 8.8.2.1), and to the second, as the header says it.
    let changed = Timestamp::try_from(changed.min(SystemTime::now())).map_err(unmade)?;
    let changed = Timestamp::from_second(changed.as_second()).map_err(unmade)?;
    let date = DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&changed)
        .map_err(unmade)?;
    let mut response = match has_it(headers, &tag, changed) {
        true => answer(StatusCode::NOT_MODIFIED, kind, Bytes::new()),
        false => answer(StatusCode::OK, kind, content),
    };
    let said = response.headers_mut();
    said.insert(ETAG, HeaderValue::try_from(tag).map_err(unmade)?);
    said.insert(LAST_MODIFIED, HeaderValue::try_from(date).map_err(unmade)?);
    Ok(response)
}

/// Whether the client has this version: its tag counts before its date (section 13.2.2).
fn has_it(headers: &HeaderMap, tag: &str, changed: Timestamp) -> bool {
    let mut tags = headers.get_all(IF_NONE_MATCH).iter().peekable();
    if tags.peek().is_some() {
        return tags
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(|one| one.trim())
            .any(|one| one == "*" || one.trim_start_matches("W/") == tag);
    }
    let since = headers.get(IF_MODIFIED_SINCE);
    since
        .and_then(|value| value.to_str().ok())
        .and_then(|date| DateTimeParser::new().parse_timestamp(date).ok())
        .is_some_and(|since| changed <= since)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    /// The status that content of the year 2020 gets for these headers.
    fn status(wanted: &[(hyper::header::HeaderName, &str)]) -> u16 {
        let mut headers = HeaderMap::new();
        for (name, value) in wanted {
            headers.append(name, value.parse().unwrap());
        }
        let changed = UNIX_EPOCH + Duration::from_millis(1_577_836_800_900);
        let content = Bytes::from_static(b"a list");
        let response = fresh(&headers, "application/pkix-crl", content, changed).unwrap();
        assert_eq!(
            response.headers()[LAST_MODIFIED],
            "Wed, 01 Jan 2020 00:00:00 GMT"
        );
        response.status().as_u16()
    }

    #[test]
    fn a_client_that_has_the_content_gets_it_not_again() {
        let tag = format!("\"{}\"", hex(&sha256(b"a list")[..16]));
        let (old, same) = (
            "Tue, 31 Dec 2019 23:59:59 GMT",
            "Wed, 01 Jan 2020 00:00:00 GMT",
        );
        assert_eq!(status(&[]), 200);
        assert_eq!(status(&[(IF_NONE_MATCH, &tag)]), 304);
        assert_eq!(status(&[(IF_NONE_MATCH, &format!("\"x\", W/{tag}"))]), 304);
        assert_eq!(status(&[(IF_NONE_MATCH, "*")]), 304);
        assert_eq!(status(&[(IF_NONE_MATCH, "\"x\"")]), 200);
        assert_eq!(status(&[(IF_MODIFIED_SINCE, same)]), 304);
        assert_eq!(status(&[(IF_MODIFIED_SINCE, old)]), 200);
        assert_eq!(status(&[(IF_MODIFIED_SINCE, "yesterday")]), 200);
        // The tag is the better word.
        assert_eq!(
            status(&[(IF_NONE_MATCH, "\"x\""), (IF_MODIFIED_SINCE, same)]),
            200
        );
    }
}
