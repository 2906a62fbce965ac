//! Runs the checks of a step, and lets their report prove it.

use std::path::PathBuf;

use super::{Then, Walk, answers::given};
use crate::{
    check::{Report, Verdict},
    checklist::{definition::ProvenBy, evidence, held::FOLDER, rules::Action, view::StepView},
    cli::Global,
    commands::{context::Scene, wait},
    config::Install,
    error::{Error, Result},
    files::{self, Access, NewFolders},
    report::{self, Format},
    survey::{self, Area},
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
    /// Runs the checks of a step; where they are met, their report proves it, with what else is wanted.
    pub(super) fn checked(&mut self, step: &StepView<'_>) -> Result<Then> {
        let report = self.run(step)?;
        terminal::print(&format!(
            "\n{}\n",
            report::render(&report, Format::Human, self.layout)?
        ))?;
        if report.verdict != Verdict::Pass {
            self.says("Nothing is written down: this proves nothing yet. Mend it and run them again, or say what is known.")?;
            return Ok(Then::Stay);
        }
        let mut proofs = Vec::new();
        if step.proven_by == ProvenBy::Person {
            self.says(&format!(
                "The report is a part of the proof. Wanted: {}.",
                step.evidence_wanted
            ))?;
            let besides = "Reference or file, or Enter if the report is all";
            if let Some(answer) = terminal::ask_or_nothing(besides, |_| Ok(()))? {
                proofs.push(given(&answer)?);
            }
        }
        let kept = self.keep(step, &report)?;
        proofs.insert(0, evidence::proof(&kept.to_string_lossy())?);
        self.records(step, Action::Done(proofs))
    }

    /// What the step's checks say of its environment.
    fn run(&self, step: &StepView<'_>) -> Result<Report> {
        let global = Global {
            env: step.environment.map(str::to_owned),
            only: step.checks.to_vec(),
            ..self.global.clone()
        };
        let scene = Scene::read(&global)?;
        let selection = scene.selection(&global)?;
        let subject = scene.subject(&global, &selection)?;
        wait(&global, survey::run("preflight", Area::ALL, &subject))?
    }

    /// Keeps a report with the install's evidence: where it is.
    fn keep(&self, step: &StepView<'_>, report: &Report) -> Result<PathBuf> {
        let folder = self.global.install.join(FOLDER);
        let made = NewFolders::make(&folder)?;
        let folder = folder.canonicalize().map_err(|error| {
            Error::input(format!("could not find `{}`", folder.display()))
                .because(error)
                .hint("Check the folder.")
        })?;
        let at = self.global.time()?.strftime("%Y%m%dT%H%M%SZ");
        let path = folder.join(format!("{}-{at}.json", step.id));
        let text = report::render(report, Format::Json, self.layout)?;
        files::create(&path, text.as_bytes(), Access::Shared)?;
        made.keep();
        Ok(path)
    }
}
