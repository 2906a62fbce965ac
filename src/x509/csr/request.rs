//! What a certificate request says.

use openssl::x509::X509Req;
use x509_parser::{
    certification_request::X509CertificationRequest, cri_attributes::ParsedCriAttribute,
    extensions::ParsedExtension, prelude::FromDer,
};

use crate::x509::{AlternativeNames, PublicKey, Signature, distinguished_name, key};

/// A certificate request (PKCS#10, RFC 2986). Names stand as they are in the file; reports escape them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Every attribute of the subject as short name and value, in its order: `("CN", "example.nhs.uk")`.
    pub subject: Vec<(String, String)>,
    /// The alternative names that are asked for; `None` without the extension.
    pub names: Option<AlternativeNames>,
    /// The PKCS#10 attributes besides the extensions, each by its name or OID. Never their values: a
    /// challenge password is a secret.
    pub attributes: Vec<String>,
    /// The public key.
    pub key: PublicKey,
    /// How the request was signed.
    pub signature: Signature,
    /// Whether the request's own key signed it.
    pub signature_fits: bool,
    /// SHA-256 of the DER SubjectPublicKeyInfo, lower-case hex; empty where OpenSSL cannot read the key.
    pub spki_sha256: String,
    pub(crate) der: Vec<u8>,
}

impl Request {
    /// Reads a request from exactly one DER object.
    ///
    /// # Errors
    /// What is wrong with it, as a fragment.
    pub fn from_der(der: &[u8]) -> Result<Self, String> {
        let (rest, parsed) = X509CertificationRequest::from_der(der)
            .map_err(|error| format!("its form breaks RFC 2986 ({error})"))?;
        if !rest.is_empty() {
            return Err(format!("{} bytes follow it", rest.len()));
        }
        let openssl = X509Req::from_der(der)
            .map_err(|_| "OpenSSL cannot read it as a certificate request".to_owned())?;
        let public = openssl.public_key().ok();
        let info = &parsed.certification_request_info;
        Ok(Self {
            subject: distinguished_name::parts(&info.subject),
            names: alternative_names(&parsed),
            attributes: other_attributes(&parsed),
            key: PublicKey::of(public.as_deref()),
            signature: Signature::of(&parsed.signature_algorithm),
            signature_fits: public
                .as_deref()
                .is_some_and(|key| openssl.verify(key).unwrap_or(false)),
            spki_sha256: public
                .and_then(|key| key::spki_sha256(&key).ok())
                .unwrap_or_default(),
            der: der.to_owned(),
        })
    }

    /// Its DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The values of the subject's attributes of a short name, as `CN`, in their order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.subject
            .iter()
            .filter(move |(short, _)| short == name)
            .map(|(_, value)| value.as_str())
    }
}

fn alternative_names(request: &X509CertificationRequest<'_>) -> Option<AlternativeNames> {
    request
        .requested_extensions()?
        .find_map(|extension| match extension {
            ParsedExtension::SubjectAlternativeName(names) => Some(AlternativeNames::of(names)),
            _ => None,
        })
}

fn other_attributes(request: &X509CertificationRequest<'_>) -> Vec<String> {
    request
        .certification_request_info
        .iter_attributes()
        .filter(|attribute| {
            !matches!(
                attribute.parsed_attribute(),
                ParsedCriAttribute::ExtensionRequest(_)
            )
        })
        .map(|attribute| named(&attribute.oid.to_id_string()))
        .collect()
}

fn named(oid: &str) -> String {
    match oid {
        "1.2.840.113549.1.9.2" => "unstructuredName",
        "1.2.840.113549.1.9.7" => "challengePassword",
        "1.2.840.113549.1.9.8" => "unstructuredAddress",
        // What Windows adds by itself.
        "1.3.6.1.4.1.311.13.2.3" => "Windows version",
        "1.3.6.1.4.1.311.13.2.2" => "Windows key provider",
        "1.3.6.1.4.1.311.21.20" => "Windows client",
        "1.3.6.1.4.1.311.2.1.14" => "Windows extensions",
        other => other,
    }
    .to_owned()
}
