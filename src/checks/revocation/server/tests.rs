//! Lists made by hand, each with one defect.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::Timestamp;
use openssl::{
    asn1::Asn1Time,
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::PKey,
    x509::{
        X509, X509NameBuilder,
        extension::{BasicConstraints, KeyUsage},
    },
};

use super::*;
use crate::{
    check::Selection,
    crl::{ListExtensions, PointName, Scope},
};

const NOW: i64 = 1_767_225_600;
const DAY: i64 = 24 * 3600;

/// A CA signed by itself, whose key may sign lists or not.
fn authority(name: &str, signs_lists: bool) -> Arc<Certificate> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut subject = X509NameBuilder::new().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let subject = subject.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(&subject).unwrap();
    builder.set_pubkey(&key).unwrap();
    let from = Asn1Time::days_from_now(0).unwrap();
    builder.set_not_before(&from).unwrap();
    builder.set_not_after(&from).unwrap();
    let constraints = BasicConstraints::new().critical().ca().build().unwrap();
    builder.append_extension(constraints).unwrap();
    let mut usage = KeyUsage::new();
    usage.critical().key_cert_sign();
    if signs_lists {
        usage.crl_sign();
    }
    builder.append_extension(usage.build().unwrap()).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    let der = builder.build().to_der().unwrap();
    Arc::new(Certificate::from_der(&der).unwrap())
}

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A sound list of everything, from yesterday until in two days.
fn list(issuer: &Certificate) -> List {
    List {
        issuer: issuer.x509().subject_name().to_der().unwrap(),
        this_update: second(NOW - DAY),
        next_update: Some(second(NOW + 2 * DAY)),
        extensions: ListExtensions::default(),
        entries: 0,
        odd_entries: false,
        size: 1,
        algorithm: "sha256WithRSAEncryption".to_owned(),
        signature: Signature::Fits,
    }
}

fn scope(of: impl FnOnce(&mut Scope)) -> ListExtensions {
    let mut extensions = ListExtensions::default();
    of(&mut extensions.scope);
    extensions
}

