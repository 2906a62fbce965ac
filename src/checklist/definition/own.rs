//! A supplier's own steps: `steps.toml` beside the install, put among those of a shipped checklist.

use std::path::Path;

use serde::Deserialize;
use toml::de::DeTable;

use super::{Definition, SHIPPED, Stage, Step, id_for, shipped};
use crate::{
    checklist::{lint, state},
    environment::Role,
    error::{Error, Result},
    files::{self, private_key},
};

/// The file's name in the install's folder.
pub const FILE: &str = "steps.toml";

/// A hundred times what a supplier writes by hand.
const LIMIT: u64 = 256 * 1024;

/// As much as a checklist's file may hold.
const LONGEST_CHECKLIST: u64 = 2 * 1024 * 1024;

/// The own steps of an install; an install without a `steps.toml` has none.
#[derive(Clone, Debug, Default)]
pub struct OwnSteps {
    file: Option<OwnFile>,
}

/// A file of own steps, as it was read.
#[derive(Clone, Debug)]
pub struct OwnFile {
    /// Its text.
    pub text: String,
    /// What an error calls it.
    pub shown: String,
}

impl OwnSteps {
    /// None.
    pub fn none() -> Self {
        Self::default()
    }

    /// Those of an install's folder.
    ///
    /// # Errors
    /// As [`OwnFile::read`], where the file is there.
    pub fn of_folder(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let is_there = path.symlink_metadata().is_ok();
        let file = is_there.then(|| OwnFile::read(&path)).transpose()?;
        Ok(Self { file })
    }

    /// The file, if there is one.
    pub fn file(&self) -> Option<&OwnFile> {
        self.file.as_ref()
    }
}

impl OwnFile {
    /// A file, wherever it is.
    ///
    /// # Errors
    /// Where it cannot be read, or holds a secret.
    pub fn read(path: &Path) -> Result<Self> {
        let text = files::read_text(path, LIMIT)?;
        let shown = path.strip_prefix(".").unwrap_or(path).display().to_string();
        match private_key::find(text.as_bytes()) {
            None => Ok(Self { text, shown }),
            Some(kind) => Err(Error::input(format!(
                "`{shown}` holds {kind}, and reports repeat what stands there"
            ))
            .hint("Take the key out, and think about a new one if others have seen the file.")),
        }
    }
}

/// The shipped checklist of an id with the own steps of an install's folder, if there is one of that id.
///
/// # Errors
/// As [`OwnSteps::of_folder`] and [`with_own`].
pub fn of_install(folder: &Path, id: &str) -> Result<Option<Definition>> {
    with_own(id, &OwnSteps::of_folder(folder)?)
}

/// The shipped checklist of an id with these own steps, if there is one of that id.
///
/// # Errors
/// With everything that is wrong with the own steps, each with its place.
pub fn with_own(id: &str, own: &OwnSteps) -> Result<Option<Definition>> {
    let Some(shipped) = shipped(id)? else {
        return Ok(None);
    };
    let Some(file) = &own.file else {
        return Ok(Some(shipped.clone()));
    };
    let linted = lint::own(&file.text, &file.shown, shipped, &elsewhere(shipped)?)?;
    let wrong: Vec<_> = linted
        .findings
        .iter()
        .filter(|finding| finding.rule.refuses())
        .map(|finding| {
            let place = lint::placed(&file.shown, finding.place);
            format!("{place}: {}", finding.message)
        })
        .collect();
    if wrong.is_empty() {
        return merged(shipped.clone(), &file.text).map(Some);
    }
    let count = wrong.len() + linted.left_out;
    let plural = if count == 1 { "" } else { "s" };
    let more = (linted.left_out > 0).then(|| format!("and {} more", linted.left_out));
    Err(
        Error::input(format!("`{}` has {count} problem{plural}", file.shown))
            .details(wrong.into_iter().chain(more))
            .hint("Mend every line above, and look again with `ptl checklist lint`; nothing was changed."),
    )
}

