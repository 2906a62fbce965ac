//! What the lab's proxy shows and whom it lets in, under each fault.

use jiff::{Span, Timestamp};
use openssl::{
    pkey::{PKey, Private},
    ssl::{SslContext, SslContextBuilder, SslMethod, SslOptions, SslVerifyMode, SslVersion},
    stack::Stack,
    x509::{X509, X509Name, store::X509StoreBuilder},
};

use super::{
    Made,
    authority::{Authority, Content, Digest, Serial, name},
    extension::{self, Usage},
    fault::Fault,
    folder::Lab,
    generation::{Generation, around, rsa},
    leaf::{Dates, Leaf, ToldBy},
    places::PROXY,
    unmade,
};
use crate::{
    environment,
    error::{Error, Result},
};

/// The lab's CAs and the key of its proxy.
pub(super) struct Identities {
    lab: Lab,
    key: PKey<Private>,
}

/// A chain as it is sent, leaf first, and the leaf's key.
struct Shown {
    chain: Vec<X509>,
    key: PKey<Private>,
}

impl Identities {
    /// Those of a lab, with a new key for its proxy.
    ///
    /// # Errors
    /// Where no key can be made.
    pub(super) fn of(lab: Lab) -> Result<Self> {
        let key = rsa(2048)?;
        Ok(Self { lab, key })
    }

    /// The proxy's TLS under a fault.
    ///
    /// # Errors
    /// Where a certificate cannot be made, or OpenSSL does not take it.
    pub(super) fn context(&self, fault: Option<Fault>) -> Result<SslContext> {
        let shown = self.shown(fault, Timestamp::now())?;
        let clients = self.clients(fault);
        let build = || {
            let mut builder = SslContext::builder(SslMethod::tls_server())?;
            // Before anything is loaded: SHA-1 and small keys are meant here.
            builder.set_security_level(0);
            for (place, certificate) in shown.chain.iter().enumerate() {
                match place {
                    0 => builder.set_certificate(certificate)?,
                    _ => builder.add_extra_chain_cert(certificate.clone())?,
                }
            }
            builder.set_private_key(&shown.key)?;
            versions_and_ciphers(&mut builder, fault)?;
            if fault != Some(Fault::TlsClientCertNotAsked) {
                ask(&mut builder, &clients)?;
            }
            Ok(builder.build())
        };
        build().map_err(|error: openssl::error::ErrorStack| unmade(error))
    }

    /// The generations whose clients get in.
    fn clients(&self, fault: Option<Fault>) -> Vec<&Generation> {
        let named = |id: &str| {
            let all = self.lab.generations.iter();
            all.filter(|generation| generation.shape.id == id).collect()
        };
        match fault {
            Some(Fault::TlsAcceptsOneGeneration) => named("g2"),
            Some(Fault::TlsRefusesOurCa) => named("sha1"),
            _ => self.lab.generations.iter().collect(),
        }
    }

    fn shown(&self, fault: Option<Fault>, at: Timestamp) -> Result<Shown> {
        match fault {
            Some(Fault::TlsSelfSigned) => return self.self_signed(at),
            Some(Fault::TlsWrongEnvironment) => return self.under(&live()?, at),
            Some(Fault::TlsIntercepted) => return self.under(&inspection()?, at),
            _ => {}
        }
        let generation = self.lab.generation(match fault {
            Some(Fault::TlsSha1Chain) => "sha1",
            _ => "g2",
        })?;
        let key = match fault {
            Some(Fault::TlsWeakKey) => rsa(1024)?,
            _ => self.key.clone(),
        };
        let (root, sub) = (&generation.root.certificate, &generation.sub.certificate);
        let above: &[&X509] = match fault {
            Some(Fault::TlsChainIncomplete) => &[],
            Some(Fault::TlsChainReversed) => &[root, sub],
            Some(Fault::TlsExtraRoot) => &[sub, root],
            _ => &[sub],
        };
        let mut chain = vec![generation.issue(&leaf(fault), &key, at, &self.lab.places)?];
        chain.extend(above.iter().map(|certificate| (*certificate).clone()));
        Ok(Shown { chain, key })
    }

    fn self_signed(&self, at: Timestamp) -> Result<Shown> {
        let subject = name(&[("O", "nhs"), ("OU", "Devices"), ("CN", PROXY)])?;
        let content = Content {
            subject: &subject,
            key: &self.key.clone(),
            serial: Serial::random(16)?,
            validity: around(at, Span::new().hours(1), Span::new().years(1))?,
            extensions: vec![
                extension::used_as(Usage::Both)?,
                extension::alternative_name(PROXY)?,
            ],
        };
        let itself = Authority::self_signed(self.key.clone(), content, Digest::Sha256)?;
        Ok(Shown {
            chain: vec![itself.certificate],
            key: self.key.clone(),
        })
    }

