//! What is told of one install on a board.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

use crate::{
    checklist::{
        definition::Step,
        rules::{Progress, Settled},
        state::{Record, Status},
    },
    config::Install,
    survey::expiry::{Ending, Endings, Kind},
};

const DAY: i64 = 24 * 60 * 60;

/// One install.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// Its folder, as it was come by.
    pub folder: String,
    /// The supplier; nothing where there is no ptl.toml, or it cannot be read.
    pub organisation: Option<String>,
    /// The product.
    pub product: Option<String>,
    /// Its registered names, that of the usual environment first.
    pub fqdns: Vec<String>,
    /// The id of its checklist; nothing where that cannot be read.
    pub definition: Option<String>,
    /// The first stage in which not every step is settled; nothing where all are.
    pub stage: Option<StageNow>,
    /// How many steps there are.
    pub steps: usize,
    /// How many of them need nothing more.
    pub settled: usize,
    /// What should be done first.
    pub next: Option<NextStep>,
    /// What it waits for, longest first.
    pub waiting: Vec<Wait>,
    /// What failed or is blocked, in the checklist's order.
    pub stuck: Vec<Stuck>,
    /// The nearest end of each kind.
    pub endings: Vec<End>,
    /// The steps whose tables were changed by hand.
    pub by_hand: Vec<String>,
    /// Whether the history hangs together; nothing where it cannot be read.
    pub sound: Option<bool>,
    /// What of it could not be read, and why.
    pub unread: Vec<String>,
}

/// The stage that an install is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StageNow {
    /// Its short name.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Its place, from 1.
    pub number: usize,
    /// How many stages there are.
    pub of: usize,
    /// How many of its steps need nothing more.
    pub settled: usize,
    /// How many steps it has.
    pub steps: usize,
}

/// What should be done first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NextStep {
    /// The step.
    pub step: String,
    /// What is so once it is done.
    pub title: String,
    /// Who acts.
    pub owner: String,
}

/// A step that waits for somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wait {
    /// The step.
    pub step: String,
    /// For whom.
    pub on: String,
    /// The ticket or mail by which they know it.
    pub reference: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// Since how many whole days; 0 where that is still to come by this clock.
    pub days: i64,
    /// The day by which they want to have answered.
    pub due: Option<Date>,
    /// Whether that day has passed.
    pub overdue: bool,
}

/// A step that failed or is blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stuck {
    /// The step.
    pub step: String,
    /// Failed or blocked.
    pub state: Status,
    /// What was seen, or stands in the way.
    pub reason: Option<String>,
    /// Since when.
    pub since: Timestamp,
}

/// What ends first of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct End {
    /// A certificate, a CA or a kept list.
    pub kind: Kind,
    /// What it is called.
    pub name: String,
    /// In which environment.
    pub environment: Option<String>,
    /// Its last moment.
    pub ends: Timestamp,
    /// Whole days until then, below 0 where it has passed.
    pub days: i64,
}

impl Row {
    /// An install of which nothing can be told but why.
    pub fn unreadable(folder: &str, why: String) -> Self {
        Self {
            folder: folder.to_owned(),
            unread: vec![why],
            ..Self::default()
        }
    }

    /// Tells of an install by what was read of it.
    pub fn of(
        folder: &str,
        progress: &Progress<'_>,
        install: Option<&Install>,
        endings: &Endings,
    ) -> Self {
        let settled = progress.settled();
        let steps = || progress.definition.steps();
        let state = progress.state;
        Self {
            folder: folder.to_owned(),
            organisation: install.map(|it| it.organisation.clone()),
            product: install.map(|it| it.product.clone()),
            fqdns: install.map(fqdns).unwrap_or_default(),
            definition: Some(progress.definition.id.clone()),
            stage: stage(&settled, progress),
            steps: steps().count(),
            settled: steps().filter(|step| settled.has(&step.id)).count(),
            next: progress.first_ready(&settled).map(NextStep::of),
            waiting: waiting(progress),
            stuck: stuck(progress),
            endings: nearest(endings),
            by_hand: state.by_hand.keys().cloned().collect(),
            sound: Some(state.faults.is_empty()),
            unread: endings.problems.clone(),
        }
    }

    /// What people call it: the product and its supplier, else its folder.
    pub fn name(&self) -> String {
        match (&self.product, &self.organisation) {
            (Some(product), Some(organisation)) => format!("{product}, {organisation}"),
            _ => self.folder.clone(),
        }
    }

