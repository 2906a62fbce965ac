//! TLS handshakes: everything that the other side showed, whether it went through or not.
//!
//! Nothing is refused here for its certificate: verification is switched off by a callback, so that
//! the whole chain is seen, and `survey` has it judged.

mod attempt;
mod tap;

use std::time::Duration;

use openssl::{
    error::ErrorStack,
    pkey::{PKey, Private},
    ssl::{SslContext, SslContextBuilder, SslMethod, SslOptions, SslVerifyMode, SslVersion},
};

pub use attempt::{Request, Wishes, attempt};

use crate::{
    openssl_ext::Heard,
    x509::{Certificate, Hash, KeyAlgorithm},
};

/// Our own certificate for servers that ask for one.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The leaf.
    pub certificate: Certificate,
    /// What is sent after it.
    pub chain: Vec<Certificate>,
    /// Its private key.
    pub key: PKey<Private>,
}

impl Identity {
    /// The certificate whose key this is, with the others to be sent after it; `None` where it is none's.
    pub fn of(mut certificates: Vec<Certificate>, key: PKey<Private>) -> Option<Self> {
        let own = |it: &Certificate| {
            it.x509()
                .public_key()
                .is_ok_and(|public| public.public_eq(&key))
        };
        let certificate = certificates.remove(certificates.iter().position(own)?);
        // A root that is sent along serves nothing (RFC 8446, section 4.4.2).
        certificates.retain(|it| !it.is_self_signed());
        Some(Self {
            certificate,
            chain: certificates,
            key,
        })
    }

    /// Whether it stands below OpenSSL's usual level: a SHA-1 or MD5 signature, or a small RSA key.
    fn is_weak(&self) -> bool {
        std::iter::once(&self.certificate)
            .chain(&self.chain)
            .any(|it| {
                let small = it.key.algorithm == KeyAlgorithm::Rsa && it.key.bits < 2048;
                small || matches!(it.signature.hash, Hash::Sha1 | Hash::Md5)
            })
    }
}

/// How a handshake ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It went through.
    Done,
    /// The connection was closed or reset without a word of why.
    Closed,
    /// Nothing, or nothing more, came before the deadline.
    Silent,
    /// What came is not TLS: its first bytes.
    NotTls(Vec<u8>),
    /// The other side sent this alert.
    Alert(u8),
    /// We ended it ourselves for want of common ground, for this reason of OpenSSL's.
    Ours(String),
    /// What came breaks TLS's own rules (damaged, too large, out of turn), in OpenSSL's words.
    Broken(String),
    /// It could not be tried, for this reason.
    NotTried(String),
}

/// What came after a handshake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum After {
    /// Nobody waited for anything: no certificate was asked for, and no request was to be sent.
    #[default]
    NotWaited,
    /// Nothing came for a while: it waits for a request, or took ours and thinks.
    Quiet,
    /// The other side sent this alert.
    Alert(u8),
    /// It closed the connection without a word, before anything was asked.
    Closed,
    /// It closed the connection in good order (close_notify), or once it had our request.
    Ended,
    /// It answered our request, or spoke by itself: the first bytes.
    Answered(Vec<u8>),
}

/// When the other side asked for a client certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asked {
    /// Not in the handshake; nor later, as far as was waited.
    #[default]
    Never,
    /// In the handshake.
    InHandshake,
    /// Only once it had our request: TLS 1.2 by renegotiation, TLS 1.3 after the handshake.
    AfterRequest,
}

/// A CA's name, as a server lists those that it accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityName {
    /// The name, most specific part first.
    pub text: String,
    /// Its DER.
    pub der: Vec<u8>,
}

/// One handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// How it ended.
    pub end: End,
    /// What the other side was heard to say.
    pub heard: Heard,
    /// How many bytes came back in all.
    pub received: u64,
    /// The name that was sent as SNI; none for an address.
    pub server_name: Option<String>,
    /// The version agreed on, as `TLSv1.2`.
    pub version: Option<String>,
    /// The cipher agreed on, by OpenSSL's name.
    pub cipher: Option<String>,
    /// The chain presented, leaf first as it was sent, DER.
    pub chain: Vec<Vec<u8>>,
    /// When the server asked for a client certificate.
    pub asked: Asked,
    /// The CAs that the server says it accepts client certificates from.
    pub acceptable: Vec<AuthorityName>,
    /// Whether we had a certificate to show.
    pub had_identity: bool,
    /// Whether an HTTP request was sent.
    pub requested: bool,
    /// What came afterwards.
    pub after: After,
    /// How long the handshake took.
    pub took: Duration,
}

