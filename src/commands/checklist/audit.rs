//! `ptl checklist audit`.

use super::{Layout, change::actor, change::line};
use crate::{
    checklist::{
        audit::{Audit, adopted},
        copies,
        state::{self, State},
    },
    cli::{Global, checklist::AuditArgs},
    commands::Exit,
    error::{Error, Result},
    report,
};

/// Says whether the record hangs together; adopts what was changed by hand where that is asked for.
pub(super) fn run(args: &AuditArgs, global: &Global, layout: Layout) -> Result<(String, Exit)> {
    if args.adopt {
        adopt(args, global)?;
    }
    let (definition, state) = state::read(&global.install)?;
    let copies = copies::all(&global.install, &state)?;
    let audit = Audit::of(&definition, &state, args.head.as_deref(), copies);
    let exit = match audit.is_sound() {
        true if audit.without_history => Exit::Undetermined,
        true => Exit::Pass,
        false => Exit::Fail,
    };
    Ok((report::explain(&audit, global.format, layout)?, exit))
}

fn adopt(args: &AuditArgs, global: &Global) -> Result<()> {
    let actor = actor(&args.by, global)?;
    let reason = line("--reason", args.reason.as_ref())?.ok_or_else(|| {
        Error::input("nothing says why it counts")
            .hint("Say it: `ptl checklist audit --adopt --reason \"...\"`.")
    })?;
    let opened = state::open(&global.install)?;
    let deeds = adopted(&opened.state, &reason);
    if deeds.is_empty() {
        return Err(nothing(&opened.state));
    }
    opened.record(deeds, &actor.by, actor.at)?;
    Ok(())
}

fn nothing(state: &State) -> Error {
    let error = Error::input(format!("nothing in `{}` was changed by hand", state::FILE));
    match state.is_old {
        true => error
            .hint("It has no history yet: the first change gives it one, of what stands there."),
        false => error.hint("See what the record says: `ptl checklist audit`."),
    }
}
