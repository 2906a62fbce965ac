//! Hands one candidate path to OpenSSL, every parameter explicit, and collects all that it says.

use std::sync::{Arc, OnceLock};

use foreign_types_shared::ForeignTypeRef;
use openssl::{
    error::ErrorStack,
    stack::Stack,
    x509::{
        X509, X509PurposeId, X509StoreContext,
        store::{X509Store, X509StoreBuilder},
        verify::{X509CheckFlags, X509VerifyFlags, X509VerifyParam},
    },
};

use super::{Demands, Fault, Host, Policy, Revocation, candidates, codes, revocation, vouching};
use crate::{
    openssl_ext::{self, Complaint, Lists},
    x509::Certificate,
};

/// What OpenSSL judges the leaf's use by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Any,
    Server,
    Client,
}

/// Stores for one use: one for each anchor that is needed, and one without any trust.
pub(super) struct Pass {
    pub(super) wanted: Use,
    parameters: X509VerifyParam,
    /// Made when a path first ends there: of thousands of anchors a run needs a few.
    anchored: Vec<OnceLock<X509Store>>,
    bare: X509Store,
    lists: Lists,
}

/// Makes the stores of every use that the policy wants.
pub(super) fn passes(
    anchors: &[Arc<Certificate>],
    policy: &Policy,
) -> Result<Vec<Pass>, ErrorStack> {
    let mut uses = Vec::new();
    if policy.purpose.server() {
        uses.push(Use::Server);
    }
    if policy.purpose.client() {
        uses.push(Use::Client);
    }
    if uses.is_empty() {
        uses.push(Use::Any);
    }
    uses.into_iter()
        .map(|wanted| {
            let parameters = parameters(policy, wanted)?;
            Ok(Pass {
                wanted,
                anchored: anchors.iter().map(|_| OnceLock::new()).collect(),
                bare: store(None, &parameters)?,
                parameters,
                lists: Lists::new(revocation::usable(policy).map(|list| list.x509().as_ref()))?,
            })
        })
        .collect()
}

impl Pass {
    /// The store whose only trust is this anchor, counted as given.
    fn anchored(&self, number: usize, anchor: &Arc<Certificate>) -> Result<&X509Store, ErrorStack> {
        let place = &self.anchored[number];
        if let Some(made) = place.get() {
            return Ok(made);
        }
        let made = store(Some(anchor), &self.parameters)?;
        Ok(place.get_or_init(|| made))
    }
}

fn store(
    anchor: Option<&Arc<Certificate>>,
    parameters: &X509VerifyParam,
) -> Result<X509Store, ErrorStack> {
    let mut builder = X509StoreBuilder::new()?;
    builder.set_param(parameters)?;
    if let Some(anchor) = anchor {
        builder.add_cert(anchor.x509().clone())?;
    }
    Ok(builder.build())
}

fn parameters(policy: &Policy, wanted: Use) -> Result<X509VerifyParam, ErrorStack> {
    let mut parameters = X509VerifyParam::new()?;
    // Anchors need not sign themselves; policies count where a CA demands one (RFC 5280, 6.1.3); strict, and what real CAs get wrong is let go in `codes`.
    let mut flags = X509VerifyFlags::PARTIAL_CHAIN | X509VerifyFlags::TRUSTED_FIRST;
    let level = match policy.demands {
        Demands::Full => {
            flags |= X509VerifyFlags::X509_STRICT | X509VerifyFlags::POLICY_CHECK;
            0
        }
        Demands::Peer(level) => level,
    };
    // CRL_CHECK_ALL without CRL_CHECK checks nothing at all.
    let lists = X509VerifyFlags::CRL_CHECK
        | X509VerifyFlags::EXTENDED_CRL_SUPPORT
        | X509VerifyFlags::USE_DELTAS;
    match policy.revocation {
        Revocation::Off => {}
        Revocation::Leaf => flags |= lists,
        Revocation::Available | Revocation::Chain => {
            flags |= lists | X509VerifyFlags::CRL_CHECK_ALL;
        }
    }
    parameters.set_flags(flags)?;
    openssl_ext::take_any_policy(&mut parameters)?;
    parameters.set_auth_level(i32::from(level));
    parameters.set_depth(100);
    parameters.set_time(policy.at.as_second());
    match wanted {
        Use::Any => {}
        Use::Server => parameters.set_purpose(X509PurposeId::SSL_SERVER)?,
        Use::Client => parameters.set_purpose(X509PurposeId::SSL_CLIENT)?,
    }
    parameters.set_hostflags(X509CheckFlags::NO_PARTIAL_WILDCARDS);
    match &policy.host {
        None => {}
        Some(Host::Name(name)) => parameters.set_host(name)?,
        Some(Host::Address(address)) => parameters.set_ip(*address)?,
    }
    Ok(parameters)
}

