//! The endpoint of an install: its files are what it should show, and its identity is shown to it.

use std::sync::Arc;

use super::{Connect, Record, Visit, recorded};
use crate::{
    check::Finding,
    checks::endpoint::{Expected, Wanted},
    config::Endpoint,
    error::Result,
    files,
    net::{
        dns::{Server, merge, read_system_servers},
        target::Target,
        tls::Identity,
    },
    survey::{
        Subject,
        chain::{Holding, Lists, hold, place, roots_and_subs},
    },
    x509::{
        key::{self, Passphrase},
        path::{Host, Judge, Policy, Purpose},
    },
};

/// Visits the endpoint of an install, and judges it by what `ptl.toml` and the checklist say.
///
/// # Errors
/// Where OpenSSL cannot judge at all.
pub async fn of_install(
    subject: &Subject<'_>,
    connect: Connect,
    record: Record,
    passphrase: Option<&Passphrase>,
) -> Result<Vec<Finding>> {
    let none = Endpoint::default();
    let endpoint = subject.endpoint.unwrap_or(&none);
    let fqdn = endpoint.fqdn.as_deref();
    let path = path(endpoint);
    // A caller sends the registered name, whatever the machine is called from here.
    let target = connect.target(fqdn, &path);
    let context = subject.context();
    let mut holding = hold(subject, endpoint);
    let mut findings = std::mem::take(&mut holding.findings);
    let online = !subject.selection.offline;
    let identity = match online {
        true => identity(endpoint, &holding, passphrase),
        // Offline no key is read.
        false => Err("--offline was given".to_owned()),
    };
    let wanted = Wanted {
        file: expected(endpoint, &holding),
        recorded: recorded::find(record, &subject.install.folder, endpoint),
        unshown: identity.as_ref().err().cloned(),
        path,
    };
    let (roots, subs) = roots_and_subs(&holding.trusted);
    let place = place(subject.environment, endpoint, subject.at);
    let visit = Visit {
        servers: match online {
            true => servers(subject, connect.servers),
            false => Vec::new(),
        },
        timeout: connect.timeout,
        identity: identity.ok(),
        ours: Vec::new(),
        wanted: Arc::new(wanted),
        judge: Judge::new(roots, policy(subject, fqdn, &target)?)?,
        lists: Lists::default(),
        at_hand: subs,
        environment: Some((subject.environment, endpoint, place)),
        target,
    };
    findings.extend(visit.findings(&context).await?);
    Ok(findings)
}

fn policy(subject: &Subject<'_>, fqdn: Option<&str>, target: &Target) -> Result<Policy> {
    let host = fqdn.or(target.server_name());
    Ok(Policy {
        purpose: Purpose::Both,
        host: host.map(Host::parse).transpose()?,
        ..Policy::at(subject.at)
    })
}

/// The path of the registered endpoint: a server may ask for a certificate there and nowhere else.
fn path(endpoint: &Endpoint) -> String {
    let registered = endpoint.endpoint.as_deref();
    registered
        .and_then(|text| url::Url::parse(text).ok())
        .map_or_else(|| "/".to_owned(), |url| url.path().to_owned())
}

fn expected(endpoint: &Endpoint, holding: &Holding) -> Expected {
    let Some(file) = &endpoint.certificate else {
        return Expected::NotNamed("ptl.toml names no `certificate` to compare with".to_owned());
    };
    let shown = file.display().to_string();
    match holding.leaf.first() {
        Some(leaf) => Expected::File(shown, leaf.clone()),
        None => Expected::Unreadable(format!(
            "`{shown}` could not be read, so there is nothing to compare with"
        )),
    }
}

/// The install's certificate and key; else why they cannot be shown.
fn identity(
    endpoint: &Endpoint,
    holding: &Holding,
    passphrase: Option<&Passphrase>,
) -> std::result::Result<Identity, String> {
    let Some(file) = &endpoint.key else {
        return Err("ptl.toml names no `key`".to_owned());
    };
    let shown = file.display().to_string();
    let bytes = files::read_secret(file).map_err(|error| error.to_string())?;
    if passphrase.is_none() && key::needs_passphrase(&bytes) {
        return Err(format!("`{shown}` needs a passphrase"));
    }
    let key = key::read_private(&bytes, passphrase, &shown).map_err(|error| error.to_string())?;
    let certificates = holding.leaf.iter().chain(&holding.chain);
    let certificates = certificates.map(|one| one.as_ref().clone()).collect();
    Identity::of(certificates, key)
        .ok_or_else(|| format!("`{shown}` is not the key of the certificate"))
}

/// Those of the command line and of `ptl.toml`, and this machine's own: the endpoint's name may be an
/// internal one, which is nobody else's business.
fn servers(subject: &Subject<'_>, more: Vec<Server>) -> Vec<Server> {
    let named = Server::named(&subject.install.network);
    merge(more.into_iter().chain(named).chain(read_system_servers()))
}
