//! The few OpenSSL calls that the crate lacks: the only room where `unsafe` may stand.

#![expect(
    unsafe_code,
    reason = "calls into OpenSSL that no safe binding covers; nowhere else"
)]

mod handshake;
mod sealing;
mod stores;
mod verification;

pub use handshake::{Heard, acceptable_authorities, heard, listen, offer_post_handshake};
pub use sealing::{Sealed, SealedKey, Sealing, sealed_store};
pub use stores::{Carried, Opened, carried, encrypted_key, open_store};
pub use verification::{Complaint, Lists, take_any_policy, verify};
