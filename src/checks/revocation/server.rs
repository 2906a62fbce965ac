//! The revocation lists that a server is given: a sound one of every CA, that covers whom it is asked about.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::{
    check::{Cause, Check, CheckId, Context, Evidence, Layer, Meta, Outcome, Severity},
    config::Policy,
    crl::{Gap, List, Signature, Standing, status},
    x509::Certificate,
};

/// A list that is at hand.
#[derive(Debug)]
pub struct ServerListFacts {
    /// What it says of itself.
    pub list: List,
    /// The CA of its name: the one that signed it, where one did.
    pub issuer: Arc<Certificate>,
    /// How often lists are fetched, where that is said.
    pub every: Option<SignedDuration>,
}

/// A CA whose peers a server lets in.
#[derive(Debug)]
pub struct ServerAuthorityFacts {
    /// The CA.
    pub authority: Arc<Certificate>,
    /// Its generation, where there is an environment.
    pub generation: Option<String>,
    /// What `ptl.toml` says of revocation under it.
    pub policy: Policy,
    /// The server's name.
    pub server: &'static str,
    /// Whether the server asks for a list that covers the root itself, as OpenSSL does.
    pub asks_of_roots: bool,
    /// The CAs of the set that it issued.
    pub below: Vec<Arc<Certificate>>,
    /// Its lists that go in.
    pub lists: Vec<List>,
    /// How many of its lists are at hand and do not go in.
    pub unsound: usize,
}

/// A peer whose certificate `ptl.toml` names.
#[derive(Debug)]
pub struct ServerPeerFacts {
    /// Its certificate.
    pub peer: Arc<Certificate>,
    /// The CA that issued it, and that CA's lists that go in; nothing where the server trusts none such.
    pub issuer: Option<(Arc<Certificate>, Vec<List>)>,
    /// The server's name.
    pub server: &'static str,
}

const FETCH: &str = "Fetch it: `ptl crl fetch`, or without an install `ptl crl fetch CERT --issuer CA --out DIR`; or name one that is at hand: --crl FILE.";

/// The checks on a list that is at hand.
pub static SERVER_LIST: &[Check<ServerListFacts>] = &[
    Check {
        meta: Meta {
            id: CheckId("REV-030"),
            title: "a list for a server is signed by its CA",
            severity: Severity::Error,
            layer: Layer::Revocation,
            source: "RFC 5280, 6.3.3 (f) and (g)",
            hint: "Fetch it anew: `ptl crl fetch`, or without an install `ptl crl fetch CERT --issuer CA --out DIR`; if it stays so, somebody made it up: ask the CA.",
            requires: &[],
        },
        run: is_signed,
    },
    Check {
        meta: Meta {
            id: CheckId("REV-031"),
            title: "a list for a server is of a kind that servers read",
            severity: Severity::Error,
            layer: Layer::Revocation,
            source: "RFC 5280, 5.2.4 and 5.2.5; X509_VERIFY_PARAM_set_flags(3): servers set no flag for delta or indirect lists",
            hint: "Ask the CA for a complete and direct list.",
            requires: &[CheckId("REV-030")],
        },
        run: is_of_a_usual_kind,
    },
    Check {
        meta: Meta {
            id: CheckId("REV-032"),
            title: "a list for a server is in date, and outlives the next run",
            severity: Severity::Error,
            layer: Layer::Revocation,
            source: "RFC 5280, 5.1.2.4 and 5.1.2.5; OpenSSL: a server refuses everybody once its list has ended",
            hint: "Fetch it anew: `ptl crl fetch`, or without an install `ptl crl fetch CERT --issuer CA --out DIR`.",
            requires: &[CheckId("REV-030")],
        },
        run: holds,
    },
];

/// The checks on a CA of the set.
pub static SERVER_AUTHORITY: &[Check<ServerAuthorityFacts>] = &[
    Check {
        meta: Meta {
            id: CheckId("REV-033"),
            title: "the server is given a list of every CA",
            severity: Severity::Error,
            layer: Layer::Revocation,
            source: "nginx ssl_crl, Apache SSLCARevocationCheck chain, HAProxy crl-file: each CA of the chain is asked about (X509_V_FLAG_CRL_CHECK_ALL)",
            hint: FETCH,
            requires: &[],
        },
        run: has_a_list,
    },
    Check {
        meta: Meta {
            id: CheckId("REV-034"),
            title: "the lists cover the certificates that the server asks about",
            severity: Severity::Error,
            layer: Layer::Revocation,
            source: "RFC 5280, 6.3.3 (b)(2); OpenSSL error 44, different CRL scope",
            hint: "Fetch the list that the certificate itself names: `ptl crl fetch`, or without an install `ptl crl fetch CERT --issuer CA --out DIR`; or ask the CA for a list of everything.",
            requires: &[CheckId("REV-033")],
        },
        run: covers_what_is_asked,
    },
];

