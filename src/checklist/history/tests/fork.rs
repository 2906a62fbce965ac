//! What two wrote at once: what holds does not follow from the order of the lines.

use super::*;
use crate::check::Verdict;

fn adopt(step: &str, state: Status, evidence: Vec<Evidence>) -> Deed {
    Deed {
        state: Some(state),
        evidence,
        why: Some("it was so".to_owned()),
        ..Deed::of(Act::Adopt, step)
    }
}

fn report(verdict: Verdict, minute: i8) -> Evidence {
    Evidence {
        proof: Proof::File(File {
            name: "r.json".to_owned(),
            sha256: "0".repeat(64),
            size: 12,
            report: Some(Reported {
                command: "checklist-verify".to_owned(),
                environment: None,
                verdict,
            }),
            copy: None,
        }),
        at: at(minute),
        by: "anna".to_owned(),
    }
}

/// Numbers by chance, the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// Something that may be done after this history.
fn chance(history: &History, chance: &mut Chance, minute: i8) -> Deed {
    let step = ["plan.ods", "plan.nsd", "plan.dspt"][chance.below(3)];
    let so_far = replay(history).remove(step);
    let evidence = so_far.map_or_else(Vec::new, |it| it.evidence);
    match chance.below(5) {
        0 => block(step, "no answer"),
        1 => Deed::of(Act::Start, step),
        2 => adopt(
            step,
            Status::InProgress,
            evidence.into_iter().skip(1).collect(),
        ),
        3 => Deed {
            evidence: vec![report(Verdict::Pass, minute)],
            ..Deed::of(Act::Verify, step)
        },
        _ => done(step, "mail", minute),
    }
}

fn add_by_chance(history: &mut History, numbers: &mut Chance, by: &str) {
    for _ in 0..numbers.below(5) {
        let minute = i8::try_from(numbers.below(50)).unwrap();
        let deed = chance(history, numbers, minute);
        history.add(deed, by, at(minute));
    }
}

fn keeping(first: &History, second: &History, kept: &mut BTreeMap<String, Side>) -> Joined {
    let joined = join(first, second, kept, "carla", at(59));
    let Joined::Conflicts(conflicts) = joined else {
        return joined;
    };
    kept.extend(conflicts.into_iter().map(|it| (it.step, Side::A)));
    join(first, second, kept, "carla", at(59))
}

#[test]
fn equal_heads_stand_for_equal_states_whoever_joins_whom() {
    let mut joins = 0;
    for seed in 0..400 {
        let mut numbers = Chance(seed);
        let mut base = History::default();
        add_by_chance(&mut base, &mut numbers, "zoe");
        let (mut a, mut b) = (base.clone(), base);
        for round in 0..3 {
            add_by_chance(&mut a, &mut numbers, "anna");
            add_by_chance(&mut b, &mut numbers, "ben");
            let mut kept = BTreeMap::new();
            let first = keeping(&a, &b, &mut kept);
            for side in kept.values_mut() {
                *side = Side::B;
            }
            let (Joined::History(ab), Joined::History(ba)) =
                (first, join(&b, &a, &kept, "carla", at(59)))
            else {
                continue;
            };
            joins += 1;
            assert_eq!(ab.heads(), ba.heads(), "{seed} {round}");
            assert_eq!(replay(&ab), replay(&ba), "{seed} {round}");
            assert_eq!(
                (faults(&ab), faults(&ba)),
                (vec![], vec![]),
                "{seed} {round}"
            );
            (a, b) = (ab, ba);
        }
    }
    assert!(joins > 300, "{joins}");
}