/// Judges a candidate: the path as OpenSSL walked it, and everything against it.
pub(super) fn run(
    pass: &Pass,
    candidate: &candidates::Candidate,
    pool: &candidates::Pool,
    policy: &Policy,
) -> Result<(Vec<Arc<Certificate>>, Vec<Fault>), ErrorStack> {
    let signers = revocation::signers(candidate, pool, policy);
    let leaf = &candidate.certificates[0];
    let (mut complaints, walked) = consult(pass, candidate, leaf, &signers, &pass.lists)?;
    if complaints.iter().any(|it| it.code == vouching::REFUSED)
        && vouching::holds(pass, candidate, &signers, policy)?
    {
        complaints.retain(|it| it.code != vouching::REFUSED);
    }
    let path: Vec<Arc<Certificate>> = walked
        .iter()
        .filter_map(|x509| known(x509, candidate, pool))
        .collect();
    let path = if path.is_empty() {
        candidate.certificates.clone()
    } else {
        path
    };
    let anchored = candidate.anchor.is_some();
    let mut faults: Vec<Fault> = complaints
        .iter()
        .filter(|complaint| {
            policy.demands != Demands::Full
                || !codes::is_let_go(complaint.code, complaint.depth, &path, anchored, policy.at)
        })
        .map(|complaint| codes::fault(*complaint, pass.wanted, &path))
        .collect();
    if policy.revocation != Revocation::Off {
        revocation::settle(&mut faults, &path, anchored, policy);
    }
    Ok((path, faults))
}

/// OpenSSL's complaints of a certificate under a candidate's anchor, and the path that it walked: with the
/// candidate's intermediates, the signers of lists, and these lists.
pub(super) fn consult(
    pass: &Pass,
    candidate: &candidates::Candidate,
    leaf: &Certificate,
    signers: &[Arc<Certificate>],
    lists: &Lists,
) -> Result<(Vec<Complaint>, Vec<X509>), ErrorStack> {
    let store = match (candidate.anchor, candidate.certificates.last()) {
        (Some(number), Some(anchor)) => pass.anchored(number, anchor)?,
        _ => &pass.bare,
    };
    let last = candidate.certificates.len() - usize::from(candidate.anchor.is_some());
    let between = candidate.certificates.get(1..last).unwrap_or_default();
    let mut untrusted = Stack::new()?;
    for certificate in between.iter().chain(signers) {
        untrusted.push(certificate.x509().clone())?;
    }
    X509StoreContext::new()?.init(store, leaf.x509(), &untrusted, |context| {
        let complaints = openssl_ext::verify(context, lists);
        let walked = context
            .chain()
            .map(|chain| chain.iter().map(ToOwned::to_owned).collect())
            .unwrap_or_default();
        Ok((complaints, walked))
    })
}

/// The certificate behind OpenSSL's object: the same one, for nothing is copied on the way.
fn known(
    x509: &X509,
    candidate: &candidates::Candidate,
    pool: &candidates::Pool,
) -> Option<Arc<Certificate>> {
    candidate
        .certificates
        .iter()
        .chain(&pool.all)
        .find(|certificate| std::ptr::eq(certificate.x509().as_ptr(), x509.as_ptr()))
        .cloned()
}