/// The check on a peer that is named.
pub static SERVER_PEER: &[Check<ServerPeerFacts>] = &[Check {
    meta: Meta {
        id: CheckId("REV-035"),
        title: "the server is given the list of each peer that ptl.toml names",
        severity: Severity::Error,
        layer: Layer::Revocation,
        source: "RFC 5280, 6.3.3 (b)(2); `peers` under [revocation] of ptl.toml",
        hint: FETCH,
        requires: &[],
    },
    run: covers_the_peer,
}];

fn is_signed(facts: &ServerListFacts, _: &Context<'_>) -> Outcome {
    let list = &facts.list;
    match status::signer_gap(list, &facts.issuer) {
        None => Outcome::pass(format!("`{}` signed it", facts.issuer.label()))
            .with("algorithm", &list.algorithm),
        Some(gap @ Gap::SignatureUnknown(_)) => Outcome::undetermined(gap.to_string())
            .hint("Ask the CA for a list with an RSA or ECDSA signature, or leave it out."),
        Some(gap) => {
            let cause = match list.signature {
                Signature::DoesNotFit => Cause::BadSignature,
                _ => Cause::CrlUnusable,
            };
            Outcome::fail(cause, format!("{gap} (`{}`)", facts.issuer.label()))
        }
    }
}

fn is_of_a_usual_kind(facts: &ServerListFacts, _: &Context<'_>) -> Outcome {
    match status::kind_gap(&facts.list) {
        Some(gap) => Outcome::fail(Cause::CrlUnusable, format!("no server reads it: {gap}")),
        None => Outcome::pass(match facts.list.extensions.scope.is_partition {
            true => "it is a partition, complete and direct",
            false => "it is complete and direct",
        }),
    }
}

fn holds(facts: &ServerListFacts, context: &Context<'_>) -> Outcome {
    let list = &facts.list;
    let seen = |evidence: Evidence| {
        let until = list.next_update.map(|next| next.to_string());
        evidence
            .with("this update", list.this_update)
            .with("next update", until.unwrap_or_else(|| "none".to_owned()))
    };
    let day = |at: jiff::Timestamp| at.strftime("%F %H:%MZ").to_string();
    let next = list.next_update.map_or_else(String::new, day);
    let (cause, sentence) = match Standing::of(list, Some(&facts.issuer), context.at, facts.every) {
        // Of its kind REV-031 speaks.
        Standing::Holds | Standing::NotJudged => {
            return Outcome::Pass(seen(Evidence::seen(format!("it holds until {next}"))));
        }
        Standing::WithoutEnd => {
            return Outcome::Undetermined(
                None,
                seen(Evidence::seen("it does not say when the next one is due"))
                    .hint("Ask the CA: no program can tell whether it is still the newest."),
            );
        }
        Standing::Ended => (Cause::CrlExpired, format!("the next one was due on {next}")),
        Standing::FromTheFuture => (
            Cause::CrlNotYetValid,
            format!("it begins only on {}", day(list.this_update)),
        ),
        Standing::EndsBeforeNextRun => (
            Cause::CrlEndsTooSoon,
            format!("it ends on {next}, before the next run that `every` in ptl.toml promises"),
        ),
        // What REV-030 found has blocked this.
        Standing::Forged | Standing::Unusable | Standing::Unverified => {
            return Outcome::undetermined("its signature is not its CA's");
        }
    };
    Outcome::Fail(cause, seen(Evidence::seen(sentence)))
}

