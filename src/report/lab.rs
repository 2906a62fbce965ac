//! What `ptl lab` says: the servers of a lab, its faults, what was signed, how a rehearsal went.

use std::path::Path;

use serde::Serialize;

use super::{
    Explanation,
    explain::{headline, labelled},
    human::columns,
    visible,
};
use crate::{
    check::{Cause, CheckId},
    error::for_a_shell,
};

/// The version of these forms.
const SCHEMA: u32 = 1;

/// A lab whose servers run: the document of kind `lab`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LabUp {
    schema: u32,
    kind: &'static str,
    /// The lab's folder.
    pub folder: String,
    /// The environment that `--env` takes.
    pub environment: String,
    /// The servers.
    pub servers: Vec<LabServer>,
    /// The CAs.
    pub generations: Vec<LabGeneration>,
}

/// One server of a lab.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LabServer {
    /// What it is.
    pub what: String,
    /// Its address and port.
    pub address: String,
    /// The names that it goes by.
    pub names: Vec<String>,
    /// What it does, in a sentence.
    pub does: String,
}

/// One generation of a lab.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LabGeneration {
    /// Its short name.
    pub id: String,
    /// Its root's name.
    pub root: String,
    /// Its sub CA's name.
    pub sub: String,
    /// How it signs, and where its lists are, in a sentence.
    pub says: String,
}

impl LabUp {
    /// The document.
    pub fn new(
        folder: String,
        environment: String,
        servers: Vec<LabServer>,
        generations: Vec<LabGeneration>,
    ) -> Self {
        Self {
            schema: SCHEMA,
            kind: "lab",
            folder,
            environment,
            servers,
            generations,
        }
    }
}

impl Explanation for LabUp {
    fn text(&self, width: u16) -> String {
        let word = |path: &str| visible(&for_a_shell(Path::new(path))).into_owned();
        let (environment, folder) = (word(&self.environment), word(&self.folder));
        let mut text = headline(&format!(
            "The lab runs until Ctrl-C. Every command takes it by: --env {environment}"
        ));
        text.push('\n');
        text += &columns(
            self.servers.iter().map(|server| {
                vec![
                    format!("  {}", server.what),
                    server.address.clone(),
                    format!("{}. {}", server.names.join(", "), server.does),
                ]
            }),
            &[16, 18],
            width,
        );
        text.push('\n');
        text += &columns(
            self.generations.iter().map(|it| {
                vec![
                    format!("  {}", it.id),
                    format!("{} / {}. {}", it.root, it.sub, it.says),
                ]
            }),
            &[16],
            width,
        );
        text += &format!(
            "\nIn another terminal, in an install's folder:\n  \
             ptl init --env {environment}\n  \
             ptl csr\n  \
             ptl lab issue NAME.csr --lab {folder}\n  \
             ptl check-firewall\n  \
             ptl lab fault tls-expired --lab {folder}\n"
        );
        text
    }
}

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

/// A certificate that a lab signed: the document of kind `lab-certificate`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LabCertificate {
    schema: u32,
    kind: &'static str,
    /// Its file.
    pub certificate: String,
    /// The generation of its CA.
    pub generation: String,
    /// Its subject.
    pub subject: String,
    /// Its serial number, lower-case hex.
    pub serial: String,
    /// Its first moment.
    pub not_before: jiff::Timestamp,
    /// Its last moment.
    pub not_after: jiff::Timestamp,
    /// The list that revokes it, where it does.
    pub revoked_by: Option<String>,
    /// The file of the sub CA, to be sent after it.
    pub chain: String,
    /// The file of the CAs to trust.
    pub trust: String,
}

impl LabCertificate {
    /// The document of a certificate.
    pub fn new(
        certificate: &crate::x509::Certificate,
        generation: String,
        [file, chain, trust]: [String; 3],
        revoked_by: Option<String>,
    ) -> Self {
        Self {
            schema: SCHEMA,
            kind: "lab-certificate",
            certificate: file,
            generation,
            subject: certificate.subject.clone(),
            serial: certificate.serial.clone(),
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            revoked_by,
            chain,
            trust,
        }
    }
}

impl Explanation for LabCertificate {
    fn text(&self, width: u16) -> String {
        let file = visible(&self.certificate);
        let mut text = headline(&format!(
            "{file}: signed by {}; next: name it in ptl.toml",
            self.generation
        ));
        let mut rows = vec![
            ("subject", visible(&self.subject).into_owned()),
            ("serial", self.serial.clone()),
            (
                "valid",
                format!("{} to {}", self.not_before, self.not_after),
            ),
        ];
        if let Some(list) = &self.revoked_by {
            rows.push(("revoked", format!("by {}", visible(list))));
        }
        text += &labelled(&rows, width);
        let quoted = |path: &str| toml_edit::Value::from(path).to_string();
        text += &format!(
            "\nIn ptl.toml, under the environment:\n  certificate = {}\n  chain = {}\n  trust = [{}]\n",
            visible(&quoted(&self.certificate)),
            visible(&quoted(&self.chain)),
            visible(&quoted(&self.trust))
        );
        text
    }
}

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
             ptl lab up {lab}\n  \
             in another terminal:\n  \
             ptl --install {install} preflight\n  \
             ptl lab fault tls-expired --lab {lab}\n"
        );
        text
    }
}
