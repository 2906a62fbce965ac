//! CAs that Java must not hold: it takes each of its truststore for a root, and looks up none of them (measured with Java 17).

use super::Server;
use crate::{
    error::{Error, Result},
    survey::{chain::Set, lists::Lists},
};

impl Server {
    /// Whether it looks up no CA that it is given, a sub CA's neither.
    fn looks_up_no_trusted_ca(self) -> bool {
        matches!(self, Self::Tomcat | Self::Java)
    }
}

/// Takes the revoked CAs out of a set for such a server: peers send theirs, and that one is looked up.
pub fn leave_out_revoked(set: &mut Set, server: Server, lists: &mut Lists) {
    if !server.looks_up_no_trusted_ca() {
        return;
    }
    for revoked in &lists.revoked {
        let is_it = |sha256: &str| sha256 == revoked.sha256;
        let Some(place) = set
            .trust
            .iter()
            .position(|one| is_it(&one.certificate.sha256))
        else {
            continue;
        };
        let trusted = set.trust.remove(place);
        let mut generations = set.generations.iter_mut();
        let of = generations.find(|one| Some(&one.id) == trusted.generation.as_ref());
        if let Some(generation) = of {
            generation.missing.push(revoked.label());
        }
        set.left_out.push(format!(
            "`{}` is left out of the truststore: it is revoked, and Java does not look up what it holds there",
            revoked.label()
        ));
        lists.taken.retain(|taken| !is_it(&taken.issuer.sha256));
    }
}

/// Refuses lists that revoke a CA that such a server has been given: they would change nothing for those below it.
///
/// # Errors
/// Exit 1, nothing changed.
pub(super) fn refuse_revoked(server: Server, lists: &Lists) -> Result<()> {
    match lists.revoked.first() {
        Some(revoked) if server.looks_up_no_trusted_ca() => Err(Error::unmet(format!(
            "`{}` is revoked, and the truststore holds it, where Java does not look it up: everybody below it would still get in; nothing was changed",
            revoked.label()
        ))
        .hint("Make the bundle anew, without --lists-only and into a new folder: its truststore leaves that CA out.")),
        _ => Ok(()),
    }
}
