//! Asks responders for certificates: each once, and what they answer is kept as it came.

use std::sync::Arc;

use openssl::sha::sha256;
use url::Url;

use super::{
    Fetcher, LARGEST_ANSWER, Refused,
    plan::{Rules, allowed},
};
use crate::{
    crl::ocsp::{self, Judged, Said},
    error::{Error, Result},
    files,
    net::download::End,
    x509::{self, Certificate, store::word},
};

/// A certificate that a responder is to be asked for.
#[derive(Clone, Debug)]
pub struct Question {
    /// How its answer is called in the cache.
    pub name: String,
    /// The certificate.
    pub certificate: Arc<Certificate>,
    /// Who issued it.
    pub issuer: Arc<Certificate>,
    /// Where it is asked, or why nobody is.
    pub place: std::result::Result<Url, Refused>,
}

/// What a responder answered.
#[derive(Debug)]
pub enum Answered {
    /// Nothing that could be an answer.
    Nothing(End),
    /// Something that was judged, and is kept where it says something of the certificate.
    Answer(Judged),
}

/// Whom to ask for these certificates: the responder that each names, else the profile's for its issuer.
pub fn questions(
    certificates: &[Arc<Certificate>],
    issuers: &[Arc<Certificate>],
    rules: &Rules,
) -> Vec<Question> {
    let one = |certificate: &Arc<Certificate>| {
        let issuer = issuers.iter().find(|it| certificate.is_signed_by(it))?;
        Some(Question {
            name: name(certificate),
            place: place(certificate, issuer, rules)?,
            certificate: Arc::clone(certificate),
            issuer: Arc::clone(issuer),
        })
    };
    certificates.iter().filter_map(one).collect()
}

/// Where a certificate is asked for, the first place that the rules allow; nothing where neither it nor the profile says.
fn place(
    certificate: &Certificate,
    issuer: &Certificate,
    rules: &Rules,
) -> Option<std::result::Result<Url, Refused>> {
    let urls = &certificate.extensions.ocsp_urls;
    if urls.is_empty() {
        let instead = rules.responders.get(&issuer.sha256)?;
        return Url::parse(instead).ok().map(Ok);
    }
    let is_pinned = |pinned: &std::collections::HashSet<String>| pinned.contains(&issuer.sha256);
    if !rules.pinned.as_ref().is_none_or(is_pinned) {
        let why = "no pinned CA of the environment signed the certificate, so what it names is not followed";
        return Some(Err(Refused::NotFollowed(why.to_owned(), None)));
    }
    let mut places = urls.iter().map(|text| allowed(text, rules));
    let first = places.next();
    match first {
        // Another may be of a host that is known.
        Some(Err(_)) => places.find(std::result::Result::is_ok).or(first),
        _ => first,
    }
}

/// How the answer for a certificate is called: its own name, and what tells certificates of one name apart.
pub(in crate::crl) fn name(certificate: &Certificate) -> String {
    let digest = sha256(certificate.der());
    format!("{}-{}", word(&certificate.label()), x509::hex(&digest[..3]))
}

impl Fetcher<'_> {
    /// Asks for a certificate, and keeps the answer where it says something; nothing without a network.
    ///
    /// # Errors
    /// Where OpenSSL cannot make the question, or the cache cannot be written to.
    pub async fn ask_for(&self, question: &Question, url: &Url) -> Result<Option<Answered>> {
        let Some(downloader) = self.downloader else {
            return Ok(None);
        };
        let (certificate, issuer) = (&question.certificate, &question.issuer);
        let download = ocsp::ask(certificate, issuer, url, downloader)
            .await
            .map_err(|error| Error::internal("could not make an OCSP request").because(error))?;
        let End::Content(der) = download.end else {
            return Ok(Some(Answered::Nothing(download.end)));
        };
        let judged = ocsp::judge(&der, certificate, issuer, self.terms.at);
        let judged = match judged.said {
            Said::Undetermined(_) => judged,
            _ => self.keep_answer(question, &der, judged)?,
        };
        Ok(Some(Answered::Answer(judged)))
    }

    /// Keeps an answer in place of the one that is kept, unless that one says more; and what it is worth beside that one.
    fn keep_answer(&self, question: &Question, der: &[u8], judged: Judged) -> Result<Judged> {
        let target = self.cache.answer(&question.name);
        let _lock = self.cache.lock()?;
        let kept = files::read(&target, LARGEST_ANSWER).ok();
        let (certificate, issuer) = (&question.certificate, &question.issuer);
        let kept = kept.map(|kept| ocsp::judge(&kept, certificate, issuer, self.terms.at));
        match kept.filter(|kept| kept.stays_before(&judged)) {
            Some(kept) => Ok(kept.beside(judged)),
            None => {
                files::put(&target, der)?;
                Ok(judged)
            }
        }
    }
}
