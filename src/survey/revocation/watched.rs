//! Whose revocation matters: the install's own certificate, its CAs, and the peers that are named or seen.

use std::{collections::HashMap, sync::Arc, time::Duration};

use jiff::SignedDuration;

use crate::{
    config::{Endpoint, Policy, Rule},
    crl::fetch,
    environment::{Environment, Generation, Standing},
    error::{Error, Result},
    net::{
        dns::Server,
        reach::{Plan, reach},
        target::{Speech, Target},
    },
    survey::{Subject, chain},
    x509::{Certificate, Contents},
};

/// Whose revocation matters, and who may have signed the lists that say it.
#[derive(Debug, Default)]
pub struct Watched {
    /// The certificates, each once; none is a root, which nobody revokes.
    pub certificates: Vec<Arc<Certificate>>,
    /// Every CA at hand.
    pub issuers: Vec<Arc<Certificate>>,
    /// Peers of which no certificate was seen.
    pub(super) unseen: Vec<Unseen>,
    /// The generation of the certificates that a CA signed, and what the install makes of it; by SHA-256 of the CA.
    kin: HashMap<String, Kin>,
    /// What holds for all others.
    pub(super) usual: Rule,
}

/// A peer of which no certificate was seen.
#[derive(Debug)]
pub(super) struct Unseen {
    pub peer: String,
    pub why: String,
    /// What to do.
    pub next: String,
}

/// A generation, and what the install makes of it.
#[derive(Clone, Debug)]
struct Kin {
    generation: String,
    rule: Rule,
}

impl Watched {
    /// Certificates of files; what holds for each generation is the usual.
    pub fn of_files(
        certificates: &[Arc<Certificate>],
        issuers: Vec<Arc<Certificate>>,
        environment: Option<&Environment>,
    ) -> Self {
        let usual = Rule::default();
        Self {
            certificates: fetch::revocable(certificates),
            issuers,
            unseen: Vec::new(),
            kin: environment.map_or_else(HashMap::new, |it| kin(it, |_| usual)),
            usual,
        }
    }

    /// Those of an install in one environment: its own certificate with its CAs, the CAs of every generation whose peers
    /// must be accepted, and the peers that it names.
    pub fn of_install(subject: &Subject<'_>) -> Self {
        let none = Endpoint::default();
        let endpoint = subject.endpoint.unwrap_or(&none);
        let holding = chain::hold(subject, endpoint);
        let mut unseen = Vec::new();
        let mut peers = Vec::new();
        for file in &subject.install.revocation.peers {
            let read = Contents::of(file, None).and_then(|contents| {
                contents.refuse_without_certificates(file)?;
                Ok(contents.certificates)
            });
            match read {
                Ok(certificates) => peers.extend(certificates.into_iter().map(Arc::new)),
                Err(error) => unseen.push(Unseen {
                    peer: format!("peer {}", file.display()),
                    why: error.to_string(),
                    next: "Correct `peers` under [revocation] of ptl.toml.".to_owned(),
                }),
            }
        }
        let own: Vec<_> = holding.leaf.iter().chain(&holding.chain).cloned().collect();
        let at_hand: Vec<_> = own
            .iter()
            .chain(&holding.trusted)
            .chain(&peers)
            .cloned()
            .collect();
        let mut matter = path(own.first(), &at_hand);
        matter.extend(accepted(subject, endpoint, &at_hand));
        matter.extend(peers.iter().flat_map(|peer| path(Some(peer), &at_hand)));
        let revocation = &subject.install.revocation;
        Self {
            certificates: fetch::revocable(&matter),
            kin: kin(subject.environment, |id| revocation.rule(Some(id))),
            usual: revocation.rule(None),
            issuers: at_hand,
            unseen,
        }
    }

