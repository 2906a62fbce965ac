//! A path that was found, as a TLS peer on OpenSSL sees it: at its security level, with no rule of ptl's own.

use super::{Demands, Fault, Host, Judge, Judgement, Policy, Purpose};
use crate::error::Result;

/// Everything that OpenSSL has against a judged path for one purpose at a security level (0 to 5), where
/// it trusts the path's anchor; nothing where the path has none.
///
/// # Errors
/// Where OpenSSL cannot judge at all.
pub fn as_peer(
    judgement: &Judgement,
    purpose: Purpose,
    level: u8,
    policy: &Policy,
) -> Result<Vec<Fault>> {
    let (Some(_), [leaf, rest @ ..]) = (judgement.anchor, judgement.path.as_slice()) else {
        return Ok(Vec::new());
    };
    let anchor = rest.last().unwrap_or(leaf);
    let judge = Judge::new(
        vec![anchor.clone()],
        Policy {
            purpose,
            host: named(purpose, policy.host.as_ref()),
            demands: Demands::Peer(level),
            ..Policy::at(policy.at)
        },
    )?;
    Ok(judge.judge(leaf, rest)?.faults)
}

/// A client looks for the server's name; a server does not look for its client's.
fn named(purpose: Purpose, host: Option<&Host>) -> Option<Host> {
    host.filter(|_| purpose.server()).cloned()
}
