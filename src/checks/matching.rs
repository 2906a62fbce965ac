//! KEY-004 and 005: which private key, request and certificate among some files belong together.

use std::sync::Arc;

use crate::check::{Cause, Check, CheckId, Context, Evidence, Layer, Meta, Outcome, Severity};

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// A piece among the others: the subject is its file and what it is.
#[derive(Clone, Debug)]
pub struct MatchFacts {
    /// The piece.
    pub piece: Piece,
    /// All of them, this one included.
    pub all: Arc<Vec<Piece>>,
}

/// The checks on what belongs together.
pub static CHECKS: &[Check<MatchFacts>] = &[
    Check {
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
    },
    Check {
        meta: Meta {
            id: CheckId("KEY-005"),
            title: "a request or certificate belongs to the private key",
            severity: Severity::Notice,
            layer: Layer::Key,
            source: "RFC 5280, 4.1.2.7",
            hint: "Keep it until you know what it is for: a certificate for it may still come.",
            requires: &[],
        },
        run: is_of_use,
    },
];

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
    /// The other pieces of the same key, of this kind.
    fn of_same_key(&self, kind: Kind) -> Vec<&Piece> {
        let mine = self.piece.spki.as_ref();
        let same = |it: &&Piece| it.kind == kind && mine.is_some() && it.spki.as_ref() == mine;
        let others = self.all.iter().filter(same);
        others.filter(|it| **it != self.piece).collect()
    }

    /// Evidence with everything else of the same key.
    fn together(&self, seen: String) -> Evidence {
        let mut evidence = Evidence::seen(seen);
        for (label, kind) in [
            ("private key", Kind::Key),
            ("request", Kind::Request),
            ("certificate", Kind::Certificate),
        ] {
            let pieces = self.of_same_key(kind);
            if !pieces.is_empty() {
                evidence = evidence.with(label, files(&pieces));
            }
        }
        match &self.piece.spki {
            Some(spki) => evidence.with("SHA-256 of the public key", spki),
            None => evidence,
        }
    }
}

fn files(pieces: &[&Piece]) -> String {
    let files: Vec<&str> = pieces.iter().map(|it| it.file.as_str()).collect();
    files.join(", ")
}

fn has_its_key(facts: &MatchFacts, _: &Context<'_>) -> Outcome {
    match facts.piece.kind {
        Kind::Request | Kind::Certificate => {}
        Kind::Authority => return Outcome::not_applicable("the key of a CA is the CA's alone"),
        Kind::Key | Kind::ShutKey => return Outcome::not_applicable("it is a key itself"),
    }
    let keys = facts.of_same_key(Kind::Key);
    if !keys.is_empty() {
        return Outcome::Pass(facts.together(format!("its private key is `{}`", files(&keys))));
    }
    let count = |kind| facts.all.iter().filter(|it| it.kind == kind).count();
    let none = match count(Kind::Key) {
        0 => "no private key was found that could be opened".to_owned(),
        1 => "the one private key here is another's".to_owned(),
        count => format!("none of the {count} private keys here is its own"),
    };
    let shut: Vec<&Piece> = facts
        .all
        .iter()
        .filter(|it| it.kind == Kind::ShutKey)
        .collect();
    if shut.is_empty() {
        return Outcome::Fail(Cause::KeyDoesNotFit, facts.together(none));
    }
    let seen = format!(
        "{none}; it may be one that could not be opened: {}",
        files(&shut)
    );
    Outcome::Undetermined(Some(Cause::KeyDoesNotFit), facts.together(seen).hint(
        "Give the passphrase by --passphrase-file FILE, or run ptl as the user who may read the key.",
    ))
}

fn is_of_use(facts: &MatchFacts, _: &Context<'_>) -> Outcome {
    match facts.piece.kind {
        Kind::Key => {}
        Kind::ShutKey => {
            return Outcome::undetermined("it could not be opened").hint(
                "Give its passphrase by --passphrase-file FILE, or run ptl as the user who may read it.",
            );
        }
        _ => return Outcome::not_applicable("it is no key"),
    }
    let requests = facts.of_same_key(Kind::Request);
    let certificates = facts.of_same_key(Kind::Certificate);
    let seen = match (requests.as_slice(), certificates.as_slice()) {
        ([], []) => {
            return Outcome::Fail(
                Cause::Unrelated,
                facts.together("no request and no certificate here belongs to it".to_owned()),
            );
        }
        (requests, []) => format!("the request `{}` was made with it", files(requests)),
        (_, certificates) => format!("the certificate `{}` is of it", files(certificates)),
    };
    Outcome::Pass(facts.together(seen))
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

    fn of(place: usize, all: &[Piece]) -> MatchFacts {
        MatchFacts {
            piece: all[place].clone(),
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
        let Outcome::Pass(evidence) = judge(has_its_key, &of(2, &all)) else {
            panic!("its key is there");
        };
        assert!(evidence.seen.contains("`a.key`"));
        assert!(evidence.values.contains(&("request", "a.csr".to_owned())));
        assert!(matches!(judge(is_of_use, &of(0, &all)), Outcome::Pass(_)));
        assert_eq!(failed(judge(is_of_use, &of(3, &all))), Cause::Unrelated);
    }

    #[test]
    fn what_has_no_key_here_fails_unless_one_could_not_be_opened() {
        let mut all = vec![
            piece("a.crt", Kind::Certificate, "1"),
            piece("b.key", Kind::Key, "2"),
        ];
        assert_eq!(
            failed(judge(has_its_key, &of(0, &all))),
            Cause::KeyDoesNotFit
        );
        all.push(piece("c.key", Kind::ShutKey, ""));
        let cause = open(judge(has_its_key, &of(0, &all)));
        assert_eq!(cause, Some(Cause::KeyDoesNotFit));
        assert_eq!(open(judge(is_of_use, &of(2, &all))), None);
    }

    #[test]
    fn nobody_looks_for_the_key_of_a_ca() {
        let all = [piece("ca.pem", Kind::Authority, "1")];
        let outcome = judge(has_its_key, &of(0, &all));
        assert!(matches!(outcome, Outcome::NotApplicable(_)));
    }
}
