//! One file a subcommand: glue only. The exit code is decided in one place, [`main`].

mod bundle;
mod check_chain;
mod check_firewall;
mod checklist;
mod context;
mod crl;
mod csr;
mod expiry;
mod explain;
mod init;
mod lab;
mod passphrase;
mod preflight;
mod trust;
mod unused;

use std::{ffi::OsString, process::ExitCode};

use anstyle::{AnsiColor, Style};
use clap::FromArgMatches;
use tokio::runtime::{Builder, Runtime};

use crate::{
    check::{Report, Verdict},
    cli::{self, Cli, Command, Global},
    error::{Error, Kind, Result},
    files::{Output, private_key},
    report::{self, Detail, Layout, visible},
    terminal,
};

/// What a run comes down to, the same for every command and format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing failed: 0.
    Pass,
    /// A requirement is not met: 1.
    Fail,
    /// Command line, config, checklist or input file is wrong: 2.
    Usage,
    /// Something could not be found out: 3.
    Undetermined,
    /// ptl itself broke: 4.
    Internal,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Pass => 0,
            Exit::Fail => 1,
            Exit::Usage => 2,
            Exit::Undetermined => 3,
            Exit::Internal => 4,
        })
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Pass,
            Verdict::Fail => Self::Fail,
            Verdict::Undetermined => Self::Undetermined,
        }
    }
}

/// Parses the command line, runs the command and says how it went.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Err(error) = refuse_keys(&arguments) {
        return complain(&error.into()).into();
    }
    let parsed = cli::command()
        .try_get_matches_from(arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let run = std::panic::catch_unwind(|| run(cli));
    match run {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(error)) => complain(&error).into(),
        // The panic's own message is on stderr already.
        Err(_) => Exit::Internal.into(),
    }
}

/// A CI variable may hold a key where the name of its file is wanted, and errors repeat what was given.
fn refuse_keys(arguments: &[OsString]) -> Result<()> {
    let found = arguments
        .iter()
        .find_map(|argument| private_key::find(argument.as_encoded_bytes()));
    match found {
        None => Ok(()),
        Some(what) => Err(Error::input(format!(
            "an argument is {what} itself, where the name of its file is wanted"
        ))
        .hint("Put it into a file that its owner alone may read, and name that. Other users of this machine could see it in the list of processes: think about a new key.")),
    }
}

fn run(cli: Cli) -> anyhow::Result<Exit> {
    let global = &cli.global;
    terminal::configure(global.color.into(), global.quiet);
    if let Some(note) = unused::note(&cli).filter(|_| !global.quiet) {
        terminal::note(&note);
    }
    let exit = match &cli.command {
        Command::Init(args) => init::run(args, global),
        Command::Csr(args) => csr::run(args, global),
        Command::Bundle(args) => bundle::run(args, global),
        Command::CheckChain(args) => check_chain::run(args, global),
        Command::CheckFirewall(args) => check_firewall::run(args, global),
        Command::Checklist(args) => checklist::run(args, global),
        Command::Preflight(args) => preflight::run(args, global),
        Command::Trust(args) => trust::run(args, global),
        Command::Crl(args) => crl::run(args, global),
        Command::Expiry(args) => expiry::run(args, global),
        Command::Explain(args) => explain::run(args, global),
        Command::Lab(args) => lab::run(args, global),
    }?;
    Ok(exit)
}

/// Prints clap's answer: help and version are no mistakes, all else is.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render().ansi().to_string();
    if error.use_stderr() {
        let text = text.trim_end();
        terminal::note(withheld(text).as_deref().unwrap_or(text));
        return Exit::Usage.into();
    }
    match terminal::print(&text) {
        Ok(()) => Exit::Pass.into(),
        Err(_) => Exit::Internal.into(),
    }
}

/// What is said in place of a message that repeats a private key from the command line.
fn withheld(message: &str) -> Option<String> {
    private_key::find(message.as_bytes()).map(|kind| {
        format!(
            "error: {kind} stands on the command line, so what is wrong there is not repeated\nhint: Name the file that holds it, never what stands in it; the shell's history may have it now."
        )
    })
}

/// Prints an error as `error: ...`, its problems, and `hint: ...`.
fn complain(error: &anyhow::Error) -> Exit {
    let red = AnsiColor::Red.on_default().bold();
    let said = |text: String| visible(&text).into_owned();
    let Some(known) = error.downcast_ref::<Error>() else {
        terminal::note(&format!(
            "{red}error:{red:#} {}",
            said(format!("{error:#}"))
        ));
        return Exit::Internal;
    };
    if let Some(instead) = withheld(&format!("{known}\n{}", known.problems().join("\n"))) {
        terminal::note(&instead);
        return Exit::Usage;
    }
    terminal::note(&format!("{red}error:{red:#} {}", said(known.to_string())));
    for problem in known.problems() {
        terminal::note(&said(format!("  {problem}")));
    }
    if let Some(hint) = known.next_action() {
        let bold = Style::new().bold();
        terminal::note(&format!("{bold}hint:{bold:#} {}", said(hint.to_owned())));
    }
    match known.kind() {
        Kind::Input => Exit::Usage,
        Kind::Unmet => Exit::Fail,
        Kind::Internal => Exit::Internal,
    }
}

/// Waits for what a command does on the network, on the one runtime that it has, and shows that it does.
///
/// A lookup of the system's cannot be stopped: what overran its deadline is left behind.
fn wait<F: Future>(global: &Global, work: F) -> Result<F::Output> {
    let shown = terminal::waiting("probing", global.deadline()?);
    let runtime = runtime()?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    drop(shown);
    Ok(result)
}

/// The runtime of the network; one thread does.
fn runtime() -> Result<Runtime> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::internal("could not start the network runtime").because(error))
}

/// The file of `--output`, opened before the work begins so that a bad path fails at once.
fn open_output(global: &Global) -> Result<Option<Output>> {
    global.output.as_deref().map(Output::open).transpose()
}

/// Prints a report, or writes it to `--output`, and says what it comes down to.
fn deliver(report: &Report, global: &Global, output: Option<Output>) -> Result<Exit> {
    let layout = layout(global, output.as_ref());
    hand_over(&report::render(report, global.format, layout)?, output)?;
    Ok(report.verdict.into())
}

/// How the human format is laid out: as the flags and the terminal say, or for a file.
fn layout(global: &Global, output: Option<&Output>) -> Layout {
    let detail = match (global.quiet, global.verbose) {
        (true, _) => Detail::Answer,
        (false, true) => Detail::Everything,
        (false, false) => Detail::Document,
    };
    let width = match output {
        Some(_) => Layout::default().width,
        None => terminal::width(),
    };
    Layout { detail, width }
}

/// Prints a document of any kind, or writes it to `--output`, there without ANSI styles.
fn hand_over(text: &str, output: Option<Output>) -> Result<()> {
    match output {
        Some(output) => output.finish(terminal::plain(text).as_bytes()),
        None => terminal::print(text),
    }
}
