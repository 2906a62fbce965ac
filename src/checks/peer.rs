//! PEER: who takes the certificate and its path in a handshake, and who refuses it why: one check a verifier.
//!
//! Every row supposes that the peer trusts the path's anchor and was sent the rest. OpenSSL's rows are
//! OpenSSL's own word at that security level; the others follow `rules`, a table of what is documented.
//! A refusal is a notice: nobody can see from here what a peer runs, and what is wrong with the
//! certificate weighs where it is said (CHAIN, PATH).

mod demand;
mod reason;
mod rules;
mod verdict;
mod verifier;

use crate::{
    check::{Check, CheckId, Layer, Meta, Outcome, Severity},
    checks::path::cause,
    x509::path::{Fault, Host, Judgement, Purpose},
};
use reason::Reason;
use verdict::{Side, verdict};

/// A judged path, and what OpenSSL's peers say of it.
#[derive(Debug)]
pub struct PeerFacts {
    /// The path that was accepted, or came closest.
    pub judgement: Judgement,
    /// Whom the certificate is for, where that is known.
    pub host: Option<Host>,
    /// What the certificate is to be used for; [`Purpose::Any`] means both.
    pub purpose: Purpose,
    /// What OpenSSL has against the path, by security level; empty where it ends with no anchor.
    pub openssl: Vec<Level>,
}

/// What OpenSSL has against a path at one security level.
#[derive(Debug)]
pub struct Level {
    /// The level.
    pub level: u8,
    /// Where a server shows it.
    pub server: Vec<Fault>,
    /// Where a client shows it.
    pub client: Vec<Fault>,
}

impl PeerFacts {
    /// The sides that the certificate is judged for.
    fn sides(&self) -> &'static [Side] {
        match self.purpose {
            Purpose::Server => &[Side::Server],
            Purpose::Client => &[Side::Client],
            Purpose::Both | Purpose::Any => &[Side::Server, Side::Client],
        }
    }

    /// Whether lowering OpenSSL's level would not help.
    fn fails_at_every_level(&self) -> bool {
        let lowest = self.openssl.iter().find(|said| said.level == 0);
        lowest.is_some_and(|said| {
            self.sides().iter().any(|side| match side {
                Side::Server => !said.server.is_empty(),
                Side::Client => !said.client.is_empty(),
            })
        })
    }

    /// Why a verifier cannot be asked about this path at all.
    fn unasked(&self) -> Option<Outcome> {
        if self.judgement.anchor.is_none() {
            return Some(Outcome::undetermined(
                "no path reaches a trusted certificate, so there is none that a peer could take; PATH-001 says why",
            ));
        }
        (self.judgement.path.len() == 1).then(|| {
            Outcome::not_applicable("the certificate is trusted itself, so no path is followed")
        })
    }
}

/// Declares a check on a verifier by what differs from one to the next.
const fn meta(
    id: &'static str,
    title: &'static str,
    source: &'static str,
    hint: &'static str,
) -> Meta {
    Meta {
        id: CheckId(id),
        title,
        severity: Severity::Notice,
        layer: Layer::Chain,
        source,
        hint,
        requires: &[CheckId("PATH-001")],
    }
}

const LEVELS: &str = "OpenSSL, SSL_CTX_set_security_level(3) and X509_VERIFY_PARAM_set_auth_level(3); \
                      judged by the OpenSSL that ptl is linked with";

const NO_SETTING: &str = "Mend what is named: no setting of OpenSSL takes less.";

const LOWER: &str = "Mend what is named. A peer of your own can be set to take it until then: `@SECLEVEL=0` at the end of its cipher list.";

const MEND: &str =
    "Mend what is named, or learn from whoever runs the peer that it does not use this.";

