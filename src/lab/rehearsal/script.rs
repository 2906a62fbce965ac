//! The script of a rehearsal: stages of steps, each with what it must come to.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml_edit::{DocumentMut, Item, Table, Value};

use crate::error::{Error, Result};

const SHIPPED: &str = include_str!("../../../templates/lab/rehearsal.toml");

/// A whole script.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Script {
    schema: u32,
    #[serde(rename = "stage")]
    pub(super) stages: Vec<Stage>,
}

/// A part of the way.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stage {
    pub(super) id: String,
    pub(super) title: String,
    /// The command, or command and flag, without which the stage is not built.
    #[serde(default)]
    pub(super) needs: Vec<String>,
    #[serde(default, rename = "step")]
    pub(super) steps: Vec<Step>,
}

/// One thing that an engineer does.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    /// What is done and why.
    pub(super) say: Option<String>,
    /// What is written into `ptl.toml` by hand, by its dotted place.
    #[serde(default)]
    pub(super) set: BTreeMap<String, toml::Value>,
    /// The words after `ptl`.
    #[serde(default)]
    pub(super) run: Vec<String>,
    /// The exit code that it must come to.
    #[serde(default)]
    pub(super) exits: i32,
    /// What must stand in its output.
    #[serde(default)]
    pub(super) says: Vec<String>,
}

impl Script {
    /// The script that ptl ships.
    ///
    /// # Errors
    /// Where it is broken, which a test rules out.
    pub(super) fn shipped() -> Result<Self> {
        let broken = |why: String| Error::internal("the rehearsal's script is broken").because(why);
        let script: Self = toml::from_str(SHIPPED).map_err(|error| broken(error.to_string()))?;
        let empty = script
            .stages
            .iter()
            .find(|stage| stage.needs.is_empty() && stage.steps.is_empty());
        match (script.schema, empty) {
            (1, None) => Ok(script),
            (1, Some(stage)) => Err(broken(format!("the stage `{}` is empty", stage.id))),
            (other, _) => Err(broken(format!("schema {other} is unknown"))),
        }
    }
}

impl Step {
    /// The text of `ptl.toml` with what the step writes, and the lines that it writes, for people.
    ///
    /// # Errors
    /// Where the text is no TOML, or has no such table.
    pub(super) fn edited(&self, text: &str) -> Result<(String, String)> {
        let broken = |why: String| {
            Error::internal("ptl.toml of the rehearsal cannot be edited").because(why)
        };
        let mut document: DocumentMut = text
            .parse()
            .map_err(|error: toml_edit::TomlError| broken(error.to_string()))?;
        let mut lines = String::new();
        for (place, value) in &self.set {
            let value: Value = value
                .to_string()
                .parse()
                .map_err(|error: toml_edit::TomlError| broken(error.to_string()))?;
            let (table, key) = place.rsplit_once('.').unwrap_or(("", place));
            let mut item = document.as_item_mut();
            for part in table.split('.').filter(|part| !part.is_empty()) {
                item = item
                    .as_table_mut()
                    .ok_or_else(|| broken(format!("[{table}] is no table")))?
                    .entry(part)
                    .or_insert_with(|| Item::Table(Table::new()));
            }
            lines += &format!("  [{table}] {key} = {value}\n");
            item[key] = Item::Value(value);
        }
        Ok((document.to_string(), lines))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn the_shipped_script_is_sound() {
        let script = Script::shipped().unwrap();
        for stage in &script.stages {
            for step in &stage.steps {
                assert!(
                    !step.run.is_empty() || !step.set.is_empty(),
                    "{}: a step that does nothing",
                    stage.id
                );
            }
        }
    }

    #[test]
    fn what_is_set_stands_in_its_table_and_comments_stay() {
        let set = BTreeMap::from([("environment.lab.chain".to_owned(), "sub.pem".into())]);
        let step = Step {
            set,
            ..Step::default()
        };
        let (text, lines) = step
            .edited("# mine\n[environment.lab]\nfqdn = \"a\" # that\n[network]\n")
            .unwrap();
        assert_eq!(
            text,
            "# mine\n[environment.lab]\nfqdn = \"a\" # that\nchain = \"sub.pem\"\n[network]\n"
        );
        assert_eq!(lines, "  [environment.lab] chain = \"sub.pem\"\n");
        let (text, _) = step.edited("schema = 1\n").unwrap();
        assert!(text.contains("[environment.lab]\nchain"), "{text}");
        assert!(step.edited("environment = 1\n").is_err());
    }
}
