//! The staged live-install checklist and its state.
