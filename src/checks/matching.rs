//! KEY-004 and 005: which private key, request and certificate among some files belong together.

use std::sync::Arc;

use crate::check::{Cause, Check, CheckId, Context, Evidence, Layer, Meta, Outcome, Severity};

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A private key.
    Key,
    /// A private key that could not be opened: encrypted, or this user may not read it.
    ShutKey,
    /// A certificate request.
    Request,
    /// A certificate of an endpoint.
    Certificate,
    /// A certificate of a CA, whose key is nobody's but the CA's.
    Authority,
}

/// One key, request or certificate of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The file.
    pub file: String,
    /// What it is.
    pub kind: Kind,
    /// The name that it is known by; empty for a key.
    pub label: String,
    /// SHA-256 of the DER SubjectPublicKeyInfo, lower-case hex; nothing for a key that could not be opened.
    pub spki: Option<String>,
}

/// What has one public key, or a key that could not be opened alone: the subject names every piece of it.
#[derive(Clone, Debug)]
pub struct MatchFacts {
    /// The pieces: keys, then requests, then certificates.
    pub together: Vec<Piece>,
    /// Everything that was found, these included.
    pub all: Arc<Vec<Piece>>,
}

/// The check on requests and certificates, and what is with them.
pub static WANTS_A_KEY: &[Check<MatchFacts>] = &[Check {
    meta: Meta {
        id: CheckId("KEY-004"),
        title: "the private key of a request or certificate is among the files",
        severity: Severity::Error,
        layer: Layer::Key,
        source: "RFC 2986, 4.1 and RFC 5280, 4.1.2.7: both hold the public key of one private key",
        hint: "Name more files or folders to look for it; if it is lost, make a new pair: `ptl csr --fqdn NAME --out DIR`.",
        requires: &[],
    },
    run: has_its_key,
}];

/// The check on a key that is alone.
pub static LONE_KEY: &[Check<MatchFacts>] = &[Check {
    meta: Meta {
        id: CheckId("KEY-005"),
        title: "a private key has a request or certificate that belongs to it",
        severity: Severity::Notice,
        layer: Layer::Key,
        source: "RFC 5280, 4.1.2.7",
        hint: "Keep it until you know what it is for: a certificate for it may still come.",
        requires: &[],
    },
    run: is_of_use,
}];

/// What opens a key that is shut.
const OPEN_IT: &str =
    "Give its passphrase by --passphrase-file FILE, or run ptl as the user who may read it.";

impl Piece {
    /// What it is, for sentences: `certificate example.nhs.uk`.
    pub fn what(&self) -> String {
        let kind = match self.kind {
            Kind::Key => "private key",
            Kind::ShutKey => "private key that could not be opened",
            Kind::Request => "request",
            Kind::Certificate => "certificate",
            Kind::Authority => "CA certificate",
        };
        match self.label.is_empty() {
            true => kind.to_owned(),
            false => format!("{kind} {}", self.label),
        }
    }
}

impl MatchFacts {
    fn has(&self, kinds: &[Kind]) -> bool {
        self.together
            .iter()
            .any(|piece| kinds.contains(&piece.kind))
    }

    /// Evidence with every piece and the key that they share.
    fn seen(&self, seen: impl Into<String>) -> Evidence {
        let mut evidence = Evidence::seen(seen);
        for (label, kind) in [
            ("private key", Kind::Key),
            ("request", Kind::Request),
            ("certificate", Kind::Certificate),
        ] {
            let files = files(&self.together, kind);
            if !files.is_empty() {
                evidence = evidence.with(label, files);
            }
        }
        match self.together.iter().find_map(|piece| piece.spki.as_ref()) {
            Some(spki) => evidence.with("SHA-256 of the public key", spki),
            None => evidence,
        }
    }
}

/// The files of the pieces of a kind, comma-separated.
fn files(pieces: &[Piece], kind: Kind) -> String {
    let files = pieces.iter().filter(|it| it.kind == kind);
    files
        .map(|it| it.file.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

fn has_its_key(facts: &MatchFacts, _: &Context<'_>) -> Outcome {
    if !facts.has(&[Kind::Request, Kind::Certificate]) {
        return Outcome::not_applicable("the key of a CA is the CA's alone");
    }
    if facts.has(&[Kind::Key]) {
        return Outcome::Pass(facts.seen("they are of one key"));
    }
    let none = match facts.all.iter().filter(|it| it.kind == Kind::Key).count() {
        0 => "no private key was found that could be opened".to_owned(),
        1 => "the one private key here is another's".to_owned(),
        count => format!("none of the {count} private keys here fits"),
    };
    let shut = files(&facts.all, Kind::ShutKey);
    if shut.is_empty() {
        return Outcome::Fail(Cause::KeyDoesNotFit, facts.seen(none));
    }
    let seen = facts.seen(format!(
        "{none}; it may be one that could not be opened: {shut}"
    ));
    Outcome::Undetermined(Some(Cause::KeyDoesNotFit), seen.hint(OPEN_IT))
}

fn is_of_use(facts: &MatchFacts, _: &Context<'_>) -> Outcome {
    if !facts.has(&[Kind::Key]) {
        return Outcome::undetermined("it could not be opened").hint(OPEN_IT);
    }
    Outcome::Fail(
        Cause::Unrelated,
        facts.seen("no request and no certificate here belongs to it"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::network::made::{failed, judge, open};

    fn piece(file: &str, kind: Kind, spki: &str) -> Piece {
        Piece {
            file: file.to_owned(),
            kind,
            label: String::new(),
            spki: (!spki.is_empty()).then(|| spki.to_owned()),
        }
    }

    fn group(places: &[usize], all: &[Piece]) -> MatchFacts {
        MatchFacts {
            together: places.iter().map(|place| all[*place].clone()).collect(),
            all: Arc::new(all.to_vec()),
        }
    }

    #[test]
    fn what_has_one_public_key_belongs_together() {
        let all = [
            piece("a.key", Kind::Key, "1"),
            piece("a.csr", Kind::Request, "1"),
            piece("a.crt", Kind::Certificate, "1"),
            piece("b.key", Kind::Key, "2"),
        ];
        let Outcome::Pass(evidence) = judge(has_its_key, &group(&[0, 1, 2], &all)) else {
            panic!("its key is there");
        };
        assert!(
            evidence
                .values
                .contains(&("private key", "a.key".to_owned()))
        );
        assert!(evidence.values.contains(&("request", "a.csr".to_owned())));
        assert_eq!(
            failed(judge(is_of_use, &group(&[3], &all))),
            Cause::Unrelated
        );
    }

    #[test]
    fn what_has_no_key_here_fails_unless_one_could_not_be_opened() {
        let mut all = vec![
            piece("a.crt", Kind::Certificate, "1"),
            piece("b.key", Kind::Key, "2"),
        ];
        let lone = group(&[0], &all);
        assert_eq!(failed(judge(has_its_key, &lone)), Cause::KeyDoesNotFit);
        all.push(piece("c.key", Kind::ShutKey, ""));
        let cause = open(judge(has_its_key, &group(&[0], &all)));
        assert_eq!(cause, Some(Cause::KeyDoesNotFit));
        assert_eq!(open(judge(is_of_use, &group(&[2], &all))), None);
    }

    #[test]
    fn nobody_looks_for_the_key_of_a_ca() {
        let all = [piece("ca.pem", Kind::Authority, "1")];
        let outcome = judge(has_its_key, &group(&[0], &all));
        assert!(matches!(outcome, Outcome::NotApplicable(_)));
    }
}
