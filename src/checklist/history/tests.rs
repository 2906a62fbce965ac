//! Digests, faults, joins: on histories made by hand.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod fork;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    audit::{faults, find},
    merge::{Joined, Side, join},
    replay::replay,
    *,
};
use crate::checklist::{
    definition::Artefact,
    state::{File, Proof, Reported},
};

fn at(minute: i8) -> Timestamp {
    format!("2026-11-22T17:{minute:02}:00Z").parse().unwrap()
}

fn block(step: &str, reason: &str) -> Deed {
    let mut deed = Deed::of(Act::Block, step);
    deed.particulars.reason = Some(reason.to_owned());
    deed
}

fn done(step: &str, words: &str, minute: i8) -> Deed {
    Deed {
        evidence: vec![Evidence {
            proof: Proof::Text(words.to_owned()),
            at: at(minute),
            by: "anna".to_owned(),
        }],
        ..Deed::of(Act::Done, step)
    }
}

/// A history of these, a minute apart.
fn history(deeds: Vec<Deed>) -> History {
    let mut history = History::default();
    for (deed, minute) in deeds.into_iter().zip(0..) {
        history.add(deed, "anna", at(minute));
    }
    history
}

fn joined(first: &History, second: &History, kept: &[(&str, Side)]) -> Joined {
    let kept: BTreeMap<_, _> = kept
        .iter()
        .map(|(step, side)| ((*step).to_owned(), *side))
        .collect();
    join(first, second, &kept, "carla", at(59))
}

#[test]
fn an_event_has_the_canonical_form_that_anybody_can_make() {
    let mut deed = done("int.cert", "a \"quoted\" mail \u{e9}\n", 1);
    deed.particulars.bound = BTreeMap::from([(Artefact::Certificate, "ab".to_owned())]);
    deed.evidence.push(Evidence {
        proof: Proof::File(File {
            name: "r.json".to_owned(),
            sha256: "00".to_owned(),
            size: 12,
            report: Some(Reported {
                command: "check-chain".to_owned(),
                environment: Some("int".to_owned()),
                verdict: crate::check::Verdict::Pass,
            }),
            copy: None,
        }),
        at: at(1),
        by: "ben".to_owned(),
    });
    let event = Event {
        heads: vec!["aa".to_owned()],
        at: at(1),
        by: "anna".to_owned(),
        deed,
    };
    assert_eq!(
        digest::canonical(&event),
        "{\"act\":\"done\",\"at\":\"2026-11-22T17:01:00Z\",\"bound\":{\"certificate\":\"ab\"},\"by\":\"anna\",\
         \"evidence\":[{\"at\":\"2026-11-22T17:01:00Z\",\"by\":\"anna\",\"text\":\"a \\\"quoted\\\" mail \u{e9}\\n\"},\
         {\"at\":\"2026-11-22T17:01:00Z\",\"by\":\"ben\",\"command\":\"check-chain\",\"environment\":\"int\",\"file\":\"r.json\",\
         \"sha256\":\"00\",\"size\":12,\"verdict\":\"pass\"}],\"heads\":[\"aa\"],\"step\":\"int.cert\"}"
    );
}

#[test]
fn whatever_is_changed_in_an_event_changes_its_digest_and_is_found() {
    let sound = history(vec![
        block("plan.ods", "no answer"),
        done("plan.ods", "A12345", 1),
        done("plan.nsd", "mail", 2),
    ]);
    assert_eq!(faults(&sound), []);
    let changes: [fn(&mut Event); 6] = [
        |event| event.by = "ben".to_owned(),
        |event| event.at = at(9),
        |event| event.deed.act = Act::Waive,
        |event| event.deed.step = Some("plan.dspt".to_owned()),
        |event| event.deed.evidence.clear(),
        |event| event.deed.particulars.reason = Some("because".to_owned()),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut changed = sound.clone();
        change(&mut changed.events[1].event);
        let found = faults(&changed);
        assert_eq!(found.len(), 1, "{number}");
        assert!(found[0].what.starts_with("it was changed"), "{found:?}");
        // With its digest made anew, the next one follows nothing.
        changed.events[1].digest = digest::of(&changed.events[1].event);
        let found = faults(&changed);
        assert!(found[0].what.starts_with("it follows"), "{found:?}");
    }
}

#[test]
fn what_is_left_out_moved_or_said_twice_is_found() {
    let sound = history(vec![
        done("plan.ods", "A12345", 0),
        done("plan.nsd", "mail", 1),
        done("plan.dspt", "link", 2),
    ]);
    let mut without = sound.clone();
    without.events.remove(1);
    assert_eq!(faults(&without).len(), 1);
    let mut moved = sound.clone();
    moved.events.swap(1, 2);
    assert_eq!(faults(&moved).len(), 1);
    let mut twice = sound.clone();
    twice.events.push(twice.events[2].clone());
    assert_eq!(faults(&twice).len(), 1);
    // Without its end it hangs together: that its head is missing is what tells.
    let mut cut = sound.clone();
    let head = cut.events.pop().unwrap().digest;
    assert_eq!(faults(&cut), []);
    assert!(find(&cut, &head).is_err());
    assert!(find(&sound, &head[..16]).is_ok());
    for wrong in ["", "abc", "zzzzzzzzzzzzzzzzzz", &head[..15]] {
        assert!(find(&sound, wrong).is_err(), "{wrong}");
    }
}

