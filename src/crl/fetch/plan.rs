//! Which lists are to be had for certificates, and where: each certificate's own address first (RFC 5280, 4.2.1.13).

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
    sync::Arc,
};

use openssl::sha::sha256;
use url::Url;

use crate::{
    environment::{Environment, Generation},
    x509::{self, Certificate, store::word},
};

/// Which addresses of certificates are followed.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The hosts that may be asked.
    pub hosts: Vec<String>,
    /// SHA-256 of the CAs whose certificates' addresses are followed, lower-case hex; nothing: of any.
    pub pinned: Option<HashSet<String>>,
    /// Where lists of a CA are to be had besides, by SHA-256 of the CA.
    pub instead: HashMap<String, Vec<String>>,
    /// Where certificates of a CA are answered for besides, by SHA-256 of the CA.
    pub responders: HashMap<String, String>,
}

impl Rules {
    /// Those of an environment's profile: its hosts, and those that are allowed besides.
    pub fn of(environment: Option<&Environment>, allowed: &[String]) -> Self {
        let hosts = environment.iter().flat_map(|it| &it.hosts);
        let hosts = hosts.map(|host| host.name.clone());
        let authorities = || {
            let generations = environment.iter().flat_map(|it| &it.generations);
            generations.flat_map(Generation::authorities)
        };
        let pinned = || authorities().map(|it| it.sha256.clone()).collect();
        Self {
            hosts: hosts.chain(allowed.iter().cloned()).collect(),
            pinned: environment.map(|_| pinned()),
            instead: authorities()
                .filter(|it| !it.crl_urls.is_empty())
                .map(|it| (it.sha256.clone(), it.crl_urls.clone()))
                .collect(),
            responders: authorities()
                .filter_map(|it| Some((it.sha256.clone(), it.ocsp_url.clone()?)))
                .collect(),
        }
    }
}

/// A list that is to be had, and the certificates that it is to speak of.
#[derive(Clone, Debug)]
pub struct Wish {
    /// How it is called in the cache.
    pub name: String,
    /// Where the certificates say that it is.
    pub urls: Vec<Url>,
    /// Where it may be besides, if it is nowhere of these.
    pub instead: Vec<Url>,
    /// Why an address is not followed; nothing where each is.
    pub refused: Option<Refused>,
    /// Whose revocation it is to say.
    pub certificates: Vec<Arc<Certificate>>,
}

/// Why an address is not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is none, and need be none: the certificate's responder is asked instead.
    ByResponder,
    /// There is none: the name of the directory's entry that stands in its place.
    NoAddress(Option<String>),
    /// It may not be asked: why, and the host that would have to be allowed.
    NotFollowed(String, Option<String>),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAddress(Some(entry)) => write!(
                f,
                "only the directory's entry `{entry}` is named, which no address leads to"
            ),
            Self::NoAddress(None) => f.write_str("no list is named"),
            Self::ByResponder => f.write_str(
                "the certificate names no list, and its responder (OCSP) is asked instead",
            ),
            Self::NotFollowed(why, _) => f.write_str(why),
        }
    }
}

impl Wish {
    /// What the list is called for people: its first address, or the certificates.
    pub fn title(&self) -> String {
        match self.urls.first().or(self.instead.first()) {
            Some(url) => url.to_string(),
            None => self.labels().join(", "),
        }
    }

    /// The names of the certificates.
    pub fn labels(&self) -> Vec<String> {
        self.certificates.iter().map(|it| it.label()).collect()
    }

    /// Whether it is to speak of CAs alone.
    pub fn is_of_authorities(&self) -> bool {
        self.certificates.iter().all(|it| it.is_ca())
    }
}

/// What is to be had for these certificates: each list once.
pub fn plan(
    certificates: &[Arc<Certificate>],
    issuers: &[Arc<Certificate>],
    rules: &Rules,
) -> Vec<Wish> {
    let mut wishes: BTreeMap<(String, Option<String>, String), Wish> = BTreeMap::new();
    for certificate in revocable(certificates) {
        let issuer = issuers.iter().find(|it| certificate.is_signed_by(it));
        let wish = wish(&certificate, issuer, rules);
        // A list speaks of what its own key signed. One of an older key, or made up by a peer, has its own wish: in
        // another's it would keep the list from all others.
        let signer = issuer.map(|it| it.spki_sha256.clone());
        let key = (certificate.issuer.clone(), signer, wish.name.clone());
        let known = wishes.entry(key).or_insert(wish);
        known.certificates.push(certificate);
    }
    wishes.into_values().collect()
}

