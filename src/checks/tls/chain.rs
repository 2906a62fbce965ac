//! The chain that a server presents: complete, in order, without the root, and under a trusted CA.

use std::sync::Arc;

use super::AGREES;
use crate::{
    check::{Cause, Check, CheckId, Context, Evidence, Layer, Meta, Outcome, Severity},
    checks::{
        chain::same_name,
        network::{Presented, Trust, WayFacts},
    },
    environment::{self, Authority, Environment, Generation},
    net::pace::is_spine,
    x509::Certificate,
};

const SENDS_INTERMEDIATES: CheckId = CheckId("TLS-007");

/// The checks of a presented chain; the subject is `host:port address`.
pub static CHAIN: &[Check<WayFacts>] = &[
    Check {
        meta: Meta {
            id: SENDS_INTERMEDIATES,
            title: "the server sends every intermediate certificate",
            severity: Severity::Error,
            layer: Layer::Chain,
            source: "RFC 5246 section 7.4.2; RFC 8446 section 4.4.2 (only the root may be left out)",
            hint: "Ask whoever runs the host to send the sub CA after its own certificate.",
            requires: &[AGREES],
        },
        run: sends_every_intermediate,
    },
    Check {
        meta: Meta {
            id: CheckId("TLS-008"),
            title: "the server sends its chain in order",
            severity: Severity::Warning,
            layer: Layer::Chain,
            source: "RFC 5246 section 7.4.2: each certificate certifies the one before it",
            hint: "Ask whoever runs the host to order its chain file: own certificate, then sub CA.",
            requires: &[AGREES],
        },
        run: sends_its_chain_in_order,
    },
    Check {
        meta: Meta {
            id: CheckId("TLS-009"),
            title: "the server leaves the root out",
            severity: Severity::Notice,
            layer: Layer::Chain,
            source: "RFC 8446 section 4.4.2: a trust anchor may be omitted",
            hint: "Ask whoever runs the host to drop the root from its chain file; it only makes the handshake larger.",
            requires: &[AGREES],
        },
        run: leaves_the_root_out,
    },
    Check {
        meta: Meta {
            id: CheckId("TLS-010"),
            title: "the server's certificate reaches a trusted CA",
            severity: Severity::Error,
            layer: Layer::Trust,
            source: "RFC 5280 section 6.1; GP Connect, development_api_security_guidance",
            hint: "Compare the CA with the NHS's: `openssl s_client -connect HOST:PORT -showcerts`.",
            requires: &[AGREES, SENDS_INTERMEDIATES],
        },
        run: reaches_a_trusted_ca,
    },
];

/// From the leaf upwards through what was sent: positions, each the issuer of the one before.
pub(super) fn walk(chain: &[Arc<Certificate>]) -> Vec<usize> {
    let mut walked = vec![0];
    let mut current = 0;
    while let Some(at) = chain.get(current).filter(|it| !it.is_self_signed()) {
        let issuer = (0..chain.len()).find(|place| {
            let other = &chain[*place];
            !walked.contains(place) && at.names_issuer(other) && at.is_signed_by(other)
        });
        let Some(issuer) = issuer else { break };
        walked.push(issuer);
        current = issuer;
    }
    walked
}

