//! The rules that a profile's values must keep; each broken one is noted with its place.

use std::ops::Range;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use toml::{Spanned, value::Datetime};

use crate::files::Place;

/// The most problems of a file that are told: each costs a search for its line.
const MOST: usize = 100;

/// The problems of a file, as they are found.
pub(super) struct Problems<'a> {
    text: &'a str,
    found: Vec<(usize, String)>,
}

impl<'a> Problems<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            found: Vec::new(),
        }
    }

    /// Notes a problem at a span.
    pub(super) fn note(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.found.push((span.start, message.into()));
    }

    /// Notes a problem with a value unless it is sound.
    pub(super) fn expect<T>(&mut self, sound: bool, value: &Spanned<T>, message: String) {
        if !sound {
            self.note(value.span(), message);
        }
    }

    /// `line:column: message`, in the order of the file, the first hundred.
    pub(super) fn lines(mut self) -> Vec<String> {
        self.found.sort_by_key(|(offset, _)| *offset);
        let more = self.found.len().saturating_sub(MOST);
        let rest = (more > 0).then(|| format!("and {more} more"));
        let lines = self.found.into_iter().take(MOST).map(|(offset, message)| {
            let Place { line, column } = Place::of(self.text, offset);
            format!("{line}:{column}: {message}")
        });
        lines.chain(rest).collect()
    }

    /// A short name, as `int` or `g2`.
    pub(super) fn id(&mut self, value: Spanned<String>) -> String {
        let text = value.get_ref();
        let sound = !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let message = format!("`{text}` is no short name: lower-case letters, digits and hyphens");
        self.expect(sound, &value, message);
        value.into_inner()
    }

    /// Lower-case hex of a given number of bytes.
    pub(super) fn fingerprint(&mut self, value: Spanned<String>, bytes: usize) -> String {
        let text = value.get_ref();
        let sound = text.len() == bytes * 2
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let message = format!("`{text}` is no fingerprint of {bytes} bytes in lower-case hex");
        self.expect(sound, &value, message);
        value.into_inner()
    }

    /// An http or https URL.
    pub(super) fn url(&mut self, value: Spanned<String>) -> String {
        let text = value.get_ref();
        let sound = url::Url::parse(text).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.host_str().is_some_and(|h| !h.is_empty())
        });
        let message = format!("`{text}` is no http or https URL");
        self.expect(sound, &value, message);
        value.into_inner()
    }

    /// A host name or an address.
    pub(super) fn host(&mut self, value: Spanned<String>) -> String {
        let text = value.get_ref();
        let sound = text.parse::<std::net::IpAddr>().is_ok() || is_host_name(text);
        let message = format!("`{text}` is no host name");
        self.expect(sound, &value, message);
        value.into_inner()
    }

    /// A port; 0 is none.
    pub(super) fn port(&mut self, value: Spanned<u16>) -> u16 {
        self.expect(*value.get_ref() != 0, &value, "0 is no port".to_owned());
        value.into_inner()
    }

    /// A whole second in UTC; a date alone is its first moment.
    pub(super) fn moment(&mut self, value: Spanned<Datetime>) -> Timestamp {
        let text = value.get_ref().to_string();
        let moment = text.parse::<Timestamp>().ok().or_else(|| {
            let date: Date = text.parse().ok()?;
            // A local date-time is also read as a date; its time would be lost in silence.
            (text.len() == "2024-05-06".len())
                .then(|| date.to_zoned(TimeZone::UTC).ok())
                .flatten()
                .map(|zoned| zoned.timestamp())
        });
        let sound = moment.is_some_and(|moment| moment.subsec_nanosecond() == 0);
        let message =
            format!("`{text}` is neither a date nor a whole second, as 2024-05-06T00:00:00Z");
        self.expect(sound, &value, message);
        moment.unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// Whether a name is made of labels as RFC 1123 section 2.1 has them; one label is enough, and what
/// looks like an address is none.
pub(crate) fn is_host_name(name: &str) -> bool {
    let numeric = name
        .rsplit('.')
        .next()
        .is_some_and(|label| label.bytes().all(|byte| byte.is_ascii_digit()));
    name.len() <= 253 && !numeric && name.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
