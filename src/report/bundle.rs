//! What `ptl bundle` wrote, and the lines to give to the server.

use super::{
    Explanation,
    explain::{headline, labelled},
    human::columns,
    visible,
};
use crate::bundle::{FileEntry, MANIFEST, Manifest, Role};

impl Explanation for Manifest {
    fn text(&self, width: u16) -> String {
        let mut text = headline(&answer(self));
        text.push('\n');
        let files = self.files.iter().map(|file| {
            let said = format!("{}: {}", file.setting, what(self, file));
            (file.file.as_str(), visible(&said).into_owned())
        });
        let manifest = (
            MANIFEST,
            "all that stands here, and more, for programs".to_owned(),
        );
        let rows: Vec<_> = files.chain([manifest]).collect();
        text += &labelled(&rows, width);
        text += &format!("\n{}:\n", self.place);
        for line in &self.lines {
            // Never broken: it is copied as it stands.
            text += &format!("  {}\n", visible(line));
        }
        let rows = [
            ("then", self.reload.to_owned()),
            ("read by", self.read_by.to_owned()),
        ];
        text.push('\n');
        text += &labelled(&rows, width);
        for warning in &self.warnings {
            let row = vec!["warning:".to_owned(), visible(warning).into_owned()];
            text.push('\n');
            text += &columns([row], &[9], width);
        }
        text
    }
}

/// The first line: what there is now, for whom and until when, and the next action.
fn answer(manifest: &Manifest) -> String {
    let folder = visible(&manifest.folder);
    let certificate = &manifest.certificate;
    let until = certificate.not_after.strftime("%F");
    let taken: Vec<&str> = manifest
        .generations
        .iter()
        .filter(|generation| generation.missing.is_empty())
        .map(|generation| generation.id.as_str())
        .collect();
    let peers = match taken.is_empty() {
        true => format!("peers of {}", authorities(manifest)),
        false => format!("peers of {}", taken.join(", ")),
    };
    let state = match manifest.complete {
        true => "",
        false => "INCOMPLETE, see the warnings: ",
    };
    format!(
        "{folder}: {state}for {}, {} until {until}, {}; next: give it the lines below",
        manifest.server.title(),
        visible(&certificate.subject),
        visible(&peers),
    )
}

fn what(manifest: &Manifest, file: &FileEntry) -> String {
    let key = match (manifest.key.encrypted, &manifest.key.alias) {
        (true, Some(alias)) => format!("under the passphrase, as `{alias}`"),
        (true, None) => "under its passphrase".to_owned(),
        (false, _) => "not encrypted, its owner alone may read it".to_owned(),
    };
    let sent = match manifest.chain.len() {
        0 => "the certificate alone".to_owned(),
        1 => "the certificate and its sub CA, without the root".to_owned(),
        more => format!("the certificate and its {more} sub CAs, without the root"),
    };
    match file.role {
        Role::Chain => sent,
        Role::Key => format!("the private key, {key}"),
        Role::Identity => format!("{sent}, and the private key, {key}"),
        Role::Trust => format!("{} that peers may be of", authorities(manifest)),
        Role::Root => "a root that peers may lead to".to_owned(),
        Role::Sub => "a CA that peers may be of".to_owned(),
    }
}

fn authorities(manifest: &Manifest) -> String {
    match manifest.trust.len() {
        1 => "1 CA".to_owned(),
        more => format!("{more} CAs"),
    }
}
