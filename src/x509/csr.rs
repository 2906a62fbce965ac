//! Certificate requests: made by rcgen with an OpenSSL key behind it, and read.

mod renewal;
mod request;

use openssl::{
    hash::MessageDigest,
    pkey::{Id, PKey, Private},
    sign::Signer,
};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, PKCS_RSA_SHA256, PublicKeyData, SigningKey,
};

pub use renewal::Renewal;
pub use request::Request;

use crate::{
    config::Fqdn,
    error::{Error, Result},
    x509::key,
};

/// The smallest RSA key that is signed for (NIST SP 800-131A revision 2, section 3).
pub const SMALLEST_RSA: u32 = 2048;

/// A request for a name, as PEM: the subject is the common name alone, the signature RSA with SHA-256.
///
/// The alternative names are those given, and may be none. No other attribute, no e-mail address.
///
/// # Errors
/// Where the key is not RSA of at least [`SMALLEST_RSA`] bits.
pub fn make(key: &PKey<Private>, fqdn: &Fqdn, alternative_names: &[Fqdn]) -> Result<String> {
    let signer = OpensslKey::of(key)?;
    let failed = |error: rcgen::Error| {
        Error::internal("could not make the certificate request").because(error)
    };
    let names = alternative_names.iter().map(Fqdn::to_string);
    let mut params = CertificateParams::new(names.collect::<Vec<_>>()).map_err(failed)?;
    // rcgen's own default names itself.
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, fqdn.as_str());
    let request = params.serialize_request(&signer).map_err(failed)?;
    prove(request.der(), key)?;
    request.pem().map_err(failed)
}

/// Reads the request back before anybody relies on it.
fn prove(der: &[u8], key: &PKey<Private>) -> Result<()> {
    let digest = key::spki_sha256(key)?;
    match Request::from_der(der) {
        Ok(request) if request.signature_fits && request.spki_sha256 == digest => Ok(()),
        _ => Err(Error::internal(
            "the request that was made does not fit its key",
        )),
    }
}

/// An RSA key of OpenSSL, as rcgen wants it.
struct OpensslKey<'a> {
    key: &'a PKey<Private>,
    /// PKCS#1 `RSAPublicKey`: rcgen puts the algorithm around it.
    public: Vec<u8>,
}

impl<'a> OpensslKey<'a> {
    fn of(key: &'a PKey<Private>) -> Result<Self> {
        let refused = |what: String| {
            Error::input(format!("the key is {what}, and requests are made for RSA keys of at least {SMALLEST_RSA} bits"))
                .hint("Make a new pair: `ptl csr` without --from-key.")
        };
        if key.id() != Id::RSA {
            return Err(refused("no RSA key".to_owned()));
        }
        if key.bits() < SMALLEST_RSA {
            return Err(refused(format!("RSA of {} bits", key.bits())));
        }
        let public = key
            .rsa()
            .and_then(|rsa| rsa.public_key_to_der_pkcs1())
            .map_err(|error| Error::internal("could not encode the public key").because(error))?;
        Ok(Self { key, public })
    }
}

impl PublicKeyData for OpensslKey<'_> {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

impl SigningKey for OpensslKey<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Signer::new(MessageDigest::sha256(), self.key)
            .and_then(|mut signer| signer.sign_oneshot_to_vec(message))
            .map_err(|_| rcgen::Error::RemoteKeyError)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use openssl::rsa::Rsa;

    use super::*;
    use crate::x509::Hash;

    fn rsa(bits: u32) -> PKey<Private> {
        PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap()
    }

    #[test]
    fn a_request_holds_the_name_and_nothing_else() {
        let fqdn = Fqdn::parse("example.thirdparty.nhs.uk").unwrap();
        let key = rsa(2048);
        for alternative_names in [&[fqdn.clone()][..], &[]] {
            let pem = make(&key, &fqdn, alternative_names).unwrap();
            let der = openssl::x509::X509Req::from_pem(pem.as_bytes())
                .unwrap()
                .to_der()
                .unwrap();
            let request = Request::from_der(&der).unwrap();
            assert_eq!(request.subject, [("CN".to_owned(), fqdn.to_string())]);
            let names = (!alternative_names.is_empty()).then(|| vec![fqdn.to_string()]);
            assert_eq!(request.names.map(|names| names.dns), names);
            assert_eq!(request.signature.hash, Hash::Sha2);
            assert!(request.signature_fits && request.attributes.is_empty());
            assert_eq!(request.spki_sha256, key::spki_sha256(&key).unwrap());
        }
    }

    #[test]
    fn a_small_key_and_one_that_is_not_rsa_are_refused() {
        let fqdn = Fqdn::parse("example.thirdparty.nhs.uk").unwrap();
        let small = make(&rsa(1024), &fqdn, &[]).unwrap_err();
        assert!(small.to_string().contains("1024 bits"));
        let curve = make(&PKey::ec_gen("prime256v1").unwrap(), &fqdn, &[]).unwrap_err();
        assert!(curve.to_string().contains("no RSA key"));
    }
}