fn has_a_list(facts: &ServerAuthorityFacts, _: &Context<'_>) -> Outcome {
    let (name, server) = (facts.authority.label(), facts.server);
    let whom = match facts.below.is_empty() {
        true => "whom it issued",
        false => "below it",
    };
    match (facts.lists.len(), facts.unsound) {
        (0, 0) => {
            let whatever = match (facts.policy, &facts.generation) {
                (Policy::Require, _) | (_, None) => String::new(),
                (_, Some(generation)) => format!(
                    ", whatever `policy` in ptl.toml says of `{generation}`: a server looks all of them up, or none"
                ),
            };
            Outcome::fail(
                Cause::CrlMissing,
                format!(
                    "no list of `{name}` is at hand, and {server} would refuse everybody {whom}{whatever}"
                ),
            )
            .hint(format!(
                "{} --no-lists gives {server} no list at all, and it lets revoked peers in.",
                match facts.authority.is_self_signed() {
                    true => FETCH,
                    // Each certificate names its own list.
                    false => "Name a certificate of a peer that it issued in `peers` under [revocation] of ptl.toml, then `ptl crl fetch`; or name a list that is at hand: --crl FILE.",
                }
            ))
        }
        (0, unsound) => Outcome::fail(
            Cause::CrlUnusable,
            format!(
                "{} of `{name}` at hand, and not sound: {server} would refuse everybody {whom}",
                match unsound {
                    1 => "a list is".to_owned(),
                    more => format!("{more} lists are"),
                }
            ),
        )
        .hint("See what is said of the lists themselves."),
        (1, _) => Outcome::pass("it has a list"),
        (count, _) => Outcome::pass(format!("it has {count} lists")),
    }
}

fn covers_what_is_asked(facts: &ServerAuthorityFacts, context: &Context<'_>) -> Outcome {
    let (authority, server) = (&facts.authority, facts.server);
    for below in &facts.below {
        if let Some(gap) = uncovered(below, authority, &facts.lists, context) {
            return Outcome::fail(
                Cause::CrlWrongScope,
                format!(
                    "no list covers `{}`, and {server} would refuse everybody below it: {gap}",
                    below.label()
                ),
            );
        }
    }
    let of_endpoints = |list: &List| !list.extensions.scope.only_authorities;
    // The CAs below a root may be those that its peers send.
    let issues = facts.below.is_empty() && !authority.is_self_signed();
    if issues && !facts.lists.iter().any(of_endpoints) {
        return Outcome::fail(
            Cause::CrlWrongScope,
            format!(
                "its lists cover CAs alone, and {server} would refuse every endpoint that it issued"
            ),
        );
    }
    // It names no list itself, so OpenSSL 3.0 takes no partition for it (measured: error 44 at the root).
    let itself = facts.asks_of_roots && authority.is_self_signed();
    let gap = itself.then(|| uncovered(authority, authority, &facts.lists, context));
    if let Some(gap) = gap.flatten() {
        return Outcome::fail(
            Cause::CrlWrongScope,
            format!("{server} asks about the root itself as well, and would refuse everybody below it: {gap}"),
        )
        .hint("Ask the CA for a list of its CAs that is no partition; until then only Apache gets by, with `SSLCARevocationCheck leaf`.");
    }
    let points = facts.lists.iter().map(|list| list.extensions.scope.names());
    let points = points.collect::<Vec<_>>().concat();
    Outcome::pass(match points.is_empty() {
        true => "they cover all that it issued".to_owned(),
        false => format!("they cover these partitions: {}", points.join(", ")),
    })
}

fn covers_the_peer(facts: &ServerPeerFacts, context: &Context<'_>) -> Outcome {
    let Some((issuer, lists)) = &facts.issuer else {
        return Outcome::not_applicable("none of the CAs that the server trusts issued it");
    };
    match uncovered(&facts.peer, issuer, lists, context) {
        None => Outcome::pass("a list covers it"),
        Some(gap) => Outcome::fail(
            Cause::CrlMissing,
            format!(
                "no list covers it, and {} would refuse it: {gap}",
                facts.server
            ),
        ),
    }
}

/// Why none of these lists says anything of a certificate; nothing where one does.
fn uncovered(
    certificate: &Certificate,
    issuer: &Certificate,
    lists: &[List],
    context: &Context<'_>,
) -> Option<String> {
    let gap = |list| status::gap(list, certificate, issuer, context.at);
    let mut last = Some("its CA has no list".to_owned());
    for list in lists {
        last = Some(gap(list)?.to_string());
    }
    last
}

#[cfg(test)]
mod tests;