#[test]
fn who_adopts_takes_nothing_away_that_another_gave_meanwhile() {
    let base = history(vec![done("plan.ods", "A12345", 0)]);
    let evidence = replay(&base)["plan.ods"].evidence.clone();
    let (mut a, mut b) = (base.clone(), base);
    a.add(Deed::of(Act::Reopen, "plan.ods"), "anna", at(1));
    a.add(done("plan.ods", "of a", 2), "anna", at(2));
    b.add(adopt("plan.ods", Status::Done, evidence), "ben", at(3));
    for (first, second) in [(&a, &b), (&b, &a)] {
        let Joined::History(all) = joined(first, second, &[]) else {
            panic!()
        };
        let told: Vec<_> = replay(&all)["plan.ods"]
            .evidence
            .iter()
            .map(|it| it.proof.clone())
            .collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.contains(&Proof::Text("of a".to_owned())));
    }
}

/// A fork of two ends of a step, and an event that joins both.
fn fork(last: impl FnOnce(&History) -> Deed) -> History {
    let mut all = history(vec![Deed::of(Act::Start, "plan.ods")]);
    let mut other = all.clone();
    all.add(done("plan.ods", "of a", 1), "anna", at(1));
    other.add(block("plan.ods", "no answer"), "ben", at(2));
    all.events.push(other.events[1].clone());
    let last = last(&all);
    all.add(last, "carla", at(3));
    all
}

#[test]
fn only_a_merge_keeps_and_only_what_a_side_said_last() {
    let digest = |all: &History, place: usize| vec![all.events[place].digest.clone()];
    assert_eq!(faults(&fork(|all| Deed::merge(digest(all, 1)))), []);
    assert_eq!(faults(&fork(|all| Deed::merge(digest(all, 2)))), []);
    let wrong: [fn(&History) -> Deed; 4] = [
        |all| Deed::merge(vec![all.events[0].digest.clone()]),
        |all| Deed {
            keeps: vec![all.events[1].digest.clone()],
            ..Deed::of(Act::Start, "plan.nsd")
        },
        |_| Deed::merge(Vec::new()),
        |_| Deed::of(Act::Verify, "plan.ods"),
    ];
    for (number, wrong) in wrong.into_iter().enumerate() {
        assert_ne!(faults(&fork(wrong)), [], "{number}");
    }
    // What was opened again is not brought back by a merge that joins nothing.
    let mut again = history(vec![
        done("plan.ods", "A12345", 0),
        block("plan.ods", "false"),
    ]);
    again.add(Deed::merge(digest(&again, 0)), "anna", at(3));
    assert_ne!(faults(&again), []);
    assert_eq!(replay(&again)["plan.ods"].status, Status::Blocked);
}

#[test]
fn what_no_ptl_writes_is_found() {
    let verify = |state, verdict| Deed {
        state,
        evidence: vec![report(verdict, 0)],
        ..Deed::of(Act::Verify, "plan.ods")
    };
    let of = |deed: Deed| faults(&history(vec![deed]));
    for (state, verdict, is_sound) in [
        (Some(Status::Done), Verdict::Pass, true),
        (Some(Status::InProgress), Verdict::Pass, true),
        (Some(Status::Failed), Verdict::Fail, true),
        (None, Verdict::Undetermined, true),
        (Some(Status::Done), Verdict::Fail, false),
        (Some(Status::Done), Verdict::Undetermined, false),
        (Some(Status::Failed), Verdict::Pass, false),
        (Some(Status::Waived), Verdict::Pass, false),
    ] {
        assert_eq!(
            of(verify(state, verdict)).is_empty(),
            is_sound,
            "{state:?} {verdict:?}"
        );
    }
    assert_ne!(of(Deed::of(Act::Verify, "plan.ods")), []);
    assert_ne!(
        of(Deed {
            state: Some(Status::Done),
            ..block("plan.ods", "no answer")
        }),
        []
    );
    // Twice the same before it.
    let mut twice = history(vec![block("plan.ods", "no answer")]);
    let head = twice.events[0].digest.clone();
    let event = Event {
        heads: vec![head.clone(), head],
        at: at(1),
        by: "anna".to_owned(),
        deed: Deed::of(Act::Start, "plan.nsd"),
    };
    twice.events.push(Entry {
        digest: digest::of(&event),
        event,
    });
    assert_eq!(faults(&twice).len(), 1);
}
