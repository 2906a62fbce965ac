//! `ptl checklist walk`: the companion at the terminal.
//!
//! Every answer is written down at once, and the record is read anew before each question: an interrupt loses nothing,
//! and what others write meanwhile is seen.

mod answers;
mod checked;
mod texts;

use super::{Layout, change::actor};
use crate::{
    checklist::{
        book::Book,
        state::{self, Status},
        view::{StepView, View},
    },
    cli::{
        Global,
        checklist::{By, WalkArgs},
    },
    commands::complain,
    config::Install,
    error::{Error, Kind, Result},
    report::{Format, companion},
    terminal,
};

/// Somebody who walks through a checklist.
struct Walk<'a> {
    global: &'a Global,
    by: &'a By,
    layout: Layout,
    /// The step that they chose; else the first of those that can be done.
    chosen: Option<String>,
}

/// What follows from an answer.
enum Then {
    /// The same step again.
    Stay,
    /// On to what comes next.
    Go,
    /// The end of this walk.
    Leave,
}

/// Walks until somebody leaves, or nothing can be done; the text is the last word.
///
/// # Errors
/// Where nobody is there to be asked, there is no checklist or it cannot be written to, or the terminal goes away.
pub(super) fn run(args: &WalkArgs, global: &Global, layout: Layout) -> Result<String> {
    refuse_documents(global)?;
    if !terminal::can_talk() {
        return Err(Error::input(
            "nobody is there to walk with: stdin, stdout and stderr must be a terminal",
        )
        .hint("See what comes first with `ptl checklist next`, and write it down with `ptl checklist done STEP --evidence \"...\"`."));
    }
    // What would go wrong at the first answer is said before the first question.
    actor(&args.by, global)?;
    drop(state::open(&global.install)?);
    let book = super::read(global)?;
    if let Some(step) = &args.step {
        can_be_walked(&book, step)?;
    }
    let view = View::of(&book.progress());
    terminal::print(&companion::opening(&view, layout.width))?;
    let mut walk = Walk {
        global,
        by: &args.by,
        layout,
        chosen: args.step.clone(),
    };
    walk.whole_way()
}

/// It is talk, and no document.
fn refuse_documents(global: &Global) -> Result<()> {
    let flag = match (global.format, &global.output) {
        (Format::Human, None) => return Ok(()),
        (Format::Human, Some(_)) => "--output",
        _ => "--format",
    };
    Err(
        Error::input(format!("{flag}: a walk is talk, and makes no document"))
            .hint("For programs there is `ptl checklist next --format json`."),
    )
}

fn can_be_walked(book: &Book, step: &str) -> Result<()> {
    let progress = book.progress();
    progress.find(step)?;
    let status = progress.status(step);
    if !status.satisfies() {
        return Ok(());
    }
    Err(Error::input(format!(
        "`{step}` needs nothing more: it is {}",
        status.word()
    ))
    .hint(format!(
        "To prove it again, open it first: `ptl checklist reopen {step} --reason \"...\"`."
    )))
}

