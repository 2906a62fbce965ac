//! The lab's environment, in the form of the shipped profiles: all that ptl ever knows of the lab.

use jiff::{Span, Timestamp};

use super::{
    authority::Authority,
    folder::Lab,
    generation::{Generation, Shape, around},
    page::{PAGE, list_path},
    places::{CERTIFICATES, CHECKIT, LISTS, MSG_OUT, OCSP, PROXY},
    responder::PATH,
    unmade,
};
use crate::{
    environment::{
        Authority as Pinned, Confidence, Desk, Direction, Environment, Gap, Generation as Pins,
        Host, Life, Network, Protocol, Provenance, Resolver, Role, SERVICES, TlsRules,
    },
    error::{Result, for_a_shell},
    x509::Certificate,
};

/// What every profile of a lab begins with.
const HEAD: &str = "\
# A rehearsal Spine on this machine: `ptl lab up` wrote it. Every command takes it by --env.
# Nothing in it is of the NHS. It stands in the middle of a transition that never was: all three
# generations are to be accepted, so that each can be tried; our own certificate is to be of G2.

";

/// TLS 1.2 ciphers of the NRL guide, as in the shipped profile of INT.
const CIPHERS: [&str; 4] = [
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "DHE-RSA-AES256-GCM-SHA384",
    "DHE-RSA-AES128-GCM-SHA256",
];

impl Lab {
    /// The profile's text.
    ///
    /// # Errors
    /// Where a certificate of its CAs cannot be read.
    pub(super) fn profile(&self, at: Timestamp) -> Result<String> {
        Ok(HEAD.to_owned() + &self.environment(at)?.to_profile()?)
    }

    fn environment(&self, at: Timestamp) -> Result<Environment> {
        let folder = for_a_shell(self.folder());
        Ok(Environment {
            id: "lab".to_owned(),
            name: "Rehearsal".to_owned(),
            page: self.places.url(CERTIFICATES, ""),
            desk: Desk {
                name: "the lab, which signs in the place of a desk".to_owned(),
                mail: "nobody@lab.test".to_owned(),
                form: None,
                before: Some(format!(
                    "No mail is sent: sign the request yourself by `ptl lab issue FILE.csr --lab {folder}`."
                )),
                provenance: made_here(),
            },
            hosts: self.hosts(),
            resolvers: vec![Resolver {
                address: self.places.address,
                port: self.places.dns,
                name: None,
                provenance: made_here(),
            }],
            tls: TlsRules {
                min_version: "1.2".to_owned(),
                ciphers: CIPHERS.map(str::to_owned).to_vec(),
                provenance: made_here(),
            },
            generations: self
                .generations
                .iter()
                .map(|generation| self.pins(generation, at))
                .collect::<Result<_>>()?,
            gaps: vec![
                Gap {
                    what: "ssp-client-names".to_owned(),
                    note: format!("The lab calls nobody yet; its proxy would show {PROXY}."),
                },
                Gap {
                    what: "sds".to_owned(),
                    note: "the lab has no directory yet, which a consumer needs".to_owned(),
                },
            ],
        })
    }

    fn hosts(&self) -> Vec<Host> {
        let places = &self.places;
        let everybody = vec![Role::Provider, Role::Consumer];
        let base = Host {
            name: PROXY.to_owned(),
            port: places.proxy,
            direction: Direction::Out,
            network: Network::Hscn,
            protocol: Protocol::MutualTls,
            purpose: "ssp".to_owned(),
            path: None,
            services: SERVICES.iter().map(|name| (*name).to_owned()).collect(),
            roles: everybody,
            addresses: vec![places.address],
            addresses_provenance: None,
            note: None,
            provenance: made_here(),
        };
        let inbound = Host {
            name: MSG_OUT.to_owned(),
            port: 443,
            direction: Direction::In,
            purpose: "msg-out".to_owned(),
            roles: vec![Role::Provider],
            ..base.clone()
        };
        let mut hosts = vec![base.clone()];
        hosts.extend(self.hosts_of_downloads(&base));
        hosts.push(inbound);
        hosts
    }

