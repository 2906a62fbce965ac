//! OpenSSL and ptl's checks hold together: what OpenSSL refuses fails here, what passes here OpenSSL accepts.

use openssl::{
    stack::Stack,
    x509::{
        X509PurposeId, X509StoreContext,
        store::X509StoreBuilder,
        verify::{X509VerifyFlags, X509VerifyParam},
    },
};
use ptl::{
    check::{self, Context, Mark, Selection},
    checks::path::{CHECKS, PathFacts, Surroundings},
    x509::path::{Host, Judgement, Policy},
};

/// Whether OpenSSL accepts a path as it stands: its anchor trusted, its intermediates given, and nothing
/// that ptl demands besides. Revocation is left out: `Policy` hands the same lists to the same OpenSSL.
pub(crate) fn openssl_accepts(judgement: &Judgement, policy: &Policy) -> bool {
    let mut parameters = X509VerifyParam::new().unwrap();
    parameters
        .set_flags(X509VerifyFlags::PARTIAL_CHAIN | X509VerifyFlags::TRUSTED_FIRST)
        .unwrap();
    parameters.set_auth_level(0);
    parameters.set_depth(100);
    parameters.set_time(policy.at.as_second());
    if policy.purpose.server() {
        parameters.set_purpose(X509PurposeId::SSL_SERVER).unwrap();
    } else if policy.purpose.client() {
        parameters.set_purpose(X509PurposeId::SSL_CLIENT).unwrap();
    }
    match &policy.host {
        None => {}
        Some(Host::Name(name)) => parameters.set_host(name).unwrap(),
        Some(Host::Address(address)) => parameters.set_ip(*address).unwrap(),
    }
    let mut store = X509StoreBuilder::new().unwrap();
    store.set_param(&parameters).unwrap();
    let path = &judgement.path;
    if judgement.anchor.is_some() {
        store.add_cert(path[path.len() - 1].x509().clone()).unwrap();
    }
    let mut between = Stack::new().unwrap();
    for certificate in path.iter().skip(1) {
        between.push(certificate.x509().clone()).unwrap();
    }
    X509StoreContext::new()
        .unwrap()
        .init(&store.build(), path[0].x509(), &between, |context| {
            context.verify_cert()
        })
        .unwrap_or(false)
}

/// Whether every PATH check passes, or does not apply.
pub(crate) fn every_check_passes(judgement: &Judgement, policy: &Policy) -> bool {
    let selection = Selection::default();
    let context = Context {
        at: policy.at,
        environment: None,
        install: None,
        selection: &selection,
    };
    let facts = PathFacts {
        gaps: Vec::new(),
        judgement: judgement.clone(),
        policy: policy.clone(),
        surroundings: Surroundings::default(),
    };
    check::run(CHECKS, "case", &facts, &context)
        .iter()
        .all(|finding| matches!(finding.outcome, Mark::Pass | Mark::NotApplicable))
}
