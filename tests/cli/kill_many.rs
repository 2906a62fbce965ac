//! Eight processes write one checklist while others are killed: no event is lost or doubled, the file is always whole.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use ptl::checklist::{
    history::replay::replay,
    state::{self, State},
};

use crate::{
    checklist::{FILE, provider, ptl},
    hostile::{Dice, seed},
    support::{Bench, trials},
};

/// How many write at once, and are let be.
const WRITERS: usize = 8;
/// How many more are killed meanwhile.
const KILLED: usize = 3;

/// A change, each with a reason by which its event is known again: of one step by all, and of a step of its own.
fn order(writer: usize, mark: &str) -> Vec<String> {
    const OWN: [&str; 4] = ["plan.usecase", "build.tkw", "build.jwt", "build.headers"];
    let step = match writer % 2 {
        0 => "plan.ods",
        _ => OWN[writer / 2 % OWN.len()],
    };
    let words: &[&str] = match writer % 4 {
        0 => &["block", step, "--reason", mark],
        1 => &["done", step, "--evidence", mark],
        2 => &["reopen", step, "--reason", mark],
        _ => &["fail", step, "--reason", mark],
    };
    let all = [&["checklist"], words, &["--by", "anna"]].concat();
    all.into_iter().map(str::to_owned).collect()
}

fn start(bench: &Bench, order: &[String]) -> Child {
    let mut command = bench.command(order);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

fn read(bench: &Bench) -> State {
    let text = bench.read(FILE);
    let (_, state) = state::parse(&text, FILE).expect("the file is whole");
    assert!(state.faults.is_empty(), "{:?}", state.faults);
    assert!(state.by_hand.is_empty(), "{:?}", state.by_hand);
    assert_eq!(state.records, replay(&state.history));
    state
}

/// How often each mark stands in the history.
fn marks(state: &State) -> BTreeMap<String, usize> {
    let mut marks = BTreeMap::new();
    for entry in &state.history.events {
        let deed = &entry.event.deed;
        let mark = match (&deed.particulars.reason, deed.evidence.first()) {
            (Some(reason), _) => reason.clone(),
            (None, Some(evidence)) => match &evidence.proof {
                state::Proof::Text(text) => text.clone(),
                state::Proof::File(file) => file.name.clone(),
            },
            (None, None) => continue,
        };
        *marks.entry(mark).or_default() += 1;
    }
    marks
}

#[test]
fn eight_write_while_others_are_killed_and_every_event_is_there_once() {
    let rounds = trials(50);
    let seed = seed();
    let mut dice = Dice::of(seed);
    let bench = provider();
    let begun = Instant::now();
    start(&bench, &order(0, "first")).wait().unwrap();
    // So many at once take so much longer.
    let longest = begun.elapsed().as_micros() as usize * (WRITERS + KILLED);
    let (mut said, mut refused, mut killed_in, mut killed_out) = (1, 0, 0, 0);
    let mut expected = BTreeMap::from([("first".to_owned(), 1)]);
    for round in 0..rounds {
        if round % 50 == 49 {
            // A new one: whoever tries for long would come to the most that a checklist may have.
            ptl(&bench, &["audit"]).exits(0);
            bench.write(FILE, state::fresh("booking-provider"));
            expected.clear();
        }
        let mark = |kind: &str, number: usize| format!("{kind} {number} of round {round}");
        let mut killed: Vec<_> = (0..KILLED)
            .map(|number| {
                let kind = dice.below(4);
                let after = Duration::from_micros(dice.below(longest) as u64);
                let mark = mark("killed", number);
                (start(&bench, &order(kind, &mark)), mark, after)
            })
            .collect();
        let began = Instant::now();
        let mut writers: Vec<_> = (0..WRITERS)
            .map(|number| {
                let mark = mark("writer", number);
                (start(&bench, &order(number, &mark)), mark)
            })
            .collect();
        killed.sort_by_key(|(.., after)| *after);
        for (run, _, after) in &mut killed {
            std::thread::sleep(after.saturating_sub(began.elapsed()));
            run.kill().unwrap();
        }
        for (run, _, _) in &mut killed {
            run.wait().unwrap();
        }
        // Whole at every moment, not only when all have ended.
        read(&bench);
        for (run, mark) in &mut writers {
            // A step that is done already or open already is refused, and the file says nothing of that.
            match run.wait().unwrap().code() {
                Some(0) => {
                    expected.insert(mark.clone(), 1);
                    said += 1;
                }
                Some(2) => refused += 1,
                other => panic!("PTL_SEED={seed}, {mark}: {other:?}"),
            }
        }
        let found = marks(&read(&bench));
        for (_, mark, _) in &killed {
            // Who was killed may have written, but never twice.
            match found.get(mark) {
                Some(1) => {
                    expected.insert(mark.clone(), 1);
                    killed_in += 1;
                }
                None => killed_out += 1,
                Some(more) => panic!("PTL_SEED={seed}, {mark}: {more} times"),
            }
        }
        assert_eq!(found, expected, "PTL_SEED={seed}, round {round}");
    }
    ptl(&bench, &["audit"]).exits(0);
    ptl(&bench, &["start", "plan.dspt"]).exits(0);
    assert_eq!(bench.files(), [".checklist.toml.lock", FILE]);
    // Past the test harness, which would swallow what a passing test says.
    let size = fs::metadata(bench.path(FILE)).unwrap().len();
    let _ = writeln!(
        std::io::stderr(),
        "{rounds} rounds in {:?}: {said} written, {refused} refused; of the killed {killed_in} had written and {killed_out} not; {size} bytes",
        begun.elapsed()
    );
    assert!(killed_in > 0 && killed_out > 0, "the kills were no test");
}