    /// The hosts of lists, of CA certificates and of OCSP, and the old download page: they are one server.
    fn hosts_of_downloads(&self, base: &Host) -> [Host; 4] {
        let newest = self.generations.last().map(|generation| generation.shape);
        let lists = Host {
            name: LISTS.to_owned(),
            port: self.places.downloads,
            protocol: Protocol::Http,
            purpose: "crl".to_owned(),
            path: newest.map(|shape| format!("/{}", shape.root_list)),
            ..base.clone()
        };
        // As in the shipped profiles: no service needs it, and `ptl trust fetch` asks it.
        let certificates = Host {
            name: CERTIFICATES.to_owned(),
            purpose: "ca-download".to_owned(),
            network: Network::Internet,
            path: newest.map(|shape| format!("/{}", shape.certificate_path("root"))),
            services: Vec::new(),
            roles: Vec::new(),
            ..lists.clone()
        };
        // As in the shipped profiles: of which network it is, no source says.
        let ocsp = Host {
            name: OCSP.to_owned(),
            purpose: "ocsp".to_owned(),
            network: Network::Unknown,
            path: Some(PATH.to_owned()),
            ..certificates.clone()
        };
        let page = Self::old_page(lists.clone());
        [lists, certificates, ocsp, page]
    }

    /// As in the shipped profiles, where the name has no dot.
    fn old_page(lists: Host) -> Host {
        Host {
            name: CHECKIT.to_owned(),
            path: Some(format!("/{PAGE}")),
            services: Vec::new(),
            roles: Vec::new(),
            note: Some(
                "The lists of the SHA-1 generation, among those of other environments.".to_owned(),
            ),
            ..lists
        }
    }

    /// Where the root's lists and those of the sub CA are: on the old page where no certificate says a URL.
    fn list_urls(&self, shape: &Shape) -> (Vec<String>, Vec<String>) {
        let on_the_page = |name| vec![self.places.url(CHECKIT, &list_path(name))];
        match shape.partitions {
            0 => (on_the_page(shape.root), on_the_page(shape.sub)),
            _ => {
                let mut urls = shape.lists().map(|path| self.places.url(LISTS, &path));
                (urls.next().into_iter().collect(), urls.collect())
            }
        }
    }

    fn pins(&self, generation: &Generation, at: Timestamp) -> Result<Pins> {
        let shape = generation.shape;
        let newest = self
            .generations
            .last()
            .is_some_and(|last| last.shape.id == shape.id);
        let turn = around(at, Span::new().years(1), Span::new())?.from;
        let presented = match newest {
            true => Life {
                from: Some(turn),
                until: None,
            },
            false => Life {
                from: None,
                until: Some(turn),
            },
        };
        let is_listed = shape.partitions > 0;
        let mut root = self.pin(&generation.root, &shape.certificate_path("root"))?;
        let mut sub = self.pin(&generation.sub, &shape.certificate_path("sub"))?;
        (root.crl_urls, sub.crl_urls) = self.list_urls(shape);
        if shape.modern {
            root.ocsp_url = Some(self.places.url(OCSP, "ocsp"));
        }
        Ok(Pins {
            id: shape.id.to_owned(),
            title: format!("{} / {}", shape.root, shape.sub),
            accept: Life::default(),
            present: presented,
            superseded: false,
            root,
            subs: vec![sub],
            revocation: match is_listed {
                true => "Each certificate names its own list, and the lab serves it.".to_owned(),
                false => format!(
                    "No list can be fetched where the CDP says, which is a directory name. The old download page has them: {}.",
                    self.places.url(CHECKIT, PAGE)
                ),
            },
            provenance: made_here(),
        })
    }

    fn pin(&self, authority: &Authority, path: &str) -> Result<Pinned> {
        let der = authority.certificate.to_der().map_err(unmade)?;
        let certificate = Certificate::from_der(&der).map_err(unmade)?;
        Ok(Pinned {
            name: certificate.label(),
            subject: certificate.subject.clone(),
            sha256: certificate.sha256.clone(),
            sha1: Some(certificate.sha1.clone()),
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            url: Some(self.places.url(CERTIFICATES, path)),
            crl_urls: Vec::new(),
            ocsp_url: None,
            provenance: made_here(),
        })
    }
}

fn made_here() -> Provenance {
    Provenance {
        source: "made by `ptl lab up`".to_owned(),
        confidence: Confidence::A,
        old: false,
        conflict: None,
    }
}