    /// Adds what a peer shows on the network, and the CAs above it as far as they are at hand.
    ///
    /// # Errors
    /// Where OpenSSL cannot be made ready for a handshake.
    pub async fn add_seen(
        &mut self,
        peer: &Target,
        servers: Vec<Server>,
        timeout: Duration,
    ) -> Result<()> {
        let target = Target {
            speech: Speech::Tls { asks: false },
            ..peer.clone()
        };
        let plan = Plan {
            targets: vec![target],
            names: Vec::new(),
            servers,
            identity: None,
            timeout,
        };
        let outcome = reach(plan).await.map_err(|error| {
            Error::internal("could not make OpenSSL ready for a handshake").because(error)
        })?;
        let ways = outcome.targets.iter().flat_map(|it| &it.ways);
        let mut shown = Vec::new();
        for probe in ways.filter_map(|way| way.tls.as_ref()) {
            let chain = probe.best().chain.iter();
            shown.extend(
                chain
                    .map_while(|der| Certificate::from_der(der).ok())
                    .map(Arc::new),
            );
        }
        if shown.is_empty() {
            self.unseen.push(Unseen {
                peer: format!("peer {peer}"),
                why: "it showed no certificate".to_owned(),
                next: format!(
                    "See which layer is shut: `ptl check-firewall --target tls://{peer}`."
                ),
            });
        }
        let at_hand: Vec<_> = self.issuers.iter().chain(&shown).cloned().collect();
        let mut matter = self.certificates.clone();
        matter.extend(shown.iter().flat_map(|it| path(Some(it), &at_hand)));
        self.certificates = fetch::revocable(&matter);
        self.issuers = at_hand;
        Ok(())
    }

    /// What holds for what a CA signed.
    pub(super) fn rule(&self, issuer: Option<&Certificate>) -> (Option<String>, Rule) {
        match issuer.and_then(|issuer| self.kin.get(&issuer.sha256)) {
            Some(kin) => (Some(kin.generation.clone()), kin.rule),
            None => (None, self.usual),
        }
    }

    /// Takes out what the install does not look at.
    pub fn without_switched_off(&self) -> Vec<Arc<Certificate>> {
        let mut certificates = self.certificates.clone();
        certificates.retain(|it| self.rule(self.signer(it)).1.policy != Policy::Off);
        certificates
    }

    pub(super) fn signer(&self, certificate: &Certificate) -> Option<&Certificate> {
        let mut issuers = self.issuers.iter();
        issuers
            .find(|issuer| certificate.is_signed_by(issuer))
            .map(AsRef::as_ref)
    }

    /// How long a list of a CA is taken past its next update.
    pub fn grace(&self, issuer: &Certificate) -> SignedDuration {
        self.rule(Some(issuer))
            .1
            .grace
            .unwrap_or(SignedDuration::ZERO)
    }
}

/// A certificate, and the CAs above it, as far as they are at hand.
fn path(leaf: Option<&Arc<Certificate>>, at_hand: &[Arc<Certificate>]) -> Vec<Arc<Certificate>> {
    let mut path: Vec<Arc<Certificate>> = leaf.into_iter().cloned().collect();
    while let Some(last) = path.last() {
        let is_new = |it: &&Arc<Certificate>| !path.iter().any(|known| known.sha256 == it.sha256);
        let issuers = at_hand.iter().filter(|it| it.is_ca());
        let above = issuers.filter(is_new).find(|it| last.is_signed_by(it));
        match above.cloned() {
            Some(above) => path.push(above),
            None => break,
        }
    }
    path
}

/// The CAs at hand of the generations whose peers must be accepted now.
fn accepted(
    subject: &Subject<'_>,
    endpoint: &Endpoint,
    at_hand: &[Arc<Certificate>],
) -> Vec<Arc<Certificate>> {
    let generations = subject.environment.generations.iter().filter(|generation| {
        endpoint.in_force(generation, generation.accept_at(subject.at)) == Standing::Required
    });
    let pinned: Vec<&str> = generations
        .flat_map(|generation| generation.authorities())
        .map(|authority| authority.sha256.as_str())
        .collect();
    let is_pinned = |it: &&Arc<Certificate>| pinned.contains(&it.sha256.as_str());
    at_hand.iter().filter(is_pinned).cloned().collect()
}

fn kin(environment: &Environment, rule: impl Fn(&str) -> Rule) -> HashMap<String, Kin> {
    let of = |generation: &Generation| {
        let kin = Kin {
            generation: generation.id.clone(),
            rule: rule(&generation.id),
        };
        let authorities = generation.authorities().map(|it| it.sha256.clone());
        authorities
            .map(|sha256| (sha256, kin.clone()))
            .collect::<Vec<_>>()
    };
    environment.generations.iter().flat_map(of).collect()
}
