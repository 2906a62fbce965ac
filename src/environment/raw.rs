//! The form of a profile file: what serde reads, before anything is checked.

use std::net::IpAddr;

use serde::Deserialize;
use toml::{Spanned, value::Datetime};

use super::{Confidence, Direction, Network, Protocol, Role};

/// The newest form that this ptl reads.
pub(super) const SCHEMA: u64 = 1;

/// The one key that every version of the form has.
#[derive(Deserialize)]
pub(super) struct Versioned {
    pub(super) schema: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    pub(super) schema: Spanned<u64>,
    pub(super) id: Spanned<String>,
    pub(super) name: String,
    pub(super) page: Spanned<String>,
    pub(super) desk: Desk,
    pub(super) tls: Tls,
    #[serde(default, rename = "resolver")]
    pub(super) resolvers: Vec<Resolver>,
    #[serde(default, rename = "host")]
    pub(super) hosts: Vec<Host>,
    #[serde(rename = "generation")]
    pub(super) generations: Vec<Generation>,
    #[serde(default, rename = "gap")]
    pub(super) gaps: Vec<Gap>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Provenance {
    pub(super) source: Spanned<String>,
    pub(super) confidence: Confidence,
    #[serde(default)]
    pub(super) old: bool,
    pub(super) conflict: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Desk {
    pub(super) name: String,
    pub(super) mail: Spanned<String>,
    pub(super) form: Option<Spanned<String>>,
    pub(super) before: Option<String>,
    pub(super) provenance: Provenance,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tls {
    pub(super) min_version: Spanned<String>,
    pub(super) ciphers: Vec<String>,
    pub(super) provenance: Provenance,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resolver {
    pub(super) address: IpAddr,
    #[serde(default = "dns_port")]
    pub(super) port: Spanned<u16>,
    pub(super) name: Option<String>,
    pub(super) provenance: Provenance,
}

fn dns_port() -> Spanned<u16> {
    Spanned::new(0..0, 53)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Host {
    pub(super) name: Spanned<String>,
    pub(super) port: Spanned<u16>,
    pub(super) direction: Direction,
    pub(super) network: Network,
    pub(super) protocol: Protocol,
    pub(super) purpose: Spanned<String>,
    pub(super) path: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) services: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) roles: Vec<Role>,
    #[serde(default)]
    pub(super) addresses: Vec<IpAddr>,
    pub(super) addresses_provenance: Option<Provenance>,
    pub(super) note: Option<String>,
    pub(super) provenance: Provenance,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Generation {
    pub(super) id: Spanned<String>,
    pub(super) title: String,
    #[serde(default)]
    pub(super) accept: Life,
    #[serde(default)]
    pub(super) present: Life,
    #[serde(default)]
    pub(super) superseded: bool,
    pub(super) root: Authority,
    #[serde(rename = "sub")]
    pub(super) subs: Vec<Authority>,
    pub(super) revocation: String,
    pub(super) provenance: Provenance,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Life {
    pub(super) from: Option<Spanned<Datetime>>,
    pub(super) until: Option<Spanned<Datetime>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Authority {
    pub(super) name: String,
    pub(super) subject: Spanned<String>,
    pub(super) sha256: Spanned<String>,
    pub(super) sha1: Option<Spanned<String>>,
    pub(super) not_before: Spanned<Datetime>,
    pub(super) not_after: Spanned<Datetime>,
    pub(super) url: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) crl_urls: Vec<Spanned<String>>,
    pub(super) ocsp_url: Option<Spanned<String>>,
    pub(super) provenance: Provenance,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gap {
    pub(super) what: String,
    pub(super) note: String,
}
