//! A checklist and what happened to it, put together: the document that every format prints.

mod change;
mod evidence;
mod next;

use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use super::{
    definition::{Artefact, Fresh, ProvenBy, Stage, Step, Wait},
    rules::Progress,
    state::Status,
};
pub use change::Change;
pub use evidence::EvidenceView;
pub use next::{AheadStep, AheadView, AwaitedStep, AwaitedView, NextView};

use crate::environment::Role;

/// The whole checklist, as `ptl checklist show --format json` prints it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct View<'a> {
    /// The version of this form.
    pub schema: u32,
    /// `checklist`.
    pub kind: &'static str,
    /// Name and version of the tool.
    pub tool: &'static str,
    /// The checklist's id.
    pub definition: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// What is onboarded; nothing where it is for any service.
    pub service: Option<&'a str>,
    /// Which side; nothing where it is for both.
    pub role: Option<Role>,
    /// How many steps are how far.
    pub summary: Summary,
    /// The phases, in order.
    pub stages: Vec<StageView<'a>>,
    /// What can be done now, what should come first first.
    pub next: Vec<NextView<'a>>,
    /// Who is waited for, who is late first.
    pub awaited: Vec<AwaitedView<'a>>,
    /// The longest chain of waiting that sources have figures for; nothing where none has one any more.
    pub ahead: Option<AheadView<'a>>,
    /// The digests of the newest events; none before anything happened, several where histories have not been joined.
    pub heads: Vec<String>,
    /// The steps whose tables were changed by hand, which counts for nothing until it is adopted.
    pub by_hand: Vec<&'a str>,
    /// Whether the history hangs together.
    pub sound: bool,
}

/// How many steps are how far; adds up to `steps`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// All of them.
    pub steps: usize,
    /// Proven, and so is everything that they rely on.
    pub done: usize,
    /// Done, but they rely on something that is open again.
    pub recheck: usize,
    /// Begun.
    pub in_progress: usize,
    /// Somebody else is waited for.
    pub waiting: usize,
    /// Tried, and it did not hold.
    pub failed: usize,
    /// Something stands in the way.
    pub blocked: usize,
    /// Counts as done until a day.
    pub waived: usize,
    /// Does not apply here.
    pub not_applicable: usize,
    /// Nothing happened yet, or opened again.
    pub open: usize,
}

/// A phase.
#[derive(Clone, Debug, Serialize)]
pub struct StageView<'a> {
    /// Its short name.
    pub id: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// What keeps it shut.
    pub gate: GateView<'a>,
    /// Where it comes from.
    pub source: &'a str,
    /// Its steps, in order.
    pub steps: Vec<StepView<'a>>,
}

/// What keeps a stage shut.
#[derive(Clone, Debug, Serialize)]
pub struct GateView<'a> {
    /// Whether its steps can be worked on.
    pub open: bool,
    /// What it asks for.
    pub requires: &'a [String],
    /// The open steps behind it: of what it asks for, or what that relies on.
    pub missing: Vec<&'a str>,
}

/// A step, and what happened to it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StepView<'a> {
    /// Its short name.
    pub id: &'a str,
    /// What is so once it is done.
    pub title: &'a str,
    /// How far it is.
    pub state: Status,
    /// Whether it can be worked on now: its gate is open, and what it requires is done.
    pub ready: bool,
    /// The environment that it is about.
    pub environment: Option<&'a str>,
    /// Which roles have it.
    pub roles: &'a [Role],
    /// What must be done before it, besides the stage's gate.
    pub requires: &'a [String],
    /// The open steps that it relies on, gate included, all the way down.
    pub missing: Vec<&'a str>,
    /// Patterns of the checks that can prove it.
    pub checks: &'a [String],
    /// Whether those checks prove it alone.
    pub proven_by: ProvenBy,
    /// What its proof is of: with a new one it must be given anew.
    pub about: &'a [Artefact],
    /// How long its proof holds.
    pub fresh: Option<&'a Fresh>,
    /// Whether it is a supplier's own, from `steps.toml`.
    pub own: bool,
    /// Who acts.
    pub owner: &'a str,
    /// Which entry of the Deployment Toolkit's page it stands for.
    pub seed: Option<&'a str>,
    /// What proves it, in words.
    pub evidence_wanted: &'a str,
    /// What to do.
    pub instructions: &'a str,
    /// How long others usually take.
    pub wait: Option<&'a Wait>,
    /// Where it comes from.
    pub source: &'a str,
    /// Since when it is as far as it is.
    pub at: Option<Timestamp>,
    /// Who said so.
    pub by: Option<&'a str>,
    /// Why it is as far as it is.
    pub reason: Option<&'a str>,
    /// Whom it waits for.
    pub on: Option<&'a str>,
    /// The ticket or mail by which they know it.
    pub reference: Option<&'a str>,
    /// The day by which they want to have answered.
    pub due: Option<Date>,
    /// The last day of its waiver.
    pub until: Option<Date>,
    /// Why what is written down of it holds no longer, as a sentence; it is open then.
    pub turned: Option<String>,
    /// What was given as its proof, oldest first.
    pub evidence: Vec<EvidenceView<'a>>,
}