/// The checks, one a verifier.
pub static CHECKS: &[Check<PeerFacts>] = &[
    Check {
        meta: meta(
            "PEER-001",
            "OpenSSL at security level 0 takes the certificate",
            LEVELS,
            NO_SETTING,
        ),
        run: |facts, _| openssl(facts, 0),
    },
    Check {
        meta: meta(
            "PEER-002",
            "OpenSSL at security level 1 (its default up to 3.1) takes the certificate",
            LEVELS,
            LOWER,
        ),
        run: |facts, _| openssl(facts, 1),
    },
    Check {
        meta: meta(
            "PEER-003",
            "OpenSSL at security level 2 (its default since 3.2, and Debian's and Ubuntu's) takes the certificate",
            LEVELS,
            LOWER,
        ),
        run: |facts, _| openssl(facts, 2),
    },
    Check {
        meta: meta(
            "PEER-004",
            "Java (JDK 17) takes the certificate",
            "JDK 17, conf/security/java.security: jdk.certpath.disabledAlgorithms; JEP 288",
            MEND,
        ),
        run: |facts, _| rules::JAVA.judge(facts),
    },
    Check {
        meta: meta(
            "PEER-005",
            "SChannel (Windows, IIS, .NET) takes the certificate",
            "Microsoft, Windows Enforcement of SHA1 Certificates; Security Advisory 2661254 (read, not tried)",
            MEND,
        ),
        run: |facts, _| rules::SCHANNEL.judge(facts),
    },
    Check {
        meta: meta(
            "PEER-006",
            "Go (1.24 and later) takes the certificate",
            "Go, release notes of 1.15, 1.18 and 1.24; crypto/x509, Certificate.Verify (read, not tried)",
            MEND,
        ),
        run: |facts, _| rules::GO.judge(facts),
    },
    Check {
        meta: meta(
            "PEER-007",
            "rustls takes the certificate",
            "rustls-webpki 0.103: verify_cert.rs, end_entity.rs, ring_algs.rs (read, not tried)",
            MEND,
        ),
        run: |facts, _| rules::RUSTLS.judge(facts),
    },
];

fn openssl(facts: &PeerFacts, level: u8) -> Outcome {
    if let Some(outcome) = facts.unasked() {
        return outcome;
    }
    let Some(said) = facts.openssl.iter().find(|said| said.level == level) else {
        return Outcome::undetermined(format!("OpenSSL was not asked at level {level}"));
    };
    let refused = |side| {
        let faults = match side {
            Side::Server => &said.server,
            Side::Client => &said.client,
        };
        faults
            .iter()
            .map(|fault| of_fault(facts, fault, "X509_verify_cert(3)"))
            .collect()
    };
    let name = format!("OpenSSL at level {level}");
    let outcome = verdict(&name, facts.sides(), refused);
    match outcome {
        Outcome::Fail(..) if facts.fails_at_every_level() => outcome.hint(NO_SETTING),
        _ => outcome,
    }
}

/// A fault of the path as a reason.
fn of_fault(facts: &PeerFacts, fault: &Fault, source: &'static str) -> Reason {
    let certificate = facts.judgement.path.get(fault.depth);
    let label = certificate.map_or_else(|| "path".to_owned(), |one| one.label());
    let said = match fault.code {
        // OpenSSL does not say which hash or size it was, and a reader wants to know.
        Some(66 | 67) => certificate.map(|one| {
            let kind = one.key.algorithm.word();
            format!("{kind} key of {} bits, too small", one.key.bits)
        }),
        Some(68) => certificate.map(|one| format!("signed with {}", one.signature.algorithm)),
        _ => None,
    };
    let cause = match (fault.code, certificate) {
        (Some(68), Some(one)) => demand::weak(one.signature.hash),
        _ => cause(fault.kind),
    };
    let said = said.unwrap_or_else(|| fault.note.clone());
    let code = fault
        .code
        .map(|code| format!("error {code}, "))
        .unwrap_or_default();
    Reason {
        cause,
        label,
        said,
        source: format!("{code}{source}"),
    }
}
