//! The words around the flags: the commands under five headings, the long version.
//!
//! clap has no headings for subcommands, so the page's template is made from one table here.

use std::{fmt::Write, sync::LazyLock};

use anstyle::Style;
use clap::{Arg, ArgAction, Command, CommandFactory};

use super::Cli;

/// The commands under their headings, in the order of the way to live.
pub const GROUPS: &[(&str, &[&str])] = &[
    ("Make", &["init", "csr", "bundle"]),
    ("Check", &["check-chain", "check-firewall", "preflight"]),
    ("Keep", &["crl", "trust", "expiry"]),
    ("Walk", &["checklist"]),
    ("Learn", &["lab", "explain"]),
];

/// The exit codes and what they mean, the same for every command and format.
pub const EXIT_CODES: &[(u8, &str)] = &[
    (0, "nothing failed"),
    (
        1,
        "a requirement is not met; nothing was changed, but for what `crl fetch` proved and kept",
    ),
    (
        2,
        "wrong input, or something would be overwritten; nothing was judged or changed",
    ),
    (
        3,
        "something could not be found out, and nothing that was found out failed",
    ),
    (4, "ptl itself broke"),
];

/// The whole command line, with its help pages.
pub fn command() -> Command {
    // One page for `-h` and `--help`: the long form spreads the global options over two screens.
    let help = Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::HelpShort)
        .global(true)
        .help("Print help");
    let command = Cli::command();
    let template = template(&command);
    command
        .long_version(LONG_VERSION.as_str())
        .disable_help_flag(true)
        .arg(help)
        .help_template(template)
        .after_help(closing())
}

/// The version, the OpenSSL that is linked, and whose tool this is.
static LONG_VERSION: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{}\nlinked with {}\nunofficial: not made or endorsed by NHS England",
        env!("CARGO_PKG_VERSION"),
        openssl::version::version()
    )
});

fn closing() -> String {
    let mut text = format!("{}\n", heading("Exit codes"));
    for (code, meaning) in EXIT_CODES {
        let _ = writeln!(text, "  {code}  {meaning}");
    }
    text + "\nStart with `ptl init`. Unofficial: not made or endorsed by NHS England."
}

fn heading(text: &str) -> String {
    let style = Style::new().bold().underline();
    format!("{style}{text}:{style:#}")
}

fn template(command: &Command) -> String {
    let literal = Style::new().bold();
    let mut text = "{about-with-newline}\n{usage-heading} {usage}\n".to_owned();
    for (group, names) in GROUPS {
        let _ = write!(text, "\n{}\n", heading(group));
        for name in *names {
            let about = command
                .find_subcommand(name)
                .and_then(Command::get_about)
                .map(ToString::to_string)
                .unwrap_or_default();
            let _ = writeln!(text, "  {literal}{name:<16}{literal:#}{about}");
        }
    }
    text + &format!("\n{}\n{{options}}{{after-help}}\n", heading("Options"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_under_one_heading() {
        let mut listed: Vec<_> = GROUPS
            .iter()
            .flat_map(|(_, names)| *names)
            .copied()
            .collect();
        let all = Cli::command();
        let mut all: Vec<_> = all
            .get_subcommands()
            .filter(|command| !command.is_hide_set())
            .map(Command::get_name)
            .collect();
        listed.sort_unstable();
        all.sort_unstable();
        assert_eq!(listed, all);
    }

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }
}