impl<'a> View<'a> {
    /// Everything of a checklist.
    pub fn of(progress: &Progress<'a>) -> Self {
        let definition = progress.definition;
        let stages: Vec<_> = definition
            .stages
            .iter()
            .map(|stage| StageView::of(progress, stage))
            .collect();
        Self {
            schema: 1,
            kind: "checklist",
            tool: concat!("ptl ", env!("CARGO_PKG_VERSION")),
            definition: &definition.id,
            title: &definition.title,
            service: definition.service.as_deref(),
            role: definition.role,
            summary: Summary::of(&stages),
            stages,
            next: NextView::all(progress),
            awaited: next::awaited(progress),
            ahead: progress.ahead().as_ref().map(AheadView::of),
            heads: progress.state.history.heads(),
            by_hand: progress.state.by_hand.keys().map(String::as_str).collect(),
            sound: progress.state.faults.is_empty(),
        }
    }

    /// The same without the other steps and stages; the summary stays that of the whole.
    #[must_use]
    pub fn only(mut self, step: &str) -> Self {
        for stage in &mut self.stages {
            stage.steps.retain(|view| view.id == step);
        }
        self.stages.retain(|stage| !stage.steps.is_empty());
        self
    }

    /// Whether nothing is left to do.
    pub fn is_at_its_end(&self) -> bool {
        let mut stages = self.stages.iter();
        stages.all(|stage| stage.done() == stage.steps.len())
    }

    /// A step and its stage.
    pub fn step(&self, id: &str) -> Option<(&StageView<'a>, &StepView<'a>)> {
        self.stages.iter().find_map(|stage| {
            let step = stage.steps.iter().find(|step| step.id == id)?;
            Some((stage, step))
        })
    }
}

impl Summary {
    fn of(stages: &[StageView<'_>]) -> Self {
        let mut sum = Self::default();
        for step in stages.iter().flat_map(|stage| &stage.steps) {
            sum.steps += 1;
            let count = match step.state {
                Status::Done if step.is_recheck() => &mut sum.recheck,
                Status::Done => &mut sum.done,
                Status::InProgress => &mut sum.in_progress,
                Status::Waiting => &mut sum.waiting,
                Status::Failed => &mut sum.failed,
                Status::Blocked => &mut sum.blocked,
                Status::Waived => &mut sum.waived,
                Status::NotApplicable => &mut sum.not_applicable,
                Status::Open => &mut sum.open,
            };
            *count += 1;
        }
        sum
    }
}

impl<'a> StageView<'a> {
    fn of(progress: &Progress<'a>, stage: &'a Stage) -> Self {
        let missing = ids(&progress.gate_missing(stage));
        Self {
            id: &stage.id,
            title: &stage.title,
            gate: GateView {
                open: missing.is_empty(),
                requires: &stage.gate,
                missing,
            },
            source: &stage.source,
            steps: stage
                .steps
                .iter()
                .map(|step| StepView::of(progress, stage, step))
                .collect(),
        }
    }

    /// How many of its steps need nothing more.
    pub fn done(&self) -> usize {
        let done = |step: &&StepView<'_>| step.state.satisfies() && !step.is_recheck();
        self.steps.iter().filter(done).count()
    }
}

impl<'a> StepView<'a> {
    fn of(progress: &Progress<'a>, stage: &'a Stage, step: &'a Step) -> Self {
        let record = progress.record(&step.id);
        let particulars = record.map(|record| &record.particulars);
        let missing = ids(&progress.relies_on_open(stage, step));
        let state = progress.status(&step.id);
        Self {
            id: &step.id,
            title: &step.title,
            state,
            ready: !state.satisfies() && missing.is_empty(),
            environment: step.environment.as_deref(),
            roles: &step.roles,
            requires: &step.requires,
            missing,
            checks: &step.checks,
            proven_by: step.proven_by,
            about: &step.about,
            fresh: step.fresh.as_ref(),
            own: step.own,
            owner: &step.owner,
            seed: step.seed.as_deref(),
            evidence_wanted: &step.evidence,
            instructions: &step.instructions,
            wait: step.wait.as_ref(),
            source: &step.source,
            at: record.map(|record| record.at),
            by: record.map(|record| record.by.as_str()),
            reason: particulars.and_then(|it| it.reason.as_deref()),
            on: particulars.and_then(|it| it.on.as_deref()),
            reference: particulars.and_then(|it| it.reference.as_deref()),
            due: particulars.and_then(|it| it.due),
            until: particulars.and_then(|it| it.until),
            turned: progress.turn(&step.id).map(|turn| turn.to_string()),
            evidence: record
                .map(|record| record.evidence.iter().map(EvidenceView::of).collect())
                .unwrap_or_default(),
        }
    }

    /// Whether it is done, but relies on something that is open.
    pub fn is_recheck(&self) -> bool {
        self.state == Status::Done && !self.missing.is_empty()
    }
}

fn ids<'a>(steps: &[&'a Step]) -> Vec<&'a str> {
    steps.iter().map(|step| step.id.as_str()).collect()
}
