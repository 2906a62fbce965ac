//! The revocation lists that a server needs: what is at hand of each CA of its set, and what may go in.

use std::{path::PathBuf, sync::Arc};

use jiff::SignedDuration;

use super::chain::Trusted;
use crate::{
    check::{self, Context, Finding, Mark, Severity},
    checks::revocation::{
        SERVER_AUTHORITY, SERVER_LIST, SERVER_PEER, ServerAuthorityFacts, ServerListFacts,
        ServerPeerFacts,
    },
    config::Policy,
    crl::{
        List, ListFile, Standing,
        lookup::{self, Looked, Wanted},
        status::{self, Status},
    },
    error::Result,
    x509::{Certificate, Contents},
};

/// What is asked about lists for a server.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// The CAs that peers may be of.
    pub trust: &'a [Trusted],
    /// What `ptl.toml` says of each of these, in the same order.
    pub policies: Vec<Policy>,
    /// The files of lists that are at hand.
    pub files: Vec<PathBuf>,
    /// Peers whose certificates are named.
    pub peers: Vec<Arc<Certificate>>,
    /// How often lists are fetched, where that is said.
    pub every: Option<SignedDuration>,
    /// The server's name.
    pub server: &'static str,
    /// Whether the server asks for a list that covers the root itself, as OpenSSL does.
    pub asks_of_roots: bool,
}

/// The lists for a server, and what the checks say of them.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    /// The findings.
    pub findings: Vec<Finding>,
    /// Those that may go in: signed, in date and of a usual kind; by CA in the order of the set, then by partition.
    pub taken: Vec<Taken>,
    /// What is at hand and left out, each as a sentence.
    pub left_out: Vec<String>,
    /// The CAs of the set that these lists revoke.
    pub revoked: Vec<Arc<Certificate>>,
}

/// A list that may go in.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The list, where it lies.
    pub looked: Looked,
    /// The CA that signed it.
    pub issuer: Arc<Certificate>,
    /// That CA's generation, where there is an environment.
    pub generation: Option<String>,
}

/// Reads the lists that are at hand, and judges whether they are what the server needs.
///
/// # Errors
/// Where a list cannot be read.
pub fn lists(wish: &Wish<'_>, context: &Context<'_>) -> Result<Lists> {
    let authorities: Vec<_> = certificates(wish).collect();
    let subs = authorities.iter().filter(|one| !one.is_self_signed());
    let wanted: Vec<_> = subs
        .map(|one| Wanted::Certificate(Arc::clone(one)))
        .collect();
    let mut at_hand = Vec::new();
    for file in &wish.files {
        let looked = lookup::look_up(file.clone(), &wanted, &authorities, context.at)?;
        at_hand.push(looked);
    }
    let mut lists = Lists::default();
    let at_hand = without_the_old(at_hand, &mut lists.left_out, context);
    let mut unsound = Vec::new();
    for looked in at_hand {
        let Some(issuer) = looked.issuer.clone() else {
            lists.left_out.push(format!(
                "`{}` is left out: it is of none of the CAs that peers may be of",
                looked.file.display()
            ));
            continue;
        };
        let facts = ServerListFacts {
            list: looked.list.clone(),
            issuer: Arc::clone(&issuer),
            every: wish.every,
        };
        let subject = looked.file.display().to_string();
        let findings = check::run(SERVER_LIST, &subject, &facts, context);
        lists.findings.extend(findings);
        match is_sound(&looked.list, &issuer, context) {
            true => lists.take(looked, issuer, wish, &wanted),
            false => unsound.push(issuer),
        }
    }
    lists.order(&authorities);
    lists.judge(wish, &unsound, context);
    Ok(lists)
}

fn certificates<'a>(wish: &Wish<'a>) -> impl Iterator<Item = Arc<Certificate>> + use<'a> {
    let trust = wish.trust.iter();
    trust.map(|trusted| Arc::clone(&trusted.certificate))
}

/// All but those that a later one of the same scope supersedes, and each once.
fn without_the_old(
    at_hand: Vec<Looked>,
    left_out: &mut Vec<String>,
    context: &Context<'_>,
) -> Vec<Looked> {
    let mut kept: Vec<Looked> = Vec::new();
    for looked in &at_hand {
        let newer = at_hand
            .iter()
            .find(|other| looked.is_superseded_by(other, context.at));
        if let Some(newer) = newer {
            left_out.push(format!(
                "`{}` is left out: `{}` is newer",
                looked.file.display(),
                newer.file.display()
            ));
        } else if !kept.iter().any(|other| is_same(other, looked)) {
            kept.push(looked.clone());
        }
    }
    kept
}

/// Whether two files hold one list: two of the same number and date may revoke different certificates, though there
/// should be none such (RFC 5280, 5.2.3).
fn is_same(one: &Looked, other: &Looked) -> bool {
    let digest = |it: &Looked| ListFile::digest(&it.file);
    one.list == other.list && digest(one).is_some_and(|it| digest(other) == Some(it))
}

