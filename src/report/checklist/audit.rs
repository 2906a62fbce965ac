//! What an audit of the record found, and what joining two records came to.

use super::bold;
use crate::{
    checklist::{
        audit::{Audit, HandView, Merged},
        copies::Standing,
    },
    report::{Explanation, human::columns, visible},
};

impl Explanation for Audit {
    fn text(&self, width: u16) -> String {
        let mut text = format!("{}\n", bold(&self.answer()));
        let mut rows: Vec<Vec<String>> = Vec::new();
        for fault in &self.faults {
            let said = format!("line {}: {}", fault.line, fault.what);
            rows.push(vec!["  FAIL".to_owned(), visible(&said).into_owned()]);
        }
        rows.extend(
            self.by_hand
                .iter()
                .map(|it| vec!["  FAIL".to_owned(), hand(it)]),
        );
        for copied in &self.copies {
            let how = match copied.standing {
                Standing::Missing => "is not there any more",
                _ => "is not what was written down",
            };
            let said = format!("{}: evidence/{} {how}", copied.step, copied.name);
            rows.push(vec!["  FAIL".to_owned(), visible(&said).into_owned()]);
        }
        if let Some(head) = &self.head {
            let asked = visible(&head.asked);
            rows.push(match &head.why {
                Some(why) => vec!["  FAIL".to_owned(), format!("{asked}: {why}")],
                None => vec![
                    "  ok".to_owned(),
                    format!(
                        "{asked}: it is there, and so are all {} entries that it stands for",
                        head.covers
                    ),
                ],
            });
        }
        for clock in &self.clocks {
            let said = format!("a clock was behind: {clock}; the order of the entries counts");
            rows.push(vec!["  note".to_owned(), visible(&said).into_owned()]);
        }
        for note in &self.notes {
            rows.push(vec!["  note".to_owned(), visible(note).into_owned()]);
        }
        for digest in &self.heads {
            rows.push(vec!["  head".to_owned(), digest.clone()]);
        }
        text += &columns(rows, &[7], width);
        text
    }
}

impl Audit {
    fn answer(&self) -> String {
        let entries = match self.events {
            1 => "1 entry".to_owned(),
            many => format!("{many} entries"),
        };
        let head = self.head.as_ref();
        if !self.faults.is_empty() {
            return "FAIL: the history does not hang together. Next: bring back the last good file, and do again what is missing in it.".to_owned();
        }
        if !self.by_hand.is_empty() {
            return "FAIL: tables were changed by hand. Next: put back what stood there, or say why it counts: `ptl checklist audit --adopt --reason \"...\"`.".to_owned();
        }
        if !self.copies.is_empty() {
            return "FAIL: copies of evidence are not what was written down. Next: put back what was kept, or open their steps again: `ptl checklist reopen STEP --reason \"...\"`.".to_owned();
        }
        if head.is_some_and(|head| head.digest.is_none()) {
            return "FAIL: the history of that digest is not in the file. Next: ask whoever has it for their file, and join it: `ptl checklist merge`.".to_owned();
        }
        if self.without_history {
            return "UNDETERMINED: the file has no history, so nothing proves what its tables say. Next: look through them; the first change gives it a history, which begins by importing what stands there.".to_owned();
        }
        match self.events {
            0 => "OK: nothing is written down yet.".to_owned(),
            _ => format!(
                "OK: {entries}{}, and every state follows from them. Keep the head's digest where nobody changes it: it proves them all.",
                self.taken_over()
            ),
        }
    }
}

impl Audit {
    /// How many entries were not done under the rules, in brackets.
    fn taken_over(&self) -> String {
        let counts = [(self.imported, "imported"), (self.adopted, "adopted")];
        let told: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, how)| format!("{count} {how}"))
            .collect();
        match told.is_empty() {
            true => String::new(),
            false => format!(" ({}: not done under the rules)", told.join(", ")),
        }
    }
}

fn hand(hand: &HandView) -> String {
    let how = match (hand.says, hand.follows) {
        (Some(says), Some(follows)) if says != follows => format!(
            "its table says {}, and the history {}",
            says.word(),
            follows.word()
        ),
        (Some(_), Some(_)) => format!("its {} differ from the history", hand.differs.join(", ")),
        (Some(says), None) => format!("its table says {}, and the history nothing", says.word()),
        (None, _) => "its table is gone".to_owned(),
    };
    format!("{}: {how}", visible(&hand.step))
}

impl Explanation for Merged {
    fn text(&self, _width: u16) -> String {
        let answer = match self.added {
            0 => "Nothing to join: the first holds all of the second already.".to_owned(),
            1 => "Joined: 1 entry more.".to_owned(),
            many => format!("Joined: {many} entries more."),
        };
        let heads = self.heads.iter();
        let heads: String = heads.map(|digest| format!("Head: {digest}\n")).collect();
        format!("{}\n{heads}", bold(&answer))
    }
}
