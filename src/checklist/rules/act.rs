//! What may be done to a step, and what is written down for it.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::Progress;
use crate::{
    check::Verdict,
    checklist::{
        definition::{Stage, Step},
        history::{Act, Deed},
        state::{Evidence, Particulars, Proof, Status},
    },
    error::{Error, Result},
};

/// What somebody wants to do to a step.
#[derive(Clone, Debug)]
pub enum Action {
    /// Work on it has begun.
    Start,
    /// Somebody else is waited for.
    Wait {
        /// Whom.
        on: String,
        /// The ticket or mail by which they know it.
        reference: Option<String>,
        /// The day by which they want to have answered.
        due: Option<Date>,
    },
    /// It is proven by this.
    Done(Vec<Proof>),
    /// It was tried, and this was seen.
    Fail(String),
    /// This stands in its way.
    Block(String),
    /// It counts as done until the end of a day.
    Waive {
        /// Why it may.
        reason: String,
        /// The last day.
        until: Date,
    },
    /// It does not apply to this install, for this reason.
    NotApplicable(String),
    /// It is open again, for this reason.
    Reopen(String),
}

/// Who acts, and when.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The name that is written down.
    pub by: String,
    /// The time that is written down.
    pub at: Timestamp,
}

impl Action {
    fn act(&self) -> Act {
        match self {
            Self::Start => Act::Start,
            Self::Wait { .. } => Act::Wait,
            Self::Done(_) => Act::Done,
            Self::Fail(_) => Act::Fail,
            Self::Block(_) => Act::Block,
            Self::Waive { .. } => Act::Waive,
            Self::NotApplicable(_) => Act::NotApplicable,
            Self::Reopen(_) => Act::Reopen,
        }
    }

    /// The reason that it must have.
    fn reason(&self) -> Option<&str> {
        match self {
            Self::Fail(reason)
            | Self::Block(reason)
            | Self::NotApplicable(reason)
            | Self::Reopen(reason)
            | Self::Waive { reason, .. } => Some(reason),
            Self::Start | Self::Wait { .. } | Self::Done(_) => None,
        }
    }
}

impl<'a> Progress<'a> {
    /// What is to be written down for a step.
    ///
    /// # Errors
    /// Exit 1 where the gate is shut or a required step is open; exit 2 where the action makes no sense.
    pub fn act(&self, id: &str, action: Action, actor: &Actor) -> Result<Deed> {
        let (stage, step) = self.find(id)?;
        let act = action.act();
        self.may_not_repeat(step, act)?;
        if let Some(reason) = action.reason() {
            has_reason(act, step, reason)?;
        }
        match &action {
            Action::Reopen(_) => {}
            // It needs no way there, but is never the way past a gate.
            Action::NotApplicable(_) => self.stands_in_no_gate(step)?,
            Action::Done(proofs) => {
                self.gate_is_open(stage, step)?;
                self.requirements_are_done(step)?;
                has_evidence(step, proofs)?;
                self.proofs_fit(step, proofs)?;
            }
            Action::Waive { until, .. } => {
                self.gate_is_open(stage, step)?;
                is_to_come(step, *until, actor.at)?;
            }
            Action::Start | Action::Wait { .. } | Action::Fail(_) | Action::Block(_) => {
                self.gate_is_open(stage, step)?;
            }
        }
        Ok(self.deed(step, action, actor))
    }

    fn deed(&self, step: &Step, action: Action, actor: &Actor) -> Deed {
        let mut deed = Deed::of(action.act(), &step.id);
        deed.particulars.reason = action.reason().map(str::to_owned);
        let particulars = &mut deed.particulars;
        match action {
            Action::Wait { on, reference, due } => {
                *particulars = Particulars {
                    on: Some(on),
                    reference,
                    due,
                    ..Particulars::default()
                };
            }
            Action::Waive { until, .. } => particulars.until = Some(until),
            Action::Done(proofs) => {
                particulars.bound = self.now.bound(step);
                let evidence = proofs.into_iter().map(|proof| Evidence {
                    proof,
                    at: actor.at,
                    by: actor.by.clone(),
                });
                deed.evidence = evidence.collect();
            }
            _ => {}
        }
        deed
    }

