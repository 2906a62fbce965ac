//! A certificate that a lab signed, and the lines of ptl.toml that name it.

use serde::Serialize;

use super::SCHEMA;
use crate::report::{
    Explanation,
    explain::{headline, labelled},
    visible,
};

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
