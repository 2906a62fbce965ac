//! What revocation lists say of certificates: the document of kind `crl-lookup`.

use jiff::Timestamp;
use serde::Serialize;

use super::{ListFacts, UnreadableList};
use crate::{
    check::Verdict,
    crl::{
        Gap,
        lookup::{self, Looked, Wanted},
        ocsp::Said,
        status::Status,
    },
    report::{Explanation, explain::headline, human::columns, visible},
    survey::revocation::Shelf,
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
    /// Lists that are kept and cannot be read.
    pub unreadable: Vec<UnreadableList>,
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
    pub status: CertificateStatus,
    /// Since when it is revoked.
    pub since: Option<Timestamp>,
    /// Why it was revoked, where the list says.
    pub reason: Option<&'static str>,
    /// What decides: the list, by its file, or the answer of a responder.
    pub by: Option<String>,
    /// What each list that says nothing lacks, as `FILE: why`.
    pub open: Vec<String>,
    /// What to do where it is not known.
    pub next: Option<&'static str>,
}

/// What a certificate is, by the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateStatus {
    /// Not revoked.
    Good,
    /// Revoked.
    Revoked,
    /// Not known.
    Undetermined,
}

impl LookUp {
    /// The document of what was found.
    pub fn of(wanted: &[Wanted], shelf: &Shelf, judged: Timestamp) -> Self {
        let current = lookup::current(&shelf.looked, judged);
        let unreadable = UnreadableList::of(&shelf.unreadable);
        let mut found = Self {
            schema: 1,
            kind: "crl-lookup",
            tool: concat!("ptl ", env!("CARGO_PKG_VERSION")),
            judged,
            certificates: wanted
                .iter()
                .enumerate()
                .map(|(number, it)| Answered::of(it, number, &current, &unreadable))
                .collect(),
            lists: shelf.looked.iter().map(ListFacts::of).collect(),
            unreadable,
        };
        // One that says revoked goes before all that say good.
        for answer in &shelf.answers {
            found.certificates[answer.number].hear(answer.said.as_ref());
        }
        found
    }

