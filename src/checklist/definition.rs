//! The shipped checklists: stages, gates and steps as data; and a supplier's own steps among them.

mod own;
mod proof;

use std::sync::OnceLock;

pub use own::{FILE as OWN_FILE, OwnFile, OwnSteps, elsewhere, followed, of_install, with_own};
pub use proof::{Artefact, Fresh, ProvenBy, Wait};
use serde::Deserialize;

use crate::{
    environment::Role,
    error::{Error, Result, nearest},
};

/// The checklists that ptl ships: id and TOML text.
pub const SHIPPED: &[(&str, &str)] = &[
    (
        "booking-provider",
        include_str!("../../checklists/booking-provider.toml"),
    ),
    (
        "booking-consumer",
        include_str!("../../checklists/booking-consumer.toml"),
    ),
    (
        "gp-connect-consumer",
        include_str!("../../checklists/gp-connect-consumer.toml"),
    ),
    ("renewal", include_str!("../../checklists/renewal.toml")),
];

/// The shipped checklists that are begun beside an install's own, as often as they are needed.
pub const BESIDE: &[&str] = &["renewal"];

/// One checklist: the whole way of one role of one service, or what comes up beside it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The version of the file's form.
    pub schema: u32,
    /// Its short name: `booking-provider`.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What is onboarded; nothing where it is for any service.
    pub service: Option<String>,
    /// For which side; nothing where it is for both.
    pub role: Option<Role>,
    /// Its phases, in order.
    #[serde(rename = "stage")]
    pub stages: Vec<Stage>,
}

/// A phase, and what keeps it shut.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its short name: `live`.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The steps that must be done before anything in it.
    pub gate: Vec<String>,
    /// Where it comes from.
    pub source: String,
    /// Its steps, in order.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// One entry of a checklist.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its short name: `int.csr`.
    pub id: String,
    /// What is so once it is done.
    pub title: String,
    /// The environment that it is about, if one.
    pub environment: Option<String>,
    /// Which roles have it; left out, both.
    #[serde(default = "both")]
    pub roles: Vec<Role>,
    /// Who acts.
    pub owner: String,
    /// The steps that must be done before it, besides the stage's gate.
    #[serde(default)]
    pub requires: Vec<String>,
    /// What proves it, in words.
    pub evidence: String,
    /// Patterns of the checks that can prove it, as `TRUST-*`.
    #[serde(default)]
    pub checks: Vec<String>,
    /// Whether those checks prove it alone.
    #[serde(default, rename = "proven-by")]
    pub proven_by: ProvenBy,
    /// What its proof is about: with a new one, the step is to be proven again.
    #[serde(default)]
    pub about: Vec<Artefact>,
    /// How long its proof holds; nothing where it does not get old by itself.
    pub fresh: Option<Fresh>,
    /// Which entry of the Deployment Toolkit's page it stands for, as `live-install-2`.
    pub seed: Option<String>,
    /// Where it comes from.
    pub source: String,
    /// What to do, in sentences.
    #[serde(rename = "do")]
    pub instructions: String,
    /// How long others usually take, where a source says so.
    pub wait: Option<Wait>,
    /// Whether it is a supplier's own, from the `steps.toml` beside the install.
    #[serde(skip)]
    pub own: bool,
}

fn both() -> Vec<Role> {
    vec![Role::Provider, Role::Consumer]
}

/// The id of the checklist for a service and a role: `booking-provider`.
///
/// # Errors
/// Where no checklist of that service is shipped.
pub fn id_for(service: &str, role: Role) -> Result<&'static str> {
    match (service, role) {
        ("booking", Role::Provider) => Ok("booking-provider"),
        ("booking", Role::Consumer) => Ok("booking-consumer"),
        ("gp-connect", Role::Consumer) => Ok("gp-connect-consumer"),
        ("gp-connect", Role::Provider) => Err(Error::input(
            "no checklist for a provider of the service `gp-connect`",
        )
        .hint("ptl ships one for its consumers, and both of `booking`. Everything but `ptl checklist` works without one.")),
        _ => Err(Error::input(format!(
            "no checklist for the service `{service}`"
        ))
        .hint("Set `service` in ptl.toml to \"booking\" or \"gp-connect\": for these ptl ships checklists.")),
    }
}

/// The checklist of an id that is begun beside an install's own.
///
/// # Errors
/// Where none of that id is.
pub fn beside(id: &str) -> Result<Definition> {
    if BESIDE.contains(&id)
        && let Some(definition) = find(id)?
    {
        return Ok(definition);
    }
    let hint = match id_of_whole_way(id) {
        true => "A way to live begins with `ptl init`, in a folder of its own.".to_owned(),
        false => format!("There is: {}.", BESIDE.join(", ")),
    };
    Err(Error::input(format!(
        "`{id}` is no checklist that is begun beside another"
    ))
    .hint(hint))
}

fn id_of_whole_way(id: &str) -> bool {
    SHIPPED.iter().any(|(shipped, _)| *shipped == id)
}

/// The shipped checklist of an id, if there is one.
///
/// # Errors
/// As [`shipped`].
pub fn find(id: &str) -> Result<Option<Definition>> {
    Ok(shipped(id)?.cloned())
}

/// As [`find`], without a copy: it is read once a run, since a board of many installs asks for it each time.
///
/// # Errors
/// Never in a ptl that passed its tests, which read every one of them.
pub fn shipped(id: &str) -> Result<Option<&'static Definition>> {
    static READ: [OnceLock<Definition>; SHIPPED.len()] = [const { OnceLock::new() }; SHIPPED.len()];
    let Some(number) = SHIPPED.iter().position(|(shipped, _)| *shipped == id) else {
        return Ok(None);
    };
    if let Some(read) = READ[number].get() {
        return Ok(Some(read));
    }
    let read = toml::from_str(SHIPPED[number].1).map_err(|error| {
        Error::internal(format!("the shipped checklist `{id}` is damaged")).because(error)
    })?;
    Ok(Some(READ[number].get_or_init(|| read)))
}

impl Definition {
    /// Every step, in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.stages.iter().flat_map(|stage| &stage.steps)
    }

    /// A step and its stage.
    pub fn step(&self, id: &str) -> Option<(&Stage, &Step)> {
        self.stages.iter().find_map(|stage| {
            let step = stage.steps.iter().find(|step| step.id == id)?;
            Some((stage, step))
        })
    }

    /// What must be done before a step: its stage's gate, then its own requirements; some may come twice.
    pub fn needs<'a>(&self, stage: &'a Stage, step: &'a Step) -> impl Iterator<Item = &'a str> {
        stage.gate.iter().chain(&step.requires).map(String::as_str)
    }

    /// The step that a mistyped id most likely means.
    pub fn nearest(&self, wrong: &str) -> Option<&str> {
        nearest(wrong, self.steps().map(|step| step.id.as_str()))
    }
}

#[cfg(test)]
mod tests;
