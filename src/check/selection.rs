//! Which checks of a run are shown, skipped and waived.

use jiff::civil::Date;
use wildmatch::WildMatch;

use super::CheckId;
use crate::config::Waiver;

/// What the command line and the install say of the checks of a run.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only ids that fit one of these patterns; none means all.
    pub only: Vec<WildMatch>,
    /// Not ids that fit one of these: they are shown as skipped.
    pub skip: Vec<WildMatch>,
    /// Checks that need a network are skipped, with that reason.
    pub offline: bool,
    /// A failed warning fails the run too.
    pub strict: bool,
    /// Failures that somebody answers for.
    pub waivers: Vec<Waiver>,
}

impl Selection {
    /// Whether a check belongs to the run at all.
    pub fn includes(&self, id: CheckId) -> bool {
        self.only.is_empty() || self.only.iter().any(|pattern| pattern.matches(id.0))
    }

    /// Whether a check was asked to be left out.
    pub fn skips(&self, id: CheckId) -> bool {
        self.skip.iter().any(|pattern| pattern.matches(id.0))
    }

    /// The waiver that holds for a check on a day.
    pub fn waiver(&self, id: CheckId, today: Date) -> Option<&Waiver> {
        self.waivers
            .iter()
            .find(|waiver| waiver.check == id.0 && today <= waiver.until)
    }
}
