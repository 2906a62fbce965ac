//! The lab's OCSP responder: it answers for the certificates of all its CAs, from their registers, by POST and GET.

mod answer;
mod question;

use std::sync::{Arc, OnceLock};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
};
use jiff::Timestamp;
use openssl::{
    base64::decode_block,
    pkey::{PKey, Private},
};
use percent_encoding::percent_decode_str;
use tokio::{
    sync::watch,
    task::spawn_blocking,
    time::{Duration, timeout},
};

use self::{answer::Reply, question::Question};
use super::{
    Made,
    authority::{Authority, Digest},
    downloads,
    fault::Fault,
    folder::Lab,
    generation::{Generation, rsa},
    unmade,
};
use crate::{
    crl::ocsp::form::{CertId, Word},
    error::Result,
    x509::Certificate,
};

/// Where questions are answered; the question of a GET follows after a slash (RFC 6960, A.1).
pub(super) const PATH: &str = "/ocsp";
/// The largest question that is read.
const LARGEST: usize = 16 * 1024;
/// How long a client may take to send it.
const PATIENCE: Duration = Duration::from_secs(10);

/// What answers for the certificates of a lab's CAs.
pub(super) struct Responder {
    lab: Lab,
    /// Every CA's certificate, with its generation's place and whether it is the root.
    authorities: Vec<(usize, bool, Certificate)>,
    /// The key of all delegates, made when the first is asked for something: it takes a while.
    key: OnceLock<PKey<Private>>,
    fault: watch::Receiver<Option<Fault>>,
}

/// A CA that an answer is given for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    generation: &'a Generation,
    is_root: bool,
    certificate: &'a Certificate,
}

impl Asked<'_> {
    fn authority(&self) -> &Authority {
        match self.is_root {
            true => &self.generation.root,
            false => &self.generation.sub,
        }
    }

    fn digest(&self) -> Digest {
        match self.is_root {
            true => self.generation.shape.root_digest,
            false => self.generation.shape.digest,
        }
    }
}

impl Responder {
    /// The responder of a lab.
    ///
    /// # Errors
    /// Where a certificate of its CAs cannot be read.
    pub(super) fn of(lab: Lab, fault: watch::Receiver<Option<Fault>>) -> Result<Self> {
        let mut authorities = Vec::new();
        for (place, generation) in lab.generations.iter().enumerate() {
            for (which, authority) in generation.authorities() {
                let der = authority.certificate.to_der().map_err(unmade)?;
                let certificate = Certificate::from_der(&der).map_err(unmade)?;
                authorities.push((place, which == "root", certificate));
            }
        }
        Ok(Self {
            lab,
            authorities,
            key: OnceLock::new(),
            fault,
        })
    }

    /// Whether a path is the responder's.
    pub(super) fn is_at(path: &str) -> bool {
        path.strip_prefix(PATH)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Answers a request over HTTP.
    pub(super) async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Response<Full<Bytes>> {
        let Some(question) = asked(request).await else {
            return downloads::text(
                StatusCode::BAD_REQUEST,
                "OCSP is asked by POST, or by GET with the question as base64 after /ocsp/.\n",
            );
        };
        let answered = spawn_blocking(move || self.reply(&question, Timestamp::now())).await;
        let der = answered.ok().and_then(Result::ok);
        match der.map_or_else(|| answer::word(Word::InternalError), Ok) {
            Ok(der) => downloads::answer(StatusCode::OK, "application/ocsp-response", der.into()),
            Err(error) => {
                let problem = format!("{error}\n");
                downloads::text(StatusCode::INTERNAL_SERVER_ERROR, &problem)
            }
        }
    }

    fn reply(&self, question: &[u8], at: Timestamp) -> Result<Vec<u8>> {
        let Some(question) = Question::read(question) else {
            return answer::word(Word::MalformedRequest);
        };
        let ids: Vec<&CertId> = question.certificates().collect();
        // One signer answers for one CA: the first that is asked about decides.
        let Some(asked) = ids.first().and_then(|id| self.authority_of(id)) else {
            return answer::word(Word::Unauthorized);
        };
        let reply = Reply {
            lab: &self.lab,
            asked,
            fault: *self.fault.borrow(),
            at,
        };
        reply.sign(&ids, question.nonce(), self.key()?)
    }

    fn authority_of(&self, id: &CertId) -> Option<Asked<'_>> {
        let mut all = self.authorities.iter();
        let (place, is_root, certificate) = all.find(|(.., it)| id.is_under(it))?;
        Some(Asked {
            generation: self.lab.generations.get(*place)?,
            is_root: *is_root,
            certificate,
        })
    }

    fn key(&self) -> Made<&PKey<Private>> {
        match self.key.get() {
            Some(key) => Ok(key),
            None => {
                let new = rsa(2048)?;
                Ok(self.key.get_or_init(|| new))
            }
        }
    }
}

/// The question of a request; nothing where it has none.
async fn asked(request: Request<Incoming>) -> Option<Vec<u8>> {
    match *request.method() {
        Method::POST => {
            let body = Limited::new(request.into_body(), LARGEST).collect();
            let body = timeout(PATIENCE, body).await.ok()?.ok()?;
            Some(body.to_bytes().to_vec())
        }
        Method::GET => {
            let path = request.uri().path().strip_prefix(PATH)?;
            let text = percent_decode_str(path.strip_prefix('/')?)
                .decode_utf8()
                .ok()?;
            decode_block(&text)
                .ok()
                .filter(|question| !question.is_empty())
        }
        _ => None,
    }
}
