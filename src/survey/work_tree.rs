//! Whether a file lies in a git work tree, where a commit would carry it away.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A git work tree around a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkTree {
    /// Its top folder.
    pub top: PathBuf,
    /// Whether git ignores the file; `None` where git could not be asked.
    pub ignored: Option<bool>,
}

/// The work tree that a file lies in, if any.
pub fn of(file: &Path) -> Option<WorkTree> {
    let file = std::path::absolute(file).ok()?;
    let folder = file.parent()?.canonicalize().ok()?;
    let top = folder
        .ancestors()
        .find(|above| above.join(".git").exists())?;
    Some(WorkTree {
        top: top.to_owned(),
        ignored: ignored(&folder, &file),
    })
}

fn ignored(folder: &Path, file: &Path) -> Option<bool> {
    let status = Command::new("git")
        // The folder decides, not a hook or shell that ptl happens to run under; and a repository's
        // configuration must not name a program to be run here.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .args(["-c", "core.fsmonitor=false", "-C"])
        .arg(folder)
        .args(["check-ignore", "--quiet", "--"])
        .arg(file.file_name()?)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    match status.code() {
        Some(0) => Some(true),
        Some(1) => Some(false),
        _ => None,
    }
}
