//! Whose revocation matters: the install's own certificate, its CAs, and the peers that are named or seen.

use std::{collections::HashMap, path::Path, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    check::Cause,
    checks::revocation::Unasked,
    config::{self, Endpoint, Policy, Rule},
    crl::{
        Gap, fetch,
        lookup::{self, Wanted},
        status::Status,
    },
    environment::{Environment, Generation, Standing},
    error::{Error, Result},
    net::{
        dns::Server,
        reach::{Plan, reach},
        target::{Speech, Target},
    },
    survey::{
        Subject,
        chain::{self, Set},
    },
    x509::{Certificate, Contents},
};

/// Whose revocation matters, and who may have signed the lists that say it.
#[derive(Debug, Default)]
pub struct Watched {
    /// The certificates, each once; none is a root, which nobody revokes.
    pub certificates: Vec<Arc<Certificate>>,
    /// The CAs that somebody vouches for: a file that was named, the profile's pins, or the signature of such a CA. What a
    /// peer shows is never enough, or a list that it made up would count.
    pub issuers: Vec<Arc<Certificate>>,
    /// Peers that nothing is asked about, and why.
    pub(super) unasked: Vec<(String, Unasked)>,
    /// The generation of the certificates that a CA signed, and what the install makes of it; by SHA-256 of the CA.
    kin: HashMap<String, Kin>,
    /// What holds for all others.
    pub(super) usual: Rule,
}

/// A generation, and what the install makes of it.
#[derive(Clone, Debug)]
struct Kin {
    generation: String,
    rule: Rule,
}

impl Watched {
    /// Certificates of files; what holds for each generation is the usual. Where no CA is named, those in the files are
    /// taken at the word of whoever names the files.
    pub fn of_files(
        certificates: &[Arc<Certificate>],
        issuers: Vec<Arc<Certificate>>,
        environment: Option<&Environment>,
    ) -> Self {
        let usual = Rule::default();
        let own = certificates.iter().filter(|it| it.is_ca());
        let issuers = match issuers.is_empty() {
            true => own.cloned().collect(),
            false => issuers,
        };
        let mut watched = Self {
            certificates: fetch::revocable(certificates),
            issuers,
            unasked: Vec::new(),
            kin: environment.map_or_else(HashMap::new, |it| kin(it, |_| usual)),
            usual,
        };
        watched.vouch(certificates);
        watched
    }

    /// Those of an install in one environment: its own certificate with its CAs, the CAs of every generation whose peers
    /// must be accepted, and the peers that it names.
    pub fn of_install(subject: &Subject<'_>) -> Self {
        let none = Endpoint::default();
        let endpoint = subject.endpoint.unwrap_or(&none);
        let holding = chain::hold(subject, endpoint);
        let mut unasked = Vec::new();
        let mut peers = Vec::new();
        for file in &subject.install.revocation.peers {
            let read = Contents::of(file, None).and_then(|contents| {
                contents.refuse_without_certificates(file)?;
                Ok(contents.certificates)
            });
            match read {
                Ok(certificates) => peers.extend(certificates.into_iter().map(Arc::new)),
                Err(error) => unasked.push((
                    format!("peer {}", file.display()),
                    Unasked {
                        cause: Cause::CrlMissing,
                        why: error.to_string(),
                        next: "Correct `peers` under [revocation] of ptl.toml.".to_owned(),
                    },
                )),
            }
        }
        let own: Vec<_> = holding.leaf.iter().chain(&holding.chain).cloned().collect();
        let named = own.iter().chain(&holding.trusted).filter(|it| it.is_ca());
        let revocation = &subject.install.revocation;
        let mut watched = Self {
            certificates: Vec::new(),
            kin: kin(subject.environment, |id| revocation.rule(Some(id))),
            usual: revocation.rule(None),
            issuers: named.cloned().collect(),
            unasked,
        };
        watched.vouch(&peers);
        let issuers = &watched.issuers;
        let mut matter = path(own.first(), issuers);
        matter.extend(accepted(subject, endpoint, issuers));
        matter.extend(peers.iter().flat_map(|peer| path(Some(peer), issuers)));
        watched.certificates = fetch::revocable(&matter);
        watched
    }

