//! Says which of the flags that every command takes mean nothing to this one, so that nobody relies on them.

use crate::{
    cli::{
        Cli, Command, Global,
        checklist::{ChecklistArgs, ChecklistCommand},
        crl::CrlCommand,
    },
    environment::SHIPPED,
    report::Format,
};

/// A line for stderr, where flags were given that change nothing.
pub(super) fn note(cli: &Cli) -> Option<String> {
    let global = &cli.global;
    let (judges, takes_environment) = match &cli.command {
        Command::CheckChain(_) | Command::CheckFirewall(_) | Command::Preflight(_) => (true, true),
        Command::Csr(args) => (args.action.is_some(), true),
        Command::Bundle(args) => (true, args.cert.is_none()),
        Command::Init(_) | Command::Trust(_) | Command::Expiry(_) => (false, true),
        Command::Crl(args) => (matches!(args.command, CrlCommand::Fetch(_)), true),
        Command::Checklist(args) => (false, shows_a_profile(args, global)),
        Command::Explain(_) | Command::Lab(_) => (false, false),
    };
    let starts = matches!(cli.command, Command::Init(_));
    // What a lab does in one line; what does not look at dates.
    let says_a_line = matches!(&cli.command, Command::Lab(args) if args.command.says_a_line());
    let has_no_dates = matches!(&cli.command, Command::Lab(args) if !args.command.has_dates());
    // The month of a renewal stands in its files' names.
    let makes = matches!(
        &cli.command,
        Command::Csr(args) if args.action.is_none() && args.make.from_cert.is_none()
    );
    let given = [
        (
            "--format",
            global.format != Format::Human && (starts || says_a_line),
        ),
        (
            "--output",
            global.output.is_some() && (starts || says_a_line),
        ),
        (
            "--at",
            global.at.is_some() && (starts || makes || has_no_dates),
        ),
        ("--env", global.env.is_some() && !takes_environment),
        ("--only", !global.only.is_empty() && !judges),
        ("--skip", !global.skip.is_empty() && !judges),
        ("--strict", global.strict && !judges),
    ];
    let flags: Vec<&str> = given
        .into_iter()
        .filter(|(_, unused)| *unused)
        .map(|(flag, _)| flag)
        .collect();
    let verb = if flags.len() == 1 {
        "changes"
    } else {
        "change"
    };
    (!flags.is_empty()).then(|| format!("note: {} {verb} nothing here", flags.join(", ")))
}

/// Whether a report takes the profile of `--env`: those that ptl ships it has anyhow.
fn shows_a_profile(args: &ChecklistArgs, global: &Global) -> bool {
    let named = global.env.as_deref();
    matches!(args.command, Some(ChecklistCommand::Report(_)))
        && !SHIPPED.iter().any(|(id, _)| Some(*id) == named)
}
