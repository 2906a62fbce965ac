//! How a rehearsal went, stage by stage.

use std::path::Path;

use serde::Serialize;

use super::SCHEMA;
use crate::{
    error::for_a_shell,
    report::{Explanation, explain::headline, human::columns, visible},
};

/// What became of a stage of a rehearsal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageState {
    /// Every command came to what it should.
    Done,
    /// A command came to something else.
    Wrong,
    /// An earlier stage went wrong.
    NotReached,
    /// This ptl lacks the command that the stage is about.
    NotBuilt,
}

/// A stage of a rehearsal.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LabStage {
    /// Its short name.
    pub id: String,
    /// What is done in it.
    pub title: String,
    /// What became of it.
    pub state: StageState,
    /// The command that it is about, where it may be lacking; else empty.
    pub needs: String,
}

/// How a rehearsal went: the document of kind `lab-rehearsal`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LabRehearsal {
    schema: u32,
    kind: &'static str,
    /// The folder, which stays.
    pub folder: String,
    /// The stages, in their order.
    pub stages: Vec<LabStage>,
    /// How many commands were run.
    pub commands: usize,
    /// What went otherwise than it should; nothing where all went well.
    pub wrong: Option<String>,
    /// How long it took.
    pub milliseconds: u64,
}

impl LabRehearsal {
    /// The document.
    pub fn new(
        folder: String,
        stages: Vec<LabStage>,
        commands: usize,
        wrong: Option<String>,
        took: std::time::Duration,
    ) -> Self {
        Self {
            schema: SCHEMA,
            kind: "lab-rehearsal",
            folder,
            stages,
            commands,
            wrong,
            milliseconds: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        }
    }

    fn count(&self, state: StageState) -> usize {
        self.stages.iter().filter(|it| it.state == state).count()
    }

    fn answer(&self) -> String {
        let seconds = self.milliseconds / 1000;
        match &self.wrong {
            Some(wrong) => format!("The rehearsal went wrong: {wrong}."),
            None => {
                let left = match self.count(StageState::NotBuilt) {
                    0 => "nothing is left out".to_owned(),
                    count => format!("{count} stages are not built yet"),
                };
                format!(
                    "Rehearsed {} stages by {} commands in {seconds} s, all as it should be; {left}.",
                    self.count(StageState::Done),
                    self.commands
                )
            }
        }
    }
}

impl Explanation for LabRehearsal {
    fn text(&self, width: u16) -> String {
        let mut text = headline(&visible(&self.answer()));
        text.push('\n');
        let rows = self.stages.iter().map(|stage| {
            let (mark, rest) = match stage.state {
                StageState::Done => ("done", String::new()),
                StageState::Wrong => ("WRONG", String::new()),
                StageState::NotReached => ("not reached", String::new()),
                StageState::NotBuilt => (
                    "not built",
                    format!(": this ptl has no `ptl {}`", stage.needs),
                ),
            };
            vec![format!("  {mark}"), format!("{}{rest}", stage.title)]
        });
        text += &columns(rows, &[15], width);
        let [folder, lab, install] = ["", "lab", "install"].map(|part| {
            let path = Path::new(&self.folder).join(part);
            visible(&for_a_shell(&path))
                .trim_end_matches('/')
                .to_owned()
        });
        text += &format!(
            "\nIt stays in {folder}, to be looked at and gone on with:\n  \
             ptl lab up {lab}\n\
             and in another terminal:\n  \
             ptl --install {install} preflight\n  \
             ptl lab fault tls-expired --lab {lab}\n"
        );
        text
    }
}
