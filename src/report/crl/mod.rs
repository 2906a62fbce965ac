//! Revocation lists: what they say of certificates, and how far they can be relied on.

mod lookup;
mod status;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    crl::{PointName, Signature, lookup::Looked},
    report::visible,
    survey::revocation::Unreadable,
    x509,
};

pub use lookup::LookUp;
pub use status::ListStatus;

/// What a list says of itself.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ListFacts {
    /// Its file.
    pub file: String,
    /// Whose it is, most specific part first.
    pub issuer: String,
    /// The names of its partition; none where it is of everything.
    pub partition: Vec<String>,
    /// Its number, lower-case hex.
    pub number: Option<String>,
    /// How many certificates it lists.
    pub entries: u64,
    /// How many bytes it has.
    pub size: u64,
    /// When it was made.
    pub this_update: Timestamp,
    /// When the next one is due.
    pub next_update: Option<Timestamp>,
    /// Whether its issuer signed it; nothing where that could not be told.
    pub signed: Option<bool>,
}

/// A list that is kept and cannot be read.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct UnreadableList {
    /// Its file.
    pub file: String,
    /// Why, as a sentence without its stop.
    pub why: String,
}

impl UnreadableList {
    const NEXT: &str = "Fetch it anew: `ptl crl fetch`; or take the file away.";

    fn of(unreadable: &[Unreadable]) -> Vec<Self> {
        let one = |it: &Unreadable| Self {
            file: it.file.display().to_string(),
            why: it.why.clone(),
        };
        unreadable.iter().map(one).collect()
    }

    /// In a line, with what to do.
    fn line(&self) -> String {
        visible(&format!("{}. {}", self.why, Self::NEXT)).into_owned()
    }
}

impl ListFacts {
    fn of(looked: &Looked) -> Self {
        let list = &looked.list;
        Self {
            file: looked.file.display().to_string(),
            issuer: x509::name_text(&list.issuer).unwrap_or_default(),
            partition: list.extensions.scope.points.iter().map(name).collect(),
            number: list.extensions.number.clone(),
            entries: list.entries,
            size: list.size,
            this_update: list.this_update,
            next_update: list.next_update,
            signed: match list.signature {
                Signature::Fits => Some(true),
                Signature::DoesNotFit => Some(false),
                Signature::NotTried => None,
            },
        }
    }

    /// In a line: `FILE: ISSUER, number 1, 0 entries, FROM to UNTIL`.
    fn line(&self) -> String {
        let number = self.number.as_ref().map(|it| format!(", number {it}"));
        let moment = |it: Timestamp| it.strftime("%F %H:%MZ").to_string();
        let next = self.next_update.map(|it| format!(" to {}", moment(it)));
        let line = format!(
            "{}: {}{}, {} {}, {}{}",
            self.file,
            self.issuer,
            number.unwrap_or_default(),
            self.entries,
            if self.entries == 1 {
                "entry"
            } else {
                "entries"
            },
            moment(self.this_update),
            next.unwrap_or_default()
        );
        visible(&line).into_owned()
    }
}

fn name(point: &PointName) -> String {
    match point {
        PointName::Url(url) => url.clone(),
        PointName::Directory(entry) => x509::name_text(entry).unwrap_or_default(),
        PointName::Other => "a name of a rare kind".to_owned(),
    }
}