    /// A leaf for the proxy's name under CAs of these names, which are nobody's.
    fn under(&self, [root, sub]: &[X509Name; 2], at: Timestamp) -> Result<Shown> {
        let g2 = self.lab.generation("g2")?;
        let keys = rayon::join(|| rsa(2048), || rsa(2048));
        let (root_key, sub_key) = (keys.0?, keys.1?);
        let validity = around(at, Span::new().years(1), Span::new().years(4))?;
        let content = |subject, key, issuer| -> Made<Content<'_, Private>> {
            Ok(Content {
                subject,
                key,
                serial: Serial::random(16)?,
                validity,
                extensions: vec![
                    extension::signs_certificates_and_lists(true)?,
                    extension::ca(true, None)?,
                    extension::authority_key_id(issuer)?,
                    extension::subject_key_id(key)?,
                ],
            })
        };
        let root = Authority::self_signed(
            root_key.clone(),
            content(root, &root_key, &root_key)?,
            Digest::Sha256,
        )?;
        let certificate = root.sign(content(sub, &sub_key, &root_key)?, Digest::Sha256)?;
        let stranger = Generation {
            root,
            sub: Authority {
                certificate: certificate.clone(),
                key: sub_key,
            },
            ..g2.clone()
        };
        let leaf = stranger.issue(&leaf(None), &self.key, at, &self.lab.places)?;
        Ok(Shown {
            chain: vec![leaf, certificate],
            key: self.key.clone(),
        })
    }
}

/// What the proxy's own certificate is like under a fault.
fn leaf(fault: Option<Fault>) -> Leaf<'static> {
    let mut leaf = Leaf {
        name: PROXY,
        alternative_name: true,
        dates: Dates::Now,
        usage: Usage::Both,
        told_by: ToldBy::default(),
    };
    match fault {
        Some(Fault::TlsWrongName) => leaf.name = "another.lab.test",
        Some(Fault::TlsNameInCnOnly) => leaf.alternative_name = false,
        Some(Fault::TlsExpired) => leaf.dates = Dates::Expired,
        Some(Fault::TlsNotYetValid) => leaf.dates = Dates::NotYet,
        Some(Fault::TlsServerAuthMissing) => leaf.usage = Usage::Client,
        _ => {}
    }
    leaf
}

fn versions_and_ciphers(
    builder: &mut SslContextBuilder,
    fault: Option<Fault>,
) -> Result<(), openssl::error::ErrorStack> {
    match fault {
        Some(Fault::TlsOldVersion) => {
            builder.clear_options(SslOptions::NO_TLSV1 | SslOptions::NO_TLSV1_1);
            builder.set_min_proto_version(None)?;
            builder.set_max_proto_version(Some(SslVersion::TLS1_1))?;
            builder.set_cipher_list("ALL:@SECLEVEL=0")
        }
        Some(Fault::TlsNoCommonCipher) => {
            builder.set_max_proto_version(Some(SslVersion::TLS1_2))?;
            builder.set_cipher_list("NULL-SHA256:@SECLEVEL=0")
        }
        _ => builder.set_min_proto_version(Some(SslVersion::TLS1_2)),
    }
}

/// Demands a client certificate of these generations, and names their CAs.
fn ask(
    builder: &mut SslContextBuilder,
    clients: &[&Generation],
) -> Result<(), openssl::error::ErrorStack> {
    let mut trusted = X509StoreBuilder::new()?;
    let mut names = Stack::new()?;
    for generation in clients {
        for authority in [&generation.root, &generation.sub] {
            trusted.add_cert(authority.certificate.clone())?;
            names.push(authority.certificate.subject_name().to_owned()?)?;
        }
    }
    // Not the store that chains to send are completed from: what is left out is meant to be.
    builder.set_verify_cert_store(trusted.build())?;
    builder.set_client_ca_list(names);
    builder.set_session_id_context(b"ptl lab")?;
    builder.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
    Ok(())
}

/// The names of the CAs of live, as the shipped profile pins them: root and sub.
fn live() -> Result<[X509Name; 2]> {
    let live = environment::find("live")?;
    let newest = live
        .generations
        .last()
        .and_then(|it| Some((&it.root, it.subs.first()?)));
    let Some((root, sub)) = newest else {
        return Err(Error::internal("the profile of live has no generation"));
    };
    Ok([parsed(&root.subject)?, parsed(&sub.subject)?])
}

/// The name of a profile's subject, `CN=a,OU=b`, in a certificate's order.
fn parsed(subject: &str) -> Made<X509Name> {
    let mut parts: Vec<_> = subject
        .split(',')
        .filter_map(|part| part.split_once('='))
        .collect();
    parts.reverse();
    name(&parts)
}

/// The CAs of a firewall that looks into TLS.
fn inspection() -> Made<[X509Name; 2]> {
    Ok([
        name(&[
            ("O", "Example Trust"),
            ("CN", "Example Trust Firewall Root"),
        ])?,
        name(&[
            ("O", "Example Trust"),
            ("CN", "Example Trust TLS Inspection"),
        ])?,
    ])
}