fn judge<F>(run: fn(&F, &Context<'_>) -> Outcome, facts: &F) -> Outcome {
    let selection = Selection::default();
    let context = Context {
        at: second(NOW),
        environment: None,
        install: None,
        selection: &selection,
    };
    run(facts, &context)
}

fn cause(outcome: &Outcome) -> Option<Cause> {
    match outcome {
        Outcome::Fail(cause, _) => Some(*cause),
        _ => None,
    }
}

fn facts(change: impl FnOnce(&mut List)) -> ServerListFacts {
    let issuer = authority("CA", true);
    let mut list = list(&issuer);
    change(&mut list);
    ServerListFacts {
        list,
        issuer,
        every: None,
    }
}

#[test]
fn only_what_its_ca_signed_passes_and_what_nobody_could_tell_is_unknown() {
    assert!(matches!(judge(is_signed, &facts(|_| {})), Outcome::Pass(_)));
    let forged = judge(
        is_signed,
        &facts(|list| list.signature = Signature::DoesNotFit),
    );
    assert_eq!(cause(&forged), Some(Cause::BadSignature));
    let untold = judge(
        is_signed,
        &facts(|list| list.signature = Signature::NotTried),
    );
    assert!(matches!(untold, Outcome::Undetermined(..)), "{untold:?}");
    let mut unfit = facts(|_| {});
    unfit.issuer = authority("CA", false);
    assert_eq!(cause(&judge(is_signed, &unfit)), Some(Cause::CrlUnusable));
}

#[test]
fn delta_indirect_partial_and_empty_scopes_are_of_no_use_to_servers() {
    let usual = judge(is_of_a_usual_kind, &facts(|_| {}));
    assert!(matches!(usual, Outcome::Pass(_)));
    for extensions in [
        ListExtensions {
            is_delta: true,
            ..ListExtensions::default()
        },
        ListExtensions {
            unknown_critical: vec!["1.2.3".to_owned()],
            ..ListExtensions::default()
        },
        scope(|scope| scope.indirect = true),
        scope(|scope| scope.some_reasons = true),
        scope(|scope| scope.only_attributes = true),
        scope(|scope| scope.says_nothing = true),
        scope(|scope| scope.points = vec![PointName::Other]),
    ] {
        let judged = judge(
            is_of_a_usual_kind,
            &facts(|list| list.extensions = extensions.clone()),
        );
        assert_eq!(cause(&judged), Some(Cause::CrlUnusable), "{extensions:?}");
    }
}

#[test]
fn a_list_holds_to_the_second_and_until_the_next_run() {
    let with = |end: Option<i64>, from: i64, every: Option<i64>| {
        let mut facts = facts(|list| {
            list.next_update = end.map(|end| second(NOW + end));
            list.this_update = second(NOW + from);
        });
        facts.every = every.map(SignedDuration::from_secs);
        judge(holds, &facts)
    };
    for (end, every) in [(1, None), (DAY + 1, Some(DAY)), (DAY, None)] {
        let judged = with(Some(end), 0, every);
        assert!(matches!(judged, Outcome::Pass(_)), "{judged:?}");
    }
    for (end, from, every, wanted) in [
        (0, -DAY, None, Cause::CrlExpired),
        (0, -DAY, Some(DAY), Cause::CrlExpired),
        (DAY, 0, Some(DAY), Cause::CrlEndsTooSoon),
        (DAY, 1, None, Cause::CrlNotYetValid),
    ] {
        assert_eq!(cause(&with(Some(end), from, every)), Some(wanted));
    }
    let endless = with(None, 0, Some(DAY));
    assert!(matches!(endless, Outcome::Undetermined(..)), "{endless:?}");
}

fn of_authority(lists: impl FnOnce(&Certificate) -> Vec<List>) -> ServerAuthorityFacts {
    let authority = authority("CA", true);
    ServerAuthorityFacts {
        lists: lists(&authority),
        authority,
        generation: Some("sha1".to_owned()),
        policy: Policy::Require,
        server: "nginx",
        asks_of_roots: true,
        below: Vec::new(),
        unsound: 0,
    }
}

#[test]
fn a_ca_without_a_list_fails_whatever_the_policy_says_and_says_so() {
    let mut facts = of_authority(|_| Vec::new());
    for (policy, says) in [
        (Policy::Require, false),
        (Policy::Warn, true),
        (Policy::Off, true),
    ] {
        facts.policy = policy;
        let judged = judge(has_a_list, &facts);
        assert_eq!(cause(&judged), Some(Cause::CrlMissing));
        let Outcome::Fail(_, evidence) = judged else {
            unreachable!();
        };
        assert_eq!(evidence.seen.contains("`policy` in ptl.toml"), says);
    }
    facts.unsound = 2;
    assert_eq!(cause(&judge(has_a_list, &facts)), Some(Cause::CrlUnusable));
    let facts = of_authority(|authority| vec![list(authority)]);
    assert!(matches!(judge(has_a_list, &facts), Outcome::Pass(_)));
}

#[test]
fn openssl_asks_about_the_root_and_takes_no_partition_for_it() {
    let partition = |authority: &Certificate| {
        let mut list = list(authority);
        list.extensions = scope(|scope| {
            scope.is_partition = true;
            scope.only_authorities = true;
            scope.points = vec![PointName::Url("http://crl/a1.crl".to_owned())];
        });
        vec![list]
    };
    let mut facts = of_authority(partition);
    let judged = judge(covers_what_is_asked, &facts);
    assert_eq!(cause(&judged), Some(Cause::CrlWrongScope));
    facts.asks_of_roots = false;
    let judged = judge(covers_what_is_asked, &facts);
    assert!(matches!(judged, Outcome::Pass(_)), "{judged:?}");
    let whole = of_authority(|authority| vec![list(authority)]);
    assert!(matches!(
        judge(covers_what_is_asked, &whole),
        Outcome::Pass(_)
    ));
}

#[test]
fn a_peer_is_covered_by_a_list_of_its_own_ca_alone() {
    let [issuer, other] = ["CA", "Other"].map(|name| authority(name, true));
    let peer = |lists: Vec<List>| ServerPeerFacts {
        peer: Arc::clone(&issuer),
        issuer: Some((Arc::clone(&issuer), lists)),
        server: "nginx",
    };
    let covered = judge(covers_the_peer, &peer(vec![list(&other), list(&issuer)]));
    assert!(matches!(covered, Outcome::Pass(_)), "{covered:?}");
    for lists in [vec![], vec![list(&other)]] {
        let judged = judge(covers_the_peer, &peer(lists));
        assert_eq!(cause(&judged), Some(Cause::CrlMissing));
    }
    let stranger = ServerPeerFacts {
        peer: issuer,
        issuer: None,
        server: "nginx",
    };
    let judged = judge(covers_the_peer, &stranger);
    assert!(matches!(judged, Outcome::NotApplicable(_)), "{judged:?}");
}
