//! A lab that runs: its servers, its CAs, and what to type next.

use std::path::Path;

use serde::Serialize;

use super::SCHEMA;
use crate::{
    error::for_a_shell,
    report::{Explanation, explain::headline, human::columns, visible},
};

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
