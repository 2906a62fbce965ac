//! What revocation lists say of certificates: the document of kind `crl-lookup`.

use jiff::Timestamp;
use serde::Serialize;

use super::{Explanation, explain::headline, human::columns, visible};
use crate::{
    crl::{
        Signature,
        lookup::{self, Looked, Wanted},
        status::Status,
    },
    x509,
};

/// What was looked up, in which lists, and what came out.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LookUp {
    schema: u32,
    kind: &'static str,
    tool: &'static str,
    /// The moment that dates were judged by.
    pub judged: Timestamp,
    /// What was looked up.
    pub certificates: Vec<Answered>,
    /// The lists.
    pub lists: Vec<ListFacts>,
}

/// What is known of one certificate.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Answered {
    /// Its name; nothing where only a serial number was given.
    pub name: Option<String>,
    /// Its serial number, lower-case hex.
    pub serial: String,
    /// What it is.
    pub status: Verdict,
    /// Since when it is revoked.
    pub since: Option<Timestamp>,
    /// Why it was revoked, where the list says.
    pub reason: Option<&'static str>,
    /// The list that decides, by its file.
    pub by: Option<String>,
    /// What each list that says nothing lacks, as `FILE: why`.
    pub open: Vec<String>,
    /// What to do where it is not known.
    pub next: Option<&'static str>,
}

/// What a certificate is, by the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Not revoked.
    Good,
    /// Revoked.
    Revoked,
    /// Not known.
    Undetermined,
}

/// What a list says of itself.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ListFacts {
    /// Its file.
    pub file: String,
    /// Whose it is, most specific part first.
    pub issuer: String,
    /// Its number, lower-case hex.
    pub number: Option<String>,
    /// How many certificates it lists.
    pub entries: u64,
    /// When it was made.
    pub this_update: Timestamp,
    /// When the next one is due.
    pub next_update: Option<Timestamp>,
    /// Whether its issuer signed it; nothing where that could not be told.
    pub signed: Option<bool>,
}

impl LookUp {
    /// The document of what was found.
    pub fn of(wanted: &[Wanted], looked: &[Looked], judged: Timestamp) -> Self {
        let is_old = |it: &Looked| {
            looked
                .iter()
                .any(|other| it.is_superseded_by(other, judged))
        };
        let current: Vec<&Looked> = looked.iter().filter(|it| !is_old(it)).collect();
        Self {
            schema: 1,
            kind: "crl-lookup",
            tool: concat!("ptl ", env!("CARGO_PKG_VERSION")),
            judged,
            certificates: wanted
                .iter()
                .enumerate()
                .map(|(number, it)| Answered::of(it, number, &current))
                .collect(),
            lists: looked.iter().map(ListFacts::of).collect(),
        }
    }

    /// The worst of all.
    pub fn verdict(&self) -> Verdict {
        let any = |wanted| self.certificates.iter().any(|it| it.status == wanted);
        if any(Verdict::Revoked) {
            Verdict::Revoked
        } else if any(Verdict::Undetermined) {
            Verdict::Undetermined
        } else {
            Verdict::Good
        }
    }

    fn answer(&self) -> String {
        let count = |wanted| {
            self.certificates
                .iter()
                .filter(|it| it.status == wanted)
                .count()
        };
        let first = |wanted| self.certificates.iter().find(|it| it.status == wanted);
        match (first(Verdict::Revoked), first(Verdict::Undetermined)) {
            (Some(it), _) => format!(
                "REVOKED: {}{}. Next: use it no more; ask for a new one with a new key: `ptl csr`.",
                it.called(),
                more(count(Verdict::Revoked))
            ),
            (None, Some(it)) => format!(
                "UNKNOWN: {}{}. Next: {}",
                it.called(),
                more(count(Verdict::Undetermined)),
                it.next.unwrap_or_default()
            ),
            (None, None) => format!(
                "GOOD: {} not revoked.",
                match self.certificates.as_slice() {
                    [one] => format!("{} is", one.called()),
                    several => format!("all {} are", several.len()),
                }
            ),
        }
    }
}