/// The certificates below roots of these, each once: those that lists speak of.
pub fn revocable(certificates: &[Arc<Certificate>]) -> Vec<Arc<Certificate>> {
    let mut seen = HashSet::new();
    let below = certificates.iter().filter(|it| !it.is_self_signed());
    below
        .filter(|it| seen.insert(it.sha256.clone()))
        .cloned()
        .collect()
}

fn wish(certificate: &Certificate, issuer: Option<&Arc<Certificate>>, rules: &Rules) -> Wish {
    let (urls, refused) = own(certificate, issuer, rules);
    // A list of another's partition says nothing of it.
    let by_list = refused != Some(Refused::ByResponder);
    let instead = issuer.filter(|_| by_list);
    let instead = instead.and_then(|it| rules.instead.get(&it.sha256));
    let instead = instead.into_iter().flatten();
    Wish {
        name: name(certificate, issuer.map(AsRef::as_ref)),
        urls,
        instead: instead.filter_map(|text| Url::parse(text).ok()).collect(),
        refused,
        certificates: Vec::new(),
    }
}

/// The addresses that a certificate names and that are followed, and why one is not.
fn own(
    certificate: &Certificate,
    issuer: Option<&Arc<Certificate>>,
    rules: &Rules,
) -> (Vec<Url>, Option<Refused>) {
    let points = &certificate.extensions.list_points;
    let asks_a_responder = !certificate.extensions.ocsp_urls.is_empty();
    if points.urls.is_empty() && points.directories.is_empty() && asks_a_responder {
        return (Vec::new(), Some(Refused::ByResponder));
    }
    if points.urls.is_empty() {
        let entry = points.directories.first().cloned();
        return (Vec::new(), Some(Refused::NoAddress(entry)));
    }
    if let Some(pinned) = &rules.pinned
        && !issuer.is_some_and(|issuer| pinned.contains(&issuer.sha256))
    {
        let why = "no pinned CA of the environment signed the certificate, so what it names is not followed";
        return (Vec::new(), Some(Refused::NotFollowed(why.to_owned(), None)));
    }
    let mut urls = Vec::new();
    let mut refused = None;
    for text in &points.urls {
        match allowed(text, rules) {
            Ok(url) => urls.push(url),
            Err(why) => refused = Some(why),
        }
    }
    (urls, refused)
}

/// An address, if its host may be asked.
pub(super) fn allowed(text: &str, rules: &Rules) -> Result<Url, Refused> {
    let refuse = |why: String| Err(Refused::NotFollowed(why, None));
    let Ok(url) = Url::parse(text) else {
        return refuse(format!("`{text}` is no address"));
    };
    if !matches!(url.scheme(), "http" | "https") {
        return refuse(format!("`{text}` is neither http nor https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse(format!("`{text}` holds a name or a password"));
    }
    let host = url.host_str().unwrap_or_default();
    let mut known = rules.hosts.iter();
    match known.any(|known| known.eq_ignore_ascii_case(host)) {
        true => Ok(url),
        false => {
            let why = match rules.pinned {
                Some(_) => "is no host of the environment's profile",
                None => "was not allowed: no environment is named whose profile knows it",
            };
            Err(Refused::NotFollowed(
                format!("`{host}`, which `{text}` names, {why}"),
                Some(host.to_owned()),
            ))
        }
    }
}

/// How a certificate's list is called: its issuer's name, the last part of its address, and what tells lists of the
/// same name apart, the key that signed the certificate among it, as `nhs-int-level-1c-crlc2-5d8e7d`.
pub(super) fn name(certificate: &Certificate, signer: Option<&Certificate>) -> String {
    let issuer = certificate.issuer.split(',').next().unwrap_or_default();
    let issuer = issuer.split_once('=').map_or(issuer, |(_, name)| name);
    let points = &certificate.extensions.list_points;
    let place = points.urls.first().or(points.directories.first());
    let digest = sha256(
        [
            certificate.issuer.as_bytes(),
            place.map_or(&[], String::as_bytes),
            signer.map_or(&[], |it| it.spki_sha256.as_bytes()),
        ]
        .concat()
        .as_slice(),
    );
    let digest = x509::hex(&digest[..3]);
    match points.urls.first() {
        None => format!("{}-{digest}", word(issuer)),
        Some(url) => {
            let last = url.rsplit('/').next().unwrap_or_default();
            let last = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
            format!("{}-{}-{digest}", word(issuer), word(last))
        }
    }
}