/// Whether a list may go in: its CA signed it, servers read its kind, and it is in date.
fn is_sound(list: &List, issuer: &Certificate, context: &Context<'_>) -> bool {
    let standing = Standing::of(list, Some(issuer), context.at, None);
    status::signer_gap(list, issuer).is_none()
        && status::kind_gap(list).is_none()
        && matches!(standing, Standing::Holds | Standing::WithoutEnd)
}

/// Whether one CA's key and name are the other's: a CA may have several certificates.
fn is_same_authority(one: &Certificate, other: &Certificate) -> bool {
    one.spki_sha256 == other.spki_sha256 && one.subject == other.subject
}

/// The certificates of these files that are not CAs'.
///
/// # Errors
/// Where a file cannot be read, or holds no certificate.
pub fn peers<'a>(files: impl Iterator<Item = &'a PathBuf>) -> Result<Vec<Arc<Certificate>>> {
    let mut peers = Vec::new();
    for file in files {
        let contents = Contents::of(file, None)?;
        contents.refuse_without_certificates(file)?;
        let certificates = contents.certificates.into_iter().map(Arc::new);
        peers.extend(certificates.filter(|one| !one.is_ca()));
    }
    Ok(peers)
}

impl Lists {
    /// Whether nothing is missing and nothing unknown.
    pub fn is_complete(&self) -> bool {
        let is_open = |finding: &Finding| match finding.outcome {
            Mark::Fail => finding.severity == Severity::Error,
            Mark::Undetermined => true,
            _ => false,
        };
        !self.findings.iter().any(is_open)
    }

    fn take(
        &mut self,
        looked: Looked,
        issuer: Arc<Certificate>,
        wish: &Wish<'_>,
        wanted: &[Wanted],
    ) {
        for (wanted, said) in wanted.iter().zip(&looked.said) {
            if let (Wanted::Certificate(one), Status::Revoked { .. }) = (wanted, said) {
                self.revoked.push(Arc::clone(one));
            }
        }
        let mut trust = wish.trust.iter();
        let of = trust.find(|trusted| trusted.certificate.sha256 == issuer.sha256);
        self.taken.push(Taken {
            looked,
            issuer,
            generation: of.and_then(|trusted| trusted.generation.clone()),
        });
    }

    /// By CA in the order of the set, then by scope: the same lists come in the same order whatever their files are called.
    fn order(&mut self, authorities: &[Arc<Certificate>]) {
        let place = |taken: &Taken| {
            let mut places = authorities.iter();
            places.position(|one| one.sha256 == taken.issuer.sha256)
        };
        self.taken.sort_by_cached_key(|taken| {
            let scope = &taken.looked.list.extensions.scope;
            (
                place(taken),
                scope.is_partition,
                scope.names(),
                taken.looked.list.this_update,
            )
        });
    }

    /// What the checks say of each CA, and of each peer that is named.
    fn judge(&mut self, wish: &Wish<'_>, unsound: &[Arc<Certificate>], context: &Context<'_>) {
        for (trusted, policy) in wish.trust.iter().zip(&wish.policies) {
            let authority = &trusted.certificate;
            let facts = ServerAuthorityFacts {
                authority: Arc::clone(authority),
                generation: trusted.generation.clone(),
                policy: *policy,
                server: wish.server,
                asks_of_roots: wish.asks_of_roots,
                below: certificates(wish)
                    .filter(|one| !one.is_self_signed())
                    .filter(|one| one.names_issuer(authority) && one.is_signed_by(authority))
                    .collect(),
                lists: self.of(authority),
                unsound: unsound
                    .iter()
                    .filter(|issuer| is_same_authority(issuer, authority))
                    .count(),
            };
            let subject = format!("the lists of {}", authority.label());
            let findings = check::run(SERVER_AUTHORITY, &subject, &facts, context);
            self.findings.extend(findings);
        }
        for peer in &wish.peers {
            let issuer =
                certificates(wish).find(|one| peer.names_issuer(one) && peer.is_signed_by(one));
            let facts = ServerPeerFacts {
                peer: Arc::clone(peer),
                issuer: issuer.map(|one| (Arc::clone(&one), self.of(&one))),
                server: wish.server,
            };
            let findings = check::run(SERVER_PEER, &peer.label(), &facts, context);
            self.findings.extend(findings);
        }
    }

    /// The lists of a CA that may go in.
    fn of(&self, authority: &Certificate) -> Vec<List> {
        let of = |taken: &&Taken| is_same_authority(&taken.issuer, authority);
        let taken = self.taken.iter().filter(of);
        taken.map(|taken| taken.looked.list.clone()).collect()
    }
}
