//! The answers that write something down.

use std::path::Path;

use super::{
    super::change::{change, day},
    Then, Walk, is_waiting,
};
use crate::{
    checklist::{evidence, rules::Action, state::Proof, view::StepView},
    cli::Global,
    error::{Error, Result},
    terminal,
};

impl Walk<'_> {
    /// It is done, and somebody says what proves it.
    ///
    /// What is refused leads back to the first question: of a key that is pasted in many lines, no later line may be
    /// taken for a reference.
    pub(super) fn done(&mut self, step: &StepView<'_>) -> Result<Then> {
        self.says(&format!("Wanted: {}.", step.evidence_wanted))?;
        let Some(answer) = terminal::ask_or_nothing("Reference or file", |_| Ok(()))? else {
            return Ok(Then::Stay);
        };
        self.records(step, Action::Done(vec![given(&answer)?]))
    }

    /// Somebody else has it.
    pub(super) fn waits(&mut self, step: &StepView<'_>) -> Result<Then> {
        let usual = step.on.filter(|_| is_waiting(step)).unwrap_or(step.owner);
        let on = terminal::ask("Waits for", Some(usual), one_line)?;
        let reference = terminal::ask_or_nothing("Their reference, or Enter", one_line)?;
        let due = terminal::ask_or_nothing("Due, as 2027-01-31, or Enter", |text| {
            day("the day", text).map(drop).map_err(said)
        })?;
        let due = due.map(|text| day("the day", &text)).transpose()?;
        self.records(step, Action::Wait { on, reference, due })
    }

    /// Something stands in its way.
    pub(super) fn stuck(&mut self, step: &StepView<'_>) -> Result<Then> {
        self.reasoned("What stands in its way", step, Action::Block)
    }

    /// It does not apply here.
    pub(super) fn not_applicable(&mut self, step: &StepView<'_>) -> Result<Then> {
        self.reasoned("Why it does not apply", step, Action::NotApplicable)
    }

    fn reasoned(
        &mut self,
        question: &str,
        step: &StepView<'_>,
        action: fn(String) -> Action,
    ) -> Result<Then> {
        match terminal::ask_or_nothing(question, one_line)? {
            Some(reason) => self.records(step, action(reason)),
            None => Ok(Then::Stay),
        }
    }

    /// Writes an answer down, and says what it brought about.
    pub(super) fn records(&mut self, step: &StepView<'_>, action: Action) -> Result<Then> {
        // That the checklist may be another install's was said at the beginning.
        let global = Global {
            quiet: true,
            ..self.global.clone()
        };
        let text = change(step.id, action, &[], self.by, &global, self.layout)?;
        terminal::print(&format!("\n{text}"))?;
        self.chosen = None;
        Ok(Then::Go)
    }
}

fn one_line(text: &str) -> Result<(), String> {
    evidence::line("it", text).map(drop).map_err(said)
}

fn said(error: Error) -> String {
    error.to_string()
}

/// The proof that somebody typed.
fn given(answer: &str) -> Result<Proof> {
    evidence::proof(&as_a_shell_would(answer))
}

/// A file's name as it is typed or dropped into a terminal: in quotes, or beginning with the home folder's sign.
fn as_a_shell_would(answer: &str) -> String {
    let quoted = ['\'', '"'].into_iter().find_map(|quote| {
        let inner = answer.strip_prefix(quote)?.strip_suffix(quote)?;
        Path::new(inner).exists().then_some(inner)
    });
    let answer = quoted.unwrap_or(answer);
    let home = answer
        .strip_prefix("~/")
        .and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    match home.as_deref().and_then(Path::to_str) {
        Some(path) => path.to_owned(),
        None => answer.to_owned(),
    }
}
