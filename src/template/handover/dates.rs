//! What begins and ends: trust generations of the environments' profiles, and the expiries of the install.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;

use super::{profile, word};
use crate::{config, environment, survey::expiry};

/// A trust generation of an environment.
#[derive(Clone, Debug, Serialize)]
pub struct Generation<'a> {
    /// The environment's id.
    pub environment: &'a str,
    /// Its short name: `g2`.
    pub id: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// When peers of it must be accepted.
    pub accept: Life,
    /// When our own certificate must be of it.
    pub present: Life,
    /// Whether Spine takes it no longer, though its dates run on.
    pub superseded: bool,
    /// The last moment of its root.
    pub root: Timestamp,
}

/// From when to when something holds; an open end has no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Life {
    /// The first moment.
    pub from: Option<Timestamp>,
    /// The first moment after.
    pub until: Option<Timestamp>,
}

/// Something that ends. Where it stands (a path of the machine) is left out.
#[derive(Clone, Debug, Serialize)]
pub struct Ending<'a> {
    /// The environment; nothing for a waiver.
    pub environment: Option<&'a str>,
    /// `leaf`, `sub`, `root`, `list`, `waiver` or `request`.
    pub kind: Cow<'static, str>,
    /// What it is called.
    pub name: &'a str,
    /// Its last moment; nothing for a request.
    pub ends: Option<Timestamp>,
    /// Since when it is waited for.
    pub since: Option<Timestamp>,
    /// Whole days until then, below 0 where it has passed; or days waited.
    pub days: i64,
    /// `ended`, `soon`, `near`, `far` or `waiting`.
    pub nearness: Cow<'static, str>,
}

impl<'a> Generation<'a> {
    /// Those of the install's environments whose profiles are known.
    pub(super) fn all(
        install: &'a config::Install,
        profiles: &[&'a environment::Environment],
    ) -> Vec<Self> {
        let ids = install.environments.keys();
        ids.filter_map(|id| profile(profiles, id))
            .flat_map(|profile| {
                let of_profile = profile.generations.iter();
                of_profile.map(|generation| Self::of(&profile.id, generation))
            })
            .collect()
    }

    fn of(environment: &'a str, generation: &'a environment::Generation) -> Self {
        Self {
            environment,
            id: &generation.id,
            title: &generation.title,
            accept: Life::of(generation.accept),
            present: Life::of(generation.present),
            superseded: generation.superseded,
            root: generation.root.not_after,
        }
    }
}

impl Life {
    fn of(life: environment::Life) -> Self {
        Self {
            from: life.from,
            until: life.until,
        }
    }
}

impl<'a> Ending<'a> {
    pub(super) fn of(ending: &'a expiry::Ending) -> Self {
        Self {
            environment: ending.environment.as_deref(),
            kind: word(ending.kind),
            name: &ending.name,
            ends: ending.ends,
            since: ending.since,
            days: ending.days,
            nearness: word(ending.nearness),
        }
    }
}
