//! What a check's function answers.

use super::Cause;

/// What was seen: one sentence, and the values behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// One sentence: what was seen, and where it fell short why it matters.
    pub seen: String,
    /// Labelled values, in the order in which a reader wants them.
    pub values: Vec<(&'static str, String)>,
    /// The next action for just this case, where the check's own hint is too general.
    pub hint: Option<String>,
}

impl Evidence {
    /// Evidence that says this sentence.
    pub fn seen(sentence: impl Into<String>) -> Self {
        Self {
            seen: sentence.into(),
            ..Self::default()
        }
    }

    /// Adds a labelled value.
    #[must_use]
    pub fn with(mut self, label: &'static str, value: impl ToString) -> Self {
        self.values.push((label, value.to_string()));
        self
    }

    /// Replaces the check's hint for this case.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A check's answer on one subject. `run` adds blocked, skipped and waived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The requirement is met.
    Pass(Evidence),
    /// It is not met, for this cause.
    Fail(Cause, Evidence),
    /// It does not bind this subject, for this reason.
    NotApplicable(Evidence),
    /// It could not be found out, for this reason; the cause where one was seen all the same.
    Undetermined(Option<Cause>, Evidence),
}

impl Outcome {
    /// Met, as this sentence says.
    pub fn pass(seen: impl Into<String>) -> Self {
        Self::Pass(Evidence::seen(seen))
    }

    /// Not met, as this sentence says.
    pub fn fail(cause: Cause, seen: impl Into<String>) -> Self {
        Self::Fail(cause, Evidence::seen(seen))
    }

    /// Does not bind here, for this reason.
    pub fn not_applicable(reason: impl Into<String>) -> Self {
        Self::NotApplicable(Evidence::seen(reason))
    }

    /// Could not be found out, for this reason.
    pub fn undetermined(reason: impl Into<String>) -> Self {
        Self::Undetermined(None, Evidence::seen(reason))
    }

    fn evidence_mut(&mut self) -> &mut Evidence {
        match self {
            Self::Pass(evidence)
            | Self::Fail(_, evidence)
            | Self::NotApplicable(evidence)
            | Self::Undetermined(_, evidence) => evidence,
        }
    }

    /// Adds a labelled value to the evidence.
    #[must_use]
    pub fn with(mut self, label: &'static str, value: impl ToString) -> Self {
        self.evidence_mut().values.push((label, value.to_string()));
        self
    }

    /// Replaces the check's hint for this case.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.evidence_mut().hint = Some(hint.into());
        self
    }
}
