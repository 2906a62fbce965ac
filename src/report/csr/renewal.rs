//! What a renewal renews, and what follows from it.

use serde::Serialize;

use crate::{
    checklist::{definition::Step, state::Status},
    report::visible,
    x509::csr::Renewal,
};

/// What is renewed, and what is to be done once the new certificate is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Renews {
    /// The old certificate's file.
    pub certificate: String,
    /// Its serial number, lower-case hex.
    pub serial: String,
    /// Its last day, as `2027-01-31`.
    pub last_day: String,
    /// The names of both.
    pub names: Vec<String>,
    /// Names of the old one that the request does not have.
    pub left_out: Vec<String>,
    /// The steps of the checklist that must be proven again.
    pub reopens: Vec<Reopened>,
    /// What ptl.toml says under the environment from then on, as `key = "..."`.
    pub settings: Vec<String>,
}

/// A step that must be proven again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Reopened {
    /// Its id.
    pub id: String,
    /// What was so once it was done.
    pub title: String,
    /// How far it is now.
    pub state: Status,
}

impl Renews {
    /// Of a certificate and its file.
    pub fn of(renewal: &Renewal, file: &str) -> Self {
        let certificate = &renewal.certificate;
        Self {
            certificate: file.to_owned(),
            serial: certificate.serial.clone(),
            last_day: certificate.not_after.strftime("%F").to_string(),
            names: renewal.names.iter().map(ToString::to_string).collect(),
            left_out: renewal.left_out.clone(),
            reopens: Vec::new(),
            settings: Vec::new(),
        }
    }

    /// In the mail to the desk: the one whose place the new certificate takes.
    pub fn in_place_of(&self) -> String {
        format!(
            "in place of serial {}, which ends on {}",
            self.serial, self.last_day
        )
    }

    /// The facts of the table, each under its label.
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![(
            "renews",
            format!(
                "{} (serial {}, ends on {})",
                visible(&self.certificate),
                self.serial,
                self.last_day
            ),
        )];
        if !self.left_out.is_empty() {
            let names = visible(&self.left_out.join(", ")).into_owned();
            facts.push((
                "left out",
                format!("{names}: requests to the NHS have host names alone"),
            ));
        }
        facts
    }

    /// What comes after the desk's answer.
    pub(super) fn afterwards(&self, environment: Option<&str>) -> String {
        let mut text = String::new();
        if !self.settings.is_empty() {
            text.push_str(&format!(
                "\nOnce the new certificate is installed, ptl.toml says under [environment.{}]:\n",
                visible(environment.unwrap_or("NAME"))
            ));
            for setting in &self.settings {
                text.push_str(&format!("  {}\n", visible(setting)));
            }
        }
        if !self.reopens.is_empty() {
            text.push_str("\nSteps of the checklist that are to be proven again then:\n");
            for step in &self.reopens {
                let (id, state) = (visible(&step.id), step.state.word());
                text.push_str(&format!("  {id:<12}{state:<12}{}\n", visible(&step.title)));
            }
        }
        text.push_str(
            "\nThe whole way of a renewal, step by step: `ptl checklist begin renewal`.\n",
        );
        text
    }
}

impl Reopened {
    /// Of a step and how far it is.
    pub fn of((step, state): (&Step, Status)) -> Self {
        Self {
            id: step.id.clone(),
            title: step.title.clone(),
            state,
        }
    }
}
