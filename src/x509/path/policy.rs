//! What a path is judged by: time, purpose, host, depth, hashes, revocation.

use std::{fmt, net::IpAddr, sync::Arc};

use jiff::Timestamp;

use super::{Told, revocation};
use crate::{
    error::{Error, Result},
    x509::{Certificate, RevocationList},
};

/// Everything that a path is judged by; nothing is left to a default of OpenSSL.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The moment that dates are judged by.
    pub at: Timestamp,
    /// What the leaf is to be used for.
    pub purpose: Purpose,
    /// Whom the leaf must name.
    pub host: Option<Host>,
    /// How many intermediates there may be, self-issued ones aside.
    pub depth: Option<usize>,
    /// What of SHA-1 signatures below the anchor.
    pub sha1: Sha1,
    /// Whose demands there are.
    pub demands: Demands,
    /// Which certificates need a revocation list.
    pub revocation: Revocation,
    /// The revocation lists that are at hand.
    pub lists: Vec<Arc<RevocationList>>,
    /// What lists say that are too large for OpenSSL.
    pub told: Told,
}

impl Policy {
    /// Whether any list is of the issuer of a certificate, whatever is wrong with it.
    pub fn has_list_of(&self, certificate: &Certificate, issuer: Option<&Certificate>) -> bool {
        let told = issuer.map(|issuer| self.told.of(certificate, issuer));
        revocation::has_list(certificate, self) || told.is_some_and(|told| !told.is_empty())
    }

    /// Chain validation at a moment, and nothing more.
    pub fn at(at: Timestamp) -> Self {
        Self {
            at,
            purpose: Purpose::Any,
            host: None,
            depth: None,
            sha1: Sha1::Allow,
            demands: Demands::Full,
            revocation: Revocation::Off,
            lists: Vec::new(),
            told: Told::default(),
        }
    }
}

/// What a leaf is to be used for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Purpose {
    /// A TLS server shows it.
    Server,
    /// A TLS client shows it.
    Client,
    /// Both, as every Spine endpoint does.
    Both,
    /// Whatever it is for.
    #[default]
    Any,
}

impl Purpose {
    /// Whether a server is to show it.
    pub fn server(self) -> bool {
        matches!(self, Self::Server | Self::Both)
    }

    /// Whether a client is to show it.
    pub fn client(self) -> bool {
        matches!(self, Self::Client | Self::Both)
    }
}

/// What of SHA-1 signatures below the anchor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Sha1 {
    /// They are taken: old NHS generations have them.
    #[default]
    Allow,
    /// They fail the path.
    Refuse,
}

/// Whose demands a path is judged by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Demands {
    /// Section 6 of RFC 5280 in full: OpenSSL's strict form at security level 0, and ptl's own rules.
    #[default]
    Full,
    /// What a TLS peer that runs on OpenSSL demands at this security level (0 to 5), and nothing more.
    Peer(u8),
}

/// Which certificates need a revocation list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Revocation {
    /// None.
    #[default]
    Off,
    /// Those for whose issuer a list was given.
    Available,
    /// The leaf.
    Leaf,
    /// Every certificate below the anchor.
    Chain,
}

/// Whom a leaf must name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A host name, without a dot at its end.
    Name(String),
    /// An address.
    Address(IpAddr),
}

impl Host {
    /// Reads a host name or an address.
    ///
    /// # Errors
    /// Where it is neither.
    pub fn parse(text: &str) -> Result<Self> {
        let bare = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(text);
        if let Ok(address) = bare.parse() {
            return Ok(Self::Address(address));
        }
        // A dot at the end says that a name is whole; certificates never have it.
        let name = text.strip_suffix('.').unwrap_or(text);
        // An empty label is none; at the start, OpenSSL would take it for "any name under this one".
        let sound = name.len() <= 253
            && name.split('.').all(|label| !label.is_empty())
            && name
                .chars()
                .all(|character| character.is_ascii_graphic() && !"/:@[]\\*".contains(character));
        if sound {
            return Ok(Self::Name(name.to_owned()));
        }
        Err(Error::input(format!(
            "`{}` is neither a host name nor an address",
            text.escape_debug()
        ))
        .hint("Write it without scheme, port and path, as example.nhs.uk or 10.0.0.1."))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.pad(name),
            Self::Address(address) => address.fmt(f),
        }
    }
}