fn more(count: usize) -> String {
    match count {
        0 | 1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    }
}

impl Answered {
    fn of(wanted: &Wanted, number: usize, looked: &[&Looked]) -> Self {
        let best = lookup::best(wanted, looked.iter().map(|it| &it.said[number]));
        let decides = looked.iter().find(|it| it.said[number] == best);
        let (status, since, reason) = match &best {
            Status::Good => (Verdict::Good, None, None),
            Status::Revoked { since, reason } => {
                (Verdict::Revoked, *since, reason.map(|reason| reason.word()))
            }
            Status::Undetermined(_) => (Verdict::Undetermined, None, None),
        };
        let file = |it: &Looked| it.file.display().to_string();
        let open = looked.iter().filter_map(|it| match &it.said[number] {
            Status::Undetermined(gap) => Some(format!("{}: {gap}", file(it))),
            _ => None,
        });
        Self {
            name: match wanted {
                Wanted::Certificate(certificate) => Some(certificate.label()),
                Wanted::Serial(_) => None,
            },
            serial: wanted.shown(),
            by: decides
                .filter(|_| status != Verdict::Undetermined)
                .map(|it| file(it)),
            open: match status {
                Verdict::Undetermined => open.collect(),
                _ => Vec::new(),
            },
            next: match &best {
                Status::Undetermined(gap) => Some(gap.next()),
                _ => None,
            },
            status,
            since,
            reason,
        }
    }

    fn called(&self) -> String {
        match &self.name {
            Some(name) => format!("`{name}`"),
            None => format!("serial 0x{}", self.serial),
        }
    }

    fn row(&self) -> Vec<String> {
        let word = match self.status {
            Verdict::Good => "good",
            Verdict::Revoked => "REVOKED",
            Verdict::Undetermined => "unknown",
        };
        let since = self
            .since
            .map(|at| format!("since {}", at.strftime("%F %H:%MZ")));
        let reason = self.reason.map(str::to_owned);
        let by = self.by.as_ref().map(|file| format!("by {file}"));
        let said: Vec<String> = [since, reason, by]
            .into_iter()
            .flatten()
            .chain(self.open.clone())
            .collect();
        let called = match &self.name {
            Some(_) => format!("{}, serial {}", self.called(), self.serial),
            None => self.called(),
        };
        [word, &format!("{called}: {}", said.join("; "))]
            .map(|cell| visible(cell).into_owned())
            .to_vec()
    }
}

impl ListFacts {
    fn of(looked: &Looked) -> Self {
        let list = &looked.list;
        Self {
            file: looked.file.display().to_string(),
            issuer: x509::name_text(&list.issuer).unwrap_or_default(),
            number: list.extensions.number.clone(),
            entries: list.entries,
            this_update: list.this_update,
            next_update: list.next_update,
            signed: match list.signature {
                Signature::Fits => Some(true),
                Signature::DoesNotFit => Some(false),
                Signature::NotTried => None,
            },
        }
    }

    fn row(&self) -> Vec<String> {
        let number = self.number.as_ref().map(|it| format!(", number {it}"));
        let next = self
            .next_update
            .map(|it| format!(" to {}", it.strftime("%F %H:%MZ")));
        let about = format!(
            "{}: {}{}, {} entries, {}{}",
            self.file,
            self.issuer,
            number.unwrap_or_default(),
            self.entries,
            self.this_update.strftime("%F %H:%MZ"),
            next.unwrap_or_default()
        );
        ["list", &about]
            .map(|cell| visible(cell).into_owned())
            .to_vec()
    }
}

impl Explanation for LookUp {
    fn text(&self, width: u16) -> String {
        let mut text = headline(&visible(&self.answer()));
        text.push('\n');
        let certificates = self.certificates.iter().map(Answered::row);
        let rows = certificates.chain(self.lists.iter().map(ListFacts::row));
        text += &columns(rows, &[9], width);
        text
    }
}
