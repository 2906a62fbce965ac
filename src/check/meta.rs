//! What is known of a check before it runs.

use std::fmt;

use serde::Serialize;

/// A check's stable name, `AREA-NNN`: the public contract in output, waivers and documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct CheckId(pub &'static str);

impl CheckId {
    /// The area: what stands before the last hyphen.
    pub fn area(self) -> &'static str {
        self.0.rsplit_once('-').map_or(self.0, |(area, _)| area)
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

/// How much a failure weighs. It belongs to the check, never to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A MUST of a cited source: the install cannot go live with it.
    Error,
    /// A SHOULD, or something that will break later.
    Warning,
    /// Worth knowing; may be a rule of thumb.
    Notice,
}

/// Which layer of the path a check looks at, from the nearest to the farthest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// The files of the install.
    Install,
    /// A configuration file.
    Config,
    /// A name's addresses.
    Dns,
    /// The way to an address.
    Route,
    /// A connection to a port.
    Tcp,
    /// An HTTP proxy on the way.
    Proxy,
    /// The handshake.
    Tls,
    /// Certificates between leaf and root.
    Chain,
    /// Which roots are trusted.
    Trust,
    /// Whom a certificate names.
    Name,
    /// What a certificate may be used for.
    Purpose,
    /// From when to when something holds.
    Date,
    /// Private and public keys.
    Key,
    /// Revocation lists and OCSP.
    Revocation,
    /// HTTP requests and answers.
    Http,
    /// The Spine directory service.
    Sds,
    /// The Spine secure proxy.
    Ssp,
}

impl Layer {
    /// Whether a check on this layer needs a network, and so is skipped by `--offline`.
    pub fn needs_network(self) -> bool {
        use Layer::{Dns, Http, Proxy, Route, Sds, Ssp, Tcp, Tls};
        matches!(self, Dns | Route | Tcp | Proxy | Tls | Http | Sds | Ssp)
    }

    /// The layer's word in every format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Config => "config",
            Self::Dns => "dns",
            Self::Route => "route",
            Self::Tcp => "tcp",
            Self::Proxy => "proxy",
            Self::Tls => "tls",
            Self::Chain => "chain",
            Self::Trust => "trust",
            Self::Name => "name",
            Self::Purpose => "purpose",
            Self::Date => "date",
            Self::Key => "key",
            Self::Revocation => "revocation",
            Self::Http => "http",
            Self::Sds => "sds",
            Self::Ssp => "ssp",
        }
    }
}

impl Severity {
    /// The severity's word in every format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// A check as data: everything that help, `explain`, the README and every format say of it.
#[derive(Debug)]
pub struct Meta {
    /// Stable, never used again for something else.
    pub id: CheckId,
    /// The requirement, worded as when it is met: lower case, present tense, no full stop.
    pub title: &'static str,
    /// How much a failure weighs.
    pub severity: Severity,
    /// Which layer of the path it looks at.
    pub layer: Layer,
    /// RFC and section, or the NHS page and its section.
    pub source: &'static str,
    /// What to do when it fails: one imperative sentence, a command where there is one.
    pub hint: &'static str,
    /// Where one of these failed, was undetermined or blocked on the same subject, this one is blocked.
    pub requires: &'static [CheckId],
}
