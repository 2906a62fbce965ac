//! Whether a certificate of a path is revoked, by the lists that were given.

use super::{PathFacts, requirements::judge};
use crate::{
    check::{Cause, Context, Evidence, Outcome},
    checks::revocation,
    x509::path::{Fault, FaultKind, Revocation},
};

/// The faults of lists.
pub(super) const LISTS: &[FaultKind] = &[
    FaultKind::Revoked,
    FaultKind::ListMissing,
    FaultKind::ListExpired,
    FaultKind::ListNotYetValid,
    FaultKind::ListUnusable,
];

pub(super) fn is_not_revoked(facts: &PathFacts, context: &Context<'_>) -> Outcome {
    let lists = facts.policy.lists.len() + facts.policy.told.lists;
    let met = match facts.policy.revocation {
        Revocation::Off if context.install.is_some() => {
            return Outcome::not_applicable("REV-001 looks at it, by the lists that are kept");
        }
        Revocation::Off => return Outcome::not_applicable("--revocation is off"),
        Revocation::Available if lists == 0 => {
            return Outcome::not_applicable("no revocation list was given");
        }
        Revocation::Available => "no certificate is on a list that was given",
        Revocation::Leaf => "the certificate is not on its issuer's list",
        Revocation::Chain => "no certificate is on its issuer's list",
    };
    let outcome = explained(facts, judge(facts, LISTS, met)).with("lists", lists);
    if let (Some(open), Outcome::Pass(_)) = (uncovered(facts), &outcome) {
        return open;
    }
    match (list_url(facts), &outcome) {
        (Some(url), Outcome::Undetermined(..)) => {
            outcome.hint(format!("Download {url} and give it with --crl."))
        }
        (_, Outcome::Fail(Cause::Revoked, _)) => outcome.hint(
            "Use it no more: make a new key and request (`ptl csr`), and learn from whoever had it revoked why.",
        ),
        _ => outcome,
    }
}

/// Who names lists and none that is of the certificate's issuer has not had looked at what he wanted to know. Where a
/// list is demanded, the path was not judged good without one, be it of another issuer (an indirect one).
fn uncovered(facts: &PathFacts) -> Option<Outcome> {
    if facts.policy.revocation != Revocation::Available {
        return None;
    }
    let path = &facts.judgement.path;
    let leaf = path.first().filter(|leaf| !leaf.is_self_signed())?;
    let issuer = path.get(1).map(AsRef::as_ref);
    if facts.policy.has_list_of(leaf, issuer) {
        return None;
    }
    let lists = facts.policy.lists.iter();
    let mut others: Vec<_> = lists.map(|list| list.issuer.as_str()).collect();
    others.dedup();
    let evidence = Evidence::seen(format!(
        "`{}`: no list that was given is of its issuer `{}`, so it is not known whether it is revoked",
        leaf.label(),
        leaf.issuer
    ));
    let evidence = match others.as_slice() {
        [] => evidence,
        others => evidence.with("lists of", others.join("; ")),
    };
    let hint = match leaf.extensions.list_points.urls.first() {
        Some(url) => format!("Download {url} and give it with --crl; or leave --crl out."),
        None => "Give its issuer's list with --crl; or leave --crl out.".to_owned(),
    };
    Some(Outcome::Undetermined(
        Some(Cause::CrlMissing),
        evidence.hint(hint),
    ))
}

/// Where OpenSSL has no more to say than that it has no list that will do, what is wrong with those that were given.
fn explained(facts: &PathFacts, outcome: Outcome) -> Outcome {
    let is_vague =
        |fault: &&Fault| matches!(fault.kind, FaultKind::ListMissing | FaultKind::ListUnusable);
    let mut vague = facts.judgement.faults.iter().filter(is_vague);
    let explained = vague.find_map(|fault| Some((fault, facts.gaps.get(fault.depth)?.as_ref()?)));
    match (outcome, explained) {
        (
            Outcome::Undetermined(Some(Cause::CrlMissing | Cause::CrlUnusable), evidence),
            Some((fault, gap)),
        ) => {
            let name = facts.judgement.path.get(fault.depth).map(|it| it.label());
            let code = fault.code.map(|code| format!(" (OpenSSL {code})"));
            let seen = format!(
                "`{}`: the list of its issuer is no help: {gap}{}, so it is not known whether it is revoked",
                name.unwrap_or_default(),
                code.unwrap_or_default()
            );
            Outcome::Undetermined(Some(revocation::cause(gap)), Evidence { seen, ..evidence })
        }
        (outcome, _) => outcome,
    }
}

/// Where the first certificate whose list is missing or unusable says that its list is.
fn list_url(facts: &PathFacts) -> Option<&String> {
    let open = facts
        .judgement
        .faults
        .iter()
        .find(|fault| fault.kind.is_open())?;
    let certificate = facts.judgement.path.get(open.depth)?;
    certificate.extensions.list_points.urls.first()
}
