//! The checks, one file an area. A new check changes one of these files and one line of a snapshot.

pub mod chain;
pub mod csr;
pub mod dns;
pub mod endpoint;
pub mod files;
pub mod http;
pub mod inbound;
pub mod install;
pub mod key;
pub mod matching;
pub mod network;
pub mod path;
pub mod peer;
pub mod revocation;
pub mod tcp;
pub mod tls;
pub mod trust;

use crate::check::{Check, Meta};

/// Every check that there is, by area and number.
pub fn all() -> Vec<&'static Meta> {
    let mut metas: Vec<&'static Meta> = Vec::new();
    metas.extend(of(csr::CHECKS));
    metas.extend(of(csr::FILE));
    metas.extend(of(files::CHECKS));
    metas.extend(of(chain::CHECKS));
    metas.extend(of(key::CHECKS));
    metas.extend(of(matching::WANTS_A_KEY));
    metas.extend(of(matching::LONE_KEY));
    metas.extend(of(path::CHECKS));
    metas.extend(of(peer::CHECKS));
    metas.extend(of(revocation::CERTIFICATE));
    metas.extend(of(revocation::LIST));
    metas.extend(of(revocation::OCSP));
    metas.extend(of(dns::NAME));
    metas.extend(of(tcp::CONNECTION));
    metas.extend(of(tls::HANDSHAKE));
    metas.extend(of(tls::CLIENT));
    metas.extend(of(tls::CHAIN));
    metas.extend(of(tls::LEAF));
    metas.extend(of(http::ANSWER));
    metas.extend(of(inbound::INBOUND));
    metas.extend(of(endpoint::ADDRESS));
    metas.extend(of(endpoint::ADDRESSES));
    metas.extend(of(endpoint::SENT));
    metas.extend(of(endpoint::ACCEPTED));
    metas.extend(of(trust::CHECKS));
    metas.extend(of(trust::HELD));
    metas.extend(of(revocation::SERVER_LIST));
    metas.extend(of(revocation::SERVER_AUTHORITY));
    metas.extend(of(revocation::SERVER_PEER));
    metas.extend(of(install::SETTINGS));
    metas.extend(of(install::WAIVERS));
    metas.extend(of(install::SECTION));
    metas.extend(of(install::KEYS));
    metas.extend(of(install::HOSTS));
    metas.sort_by_key(|meta| meta.id);
    metas
}

fn of<F: ?Sized>(checks: &'static [Check<F>]) -> impl Iterator<Item = &'static Meta> {
    checks.iter().map(|check| &check.meta)
}
