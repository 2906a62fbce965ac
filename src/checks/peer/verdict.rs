//! The words of a verifier's row: taken or refused, as whose certificate, and every reason with its rule's source.

use super::reason::{self, Reason};
use crate::check::{Cause, Outcome};

/// Whose certificate it is in the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The server's: a client judges it.
    Server,
    /// The client's: a server judges it.
    Client,
}

impl Side {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Server => "a server's",
            Self::Client => "a client's",
        }
    }
}

/// The row of a verifier: met where it takes the certificate as that of each side.
pub(super) fn verdict(
    verifier: &str,
    sides: &[Side],
    refused: impl Fn(Side) -> Vec<Reason>,
) -> Outcome {
    let answers: Vec<(Side, Vec<Reason>)> =
        sides.iter().map(|side| (*side, refused(*side))).collect();
    let named = |taken: bool| -> Vec<&str> {
        answers
            .iter()
            .filter(|(_, reasons)| reasons.is_empty() == taken)
            .map(|(side, _)| side.word())
            .collect()
    };
    let (takes, refuses) = (named(true), named(false));
    let outcome = match first(&answers) {
        None => Outcome::pass(format!("{verifier} takes it as {}", takes.join(" and as "))),
        Some(cause) => {
            let but = match takes.first() {
                Some(side) => format!(", and takes it as {side}"),
                None => String::new(),
            };
            Outcome::fail(
                cause,
                format!(
                    "{verifier} refuses it as {}{but}: {}",
                    refuses.join(" and as "),
                    reason::all(&answers)
                ),
            )
        }
    };
    answers.iter().fold(outcome, |outcome, (side, reasons)| {
        let label = match side {
            Side::Server => "as a server's",
            Side::Client => "as a client's",
        };
        let word = if reasons.is_empty() {
            "taken"
        } else {
            "refused"
        };
        outcome.with(label, word)
    })
}

fn first(answers: &[(Side, Vec<Reason>)]) -> Option<Cause> {
    let mut reasons = answers.iter().flat_map(|(_, reasons)| reasons);
    reasons.next().map(|reason| reason.cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Outcome::{Fail, Pass};

    fn reason(label: &str, said: &str) -> Reason {
        Reason {
            cause: Cause::Sha1Signature,
            label: label.to_owned(),
            said: said.to_owned(),
            source: "book 1".to_owned(),
        }
    }

    const BOTH: &[Side] = &[Side::Server, Side::Client];

    #[test]
    fn what_is_taken_says_as_whose() {
        let Pass(evidence) = verdict("Go", BOTH, |_| Vec::new()) else {
            panic!("it is met");
        };
        assert_eq!(evidence.seen, "Go takes it as a server's and as a client's");
        assert_eq!(evidence.values[0], ("as a server's", "taken".to_owned()));
    }

    #[test]
    fn a_reason_for_both_is_said_once_and_one_for_one_side_says_which() {
        let Fail(_, evidence) = verdict("Go", BOTH, |side| match side {
            Side::Server => vec![
                reason("a", "old"),
                reason("b", "old"),
                reason("a", "nameless"),
            ],
            Side::Client => vec![reason("a", "old"), reason("b", "old")],
        }) else {
            panic!("it is not met");
        };
        assert_eq!(
            evidence.seen,
            "Go refuses it as a server's and as a client's: `a`, `b`: old (book 1); as a server's `a`: nameless (book 1)"
        );
    }

    #[test]
    fn one_side_may_be_refused_and_the_other_taken() {
        let Fail(_, evidence) = verdict("Go", BOTH, |side| match side {
            Side::Server => vec![reason("a", "nameless")],
            Side::Client => Vec::new(),
        }) else {
            panic!("it is not met");
        };
        assert_eq!(
            evidence.seen,
            "Go refuses it as a server's, and takes it as a client's: `a`: nameless (book 1)"
        );
    }
}
