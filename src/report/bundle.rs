//! What `ptl bundle` wrote, and the lines to give to the server.

use super::{
    Explanation,
    explain::{headline, labelled},
    human::columns,
    visible,
};
use crate::bundle::{FileEntry, ListEntry, ListsEntry, MANIFEST, Manifest, Renewed, Role};

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
            ("then", self.reload.to_string()),
            ("read by", self.read_by.to_string()),
        ];
        text.push('\n');
        text += &labelled(&rows, width);
        if let Some(lists) = &self.lists {
            text += &renewing(lists);
        }
        let of_lists = self.lists.iter().flat_map(|lists| &lists.warnings);
        text + &warned(self.warnings.iter().chain(of_lists), width)
    }
}

impl Explanation for Renewed {
    fn text(&self, width: u16) -> String {
        let manifest = &self.manifest;
        let Some(lists) = &manifest.lists else {
            // Invariant: a bundle without lists is not renewed.
            return String::new();
        };
        let (state, next) = match self.changed {
            true => ("its lists are renewed", format!("next: {}", lists.reload)),
            false => (
                "its lists are the newest at hand already",
                "nothing was changed".to_owned(),
            ),
        };
        let incomplete = match lists.complete {
            true => "",
            false => "INCOMPLETE, see `ptl bundle` without --allow-incomplete: ",
        };
        let folder = self.folder.display().to_string();
        let mut text = headline(&format!(
            "{}: {incomplete}{state}, for {}, {}; {next}",
            visible(&folder),
            manifest.server.title(),
            held(lists)
        ));
        text.push('\n');
        let rows: Vec<_> = lists.each.iter().map(list).collect();
        let rows: Vec<_> = rows
            .iter()
            .map(|(file, said)| (file.as_str(), said.clone()))
            .collect();
        text += &labelled(&rows, width);
        text + &warned(lists.warnings.iter(), width)
    }
}

fn warned<'a>(warnings: impl Iterator<Item = &'a String>, width: u16) -> String {
    let mut text = String::new();
    for warning in warnings {
        let row = vec!["warning:".to_owned(), visible(warning).into_owned()];
        text.push('\n');
        text += &columns([row], &[9], width);
    }
    text
}

/// A list: its file, and what it is.
fn list(list: &ListEntry) -> (String, String) {
    let what = match list.partition.as_slice() {
        [] => String::new(),
        points => format!(", partition {}", points.join(", ")),
    };
    let number = list.number.as_ref();
    let number = number.map_or_else(String::new, |number| format!(", number 0x{number}"));
    let entries = match list.entries {
        1 => "1 entry".to_owned(),
        more => format!("{more} entries"),
    };
    let said = format!(
        "{}{what}{number}, {entries}{}",
        list.issuer,
        until(list.next_update)
    );
    (list.file.clone(), visible(&said).into_owned())
}

fn until(end: Option<jiff::Timestamp>) -> String {
    end.map_or_else(String::new, |end| {
        format!(", until {}", end.strftime("%F %H:%MZ"))
    })
}

/// How many lists there are, and when the first of them ends.
fn held(lists: &ListsEntry) -> String {
    let (count, end) = (lists.each.len(), lists.until);
    match (count, end) {
        (1, None) => "1 list, which does not say when it ends".to_owned(),
        (1, Some(end)) => format!("1 list, until {}", end.strftime("%F %H:%MZ")),
        (more, None) => format!("{more} lists, none of which says when it ends"),
        (more, Some(end)) => format!(
            "{more} lists, the first until {}",
            end.strftime("%F %H:%MZ")
        ),
    }
}

/// The commands that renew the lists of a bundle; never broken: they are copied as they stand.
fn renewing(lists: &ListsEntry) -> String {
    format!(
        "\nTo renew {}:\n  {}\n  {}\n",
        held(lists),
        visible(&lists.renew),
        visible(&lists.reload)
    )
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
        Role::Lists => {
            let lists = manifest.lists.iter().flat_map(|lists| &lists.each);
            match lists.filter(|list| list.file == file.file).count() {
                1 => "a revocation list".to_owned(),
                more => format!("{more} revocation lists"),
            }
        }
    }
}

fn authorities(manifest: &Manifest) -> String {
    match manifest.trust.len() {
        1 => "1 CA".to_owned(),
        more => format!("{more} CAs"),
    }
}
