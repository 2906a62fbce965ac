//! Collectors with deadlines: facts, never verdicts.