    /// The worst of all.
    pub fn verdict(&self) -> Verdict {
        let any = |wanted| self.certificates.iter().any(|it| it.status == wanted);
        if any(CertificateStatus::Revoked) {
            Verdict::Fail
        } else if any(CertificateStatus::Undetermined) {
            Verdict::Undetermined
        } else {
            Verdict::Pass
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
        match (
            first(CertificateStatus::Revoked),
            first(CertificateStatus::Undetermined),
        ) {
            (Some(it), _) => format!(
                "REVOKED: {}{}. Next: use it no more; ask for a new one with a new key: `ptl csr`.",
                it.called(),
                more(count(CertificateStatus::Revoked))
            ),
            (None, Some(it)) => format!(
                "UNKNOWN: {}{}. Next: {}",
                it.called(),
                more(count(CertificateStatus::Undetermined)),
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

/// What to do where a responder can be asked.
const ASK: &str = "Ask its responder: `ptl crl fetch`, or without an install `ptl crl fetch CERT --issuer CA --out DIR`; then look it up there (--cache DIR).";

/// What each list lacks; other CAs' lists are named only where there is nothing else.
fn open(number: usize, looked: &[&Looked], unreadable: &[UnreadableList]) -> Vec<String> {
    let unreadable = unreadable.iter().map(|it| it.why.clone());
    let gaps = looked.iter().filter_map(|it| match &it.said[number] {
        Status::Undetermined(gap) => Some((it, gap)),
        _ => None,
    });
    let (others, own): (Vec<_>, Vec<_>) = gaps.partition(|(_, gap)| **gap == Gap::OtherIssuer);
    if own.is_empty() && others.len() > 1 {
        let none = format!("none of {} lists is its issuer's", others.len());
        return std::iter::once(none).chain(unreadable).collect();
    }
    let told = if own.is_empty() { others } else { own };
    let told = told.iter();
    told.map(|(it, gap)| format!("{}: {gap}", it.file.display()))
        .chain(unreadable)
        .collect()
}

fn more(count: usize) -> String {
    match count {
        0 | 1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    }
}

impl Answered {
    fn of(
        wanted: &Wanted,
        number: usize,
        looked: &[&Looked],
        unreadable: &[UnreadableList],
    ) -> Self {
        let best = lookup::best(wanted, looked.iter().map(|it| &it.said[number]));
        let decides = looked.iter().find(|it| it.said[number] == best);
        let (status, since, reason) = match &best {
            Status::Good => (CertificateStatus::Good, None, None),
            Status::Revoked { since, reason } => (
                CertificateStatus::Revoked,
                *since,
                reason.map(|reason| reason.word()),
            ),
            Status::Undetermined(_) => (CertificateStatus::Undetermined, None, None),
        };
        let file = |it: &Looked| it.file.display().to_string();
        Self {
            name: match wanted {
                Wanted::Certificate(certificate) => Some(certificate.label()),
                Wanted::Serial(_) => None,
            },
            serial: wanted.shown(),
            by: decides
                .filter(|_| status != CertificateStatus::Undetermined)
                .map(|it| file(it)),
            open: match status {
                CertificateStatus::Undetermined => open(number, looked, unreadable),
                _ => Vec::new(),
            },
            next: match &best {
                // It may be the very one.
                Status::Undetermined(Gap::OtherIssuer) if !unreadable.is_empty() => {
                    Some(UnreadableList::NEXT)
                }
                Status::Undetermined(gap) => Some(gap.next()),
                _ => None,
            },
            status,
            since,
            reason,
        }
    }

    fn hear(&mut self, said: Option<&Said>) {
        let (status, since, reason) = match (self.status, said) {
            (
                CertificateStatus::Good | CertificateStatus::Undetermined,
                Some(Said::Revoked { since, reason }),
            ) => {
                let reason = reason.map(|reason| reason.word());
                (CertificateStatus::Revoked, Some(*since), reason)
            }
            (CertificateStatus::Undetermined, Some(Said::Good)) => {
                (CertificateStatus::Good, None, None)
            }
            (CertificateStatus::Undetermined, Some(Said::Undetermined(problem))) => {
                self.open.push(format!(
                    "the responder's answer (OCSP) that is kept: {problem}"
                ));
                return;
            }
            (CertificateStatus::Undetermined, None) => {
                self.open
                    .push("no answer of its responder (OCSP) is kept".to_owned());
                self.next = Some(ASK);
                return;
            }
            _ => return,
        };
        *self = Self {
            name: self.name.take(),
            serial: std::mem::take(&mut self.serial),
            status,
            since,
            reason,
            by: Some("the responder's answer (OCSP) that is kept".to_owned()),
            open: Vec::new(),
            next: None,
        };
    }

    fn called(&self) -> String {
        match &self.name {
            Some(name) => format!("`{name}`"),
            None => format!("serial 0x{}", self.serial),
        }
    }

    fn row(&self) -> Vec<String> {
        let word = match self.status {
            CertificateStatus::Good => "good",
            CertificateStatus::Revoked => "REVOKED",
            CertificateStatus::Undetermined => "unknown",
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

impl Explanation for LookUp {
    fn text(&self, width: u16) -> String {
        let mut text = headline(&visible(&self.answer()));
        text.push('\n');
        let certificates = self.certificates.iter().map(Answered::row);
        let lists = self
            .lists
            .iter()
            .map(|it| vec!["list".to_owned(), it.line()]);
        let unreadable = self.unreadable.iter();
        let unreadable = unreadable.map(|it| vec!["unread".to_owned(), it.line()]);
        let rows = certificates.chain(lists).chain(unreadable);
        text += &columns(rows, &[9], width);
        text
    }
}