#[test]
fn what_two_wrote_at_once_is_joined_and_nothing_is_lost() {
    let base = history(vec![done("plan.ods", "A12345", 0)]);
    let (mut a, mut b) = (base.clone(), base.clone());
    a.add(done("plan.nsd", "of a", 1), "anna", at(1));
    b.add(done("plan.dspt", "of b", 2), "ben", at(2));
    b.add(done("plan.usecase", "of b", 3), "ben", at(3));
    let Joined::History(all) = joined(&a, &b, &[]) else {
        panic!()
    };
    assert_eq!(all.events.len(), 5);
    assert_eq!(all.heads().len(), 1);
    assert_eq!(faults(&all), []);
    let records = replay(&all);
    let all_done = ["plan.ods", "plan.nsd", "plan.dspt", "plan.usecase"];
    assert!(
        all_done
            .iter()
            .all(|step| records[*step].status == Status::Done)
    );
    // Once more brings nothing, from either side; who has less gets all.
    assert_eq!(joined(&all, &b, &[]), Joined::Nothing);
    assert_eq!(
        joined(&b, &all, &[]),
        Joined::History({
            let mut reordered = b.clone();
            let known = &b.events;
            reordered
                .events
                .extend(all.events.iter().filter(|it| !known.contains(it)).cloned());
            reordered
        })
    );
    assert_eq!(joined(&base, &a, &[]), Joined::History(a.clone()));
}

#[test]
fn a_step_that_both_changed_is_a_conflict_until_somebody_says_which_counts() {
    let base = history(vec![done("plan.ods", "A12345", 0)]);
    let (mut a, mut b) = (base.clone(), base);
    a.add(done("plan.nsd", "of a", 1), "anna", at(1));
    b.add(block("plan.nsd", "no answer"), "ben", at(2));
    let Joined::Conflicts(conflicts) = joined(&a, &b, &[]) else {
        panic!()
    };
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].step, "plan.nsd");
    for (side, status) in [(Side::A, Status::Done), (Side::B, Status::Blocked)] {
        let Joined::History(all) = joined(&a, &b, &[("plan.nsd", side)]) else {
            panic!()
        };
        assert_eq!(faults(&all), []);
        let record = &replay(&all)["plan.nsd"];
        assert_eq!(record.status, status);
        assert_eq!(record.evidence.len(), 1, "the proof stays on record");
    }
    // Both files put together by another program, without a word which counts.
    let mut mixed = a.clone();
    mixed.events.push(b.events[1].clone());
    let found = faults(&mixed);
    assert!(
        found[0].what.contains("no merge says which counts"),
        "{found:?}"
    );
    // Whoever changes the step after both has said so.
    mixed.add(done("plan.nsd", "in the end", 5), "carla", at(5));
    assert_eq!(faults(&mixed), []);
}

#[test]
fn the_same_end_on_both_sides_is_no_conflict() {
    let base = history(vec![done("plan.ods", "A12345", 0)]);
    let (mut a, mut b) = (base.clone(), base);
    a.add(done("plan.nsd", "of a", 1), "anna", at(1));
    b.add(done("plan.nsd", "of b", 2), "ben", at(2));
    let Joined::History(all) = joined(&a, &b, &[]) else {
        panic!()
    };
    assert_eq!(replay(&all)["plan.nsd"].evidence.len(), 2);
    assert_eq!(faults(&all), []);
}

#[test]
fn two_that_began_apart_are_joined_and_a_second_beginning_alone_is_a_fault() {
    let a = history(vec![done("plan.ods", "A12345", 0)]);
    let b = history(vec![done("plan.dspt", "link", 1)]);
    let Joined::History(all) = joined(&a, &b, &[]) else {
        panic!()
    };
    assert_eq!(faults(&all), []);
    let mut mixed = a.clone();
    mixed.events.extend(b.events.clone());
    assert!(faults(&mixed)[0].what.contains("follows nothing"));
}

#[test]
fn a_verdict_that_decides_nothing_leaves_the_state_and_keeps_the_proof() {
    let mut undetermined = done("plan.ods", "a report", 1);
    undetermined.act = Act::Verify;
    let history = history(vec![block("plan.ods", "no answer"), undetermined]);
    let record = &replay(&history)["plan.ods"];
    assert_eq!(record.status, Status::Blocked);
    assert_eq!(record.at, at(0));
    assert_eq!(record.evidence.len(), 1);
}
