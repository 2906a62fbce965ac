//! A revocation list, made field by field and signed in any way.

use openssl::{
    hash::MessageDigest,
    md::Md,
    md_ctx::MdCtx,
    pkey::{PKey, Private},
    rsa::Padding,
    sign::RsaPssSaltlen,
};

use super::der::{extension, sequence, tlv};

/// How a list is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signing {
    RsaMd5,
    RsaSha1,
    RsaSha256,
    RsaSha384,
    RsaSha512,
    Pss,
    EcdsaSha1,
    EcdsaSha256,
    EcdsaSha384,
    Ed25519,
}

impl Signing {
    /// The algorithm, as DER (RFC 3279, 4055, 5758, 8410).
    pub(crate) fn algorithm(self) -> Vec<u8> {
        let rsa = |last| {
            let oid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, last];
            sequence(&[tlv(6, &oid), tlv(5, &[])])
        };
        let ecdsa = |end: &[u8]| {
            let oid = [&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4][..], end].concat();
            sequence(&[tlv(6, &oid)])
        };
        match self {
            Self::RsaMd5 => rsa(4),
            Self::RsaSha1 => rsa(5),
            Self::RsaSha256 => rsa(11),
            Self::RsaSha384 => rsa(12),
            Self::RsaSha512 => rsa(13),
            Self::Pss => {
                let sha256 = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
                let sha256 = sequence(&[tlv(6, &sha256), tlv(5, &[])]);
                let mgf1 = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8];
                let mgf1 = sequence(&[tlv(6, &mgf1), sha256.clone()]);
                let salt = tlv(2, &[32]);
                let pss = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
                let fields = [tlv(0xa0, &sha256), tlv(0xa1, &mgf1), tlv(0xa2, &salt)];
                sequence(&[tlv(6, &pss), sequence(&fields)])
            }
            Self::EcdsaSha1 => ecdsa(&[1]),
            Self::EcdsaSha256 => ecdsa(&[3, 2]),
            Self::EcdsaSha384 => ecdsa(&[3, 3]),
            Self::Ed25519 => sequence(&[tlv(6, &[0x2b, 0x65, 0x70])]),
        }
    }

    fn digest(self) -> Option<&'static openssl::md::MdRef> {
        match self {
            Self::RsaMd5 => Some(Md::md5()),
            Self::RsaSha1 | Self::EcdsaSha1 => Some(Md::sha1()),
            Self::RsaSha256 | Self::Pss | Self::EcdsaSha256 => Some(Md::sha256()),
            Self::RsaSha384 | Self::EcdsaSha384 => Some(Md::sha384()),
            Self::RsaSha512 => Some(Md::sha512()),
            Self::Ed25519 => None,
        }
    }

    fn sign(self, bytes: &[u8], key: &PKey<Private>) -> Vec<u8> {
        if self == Self::Pss {
            let digest = MessageDigest::sha256();
            let mut signer = openssl::sign::Signer::new(digest, key).unwrap();
            signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
            signer
                .set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)
                .unwrap();
            return signer.sign_oneshot_to_vec(bytes).unwrap();
        }
        let mut context = MdCtx::new().unwrap();
        context.digest_sign_init(self.digest(), key).unwrap();
        let mut signature = Vec::new();
        context.digest_sign_to_vec(bytes, &mut signature).unwrap();
        signature
    }
}

/// A moment: UTCTime of 13 characters, GeneralizedTime of 15.
pub(crate) type Time = &'static str;

fn time(time: Time) -> Vec<u8> {
    let tag = if time.len() == 13 { 0x17 } else { 0x18 };
    tlv(tag, time.as_bytes())
}

/// A list before it is signed, and by whom it will be.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) issuer: Vec<u8>,
    pub(crate) key: PKey<Private>,
    pub(crate) signing: Signing,
    /// Whether it says that it is of version 2, which extensions need.
    pub(crate) version: bool,
    pub(crate) this_update: Time,
    pub(crate) next_update: Option<Time>,
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) extensions: Vec<Vec<u8>>,
    pub(crate) damaged: bool,
}

impl Made {
    /// With an entry for this serial number.
    pub(crate) fn entry(mut self, serial: &[u8], extensions: &[Vec<u8>]) -> Self {
        self.entries.push(entry(serial, extensions));
        self
    }

    /// With an extension.
    pub(crate) fn with(mut self, extension: Vec<u8>) -> Self {
        self.extensions.push(extension);
        self
    }

    /// Between these moments.
    pub(crate) fn dates(mut self, this: Time, next: Option<Time>) -> Self {
        (self.this_update, self.next_update) = (this, next);
        self
    }

    /// With so many entries before its own that name nobody here, of 4 KB each.
    pub(crate) fn filled(&self, count: u32) -> Self {
        let fill = (0..count).map(|number| {
            let serial = [&[0x7e, 0x5a][..], &[0x11; 10], &number.to_be_bytes()].concat();
            entry(&serial, &[extension(98, false, &[0; 4000])])
        });
        Self {
            entries: fill.chain(self.entries.iter().cloned()).collect(),
            ..self.clone()
        }
    }

    /// With so many entries of other certificates.
    pub(crate) fn of(mut self, count: u32) -> Self {
        for number in 0..count {
            self = self.entry(&[&[0x7c][..], &number.to_be_bytes()].concat(), &[]);
        }
        self
    }

    /// As DER.
    pub(crate) fn der(&self) -> Vec<u8> {
        let version = match self.version {
            true => tlv(2, &[1]),
            false => Vec::new(),
        };
        let some = |objects: &[Vec<u8>]| match objects {
            [] => Vec::new(),
            _ => sequence(objects),
        };
        let extensions = match self.extensions.as_slice() {
            [] => Vec::new(),
            extensions => tlv(0xa0, &sequence(extensions)),
        };
        let signed = sequence(&[
            version,
            self.signing.algorithm(),
            self.issuer.clone(),
            time(self.this_update),
            self.next_update.map(time).unwrap_or_default(),
            some(&self.entries),
            extensions,
        ]);
        let mut signature = self.signing.sign(&signed, &self.key);
        if self.damaged {
            *signature.last_mut().unwrap() ^= 1;
        }
        let bits = tlv(3, &[&[0][..], &signature].concat());
        sequence(&[signed, self.signing.algorithm(), bits])
    }
}

fn entry(serial: &[u8], extensions: &[Vec<u8>]) -> Vec<u8> {
    let extensions = match extensions {
        [] => Vec::new(),
        _ => sequence(extensions),
    };
    sequence(&[tlv(2, serial), time("260201000000Z"), extensions])
}

/// Why an entry is there (RFC 5280, 5.3.1).
pub(crate) fn reason(code: u8) -> Vec<u8> {
    extension(21, false, &tlv(10, &[code]))
}

/// The number of a list.
pub(crate) fn number(number: u8) -> Vec<u8> {
    extension(20, false, &tlv(2, &[number]))
}

/// That a list holds what changed since the one of this number.
pub(crate) fn delta(base: u8) -> Vec<u8> {
    extension(27, true, &tlv(2, &[base]))
}

/// What a list covers: an issuing distribution point of these fields.
pub(crate) fn scope(fields: &[Vec<u8>]) -> Vec<u8> {
    extension(28, true, &sequence(fields))
}
