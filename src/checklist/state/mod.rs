//! `checklist.toml`: which steps something happened to, when, by whom, and what proves it.

/// The file's name in the install's folder.
pub const FILE: &str = "checklist.toml";

/// The version of the file's form that this ptl reads and writes.
pub const SCHEMA: i64 = 1;

/// The text of a new file: every step is open.
pub fn fresh(definition_id: &str) -> String {
    format!(
        r#"# The record of this install on its way to live: what happened to each step, and what proves it.
#
#   ptl checklist            where you are
#   ptl checklist next       what to do now, and why that first
#   ptl checklist show STEP  what one step wants, and what to type
#
# ptl writes this file (start, done, block, reopen); your own comments and their order stay.
# A step stands here once something happened to it; every other step is open. It looks like this:
#
#   [step."plan.ods"]
#   state = "done"                # in-progress, done, blocked or open (again)
#   at = 2026-11-22T17:00:00Z     # since when
#   by = "anna"
#   evidence = [{{ text = "ODS code A12345, from the ODS portal", at = 2026-11-22T17:00:00Z, by = "anna" }}]
#
# Keep it under version control, and never put a private key or a password here.

schema = {SCHEMA}
definition = "{definition_id}"
"#
    )
}
