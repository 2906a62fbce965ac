//! What deserves attention about a bundle, each as a sentence.

use super::{Order, Protection, Revocation, Server, lists};
use crate::{
    check::{Finding, Mark, Severity},
    x509::{Certificate, Hash, store::Strength},
};

/// Everything: what the checks said, what was left out, what is weak.
pub(super) fn cautions(order: &Order<'_>, findings: &[Finding], plain: bool) -> Vec<String> {
    let mut said: Vec<String> = findings.iter().filter_map(of_finding).collect();
    said.extend(order.set.left_out.iter().cloned());
    if order.strength == Strength::Legacy {
        said.push("identity.pfx is under 3DES and SHA-1, which are no longer held to be strong: only for Windows before Server 2019 and Windows 10 1709, which read nothing better; delete it once it is imported".to_owned());
    }
    if plain && matches!(order.protection, Protection::Plain) {
        said.push(
            "the key is written without a passphrase: whoever may read the file has it".to_owned(),
        );
    }
    said.extend(sha1(order));
    match order.revocation {
        Revocation::None(why) => said.push(lists::none(order.server, why)),
        Revocation::Given(lists) if lists.taken.is_empty() => {
            said.push(lists::none(order.server, ""))
        }
        Revocation::Given(_) => {}
    }
    said
}

fn of_finding(finding: &Finding) -> Option<String> {
    let counts = match finding.outcome {
        Mark::Fail => finding.severity != Severity::Notice,
        Mark::Undetermined | Mark::Waived => true,
        _ => false,
    };
    let word = match finding.outcome {
        Mark::Undetermined => ", unknown",
        Mark::Waived => ", waived",
        _ => "",
    };
    let (id, subject) = (finding.id, &finding.subject);
    counts.then(|| format!("{id}{word}, {subject}: {}", finding.reason))
}

/// OpenSSL of today refuses SHA-1 signatures below the root by its defaults. Java 17 takes them where the
/// CA is not one of its own, and Windows has a policy for it.
fn sha1(order: &Order<'_>) -> Option<String> {
    let set = order.set;
    let weak = |certificate: &Certificate| {
        certificate.signature.hash == Hash::Sha1 && !certificate.is_self_signed()
    };
    let own = weak(&set.leaf) || set.chain.iter().any(|one| weak(one));
    let mut peers = set.trust.iter().filter(|one| weak(&one.certificate));
    let first = peers.next();
    let of = first.map(|one| {
        one.generation
            .as_deref()
            .unwrap_or("the CAs that sign with it")
    });
    let who = match (own, of) {
        (true, _) => "does not even load this certificate".to_owned(),
        (false, Some(generation)) => format!("refuses peers of {generation}"),
        (false, None) => return None,
    };
    let how = match order.server {
        Server::Nginx => "`ssl_ciphers DEFAULT:@SECLEVEL=0;`",
        Server::Apache => "`SSLCipherSuite DEFAULT:@SECLEVEL=0`",
        // It loads certificates before it looks at its ciphers.
        Server::Haproxy if own => {
            "only `CipherString = DEFAULT:@SECLEVEL=0` in the file that OPENSSL_CONF names to it"
        }
        Server::Haproxy => "`ciphers DEFAULT:@SECLEVEL=0` in the `bind` line",
        Server::OpensslDir => {
            "`-cipher DEFAULT:@SECLEVEL=0`, or what the program has in its place,"
        }
        Server::Tomcat | Server::Java => return None,
        Server::Iis => {
            return Some("SHA-1 signatures stand in the set: whether Windows takes them hangs on its policy for weak signatures (`certutil -getreg chain`); try it with such a peer".to_owned());
        }
    };
    Some(format!(
        "SHA-1 signatures stand in the set: by its defaults {} {who}; {how} lets it, and lets weak keys in as well",
        order.server.title()
    ))
}