    /// What counts as done changes by `reopen` alone; nothing is written down twice.
    fn may_not_repeat(&self, step: &Step, act: Act) -> Result<()> {
        let id = &step.id;
        let status = self.status(id);
        let Some(record) = self.record(id) else {
            return match act {
                Act::Reopen => Err(Error::input(format!("`{id}` is open already"))
                    .hint(format!("See what it wants: `ptl checklist show {id}`."))),
                _ => Ok(()),
            };
        };
        let since = format!("since {}, by {}", record.at, record.by);
        match (status, act) {
            // What ended by itself can be opened in words, too.
            (Status::Open, Act::Reopen) if record.status == Status::Open => {
                Err(Error::input(format!("`{id}` is open already"))
                    .hint(format!("See what it wants: `ptl checklist show {id}`.")))
            }
            (_, Act::Reopen) => Ok(()),
            (Status::Done, _) => Err(
                Error::input(format!("`{id}` is done already ({since})")).hint(format!(
                    "To prove it again, open it first: `ptl checklist reopen {id} --reason \"...\"`."
                )),
            ),
            (Status::NotApplicable, _) => Err(Error::input(format!(
                "`{id}` does not apply here ({since})"
            ))
            .hint(format!(
                "If it does, open it first: `ptl checklist reopen {id} --reason \"...\"`."
            ))),
            (Status::InProgress, Act::Start) => Err(Error::input(format!(
                "`{id}` is in progress already ({since})"
            ))
            .hint(format!(
                "When it is proven: `ptl checklist done {id} --evidence \"...\"`."
            ))),
            _ => Ok(()),
        }
    }

    /// What a gate asks for applies to everybody: who must go on without it answers for that until a day.
    fn stands_in_no_gate(&self, step: &Step) -> Result<()> {
        let mut stages = self.definition.stages.iter();
        let Some(stage) = stages.find(|stage| stage.gate.contains(&step.id)) else {
            return Ok(());
        };
        let id = &step.id;
        Err(Error::input(format!(
            "`{id}` always applies: the stage `{}` is shut without it",
            stage.title
        ))
        .hint(format!(
            "Prove it, or answer for it until a day: `ptl checklist waive {id} --reason \"...\" --until YYYY-MM-DD`."
        )))
    }

    pub(in crate::checklist) fn gate_is_open(&self, stage: &'a Stage, step: &Step) -> Result<()> {
        let missing = self.gate_missing(stage);
        if missing.is_empty() {
            return Ok(());
        }
        Err(Error::unmet(format!(
            "the stage `{}` is shut, so `{}` must wait: {} to be done first",
            stage.title,
            step.id,
            are(&missing)
        ))
        .details(missing.iter().map(|step| line(step)))
        .hint(self.way_in(&missing)))
    }

    fn requirements_are_done(&self, step: &'a Step) -> Result<()> {
        let missing = self.requires_missing(step);
        if missing.is_empty() {
            return Ok(());
        }
        Err(Error::unmet(format!(
            "`{}` relies on what is not done: {} to be done first",
            step.id,
            are(&missing)
        ))
        .details(missing.iter().map(|step| line(step)))
        .hint(self.way_in(&missing)))
    }

    /// Whether a step can be worked on and proven now.
    ///
    /// # Errors
    /// Exit 1 where the gate is shut or a required step is open.
    pub fn can_be_proven(&self, stage: &'a Stage, step: &'a Step) -> Result<()> {
        self.gate_is_open(stage, step)?;
        self.requirements_are_done(step)
    }

