//! How long answers hold.

use jiff::Timestamp;
use x509_cert::ext::pkix::CrlReason;

use super::{
    super::*,
    made::{AT, DAY, GOOD, Made, entry, family, moment, revoked},
    problem, said, said_at,
};

#[test]
fn an_answer_holds_to_the_second_at_both_ends_and_for_as_long_as_clocks_may_differ() {
    let (ca, leaf) = family();
    let answer = Made::by(&ca, vec![entry(&leaf.certificate, &ca.certificate, GOOD)]).der();
    for (at, problem) in [
        (AT - 3901, Some(Problem::FromTheFuture(moment(AT - 3600)))),
        (AT - 3900, None),
        (AT + 3900, None),
        (AT + 3901, Some(Problem::Ended(moment(AT + 3600)))),
    ] {
        let wanted = problem.map_or(Said::Good, Said::Undetermined);
        assert_eq!(said_at(&answer, &leaf, &ca, at), wanted, "{at}");
    }
    let parts = Timestamp::new(AT + 3900, 999_999_999).unwrap();
    let judged = judge(&answer, &leaf.certificate, &ca.certificate, parts);
    assert_eq!(judged.said, Said::Good);
}

#[test]
fn an_answer_without_an_end_is_taken_for_an_hour() {
    let (ca, leaf) = family();
    let mut open = entry(&leaf.certificate, &ca.certificate, GOOD);
    open.next_update = None;
    let answer = Made::by(&ca, vec![open]).der();
    assert_eq!(said(&answer, &leaf, &ca), Said::Good);
    let problem = problem(said_at(&answer, &leaf, &ca, AT + 1));
    assert_eq!(problem, Problem::WithoutEnd(moment(AT - 3600)));
    assert_eq!(problem.fault(), Fault::Stale);
}

#[test]
fn a_revocation_stands_however_old_it_is_but_for_a_hold() {
    let (ca, leaf) = family();
    let answer = |reason| {
        let entries = vec![entry(&leaf.certificate, &ca.certificate, revoked(reason))];
        Made::by(&ca, entries).der()
    };
    let since = moment(AT - 30 * DAY);
    for at in [AT - 2 * DAY, AT, AT + 500 * DAY] {
        let Said::Revoked {
            since: said,
            reason,
        } = said_at(&answer(Some(CrlReason::KeyCompromise)), &leaf, &ca, at)
        else {
            panic!("it is revoked");
        };
        assert_eq!(said, since);
        assert_eq!(reason.map(Reason::word), Some("keyCompromise"));
        let without = said_at(&answer(None), &leaf, &ca, at);
        let reason = None;
        assert_eq!(without, Said::Revoked { since, reason });
    }
    let hold = answer(Some(CrlReason::CertificateHold));
    assert!(matches!(said(&hold, &leaf, &ca), Said::Revoked { .. }));
    // As with lists: what a CA says ahead of time, it says.
    let early = said_at(&hold, &leaf, &ca, AT - DAY);
    assert!(matches!(early, Said::Revoked { .. }), "{early:?}");
    let ended = problem(said_at(&hold, &leaf, &ca, AT + DAY));
    assert_eq!(ended, Problem::Ended(moment(AT + 3600)));
}