/// The steps that the same service's checklist for the other role has alone.
///
/// # Errors
/// Never in a ptl that passed its tests.
pub fn elsewhere(definition: &Definition) -> Result<Vec<String>> {
    let (Some(service), Some(role)) = (&definition.service, definition.role) else {
        return Ok(Vec::new());
    };
    let other = match role {
        Role::Provider => Role::Consumer,
        Role::Consumer => Role::Provider,
    };
    let other = match id_for(service, other) {
        Ok(id) => shipped(id)?,
        Err(_) => None,
    };
    let steps = other.into_iter().flat_map(Definition::steps);
    let ids = steps.map(|step| &step.id);
    Ok(ids
        .filter(|id| definition.step(id).is_none())
        .cloned()
        .collect())
}

/// The shipped checklist that a folder's `checklist.toml` follows, id and text, however wrong the rest of it is.
///
/// # Errors
/// Where there is none, or it follows none that ptl ships.
pub fn followed(folder: &Path) -> Result<(&'static str, &'static str)> {
    let path = folder.join(state::FILE);
    if path.symlink_metadata().is_err() {
        return Err(Error::input(format!(
            "no `{}` in `{}`, so nothing says which checklist is meant",
            state::FILE,
            folder.display()
        ))
        .hint("Start an install with `ptl init`, or name its folder with --install DIR."));
    }
    let text = files::read_text(&path, LONGEST_CHECKLIST)?;
    let root = DeTable::parse_recoverable(&text).0;
    let id = root
        .get_ref()
        .get("definition")
        .and_then(|value| value.get_ref().as_str());
    let known = SHIPPED.iter().find(|(shipped, _)| Some(*shipped) == id);
    known.copied().ok_or_else(|| {
        Error::input(format!(
            "`{}` names no checklist that ptl ships",
            path.display()
        ))
        .hint("See what is wrong with it: `ptl checklist show`.")
    })
}

/// An own step, and where it belongs.
#[derive(Debug)]
struct Placed {
    stage: String,
    before: Vec<String>,
    step: Step,
}

impl Placed {
    fn of(mut table: toml::Table) -> Option<Self> {
        let stage = table.remove("stage")?.as_str()?.to_owned();
        let before = match table.remove("before") {
            Some(before) => before.try_into().ok()?,
            None => Vec::new(),
        };
        let mut step = Step::deserialize(table).ok()?;
        step.own = true;
        Some(Self {
            stage,
            before,
            step,
        })
    }
}

/// The checklist with the own steps of a text in which nothing is wrong; those for the other role stay out.
fn merged(mut definition: Definition, text: &str) -> Result<Definition> {
    let damaged = || Error::internal(format!("`{FILE}` has no problem, and cannot be read"));
    let mut root: toml::Table = toml::from_str(text).map_err(|error| damaged().because(error))?;
    let tables = match root.remove("step") {
        Some(toml::Value::Array(tables)) => tables,
        _ => Vec::new(),
    };
    let mut befores = Vec::new();
    for table in tables {
        let toml::Value::Table(table) = table else {
            return Err(damaged());
        };
        let Placed {
            stage,
            before,
            step,
        } = Placed::of(table).ok_or_else(damaged)?;
        if definition
            .role
            .is_some_and(|role| !step.roles.contains(&role))
        {
            continue;
        }
        let stages = &mut definition.stages;
        let stage = stages.iter_mut().find(|it| it.id == stage);
        befores.push((step.id.clone(), before.clone()));
        insert(stage.ok_or_else(damaged)?, step, &before);
    }
    for (id, before) in befores {
        let stages = definition.stages.iter_mut();
        let steps = stages.flat_map(|stage| &mut stage.steps);
        for step in steps.filter(|step| before.contains(&step.id)) {
            step.requires.push(id.clone());
        }
    }
    Ok(definition)
}

/// Puts a step right before the first that it comes before, else at the end of its stage.
fn insert(stage: &mut Stage, step: Step, before: &[String]) {
    let place = stage.steps.iter().position(|it| before.contains(&it.id));
    stage.steps.insert(place.unwrap_or(stage.steps.len()), step);
}
