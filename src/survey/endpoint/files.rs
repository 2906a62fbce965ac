//! An endpoint without an install: judged by files of the command line.

use std::sync::Arc;

use super::{Connect, Visit};
use crate::{
    check::{Context, Finding},
    checks::endpoint::{Expected, Recorded, Wanted},
    config::Endpoint,
    error::Result,
    net::{
        dns::{merge, read_system_servers},
        tls::Identity,
    },
    survey::chain::{Lists, place, roots_and_subs},
    x509::{
        Certificate,
        path::{Host, Judge, Policy, Purpose},
    },
};

/// What an endpoint is judged by, without an install.
#[derive(Debug)]
pub struct Plain {
    /// The trusted certificates.
    pub trusted: Vec<Arc<Certificate>>,
    /// The file of the certificate that should be shown, and that certificate.
    pub cert: Option<(String, Arc<Certificate>)>,
    /// Our certificate and key, to be shown where one is asked for.
    pub identity: Option<Identity>,
    /// What the chain is judged by; its host is the endpoint's name where it has none.
    pub policy: Policy,
    /// The revocation lists.
    pub lists: Lists,
}

/// Visits an endpoint, and judges it by files; no install is read.
///
/// # Errors
/// Where OpenSSL cannot judge at all.
pub async fn of_files(
    plain: Plain,
    connect: Connect,
    context: &Context<'_>,
) -> Result<Vec<Finding>> {
    let target = connect.target(None, "/");
    let policy = of_a_server(plain.policy, target.server_name())?;
    let (roots, subs) = anchors(plain.trusted);
    let none = Endpoint::default();
    let environment = context
        .environment
        .map(|environment| (environment, &none, place(environment, &none, context.at)));
    let online = !context.selection.offline;
    let visit = Visit {
        target,
        servers: if online {
            merge(connect.servers.into_iter().chain(read_system_servers()))
        } else {
            Vec::new()
        },
        timeout: connect.timeout,
        ours: Vec::new(),
        wanted: Arc::new(Wanted {
            file: match plain.cert {
                Some((file, leaf)) => Expected::File(file, leaf),
                None => Expected::NotNamed("no --cert was given to compare with".to_owned()),
            },
            recorded: Recorded::Nothing(
                "no install is read with --trust, and so no checklist".to_owned(),
            ),
            unshown: plain
                .identity
                .is_none()
                .then(|| "no --cert and --key were given".to_owned()),
            path: "/".to_owned(),
        }),
        identity: plain.identity,
        judge: Judge::new(roots, policy)?,
        lists: plain.lists,
        at_hand: subs,
        environment,
    };
    visit.findings(context).await
}

/// Whatever else it is for: a server shows it, and a caller looks for the server's name.
fn of_a_server(mut policy: Policy, name: Option<&str>) -> Result<Policy> {
    if policy.purpose == Purpose::Any {
        policy.purpose = Purpose::Server;
    }
    if policy.host.is_none() {
        policy.host = name.map(Host::parse).transpose()?;
    }
    Ok(policy)
}

/// Callers hold roots: where one is given, a sub CA beside it helps to find the path and no more. Where
/// none is, what is given is what is trusted.
fn anchors(trusted: Vec<Arc<Certificate>>) -> (Vec<Arc<Certificate>>, Vec<Arc<Certificate>>) {
    let (roots, subs) = roots_and_subs(&trusted);
    match roots.is_empty() {
        true => (subs, Vec::new()),
        false => (roots, subs),
    }
}
