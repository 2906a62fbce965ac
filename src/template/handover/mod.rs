//! What is handed over of a checklist: the document of kind `checklist-report`, which every form of it is made of.
//!
//! It is an allow-list: what no field here names appears in no form. Of `ptl.toml` there are the names that the
//! NHS knows the install by, and nothing of keys, files, networks, proxies, comments or secrets.

mod dates;
mod events;
mod evidence;
mod steps;

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;

pub use dates::{Ending, Generation, Life};
pub use events::Event;
pub use evidence::{Checked, Found, Given, PastReport};
pub use steps::{Count, Next, Pending, Stage, Step, Usual};

use crate::{
    checklist::{book::Book, held::Held, view::View},
    config, environment,
    survey::expiry::Endings,
};

/// What a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The checklist and what happened to it.
    pub book: &'a Book,
    /// The same, put together.
    pub view: &'a View<'a>,
    /// The install, where the folder has a `ptl.toml`.
    pub install: Option<&'a config::Install>,
    /// The profiles of environments that are known.
    pub profiles: &'a [&'a environment::Environment],
    /// What ends in it.
    pub endings: &'a Endings,
    /// The evidence that is at hand.
    pub held: &'a [Held],
}

/// The document.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Handover<'a> {
    schema: u32,
    kind: &'static str,
    tool: &'static str,
    /// The time that everything is judged by, UTC, whole seconds.
    pub made: Timestamp,
    /// The digests of the newest events: who keeps them can prove later that nothing before them was changed.
    pub heads: &'a [String],
    /// Whether the history hangs together.
    pub sound: bool,
    /// The steps whose tables were changed by hand, which counts for nothing.
    pub by_hand: &'a [&'a str],
    /// The checklist's id.
    pub definition: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// Whose it is; nothing where the folder has no `ptl.toml`.
    pub install: Option<Install<'a>>,
    /// How many steps are how far, in the order of [`steps::STATES`]; those that there are none of are left out.
    pub states: Vec<Count>,
    /// How many steps there are.
    pub steps: usize,
    /// How many of them nobody has to do anything for any more.
    pub settled: usize,
    /// The phases, in order.
    pub stages: Vec<Stage<'a>>,
    /// What can be done now, what should come first first.
    pub next: Vec<Next<'a>>,
    /// What is begun, waited for, or stands still.
    pub pending: Vec<Pending<'a>>,
    /// What was recorded, oldest first.
    pub events: Vec<Event<'a>>,
    /// The trust generations of the install's environments.
    pub generations: Vec<Generation<'a>>,
    /// What ends, the nearest first.
    pub endings: Vec<Ending<'a>>,
    /// How many files could not be read for their dates.
    pub unread: usize,
    /// The evidence that is a report of ptl's own.
    pub reports: Vec<PastReport<'a>>,
    /// The evidence, in the checklist's order.
    pub evidence: Vec<Given<'a>>,
}

/// Whose checklist it is: the names that the NHS knows the install by.
#[derive(Clone, Debug, Serialize)]
pub struct Install<'a> {
    /// The supplier's name.
    pub organisation: &'a str,
    /// The supplier's ODS code.
    pub ods: &'a str,
    /// The product's name.
    pub product: &'a str,
    /// The product's version.
    pub version: &'a str,
    /// `provider` or `consumer`.
    pub role: &'static str,
    /// What is onboarded.
    pub service: &'a str,
    /// Its environments, in the order of their ids.
    pub environments: Vec<Environment<'a>>,
}

/// The install in an environment.
#[derive(Clone, Debug, Serialize)]
pub struct Environment<'a> {
    /// Its id: `int`.
    pub id: &'a str,
    /// Its full name, where its profile is known.
    pub name: Option<&'a str>,
    /// The registered name.
    pub fqdn: Option<&'a str>,
}

impl<'a> Handover<'a> {
    /// The document of these sources.
    pub fn of(sources: &Sources<'a>) -> Self {
        let view = sources.view;
        let stages = Stage::all(view);
        let states = Count::all(&stages);
        Self {
            schema: 1,
            kind: "checklist-report",
            tool: concat!("ptl ", env!("CARGO_PKG_VERSION")),
            made: whole_second(sources.book.now.at),
            heads: &view.heads,
            sound: view.sound,
            by_hand: &view.by_hand,
            definition: view.definition,
            title: view.title,
            install: sources
                .install
                .map(|install| Install::of(install, sources.profiles)),
            steps: states.iter().map(|count| count.steps).sum(),
            settled: stages.iter().map(|stage| stage.settled).sum(),
            states,
            stages,
            next: Next::all(view),
            pending: Pending::all(view),
            events: events::all(sources.book, view),
            generations: sources
                .install
                .map(|install| Generation::all(install, sources.profiles))
                .unwrap_or_default(),
            endings: sources.endings.all.iter().map(Ending::of).collect(),
            unread: sources.endings.problems.len(),
            reports: PastReport::all(sources.book, sources.held),
            evidence: Given::all(view, sources.held),
        }
    }
}

impl<'a> Install<'a> {
    fn of(install: &'a config::Install, profiles: &[&'a environment::Environment]) -> Self {
        Self {
            organisation: &install.organisation,
            ods: &install.ods,
            product: &install.product,
            version: &install.product_version,
            role: install.role.word(),
            service: &install.service,
            environments: install
                .environments
                .iter()
                .map(|(id, endpoint)| Environment {
                    id,
                    name: profile(profiles, id).map(|profile| profile.name.as_str()),
                    fqdn: endpoint.fqdn.as_deref(),
                })
                .collect(),
        }
    }
}

/// The profile of an environment.
fn profile<'a>(
    profiles: &[&'a environment::Environment],
    id: &str,
) -> Option<&'a environment::Environment> {
    profiles.iter().find(|profile| profile.id == id).copied()
}

fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// The word that a type has in JSON.
fn word(value: impl Serialize) -> Cow<'static, str> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word.into(),
        _ => "".into(),
    }
}
