//! `ptl explain`.

use super::{Exit, hand_over, layout, open_output};
use crate::{
    check::Cause,
    checks,
    cli::{Global, explain::ExplainArgs},
    environment,
    error::{Error, Result, nearest},
    files::Output,
    report::{
        self, BarsDocument, CauseDocument, CausesDocument, CheckDocument, ChecksDocument,
        Explanation, GenerationsDocument, RevocationDocument,
    },
};

const GENERATIONS: &str = "generations";
const REVOCATION: &str = "revocation";
const BARS: &str = "bars";

/// Runs `ptl explain`.
///
/// # Errors
/// Where there is no such check, cause or topic.
pub(super) fn run(args: &ExplainArgs, global: &Global) -> Result<Exit> {
    let output = open_output(global)?;
    if args.causes {
        return show(&CausesDocument::all(), global, output);
    }
    let Some(topic) = &args.topic else {
        return show(&ChecksDocument::of(&checks::all()), global, output);
    };
    let is_topic = |word: &str| word.eq_ignore_ascii_case(topic);
    if is_topic(GENERATIONS) {
        let document = GenerationsDocument::of(environment::all(), global.time()?);
        return show(&document, global, output);
    }
    if is_topic(REVOCATION) {
        return show(&RevocationDocument::of(environment::all()), global, output);
    }
    if is_topic(BARS) {
        return show(&BarsDocument::all(), global, output);
    }
    if let Some(meta) = checks::all().into_iter().find(|meta| is_topic(meta.id.0)) {
        return show(&CheckDocument::from(meta), global, output);
    }
    if let Some(cause) = Cause::ALL.iter().find(|cause| is_topic(cause.word())) {
        return show(&CauseDocument::from(*cause), global, output);
    }
    Err(unknown(topic))
}

fn show(document: &impl Explanation, global: &Global, output: Option<Output>) -> Result<Exit> {
    let text = report::explain(document, global.format, layout(global, output.as_ref()))?;
    hand_over(&text, output)?;
    Ok(Exit::Pass)
}

fn unknown(topic: &str) -> Error {
    let checks = checks::all();
    let known = checks
        .iter()
        .map(|meta| meta.id.0)
        .chain(Cause::ALL.iter().map(|cause| cause.word()))
        .chain([GENERATIONS, REVOCATION, BARS]);
    let hint = match nearest(topic, known) {
        Some(word) => {
            format!("Did you mean `ptl explain {word}`? `ptl explain --list` names every check.")
        }
        None => "Run `ptl explain --list` for every check, `ptl explain --causes` for every cause."
            .to_owned(),
    };
    Error::input(format!("no check, cause or topic `{topic}`")).hint(hint)
}
