//! REV-020 to 022: a responder answers, may answer, and its answer holds now.

use jiff::Timestamp;

use super::{end, meta};
use crate::{
    check::{Cause, Check, Context, Evidence, Outcome, Severity},
    crl::{
        fetch::Refused,
        ocsp::{Fault, Judged, Problem, Said, Seen},
    },
    net::download::End,
};

/// What became of asking for one certificate's status, or of an answer that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspFacts {
    /// Where the responder is; nothing for an answer that is kept.
    pub responder: Option<String>,
    /// What came.
    pub heard: Heard,
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Nobody was asked: why.
    NotAsked(Refused),
    /// Nothing that could be an answer.
    Nothing(End),
    /// Something that was judged.
    Answer(Judged),
}

/// The checks on an OCSP answer; the subject is the certificate, by OCSP.
pub static OCSP: &[Check<OcspFacts>] = &[
    Check {
        meta: meta(
            "REV-020",
            // The list says the same, and REV-001 whether anything says it.
            Severity::Warning,
            "the responder answers for the certificate",
            "RFC 6960, 2.1 to 2.3",
            "Ask again: run the same `ptl crl fetch` once more; until then the CA's list alone says whether the certificate is revoked.",
            &[],
        ),
        run: answers,
    },
    Check {
        meta: meta(
            "REV-021",
            Severity::Error,
            "the OCSP answer is signed by the certificate's issuer, or by whom it lets",
            "RFC 6960, 4.2.2.2",
            "Ask again; if it stays so, somebody else answers for the CA: ask the CA, and rely on its list.",
            // Of an answer that did not come, nothing would be known: REV-020 says so, and it weighs nothing more.
            &[],
        ),
        run: is_signed_by_whom_the_issuer_lets,
    },
    Check {
        meta: meta(
            "REV-022",
            Severity::Error,
            "the OCSP answer is in date",
            "RFC 6960, 4.2.2.1",
            "Ask again: run the same `ptl crl fetch` once more.",
            &[],
        ),
        run: is_in_date,
    },
];

impl OcspFacts {
    /// Evidence with what the answer says of itself.
    fn seen(&self, sentence: impl Into<String>) -> Evidence {
        let mut evidence = Evidence::seen(sentence);
        if let Some(responder) = &self.responder {
            evidence = evidence.with("responder", responder);
        }
        let Heard::Answer(Judged {
            seen: Some(seen), ..
        }) = &self.heard
        else {
            return evidence;
        };
        evidence = evidence
            .with("signed by", &seen.signer)
            .with("signed on", seen.produced_at)
            .with("this update", seen.this_update);
        match seen.next_update {
            Some(next) => evidence.with("next update", next),
            None => evidence,
        }
    }

    /// The problem of a kind that the answer has.
    fn problem(&self, fault: Fault) -> Option<&Problem> {
        match &self.heard {
            Heard::Answer(Judged {
                said: Said::Undetermined(problem),
                ..
            }) => Some(problem).filter(|problem| problem.fault() == fault),
            _ => None,
        }
    }

    /// What a problem is as a finding.
    fn fails(&self, cause: Cause, problem: &Problem) -> Outcome {
        Outcome::Fail(
            cause,
            self.seen(format!("the OCSP answer says nothing of it: {problem}"))
                .hint(problem.next()),
        )
    }

    /// The answer that speaks of the certificate, and what it says of it.
    fn answer(&self) -> Option<(&Said, &Seen)> {
        match &self.heard {
            Heard::Answer(judged) => Some((&judged.said, judged.seen.as_ref()?)),
            Heard::Nothing(_) | Heard::NotAsked(_) => None,
        }
    }
}

fn answers(facts: &OcspFacts, _: &Context<'_>) -> Outcome {
    if let Some(problem) = facts.problem(Fault::Missing) {
        return facts.fails(Cause::OcspMissing, problem);
    }
    match &facts.heard {
        Heard::NotAsked(refused) => {
            let evidence = facts.seen(format!("Nobody was asked: {refused}."));
            Outcome::Fail(
                Cause::CrlNotFollowed,
                match refused {
                    Refused::NotFollowed(_, Some(host)) => {
                        evidence.hint(format!("If you know that host, add `--allow-host {host}`."))
                    }
                    _ => evidence,
                },
            )
        }
        Heard::Nothing(nothing) => {
            let evidence = facts.seen(format!("the responder gave no answer: {nothing}"));
            Outcome::Fail(end::cause(nothing), evidence)
        }
        Heard::Answer(judged) => Outcome::Pass(facts.seen(match &judged.said {
            Said::Good => "the responder says that it is good".to_owned(),
            Said::Revoked { since, reason } => format!(
                "the responder says that it was revoked on {}{}",
                day(*since),
                reason.map_or_else(String::new, |reason| format!(" ({})", reason.word()))
            ),
            Said::Undetermined(_) => "there is an answer that speaks of it".to_owned(),
        })),
    }
}

