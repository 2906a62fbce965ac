//! A rehearsal Spine on this machine: its CAs, its name server, its proxy and its lists, on loopback alone.
//!
//! Nothing outside this room and `commands` knows of it: what it is goes into a profile in the form
//! of the shipped ones, and every command takes that by `--env`. Kept libraries speak the protocols.

mod authority;
mod condition;
mod desk;
mod dns;
mod document;
mod downloads;
mod drip;
mod extension;
mod fault;
mod flaw;
mod folder;
mod front;
mod generation;
#[cfg(unix)]
mod hangup;
mod identity;
mod issued;
mod leaf;
mod list;
mod page;
mod peers;
mod places;
mod profile;
mod register;
mod rehearsal;
mod responder;
mod revocation;
mod served;
mod switch;
mod up;

pub use desk::{Issued, Order, issue};
pub use document::faults;
pub use fault::{Fault, NONE};
pub use folder::Lab;
pub use register::{MOST_MADE_UP, Reason};
pub use rehearsal::rehearse;
pub use switch::turn_on;
pub use up::{Running, Wanted};

use crate::error::Error;

/// What came of making something of the lab's.
type Made<T> = std::result::Result<T, Error>;

/// What a library could not make, which a sound machine always can.
fn unmade(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::internal("a part of the lab could not be made").because(error)
}
