//! The words around the flags: the commands under five headings, the long version.
//!
//! clap has no headings for subcommands, so the page's template is made from one table here.

use std::{fmt::Write, sync::LazyLock};

use anstyle::Style;
use clap::{Arg, ArgAction, Command, CommandFactory};

use super::Cli;

/// The commands under their headings, in the order of the way to live.
pub const GROUPS: &[(&str, &[&str])] = &[
    ("Make", &["init", "csr"]),
    ("Check", &["check-chain", "check-firewall", "preflight"]),
    ("Walk", &["checklist"]),
    ("Learn", &["explain"]),
];

const EXITS: &str = "\
Exit: 0 nothing failed, 1 a requirement is not met, 2 wrong input and nothing was changed,
      3 something could not be found out, 4 ptl itself broke.

Start with `ptl init`. Unofficial: not made or endorsed by NHS England.";

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
        .after_help(EXITS)
}

/// The version, the OpenSSL that is linked, and whose tool this is.
static LONG_VERSION: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{}\nlinked with {}\nunofficial: not made or endorsed by NHS England",
        env!("CARGO_PKG_VERSION"),
        openssl::version::version()
    )
});

fn template(command: &Command) -> String {
    let heading = Style::new().bold().underline();
    let literal = Style::new().bold();
    let mut text = "{about-with-newline}\n{usage-heading} {usage}\n".to_owned();
    for (group, names) in GROUPS {
        let _ = write!(text, "\n{heading}{group}:{heading:#}\n");
        for name in *names {
            let about = command
                .find_subcommand(name)
                .and_then(Command::get_about)
                .map(ToString::to_string)
                .unwrap_or_default();
            let _ = writeln!(text, "  {literal}{name:<16}{literal:#}{about}");
        }
    }
    text + &format!("\n{heading}Options:{heading:#}\n{{options}}{{after-help}}\n")
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