    /// What proves something in one environment proves nothing in another, and a report proves what it says.
    fn proofs_fit(&self, step: &Step, proofs: &[Proof]) -> Result<()> {
        let Some(wanted) = &step.environment else {
            return Ok(());
        };
        let elsewhere = self.given_elsewhere(wanted);
        for proof in proofs {
            let Proof::File(file) = proof else {
                continue;
            };
            let reported = file.report.as_ref();
            let other = reported.and_then(|report| report.environment.as_deref());
            let verdict = reported.map_or(Verdict::Pass, |report| report.verdict);
            let wrong = match other.filter(|other| other != wanted) {
                _ if verdict != Verdict::Pass => Some(format!(
                    "it is a report, and its verdict is {}",
                    verdict.word()
                )),
                Some(other) => Some(format!("it is a report about `{other}`")),
                None => elsewhere
                    .get(file.sha256.as_str())
                    .map(|step| format!("it proves `{step}` already")),
            };
            if let Some(wrong) = wrong {
                return Err(Error::input(format!(
                    "`{}` proves nothing of `{wanted}`: {wrong}",
                    file.name
                ))
                .hint(format!(
                    "Give what was seen in `{wanted}`; `ptl checklist show {}` says what is wanted.",
                    step.id
                )));
            }
        }
        Ok(())
    }

    /// The files that prove steps of other environments: digest and step.
    fn given_elsewhere(&self, environment: &str) -> BTreeMap<&'a str, &'a str> {
        let mut given = BTreeMap::new();
        for step in self.definition.steps() {
            let is_other = step
                .environment
                .as_deref()
                .is_some_and(|it| it != environment);
            let Some(record) = self.record(&step.id).filter(|_| is_other) else {
                continue;
            };
            for evidence in &record.evidence {
                if let Proof::File(file) = &evidence.proof {
                    given.insert(file.sha256.as_str(), step.id.as_str());
                }
            }
        }
        given
    }

    /// The command that brings the first of these nearer: it, or what must be done before it.
    fn way_in(&self, missing: &[&'a Step]) -> String {
        let mut first = missing.first().copied();
        // A shipped checklist has no cycle; the bound keeps any other from looping.
        for _ in 0..self.definition.steps().count() {
            let Some((stage, step)) = first.and_then(|step| self.definition.step(&step.id)) else {
                break;
            };
            match self.relies_on_open(stage, step).first() {
                Some(deeper) => first = Some(deeper),
                None => break,
            }
        }
        let Some(step) = first else {
            return "See what comes first: `ptl checklist next`.".to_owned();
        };
        format!(
            "Begin with `ptl checklist done {} --evidence \"...\"` (wanted: {}); the whole order: `ptl checklist next`.",
            step.id, step.evidence
        )
    }
}

fn are(missing: &[&Step]) -> String {
    match missing {
        [one] => format!("`{}` has", one.id),
        [head @ .., last] if head.len() < 3 => {
            let ids: Vec<String> = head.iter().map(|step| format!("`{}`", step.id)).collect();
            format!("{} and `{}` have", ids.join(", "), last.id)
        }
        many => format!("{} steps have", many.len()),
    }
}

fn line(step: &Step) -> String {
    format!("{}: {}", step.id, step.title)
}

fn has_evidence(step: &Step, proofs: &[Proof]) -> Result<()> {
    let blank = |proof: &Proof| matches!(proof, Proof::Text(text) if text.trim().is_empty());
    if !proofs.is_empty() && !proofs.iter().any(blank) {
        return Ok(());
    }
    Err(Error::input(format!(
        "`{}` cannot be done without evidence; wanted: {}",
        step.id, step.evidence
    ))
    .hint(format!(
        "Give a reference or a file: `ptl checklist done {} --evidence \"...\"`.",
        step.id
    )))
}

fn has_reason(act: Act, step: &Step, reason: &str) -> Result<()> {
    if !reason.trim().is_empty() {
        return Ok(());
    }
    let command = act.word();
    Err(
        Error::input(format!("`{}` needs a reason for {command}", step.id)).hint(format!(
            "Say why: `ptl checklist {command} {} --reason \"...\"`.",
            step.id
        )),
    )
}

/// A waiver that has ended already would change nothing.
fn is_to_come(step: &Step, until: Date, at: Timestamp) -> Result<()> {
    let today = at.to_zoned(TimeZone::UTC).date();
    if until >= today {
        return Ok(());
    }
    Err(Error::input(format!(
        "`{}` cannot be waived until {until}: that day is over",
        step.id
    ))
    .hint("Name the last day on which it may be missing: `--until 2027-01-31`."))
}