/// Where the chain as sent ends.
enum Top<'a> {
    /// With a self-signed certificate, which was sent.
    Root(&'a Certificate),
    /// Below a trusted root, as it should.
    BelowRoot,
    /// Below a trusted CA that is no root: the certificate of that CA was not sent.
    BelowSub(&'a Certificate),
    /// Below nothing that is known.
    Nowhere(&'a Certificate),
}

fn top(presented: &Presented) -> Top<'_> {
    let walked = walk(&presented.chain);
    let last = walked.last().copied().unwrap_or_default();
    let last = &presented.chain[last];
    if last.is_self_signed() {
        return Top::Root(last);
    }
    let above = |anchor: &&Arc<Certificate>| last.names_issuer(anchor) && last.is_signed_by(anchor);
    match presented.anchors.iter().find(above) {
        Some(anchor) if anchor.is_self_signed() => Top::BelowRoot,
        Some(_) => Top::BelowSub(last),
        None => Top::Nowhere(last),
    }
}

fn sends_every_intermediate(facts: &WayFacts, _: &Context<'_>) -> Outcome {
    let Some(presented) = &facts.presented else {
        return super::leaf::nothing_presented();
    };
    let alone = presented.chain.len() == 1;
    let missing = match top(presented) {
        Top::Root(_) | Top::BelowRoot => {
            return Outcome::Pass(sent(presented, "Nothing is missing between leaf and root."));
        }
        Top::BelowSub(last) => last,
        Top::Nowhere(_) if presented.anchors.is_empty() => {
            return Outcome::not_applicable(
                "No trusted CAs are known, so it cannot be told where the chain should end: give them by `--trust`.",
            );
        }
        // Something was sent for a CA that nobody here knows; where sub CAs are trusted too, even a
        // leaf alone shows that its CA is none of them.
        Top::Nowhere(_) if !alone || knows_subs(presented) || pinned(presented).is_some() => {
            return Outcome::not_applicable(
                "The chain does not belong to a trusted CA; that is judged by itself.",
            );
        }
        Top::Nowhere(last) => last,
    };
    Outcome::Fail(
        Cause::TlsChainIncomplete,
        sent(
            presented,
            &format!(
                "{} did not send the certificate of `{}`, which issued `{}`: a client that has only the root cannot build the chain.",
                facts.shown(),
                missing.issuer,
                missing.label()
            ),
        ),
    )
}

fn sends_its_chain_in_order(facts: &WayFacts, _: &Context<'_>) -> Outcome {
    let Some(presented) = &facts.presented else {
        return super::leaf::nothing_presented();
    };
    let walked = walk(&presented.chain);
    if walked.iter().copied().eq(0..walked.len()) {
        return Outcome::pass("Each certificate is followed by its issuer's.");
    }
    Outcome::Fail(
        Cause::TlsChainReversed,
        sent(
            presented,
            "The certificates were not sent leaf first, each followed by its issuer's: strict clients refuse that.",
        ),
    )
}

fn leaves_the_root_out(facts: &WayFacts, _: &Context<'_>) -> Outcome {
    let Some(presented) = &facts.presented else {
        return super::leaf::nothing_presented();
    };
    match presented
        .chain
        .iter()
        .skip(1)
        .find(|it| it.is_self_signed())
    {
        None => Outcome::pass("No root was sent."),
        Some(root) => Outcome::Fail(
            Cause::TlsExtraRoot,
            sent(
                presented,
                &format!(
                    "The root `{}` was sent along; a client trusts its own copy or none.",
                    root.label()
                ),
            ),
        ),
    }
}

fn reaches_a_trusted_ca(facts: &WayFacts, context: &Context<'_>) -> Outcome {
    let Some(presented) = &facts.presented else {
        return super::leaf::nothing_presented();
    };
    let faults = match &presented.trust {
        Trust::Reached(anchor) => {
            return Outcome::Pass(sent(presented, &format!("It is under `{anchor}`.")));
        }
        Trust::Unknown(why) if presented.chain[0].is_self_signed() => {
            let seen =
                format!("The server signed its own certificate: nobody vouches for it. {why}");
            let evidence = sent(presented, &seen).hint(
                "Check that this is the right host and port; if the certificate is the right one, give it by `--trust`.",
            );
            return Outcome::Undetermined(Some(Cause::SelfSigned), evidence);
        }
        Trust::Unknown(why) if !facts.terms.is_mutual() => {
            return Outcome::not_applicable(why.clone());
        }
        Trust::Unknown(why) => return Outcome::undetermined(why.clone()),
        Trust::Refused(faults) => faults,
    };
    let listed: Vec<&str> = faults.iter().map(|(_, text)| text.as_str()).collect();
    let (cause, seen, hint) = untrusted(facts, presented, faults, context);
    Outcome::Fail(
        cause,
        sent(presented, &seen)
            .with("against it", listed.join("; "))
            .hint(hint),
    )
}

/// Why no trusted CA is reached, and what to do.
fn untrusted(
    facts: &WayFacts,
    presented: &Presented,
    faults: &[(Cause, String)],
    context: &Context<'_>,
) -> (Cause, String, String) {
    let leaf = &presented.chain[0];
    if leaf.is_self_signed() {
        return (
            Cause::SelfSigned,
            format!(
                "`{}` signed its own certificate: nobody vouches for it.",
                leaf.label()
            ),
            "Check that this is the right host and port; a Spine host never shows such a one."
                .to_owned(),
        );
    }
    if let Some((environment, generation)) = pinned(presented) {
        return misplaced(environment, generation, context);
    }
    let issuer = match top(presented) {
        Top::Root(root) => root.subject.clone(),
        Top::Nowhere(last) => last.issuer.clone(),
        Top::BelowRoot | Top::BelowSub(_) => return faulty(faults),
    };
    strange(facts, presented, &issuer)
}

/// The chain belongs to the NHS's CAs, but not to those that are trusted here.
fn misplaced(
    environment: &Environment,
    generation: &Generation,
    context: &Context<'_>,
) -> (Cause, String, String) {
    let belongs = format!(
        "The certificate belongs to the environment `{}` (generation `{}`), whose CAs are not trusted here.",
        environment.id, generation.id
    );
    let is_own = context
        .environment
        .is_some_and(|meant| meant.id == environment.id);
    if is_own {
        return (
            Cause::WrongGeneration,
            belongs,
            "Check by `ptl explain generations` whether that generation is still taken, and add its CAs to the trust files if it is.".to_owned(),
        );
    }
    (
        Cause::WrongEnvironment,
        belongs,
        "Check which environment the host's name belongs to, and which trust files are given."
            .to_owned(),
    )
}

/// The chain ends at a CA that is none of the trusted ones.
fn strange(facts: &WayFacts, presented: &Presented, issuer: &str) -> (Cause, String, String) {
    let same_name = presented
        .anchors
        .iter()
        .any(|anchor| same_name(&anchor.subject, issuer));
    let expected = facts.terms.host.is_some() || facts.target.place.name().is_some_and(is_spine);
    if expected && !same_name {
        return (
            Cause::TlsIntercepted,
            format!(
                "The chain ends at `{issuer}`, which is none of the trusted CAs: something on the way, as an inspecting firewall or proxy, answered in the place of {}.",
                facts.target
            ),
            format!(
                "Ask your firewall team to exempt `{}` from TLS inspection; mutual TLS cannot pass through it.",
                facts.target.place
            ),
        );
    }
    (
        Cause::NoTrustedPath,
        if same_name {
            format!("The chain ends at `{issuer}`: a trusted CA has that name, but another key.")
        } else {
            format!("The chain ends at `{issuer}`, which is none of the trusted CAs.")
        },
        "Check which CA the host should be under, and give it by `--trust`.".to_owned(),
    )
}

fn faulty(faults: &[(Cause, String)]) -> (Cause, String, String) {
    let (cause, text) = faults.first().map_or(
        (Cause::NoTrustedPath, "nothing more is known"),
        |(cause, text)| (*cause, text.as_str()),
    );
    (
        cause,
        format!("The chain leads to a trusted CA, but does not hold: {text}."),
        "Save the chain by `openssl s_client -showcerts` and judge it with `ptl check-chain`."
            .to_owned(),
    )
}

/// The environment and generation that a chain belongs to by its CAs, where those are not trusted.
fn pinned(presented: &Presented) -> Option<(&'static Environment, &'static Generation)> {
    let issuer = match top(presented) {
        Top::Root(last) | Top::Nowhere(last) => last.issuer.as_str(),
        Top::BelowRoot | Top::BelowSub(_) => return None,
    };
    let is_sent = |authority: &Authority| {
        presented
            .chain
            .iter()
            .any(|it| it.sha256 == authority.sha256)
    };
    let is_trusted = |authority: &Authority| {
        let mut anchors = presented.anchors.iter();
        anchors.any(|it| it.subject == authority.subject)
    };
    let fits = |authority: &Authority| {
        (is_sent(authority) || authority.subject == issuer) && !is_trusted(authority)
    };
    environment::all().iter().find_map(|environment| {
        let mut generations = environment.generations.iter();
        let generation = generations.find(|it| it.authorities().any(fits))?;
        Some((environment, generation))
    })
}

fn knows_subs(presented: &Presented) -> bool {
    presented
        .anchors
        .iter()
        .any(|anchor| !anchor.is_self_signed())
}

fn sent(presented: &Presented, seen: &str) -> Evidence {
    let chain: Vec<String> = presented
        .chain
        .iter()
        .map(|it| it.subject.clone())
        .collect();
    let mut evidence = Evidence::seen(seen).with("sent", chain.join("; "));
    if !presented.unreadable.is_empty() {
        evidence = evidence.with("not readable", presented.unreadable.join("; "));
    }
    evidence
}
