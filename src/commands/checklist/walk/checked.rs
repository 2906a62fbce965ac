//! Runs the checks of a step, as `ptl checklist verify` does, and says what that came to.

use super::{super::change::actor, super::verify, Then, Walk};
use crate::{
    checklist::view::{StepView, View},
    cli::Global,
    config::Install,
    error::{Error, Result},
    report::{self, Format, Verified},
    terminal,
};

/// Why a step's checks cannot be run here; nothing where they can, or where it has none that are of an environment.
pub(super) fn why_not(step: &StepView<'_>, install: Result<&Install, &Error>) -> Option<String> {
    let environment = step.environment.filter(|_| !step.checks.is_empty())?;
    match install {
        Err(error) => Some(format!("They cannot be run here: {error}.")),
        Ok(install) if !install.environments.contains_key(environment) => Some(format!(
            "They cannot be run here: ptl.toml has no [environment.{environment}]."
        )),
        Ok(_) => None,
    }
}

impl Walk<'_> {
    /// Runs the checks of a step; what they say is written down, and their report kept with the evidence.
    pub(super) fn checked(&mut self, step: &StepView<'_>) -> Result<Then> {
        // That the checklist may be another install's was said at the beginning.
        let global = Global {
            quiet: true,
            ..self.global.clone()
        };
        let actor = actor(self.by, self.global)?;
        let looked = verify::steps(&[step.id.to_owned()], true, &actor, &global)?;
        let document = Verified {
            steps: looked.steps,
            view: &View::of(&looked.after.progress()),
            before: &View::of(&looked.before.progress()),
        };
        let text = report::explain(&document, Format::Human, self.layout)?;
        terminal::print(&format!("\n{text}\n"))?;
        if looked.after.progress().status(step.id).satisfies() {
            self.chosen = None;
            return Ok(Then::Go);
        }
        Ok(Then::Stay)
    }
}