/// The handshake with an address, and a second one where the first failed for want of common ground.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// With TLS 1.2 or later, at OpenSSL's usual security level.
    pub first: Handshake,
    /// With every version and cipher that this OpenSSL has, so as to see what the other side wanted.
    pub second: Option<Handshake>,
}

impl Probe {
    /// The handshake that showed most: the second where it alone went through.
    pub fn best(&self) -> &Handshake {
        match &self.second {
            Some(second) if second.end == End::Done => second,
            _ => &self.first,
        }
    }
}

impl Handshake {
    /// A handshake that was not begun.
    pub fn not_tried(reason: impl Into<String>) -> Self {
        Self {
            end: End::NotTried(reason.into()),
            heard: Heard::default(),
            received: 0,
            server_name: None,
            version: None,
            cipher: None,
            chain: Vec::new(),
            asked: Asked::Never,
            acceptable: Vec::new(),
            had_identity: false,
            requested: false,
            after: After::NotWaited,
            took: Duration::ZERO,
        }
    }

    /// Whether another attempt with older versions and weaker ciphers may tell more.
    pub fn leaves_room(&self) -> bool {
        let common_ground = match &self.end {
            End::Closed => !self.heard.server_hello,
            // handshake_failure, illegal_parameter, protocol_version, insufficient_security,
            // internal_error, inappropriate_fallback (RFC 8446, section 6.2).
            End::Alert(code) => matches!(code, 40 | 47 | 70 | 71 | 80 | 86),
            End::Ours(_) => true,
            _ => false,
        };
        common_ground && !self.heard.certificate_request
    }
}

/// OpenSSL's usual security level since 3.2, set so that the system's library does the same: 112 bits.
const USUAL_LEVEL: u32 = 2;

/// How handshakes are made: one context for the first, one for the second.
pub struct Settings {
    strict: SslContext,
    lenient: SslContext,
    has_identity: bool,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("has_identity", &self.has_identity)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// With our own certificate, if there is one.
    ///
    /// # Errors
    /// Where OpenSSL does not take the certificate or its key.
    pub fn new(identity: Option<&Identity>) -> Result<Self, ErrorStack> {
        let strict = context(identity, false)?;
        let lenient = context(identity, true)?;
        Ok(Self {
            strict,
            lenient,
            has_identity: identity.is_some(),
        })
    }
}

fn context(identity: Option<&Identity>, lenient: bool) -> Result<SslContext, ErrorStack> {
    let mut builder = SslContext::builder(SslMethod::tls_client())?;
    builder.set_verify_callback(SslVerifyMode::PEER, |_ok, _store| true);
    if let Some(identity) = identity {
        show(&mut builder, identity)?;
    }
    if lenient {
        builder.set_security_level(0);
        builder.set_cipher_list("ALL:eNULL:@SECLEVEL=0")?;
        builder.set_min_proto_version(None)?;
        builder.clear_options(SslOptions::NO_TLSV1 | SslOptions::NO_TLSV1_1);
        builder.set_options(SslOptions::ALLOW_UNSAFE_LEGACY_RENEGOTIATION);
    } else {
        // OpenSSL neither loads nor shows a certificate of ours that is below the level.
        let ours_is_weak = identity.is_some_and(Identity::is_weak);
        builder.set_security_level(if ours_is_weak { 0 } else { USUAL_LEVEL });
        builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
    }
    Ok(builder.build())
}

/// Loads our certificate; the level is set afterwards.
fn show(builder: &mut SslContextBuilder, identity: &Identity) -> Result<(), ErrorStack> {
    builder.set_security_level(0);
    builder.set_certificate(identity.certificate.x509())?;
    for sent in &identity.chain {
        builder.add_extra_chain_cert(sent.x509().clone())?;
    }
    builder.set_private_key(&identity.key)
}
