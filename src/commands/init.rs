//! `ptl init`.

mod answers;

use std::path::Path;

use answers::Given;

use super::Exit;
use crate::{
    checklist::{
        definition,
        state::{self, FILE as CHECKLIST},
    },
    cli::{Global, init::InitArgs},
    config::{self, fresh::Answers},
    environment::{self, Environment},
    error::{Error, Result, for_a_shell},
    files::{Access, Folder, NewFolders},
    report::visible,
    terminal,
};

/// Runs `ptl init`.
///
/// # Errors
/// Where an answer is missing or wrong, or anything would be overwritten.
pub(super) fn run(args: &InitArgs, global: &Global) -> Result<Exit> {
    let folder = &global.install;
    refuse_existing(folder)?;
    let Given {
        answers,
        environment,
    } = answers::given(args, global)?;
    let environment_name = name_of(&environment, global)?;
    let others = [environment::find("int")?, environment::find("live")?];
    let text = answers.text(&environment, &environment_name, &others);
    let install = config::parse(&text, folder, &[]).map_err(|error| {
        Error::internal("the new ptl.toml could not be read back").because(error)
    })?;
    let checklist = definition::id_for(&install.service, install.role)
        .ok()
        .map(state::fresh);
    write(folder, &text, checklist.as_deref())?;
    for warning in &install.warnings {
        terminal::note(&visible(&format!(
            "warning: {}:{}:{}: {}",
            config::FILE,
            warning.line,
            warning.column,
            warning.message
        )));
    }
    terminal::print(&next_steps(folder, &answers, checklist.is_some()))?;
    Ok(Exit::Pass)
}

/// Fails, before anything is asked, if either file is there.
fn refuse_existing(folder: &Path) -> Result<()> {
    if std::fs::symlink_metadata(folder).is_err() {
        return Ok(());
    }
    let open = Folder::open(folder)?;
    let there: Vec<&str> = [config::FILE, CHECKLIST]
        .into_iter()
        .filter(|name| open.holds(name))
        .collect();
    let shown = folder.display();
    match there.as_slice() {
        [] => Ok(()),
        [CHECKLIST] => Err(Error::input(format!(
            "`{CHECKLIST}` is already in `{shown}`, without a `{}`, and is never overwritten",
            config::FILE
        ))
        .hint(
            "An init that was broken off leaves it so: if nothing of yours stands in it, delete it and run `ptl init` again. Else choose another folder.",
        )),
        names => Err(Error::input(format!(
            "`{}` {} already in `{shown}`, and never overwritten",
            names.join("` and `"),
            if names.len() == 1 { "is" } else { "are" }
        ))
        .hint("Edit it by hand, or start another install elsewhere with --install DIR.")),
    }
}

/// How the install names its environment: a shipped one by its id, a profile file by its whole path.
fn name_of(environment: &Environment, global: &Global) -> Result<String> {
    let shipped = environment::SHIPPED
        .iter()
        .any(|(id, _)| *id == environment.id);
    let Some(given) = global
        .env
        .as_deref()
        .filter(|given| !shipped || *given != environment.id)
    else {
        return Ok(environment.id.clone());
    };
    std::path::absolute(given)
        .ok()
        .and_then(|path| path.to_str().map(str::to_owned))
        .ok_or_else(|| {
            Error::input(format!("`{given}` has no path that could be written down"))
                .hint("Move the profile to a folder with a plain name.")
        })
}

/// Both files or none. `ptl.toml` comes last: a folder is an install only with it.
fn write(folder: &Path, text: &str, checklist: Option<&str>) -> Result<()> {
    let made = NewFolders::make(folder)?;
    link_both(folder, text, checklist)?;
    made.keep();
    Ok(())
}

fn link_both(folder: &Path, text: &str, checklist: Option<&str>) -> Result<()> {
    let open = Folder::open(folder)?;
    let install = open.draft(config::FILE, text.as_bytes(), Access::Shared)?;
    if let Some(checklist) = checklist {
        open.draft(CHECKLIST, checklist.as_bytes(), Access::Shared)?
            .link()?;
    }
    install.link().inspect_err(|_| {
        if checklist.is_some() {
            let _ = open.withdraw(CHECKLIST);
        }
    })
}

/// What was written, and what to type next.
fn next_steps(folder: &Path, answers: &Answers, has_checklist: bool) -> String {
    let place = if folder == Path::new(".") {
        String::new()
    } else {
        format!(" --install {}", visible(&for_a_shell(folder)))
    };
    let files = if has_checklist {
        format!("{} and {CHECKLIST}", config::FILE)
    } else {
        config::FILE.to_owned()
    };
    let shown = visible(&folder.display().to_string()).into_owned();
    let mut text = format!("Wrote {files} in `{shown}`.\n");
    if answers.fqdn.chars().any(|c| c.is_ascii_uppercase()) {
        text.push_str("The name is written in lower case, as DNS and certificates compare it.\n");
    }
    if !has_checklist {
        text.push_str(&format!(
            "No {CHECKLIST}: ptl ships no checklist for a {} of {} yet, so `ptl checklist` does not work here. Everything else does.\n",
            answers.role, answers.service
        ));
    }
    text.push_str("\nNext:\n");
    let mut commands = vec![
        ("csr", "make the private key and the certificate request"),
        ("check-firewall", "probe the way to Spine, layer by layer"),
        ("check-chain", "prove the certificate that came back"),
        ("preflight", "run every check that applies"),
    ];
    if has_checklist {
        commands.insert(0, ("checklist next", "what to do now, and why that first"));
    }
    for (command, what) in commands {
        let command = format!("ptl {command}{place}");
        text.push_str(&format!("  {command:<24}  {what}\n"));
    }
    text
}