impl Walk<'_> {
    fn whole_way(&mut self) -> Result<String> {
        loop {
            let book = self.book()?;
            let view = View::of(&book.progress());
            let Some(step) = self.place(&view) else {
                return Ok(companion::resting(&view, self.layout.width));
            };
            let install = Install::read(&self.global.install);
            let why_not = checked::why_not(step, install.as_ref());
            let text = companion::at_step(&view, step.id, why_not.as_deref(), self.layout.width);
            terminal::print(&text)?;
            if let Then::Leave = self.at(step.id)? {
                let left = format!(
                    "Left at {}. What was answered is written down; go on with `ptl checklist walk`.",
                    step.id
                );
                return Ok(companion::said(&left, self.layout.width));
            }
        }
    }

    /// Where the walk stands: the step that was chosen, while it needs something, else what should come first.
    fn place<'a, 'b>(&self, view: &'b View<'a>) -> Option<&'b StepView<'a>> {
        let chosen = self.chosen.as_ref().and_then(|id| view.step(id));
        let chosen = chosen.filter(|(_, step)| !step.state.satisfies());
        let first = || view.step(view.next.first()?.id);
        chosen.or_else(first).map(|(_, step)| step)
    }

    /// Asks at a step until something came of it; what is refused is said, and asked again.
    fn at(&mut self, id: &str) -> Result<Then> {
        loop {
            // Another ptl may have changed it while somebody thought.
            let book = self.book()?;
            let view = View::of(&book.progress());
            let Some((_, step)) = view.step(id) else {
                return Ok(Then::Go);
            };
            if step.state.satisfies() {
                return Ok(Then::Go);
            }
            let key = self.ask_what(step)?;
            match self.does(key, &book, &view, step) {
                Ok(Then::Stay) => {}
                Ok(then) => return Ok(then),
                Err(error) if error.kind() == Kind::Internal => return Err(error),
                Err(error) => drop(complain(&error.into())),
            }
        }
    }

    fn ask_what(&self, step: &StepView<'_>) -> Result<char> {
        let install = Install::read(&self.global.install);
        let can_check =
            !step.checks.is_empty() && checked::why_not(step, install.as_ref()).is_none();
        let choices: Vec<(char, &str)> = [
            ('d', "done"),
            ('c', "run its checks"),
            ('w', "wait for somebody"),
            ('b', "blocked"),
            ('n', "not applicable"),
            ('t', "text to send"),
            ('a', "all about it"),
            ('s', "another step"),
            ('q', "leave"),
        ]
        .into_iter()
        .filter(|(key, _)| *key != 'c' || can_check)
        .collect();
        terminal::print(&companion::choices(&choices, self.layout.width))?;
        let keys: Vec<String> = choices.iter().map(|(key, _)| key.to_string()).collect();
        let keys = keys.join(" ");
        let chosen = |text: &str| choices.iter().find(|(key, says)| is(text, *key, says));
        let answer = terminal::ask(&format!("What now ({keys})"), None, |text| {
            match chosen(text) {
                Some(_) => Ok(()),
                None => Err(format!("that is none of {keys}")),
            }
        })
        .map_err(|error| {
            error.hint("What was answered is written down; go on with `ptl checklist walk`.")
        })?;
        Ok(chosen(&answer).map_or('q', |(key, _)| *key))
    }

    fn does(
        &mut self,
        key: char,
        book: &Book,
        view: &View<'_>,
        step: &StepView<'_>,
    ) -> Result<Then> {
        match key {
            'd' => self.done(step),
            'c' => self.checked(step),
            'w' => self.waits(step),
            'b' => self.stuck(step),
            'n' => self.not_applicable(step),
            't' => self.shows(&texts::to_send(self, book, step)),
            'a' => self.shows(&texts::all_about(self, book, step.id)?),
            's' => self.elsewhere(view),
            _ => Ok(Then::Leave),
        }
    }

    fn says(&self, text: &str) -> Result<()> {
        terminal::print(&companion::said(text, self.layout.width))
    }

    fn shows(&self, text: &str) -> Result<Then> {
        terminal::print(&format!("{text}\n"))?;
        Ok(Then::Stay)
    }

    /// Goes to a step that somebody names.
    fn elsewhere(&mut self, view: &View<'_>) -> Result<Then> {
        terminal::print(&companion::numbered(view, self.layout.width))?;
        let places = companion::places(view);
        let named = |text: &str| {
            let number = text.parse::<usize>().ok();
            let by_number = number.and_then(|number| places.get(number.checked_sub(1)?));
            by_number
                .map(|step| step.id)
                .or_else(|| view.step(text).map(|(_, step)| step.id))
        };
        let sound = |text: &str| match named(text).and_then(|id| view.step(id)) {
            None => Err("a number of these, or a step".to_owned()),
            Some((_, step)) if step.state.satisfies() => Err(format!(
                "{} needs nothing more: it is {}",
                step.id,
                step.state.word()
            )),
            Some(_) => Ok(()),
        };
        let answer = terminal::ask_or_nothing("Which (number, or Enter to go back)", sound)?;
        let Some(id) = answer.as_deref().and_then(named) else {
            return Ok(Then::Stay);
        };
        self.chosen = Some(id.to_owned());
        Ok(Then::Go)
    }

    fn book(&self) -> Result<Book> {
        Book::read(&self.global.install, self.global.time()?)
    }
}

/// Whether an answer is this choice: its letter, or its words.
fn is(text: &str, key: char, says: &str) -> bool {
    let text = text.to_lowercase();
    text == says || text.chars().eq([key])
}

/// Whether somebody else has a step already.
fn is_waiting(step: &StepView<'_>) -> bool {
    step.state == Status::Waiting
}