    /// Those that a server is to show, by the rules of an install where there is one. Where lists are not what is asked
    /// for, what nobody can tell is no more than a warning.
    pub fn of_set(
        set: &Set,
        rules: Option<(&Environment, &config::Revocation)>,
        must_be_told: bool,
    ) -> Self {
        let soften = |rule: Rule| match rule.policy {
            Policy::Require if !must_be_told => Rule {
                policy: Policy::Warn,
                ..rule
            },
            _ => rule,
        };
        let rule = |id: Option<&str>| match rules {
            Some((_, revocation)) => soften(revocation.rule(id)),
            None => soften(Rule::default()),
        };
        let trust = set.trust.iter().map(|trusted| &trusted.certificate);
        let shown: Vec<_> = std::iter::once(&set.leaf)
            .chain(&set.chain)
            .cloned()
            .collect();
        Self {
            certificates: fetch::revocable(&shown),
            issuers: trust.chain(&set.chain).cloned().collect(),
            unasked: Vec::new(),
            kin: rules.map_or_else(HashMap::new, |(environment, _)| {
                kin(environment, |id| rule(Some(id)))
            }),
            usual: rule(None),
        }
    }

    /// Takes those of these CAs into the issuers that the profile pins, or that an issuer signed.
    fn vouch(&mut self, shown: &[Arc<Certificate>]) {
        let mut left: Vec<_> = shown.iter().filter(|it| it.is_ca()).collect();
        // Whoever was taken in may have signed the next one.
        loop {
            let before = left.len();
            left.retain(|it| {
                let is_vouched_for = self.kin.contains_key(&it.sha256) || self.signer(it).is_some();
                if is_vouched_for {
                    self.issuers.push(Arc::clone(it));
                }
                !is_vouched_for
            });
            if left.len() == before {
                break;
            }
        }
    }

    /// Adds what a peer shows on the network, and the CAs above it, where its path leads to a CA that is vouched for.
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
        let mut seen = false;
        for probe in ways.filter_map(|way| way.tls.as_ref()) {
            let chain = probe.best().chain.iter();
            let shown: Vec<_> = chain
                .map_while(|der| Certificate::from_der(der).ok())
                .map(Arc::new)
                .collect();
            seen |= !shown.is_empty();
            self.take_shown(peer, &shown);
        }
        if !seen {
            let unasked = Unasked {
                cause: Cause::CrlMissing,
                why: "it showed no certificate".to_owned(),
                next: format!(
                    "See which layer is shut: `ptl check-firewall --target tls://{peer}`."
                ),
            };
            self.unasked.push((format!("peer {peer}"), unasked));
        }
        Ok(())
    }

    /// What a peer showed in one handshake, its own certificate first.
    fn take_shown(&mut self, peer: &Target, shown: &[Arc<Certificate>]) {
        let Some(leaf) = shown.first() else {
            return;
        };
        self.vouch(&shown[1..]);
        if self.signer(leaf).is_some() {
            let mut matter = self.certificates.clone();
            matter.extend(path(Some(leaf), &self.issuers));
            self.certificates = fetch::revocable(&matter);
            return;
        }
        let name = format!("peer {peer}");
        // Each of its addresses may show the same.
        if !self.unasked.iter().any(|(known, _)| *known == name) {
            self.unasked.push((name, stranger(leaf)));
        }
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

    /// The CA that signed a certificate, where somebody vouches for it.
    pub(super) fn signer(&self, certificate: &Certificate) -> Option<&Certificate> {
        let mut issuers = self.issuers.iter();
        issuers
            .find(|issuer| certificate.is_signed_by(issuer))
            .map(AsRef::as_ref)
    }

    /// Why a list in a file says nothing of any of the certificates; nothing where it does of one.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn why_not(&self, list: &Path, at: Timestamp) -> Result<Option<Gap>> {
        let wanted = self.certificates.iter().cloned().map(Wanted::Certificate);
        let wanted: Vec<_> = wanted.collect();
        let looked = lookup::look_up(list.to_owned(), &wanted, &self.issuers, at)?;
        let best = wanted
            .first()
            .map(|any| lookup::best(any, looked.said.iter()));
        Ok(match best {
            Some(Status::Undetermined(gap)) => Some(gap),
            _ => None,
        })
    }

    /// How long a list of a CA is taken past its next update.
    pub fn grace(&self, issuer: &Certificate) -> SignedDuration {
        self.rule(Some(issuer))
            .1
            .grace
            .unwrap_or(SignedDuration::ZERO)
    }
}

/// Why nothing is asked about a peer that nobody vouches for.
fn stranger(leaf: &Certificate) -> Unasked {
    Unasked {
        cause: Cause::NoTrustedPath,
        why: format!(
            "it showed `{}`, whose path leads to no CA that --issuer, ptl.toml or the profile names: its issuer is `{}`",
            leaf.label(),
            leaf.issuer
        ),
        next: "Name its CA or root by --issuer or in `trust` of ptl.toml, had from whoever runs the CA; what a peer shows proves nothing. If that is done, somebody else answers there.".to_owned(),
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
