//! What came out, by set and tier, and whether that is what is known.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{cases::Case, differences};

/// What came out.
pub(crate) struct Score {
    tiers: HashMap<String, String>,
    by_tier: BTreeMap<(&'static str, String), (usize, usize)>,
    wrong: BTreeMap<String, String>,
    all: BTreeSet<String>,
}

impl Score {
    pub(crate) fn new(tiers: HashMap<String, String>) -> Self {
        Self {
            tiers,
            by_tier: BTreeMap::new(),
            wrong: BTreeMap::new(),
            all: BTreeSet::new(),
        }
    }

    pub(crate) fn add(&mut self, case: &Case, judged: Result<(), String>) {
        let tier = self.tiers.get(&case.id).map_or("all", String::as_str);
        let (right, of) = self.by_tier.entry((case.set, tier.to_owned())).or_default();
        *of += 1;
        self.all.insert(case.id.clone());
        if judged.is_ok() == case.accept {
            *right += 1;
        } else {
            let how = match judged {
                Ok(()) => format!("[{tier}] wrongly accepted"),
                Err(why) => format!("[{tier}] wrongly refused: {why}"),
            };
            self.wrong.insert(case.id.clone(), how);
        }
    }

    pub(crate) fn print(&self) {
        for ((set, tier), (right, of)) in &self.by_tier {
            println!("{set:10} {tier:10} {right:4} of {of:4}");
        }
        for (id, how) in &self.wrong {
            println!("  {id}: {how}");
        }
    }

    /// How many of the cases with such ids come out as the set says, and how many there are.
    pub(crate) fn of(&self, wanted: impl Fn(&str) -> bool) -> (usize, usize) {
        let ids = self.all.iter().filter(|id| wanted(id));
        let right = ids.clone().filter(|id| !self.wrong.contains_key(*id));
        (right.count(), ids.count())
    }

    /// Neither a difference that is not known, nor a known one that is none any more.
    pub(crate) fn assert_as_known(&self) {
        let known: BTreeSet<&str> = differences::KNOWN
            .iter()
            .flat_map(|difference| difference.cases)
            .copied()
            .collect();
        let new: Vec<&String> = self
            .wrong
            .keys()
            .filter(|id| !known.contains(id.as_str()))
            .collect();
        let gone: Vec<&&str> = known
            .iter()
            .filter(|id| self.all.contains(**id) && !self.wrong.contains_key(**id))
            .collect();
        assert!(new.is_empty(), "differences that are not known: {new:#?}");
        assert!(
            gone.is_empty(),
            "known differences that are none: {gone:#?}"
        );
    }
}
