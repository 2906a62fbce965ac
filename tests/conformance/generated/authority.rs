//! Keys and certificates for lists: a root, CAs of every kind of key, and leaves that name lists in every way.

use std::sync::LazyLock;

use openssl::{
    asn1::{Asn1Object, Asn1OctetString, Asn1Time},
    bn::BigNum,
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{Id, PKey, Private},
    rsa::Rsa,
    x509::{X509, X509Builder, X509Extension, X509Name},
};

use super::{
    der::{name, sequence, tlv},
    list::{Made, Signing},
};

/// A CA: its certificate and its key.
#[derive(Clone)]
pub(crate) struct Authority {
    pub(crate) certificate: X509,
    pub(crate) key: PKey<Private>,
}

/// An extension of a certificate: its number under 2.5.29, whether it is critical, and its value as DER.
pub(crate) type Extension = (u8, bool, Vec<u8>);

/// Everybody who signs something here.
pub(crate) struct Authorities {
    pub(crate) root: Authority,
    /// With a key of a curve.
    pub(crate) ec: Authority,
    pub(crate) rsa: Authority,
    pub(crate) ed: Authority,
    /// Whose key usage does not let it sign lists.
    pub(crate) no_lists: Authority,
    /// Another of the name of `ec`.
    pub(crate) twin: Authority,
    /// Signs lists for `ec`, and nothing else.
    pub(crate) signer: Authority,
    /// As the signer, and its certificate names its own list.
    pub(crate) own_signer: Authority,
}

/// They are made once: a key of RSA takes its time.
pub(crate) static ALL: LazyLock<Authorities> = LazyLock::new(|| {
    const SIGNS: u8 = 0b0000_0110;
    let root = Authority::new("Lists Root", ec(), None, SIGNS, &[]);
    let under = |name: &str, key, usage| Authority::new(name, key, Some(&root), usage, &[]);
    let rsa = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let authority = under("EC CA", ec(), SIGNS);
    let entry = super::der::Point::Directory(name("Indirect"));
    let own = points_to("Own Signer", &[entry]);
    let signer = |name: &str, points: &[Extension]| {
        Authority::new(name, ec(), Some(&authority), 0b0000_0010, points)
    };
    Authorities {
        rsa: under("RSA CA", rsa, SIGNS),
        ed: under("Ed CA", PKey::generate_ed25519().unwrap(), SIGNS),
        no_lists: under("No Lists CA", ec(), 0b0000_0100),
        twin: under("EC CA", ec(), SIGNS),
        signer: signer("Signer", &[]),
        own_signer: signer("Own Signer", &[own]),
        ec: authority.clone(),
        root,
    }
});

pub(crate) fn ec() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

/// A distribution point of a certificate, whose list another signs (RFC 5280, 4.2.1.13).
pub(crate) fn points_to(signer: &str, names: &[super::der::Point]) -> Extension {
    let issuer = tlv(0xa2, &tlv(0xa4, &name(signer)));
    let names = match names {
        [] => Vec::new(),
        names => super::der::point(names),
    };
    (31, false, sequence(&[sequence(&[names, issuer])]))
}

impl Authority {
    fn new(
        common: &str,
        key: PKey<Private>,
        issuer: Option<&Self>,
        usage: u8,
        more: &[Extension],
    ) -> Self {
        let is_ca = usage & 0b100 != 0;
        let constraints = match is_ca {
            true => sequence(&[tlv(1, &[0xff])]),
            false => sequence(&[]),
        };
        let mut extensions = vec![
            (19, true, constraints),
            (15, true, tlv(3, &[usage.trailing_zeros() as u8, usage])),
        ];
        extensions.extend_from_slice(more);
        let serial = [0x10, common.len() as u8, common.as_bytes()[0]];
        let issuer = issuer.map(|issuer| (issuer.name(), &issuer.key));
        let certificate = certificate(common, &serial, &key, issuer, &extensions);
        Self { certificate, key }
    }

    /// A leaf with this serial number and these extensions besides.
    pub(crate) fn leaf(&self, serial: &[u8], more: &[Extension]) -> X509 {
        let mut extensions = vec![(19, false, sequence(&[])), (15, true, tlv(3, &[7, 0x80]))];
        extensions.extend_from_slice(more);
        let issuer = Some((self.name(), &self.key));
        certificate("Leaf", serial, &ALL.ec.key, issuer, &extensions)
    }

    /// A sub CA with this serial number.
    pub(crate) fn sub(&self, serial: &[u8]) -> X509 {
        let extensions = [
            (19, true, sequence(&[tlv(1, &[0xff])])),
            (15, true, tlv(3, &[1, 6])),
        ];
        let issuer = Some((self.name(), &self.key));
        certificate("Lower CA", serial, &ALL.twin.key, issuer, &extensions)
    }

    pub(crate) fn name(&self) -> Vec<u8> {
        self.certificate.subject_name().to_der().unwrap()
    }

    /// A list of this CA's that is in date, names nobody, and is number 5.
    pub(crate) fn list(&self) -> Made {
        let signing = match self.key.id() {
            Id::RSA => Signing::RsaSha256,
            Id::ED25519 => Signing::Ed25519,
            _ => Signing::EcdsaSha256,
        };
        Made {
            issuer: self.name(),
            key: self.key.clone(),
            signing,
            version: true,
            this_update: "260101000000Z",
            next_update: Some("270101000000Z"),
            entries: Vec::new(),
            extensions: vec![super::list::number(5)],
            damaged: false,
        }
    }
}

fn certificate(
    subject: &str,
    serial: &[u8],
    key: &PKey<Private>,
    issuer: Option<(Vec<u8>, &PKey<Private>)>,
    extensions: &[Extension],
) -> X509 {
    let own = name(subject);
    let (issuer, signer) = issuer.unwrap_or_else(|| (own.clone(), key));
    let mut builder = X509Builder::new().unwrap();
    builder.set_version(2).unwrap();
    let serial = BigNum::from_slice(serial).unwrap();
    builder
        .set_serial_number(&serial.to_asn1_integer().unwrap())
        .unwrap();
    let of = |der: &[u8]| X509Name::from_der(der).unwrap();
    builder.set_subject_name(&of(&own)).unwrap();
    builder.set_issuer_name(&of(&issuer)).unwrap();
    let day = |text| Asn1Time::from_str_x509(text).unwrap();
    builder.set_not_before(&day("20250101000000Z")).unwrap();
    builder.set_not_after(&day("20350101000000Z")).unwrap();
    builder.set_pubkey(key).unwrap();
    for (oid, critical, value) in extensions {
        let oid = Asn1Object::from_str(&format!("2.5.29.{oid}")).unwrap();
        let value = Asn1OctetString::new_from_bytes(value).unwrap();
        let extension = X509Extension::new_from_der(&oid, *critical, &value).unwrap();
        builder.append_extension(extension).unwrap();
    }
    let digest = match signer.id() {
        Id::ED25519 => MessageDigest::null(),
        _ => MessageDigest::sha256(),
    };
    builder.sign(signer, digest).unwrap();
    builder.build()
}