    /// Whether a step was tried and did not hold.
    pub fn has_failed(&self) -> bool {
        self.stuck.iter().any(|it| it.state == Status::Failed)
    }

    /// Whether something stands in the way of a step.
    pub fn is_blocked(&self) -> bool {
        self.stuck.iter().any(|it| it.state == Status::Blocked)
    }

    /// Whether the record is not as ptl wrote it.
    pub fn is_unsound(&self) -> bool {
        self.sound == Some(false) || !self.by_hand.is_empty()
    }

    /// Whether something has ended, or ends within so many days.
    pub fn is_expiring(&self, within: i64) -> bool {
        self.endings.iter().any(|end| end.is_within(within))
    }
}

impl End {
    /// Whether it is a kept list.
    pub fn is_list(&self) -> bool {
        self.kind == Kind::List
    }

    /// Whether it has ended, or will within so many days; of a kept list, which a job has anew each day, whether it has ended.
    pub fn is_within(&self, days: i64) -> bool {
        self.days < 0 || (!self.is_list() && self.days < days)
    }
}

impl NextStep {
    fn of(step: &Step) -> Self {
        Self {
            step: step.id.clone(),
            title: step.title.clone(),
            owner: step.owner.clone(),
        }
    }
}

/// The registered names, each once, that of the usual environment first.
fn fqdns(install: &Install) -> Vec<String> {
    let usual = install.environments.get(&install.default_environment);
    let mut fqdns: Vec<String> = Vec::new();
    for endpoint in usual.into_iter().chain(install.environments.values()) {
        if let Some(fqdn) = endpoint.fqdn.as_ref().filter(|it| !fqdns.contains(it)) {
            fqdns.push(fqdn.clone());
        }
    }
    fqdns
}

/// The first stage in which not every step is settled.
fn stage(settled: &Settled<'_>, progress: &Progress<'_>) -> Option<StageNow> {
    let stages = &progress.definition.stages;
    stages.iter().enumerate().find_map(|(place, stage)| {
        let steps = stage.steps.iter();
        let count = steps.filter(|step| settled.has(&step.id)).count();
        (count < stage.steps.len()).then(|| StageNow {
            id: stage.id.clone(),
            title: stage.title.clone(),
            number: place + 1,
            of: stages.len(),
            settled: count,
            steps: stage.steps.len(),
        })
    })
}

/// The records of the steps that are in one of these states now.
fn records<'a>(
    progress: &Progress<'a>,
    states: &'a [Status],
) -> impl Iterator<Item = (&'a str, Status, &'a Record)> {
    let steps = progress.definition.steps();
    steps.filter_map(move |step| {
        let status = progress.status(&step.id);
        let record = progress.record(&step.id)?;
        states
            .contains(&status)
            .then_some((step.id.as_str(), status, record))
    })
}

fn waiting(progress: &Progress<'_>) -> Vec<Wait> {
    let now = progress.now.at;
    let today = now.to_zoned(TimeZone::UTC).date();
    let mut waiting: Vec<_> = records(progress, &[Status::Waiting])
        .map(|(step, _, record)| {
            let particulars = &record.particulars;
            Wait {
                step: step.to_owned(),
                on: particulars.on.clone().unwrap_or_default(),
                reference: particulars.reference.clone(),
                since: record.at,
                days: ((now.as_second() - record.at.as_second()) / DAY).max(0),
                due: particulars.due,
                overdue: particulars.due.is_some_and(|due| today > due),
            }
        })
        .collect();
    waiting.sort_by_key(|wait| wait.since);
    waiting
}

fn stuck(progress: &Progress<'_>) -> Vec<Stuck> {
    records(progress, &[Status::Failed, Status::Blocked])
        .map(|(step, state, record)| Stuck {
            step: step.to_owned(),
            state,
            reason: record.particulars.reason.clone(),
            since: record.at,
        })
        .collect()
}

/// The nearest end of each kind that a board tells of.
fn nearest(endings: &Endings) -> Vec<End> {
    let kinds = [Kind::Leaf, Kind::Sub, Kind::Root, Kind::List];
    let nearest = kinds.iter().filter_map(|kind| {
        let of_kind = endings.all.iter().filter(|it| it.kind == *kind);
        of_kind.filter_map(End::of).min_by_key(|end| end.ends)
    });
    nearest.collect()
}

impl End {
    fn of(ending: &Ending) -> Option<Self> {
        Some(Self {
            kind: ending.kind,
            name: ending.name.clone(),
            environment: ending.environment.clone(),
            ends: ending.ends?,
            days: ending.days,
        })
    }
}