fn is_signed_by_whom_the_issuer_lets(facts: &OcspFacts, _: &Context<'_>) -> Outcome {
    if let Some(problem) = facts.problem(Fault::Unauthorised) {
        return facts.fails(Cause::OcspUnauthorised, problem);
    }
    match facts.answer() {
        None => Outcome::not_applicable("there is no answer that speaks of the certificate"),
        Some((_, seen)) => Outcome::Pass(facts.seen(format!("{} signed it, and may", seen.signer))),
    }
}

fn is_in_date(facts: &OcspFacts, context: &Context<'_>) -> Outcome {
    if let Some(problem) = facts.problem(Fault::Stale) {
        return facts.fails(Cause::OcspStale, problem);
    }
    let Some((said, seen)) = facts.answer() else {
        return Outcome::not_applicable("there is no answer that speaks of the certificate");
    };
    let ended = |next: &Timestamp| next.as_second() < context.at.as_second();
    let sentence = match (said, seen.next_update) {
        (Said::Revoked { .. }, next) if next.as_ref().is_none_or(ended) => {
            "that a certificate was revoked stands, however old the answer is".to_owned()
        }
        (Said::Undetermined(_), _) => {
            return Outcome::not_applicable("it says nothing that could hold");
        }
        (_, Some(next)) => format!("it holds until {}", day(next)),
        (_, None) => "it was true a moment ago, and does not say until when it holds".to_owned(),
    };
    Outcome::Pass(facts.seen(sentence))
}

fn day(at: Timestamp) -> impl std::fmt::Display {
    at.strftime("%F %H:%MZ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checks::network::made::{failed, judge},
        crl::ocsp::form::Word,
        net::tcp::Opening,
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap_or_default()
    }

    fn facts(said: Said, next_update: Option<Timestamp>) -> OcspFacts {
        OcspFacts {
            responder: Some("http://ocsp.nhs.uk/ocsp".to_owned()),
            heard: Heard::Answer(Judged {
                said,
                seen: Some(Seen {
                    signer: "Responder".to_owned(),
                    produced_at: at(0),
                    this_update: at(0),
                    next_update,
                }),
            }),
        }
    }

    fn passes(outcome: Outcome) -> String {
        match outcome {
            Outcome::Pass(evidence) => evidence.seen,
            other => panic!("{other:?}"),
        }
    }

    fn binds_not(outcome: &Outcome) -> bool {
        matches!(outcome, Outcome::NotApplicable(_))
    }

    #[test]
    fn a_good_answer_meets_all_three() {
        let good = facts(Said::Good, Some(Timestamp::MAX));
        assert!(passes(judge(answers, &good)).contains("good"));
        let signed = passes(judge(is_signed_by_whom_the_issuer_lets, &good));
        assert!(signed.starts_with("Responder"), "{signed}");
        assert!(passes(judge(is_in_date, &good)).contains("holds until"));
    }

    #[test]
    fn a_revocation_stands_however_old_the_answer_is() {
        let revoked = Said::Revoked {
            since: at(0),
            reason: None,
        };
        let old = facts(revoked, Some(at(-1)));
        assert!(passes(judge(answers, &old)).contains("revoked on 1970-01-01"));
        assert!(passes(judge(is_in_date, &old)).contains("however old"));
    }

    #[test]
    fn each_problem_is_one_checks_alone() {
        let table: [(Problem, Cause); 3] = [
            (Problem::Unknown, Cause::OcspMissing),
            (
                Problem::WithoutRight("x".to_owned()),
                Cause::OcspUnauthorised,
            ),
            (Problem::Ended(at(1)), Cause::OcspStale),
        ];
        for (problem, cause) in table {
            let facts = facts(Said::Undetermined(problem.clone()), None);
            let mut failures = Vec::new();
            for check in OCSP {
                if let Outcome::Fail(cause, evidence) = judge(check.run, &facts) {
                    assert!(evidence.seen.contains(&problem.to_string()));
                    assert_eq!(evidence.hint.as_deref(), Some(problem.next()));
                    failures.push(cause);
                }
            }
            assert_eq!(failures, [cause], "{problem}");
        }
    }

    #[test]
    fn what_did_not_come_is_neither_signed_nor_dated() {
        let refused = OcspFacts {
            responder: None,
            heard: Heard::Answer(Judged {
                said: Said::Undetermined(Problem::Refused(Word::TryLater)),
                seen: None,
            }),
        };
        let shut = OcspFacts {
            responder: None,
            heard: Heard::Nothing(End::Shut(Opening::Refused)),
        };
        assert_eq!(failed(judge(answers, &refused)), Cause::OcspMissing);
        assert_eq!(failed(judge(answers, &shut)), Cause::TcpRefused);
        for facts in [refused, shut] {
            assert!(binds_not(&judge(is_signed_by_whom_the_issuer_lets, &facts)));
            assert!(binds_not(&judge(is_in_date, &facts)));
        }
    }
}
