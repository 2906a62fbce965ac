//! Templates into text: the engine, and the documents that it is fed.
//!
//! [`handover`] is what a report of a checklist may say, and nothing else; [`render`] puts it into a form by the
//! templates in `templates/report/`. What came from outside is escaped by the engine, not by templates.

pub mod board;
mod drawing;
mod engine;
mod escape;
pub mod handover;
mod markdown;
mod styles;

pub use engine::{Form, render, render_board};
pub use escape::{json, visible};
