//! The faults of a lab, each with what must find it.

use serde::Serialize;

use super::SCHEMA;
use crate::{
    check::{Cause, CheckId},
    report::{Explanation, human::columns},
};

/// Every fault of a lab: the document of kind `lab-faults`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LabFaults {
    schema: u32,
    kind: &'static str,
    /// The faults, in the order of the path.
    pub faults: Vec<LabFault>,
}

/// One fault of a lab.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LabFault {
    /// Its word.
    pub fault: &'static str,
    /// What it is, in a sentence.
    pub says: &'static str,
    /// The check that must find it.
    pub check: CheckId,
    /// The cause that must be named.
    pub cause: Cause,
}

impl LabFaults {
    /// The document.
    pub fn new(faults: Vec<LabFault>) -> Self {
        Self {
            schema: SCHEMA,
            kind: "lab-faults",
            faults,
        }
    }
}

impl Explanation for LabFaults {
    fn text(&self, width: u16) -> String {
        let longest = self.faults.iter().map(|it| it.fault.len()).max();
        let rows = self.faults.iter().map(|it| {
            vec![
                it.fault.to_owned(),
                format!("{} Found by {} as {}.", it.says, it.check, it.cause),
            ]
        });
        columns(rows, &[longest.unwrap_or_default() + 2], width)
    }
}
