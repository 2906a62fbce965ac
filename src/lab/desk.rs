//! Signs a request in the place of the NHS's desk, well or with a flaw that was ordered.

use std::path::{Path, PathBuf};

use openssl::x509::{X509, X509Req};

use super::{
    Lab,
    extension::Usage,
    folder::whole,
    leaf::{Dates, Leaf, ToldBy},
    register::Reason,
    revocation::signable,
    unmade,
};
use crate::{
    check::{Context, Finding, Mark, Severity},
    error::{Error, Result, for_a_shell},
    files::{self, Access},
    survey,
    x509::Certificate,
};

/// What a certificate is to be like.
#[derive(Clone, Debug)]
pub struct Order {
    /// The generation of the CA that signs.
    pub generation: String,
    /// It ended yesterday.
    pub expired: bool,
    /// It begins in a month.
    pub not_yet: bool,
    /// It is revoked at once.
    pub revoked: bool,
    /// It is for another name than the request's.
    pub wrong_name: bool,
    /// It is for servers alone.
    pub no_client_auth: bool,
    /// Its name stands among the alternative names too.
    pub alternative_name: bool,
    /// It names the responder for OCSP.
    pub ocsp: bool,
    /// It names no list.
    pub no_list: bool,
}

/// A certificate that was signed, and the files that go with it.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The certificate's file.
    pub file: PathBuf,
    /// What it says.
    pub certificate: Certificate,
    /// The file of the sub CA that signed it.
    pub chain: PathBuf,
    /// The file of every CA that is to be trusted.
    pub trust: PathBuf,
    /// The list that revokes it, where it does.
    pub list: Option<PathBuf>,
}

/// Signs the request of a file and writes the certificate; nothing is overwritten.
///
/// # Errors
/// Exit 1 where a desk would refuse the request, exit 2 where a file is wrong or there already.
pub fn issue(
    lab: &Lab,
    request: &Path,
    order: &Order,
    to: &Path,
    context: &Context<'_>,
) -> Result<Issued> {
    let at = signable(context.at)?;
    let linted = survey::csr::read(request, None)?;
    let findings = survey::csr::judge(request, &linted, context);
    refuse_as_a_desk_would(request, &findings)?;
    let generation = lab.generation(&order.generation)?;
    let key = X509Req::from_der(linted.request.der())
        .and_then(|request| request.public_key())
        .map_err(unmade)?;
    let common_name = linted.request.values("CN").next().unwrap_or_default();
    let name = match order.wrong_name {
        true => format!(
            "wrong.{}",
            common_name.split_once('.').unwrap_or_default().1
        ),
        false => common_name.to_owned(),
    };
    let x509: X509 = generation.issue(&order.leaf(&name), &key, at, &lab.places)?;
    let pem = x509.to_pem().map_err(unmade)?;
    // Before it is there: no certificate is left that was to be registered or revoked, and is not.
    files::refuse_existing(to)?;
    lab.remember(generation, &x509)?;
    let list = match order.revoked {
        true => Some(lab.revoke(&x509, Reason::default(), at)?),
        false => None,
    };
    files::create(to, &pem, Access::Shared)?;
    let der = x509.to_der().map_err(unmade)?;
    Ok(Issued {
        file: whole(to)?,
        certificate: Certificate::from_der(&der).map_err(unmade)?,
        chain: lab.trust_file(&order.generation, "sub"),
        trust: lab.trust_of_all(),
        list,
    })
}

impl Order {
    fn leaf<'a>(&self, name: &'a str) -> Leaf<'a> {
        Leaf {
            name,
            alternative_name: self.alternative_name,
            dates: match (self.expired, self.not_yet) {
                (true, _) => Dates::Expired,
                (false, true) => Dates::NotYet,
                (false, false) => Dates::Now,
            },
            usage: match self.no_client_auth {
                true => Usage::Server,
                false => Usage::Both,
            },
            told_by: ToldBy {
                list: !self.no_list,
                ocsp: self.ocsp,
            },
        }
    }
}

fn refuse_as_a_desk_would(request: &Path, findings: &[Finding]) -> Result<()> {
    let against: Vec<String> = findings
        .iter()
        .filter(|finding| finding.outcome == Mark::Fail && finding.severity == Severity::Error)
        .map(|finding| format!("{}: {}", finding.id, finding.reason))
        .collect();
    if against.is_empty() {
        return Ok(());
    }
    Err(
        Error::unmet(format!("a desk would refuse `{}`", request.display()))
            .details(against)
            .hint(format!(
                "See what to mend: `ptl csr lint {}`.",
                for_a_shell(request)
            )),
    )
}
