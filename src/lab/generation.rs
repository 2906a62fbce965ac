//! The three generations of the lab, in the shapes of the real ones (as decoded from the CAs of INT).

use jiff::{Span, Timestamp, tz::TimeZone};
use openssl::{
    pkey::{PKey, Private},
    rsa::Rsa,
    x509::{X509Extension, X509Name},
};

use super::{
    Made,
    authority::{Authority, Content, Digest, Serial, Validity, name},
    extension::{self, ListPoint},
    places::{CERTIFICATES, LISTS, OCSP, Places},
    unmade,
};
use crate::error::Result;

/// What a generation looks like.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Its short name, as in the shipped profiles.
    pub(super) id: &'static str,
    /// The root's common name.
    pub(super) root: &'static str,
    /// The sub CA's common name.
    pub(super) sub: &'static str,
    /// What the root signs itself and the sub CA with.
    pub(super) root_digest: Digest,
    /// Size of the root's RSA key; the sub CA's has 2048 bits.
    pub(super) root_bits: u32,
    /// What the sub CA signs leaves and lists with.
    pub(super) digest: Digest,
    /// Whether its names hold `C=GB`, and its extensions are critical, as those of G2.
    pub(super) modern: bool,
    /// Bytes of a serial number.
    pub(super) serial: usize,
    /// The path of the root's list, which covers the sub CA.
    pub(super) root_list: &'static str,
    /// The path of the sub CA's lists: `#` is the number of the partition.
    pub(super) sub_list: &'static str,
    /// How many partitions there are; none where one whole list stands in a directory that nobody can ask.
    pub(super) partitions: u8,
}

/// Every generation, the oldest first.
pub(super) static SHAPES: [Shape; 3] = [
    Shape {
        id: "sha1",
        root: "Rehearsal RootCA",
        sub: "Rehearsal SubCA02",
        root_digest: Digest::Sha1,
        root_bits: 2048,
        digest: Digest::Sha1,
        modern: false,
        serial: 4,
        root_list: "sha1/root.crl",
        sub_list: "sha1/sub.crl",
        partitions: 0,
    },
    Shape {
        id: "sha2",
        root: "Rehearsal PTL Root Authority",
        sub: "Rehearsal INT Level 1C",
        root_digest: Digest::Sha256,
        root_bits: 2048,
        digest: Digest::Sha256,
        modern: false,
        serial: 4,
        root_list: "ptl/rootca/arla1.crl",
        sub_list: "int/1c/crlc#.crl",
        partitions: 3,
    },
    Shape {
        id: "g2",
        root: "Rehearsal PTL Root Authority G2",
        sub: "Rehearsal INT Authentication G2",
        root_digest: Digest::Sha384,
        root_bits: 4096,
        digest: Digest::Sha256,
        modern: true,
        serial: 16,
        root_list: "PTL/G2/root/PTLrootG2.crl",
        sub_list: "int/G2/auth/crlc#.crl",
        partitions: 3,
    },
];

/// The policy of endpoint certificates, and that of the sub CA (decoded from int.api.service.nhs.uk and G2).
const LEAF_POLICY: &str = "1.2.826.0.1275.101.0.3.1.1";
const SUB_POLICY: &str = "1.2.826.0.1275.101.0.3.2.0";

/// A generation of a lab: its CAs.
#[derive(Clone, Debug)]
pub(super) struct Generation {
    pub(super) shape: &'static Shape,
    pub(super) root: Authority,
    pub(super) sub: Authority,
}

impl Generation {
    /// Its CAs, each with the word that its files bear.
    pub(super) fn authorities(&self) -> [(&'static str, &Authority); 2] {
        [("root", &self.root), ("sub", &self.sub)]
    }
}

/// The keys of a generation: making them takes longest, and they are made side by side.
pub(super) fn keys(shape: &Shape) -> Made<(PKey<Private>, PKey<Private>)> {
    let (root, sub) = rayon::join(|| rsa(shape.root_bits), || rsa(2048));
    Ok((root?, sub?))
}

/// An RSA key of any size: also one that is too small.
pub(super) fn rsa(bits: u32) -> Made<PKey<Private>> {
    Rsa::generate(bits).and_then(PKey::from_rsa).map_err(unmade)
}

/// Years and days around a moment, to the whole second.
pub(super) fn around(at: Timestamp, back: Span, on: Span) -> Made<Validity> {
    let at = Timestamp::from_second(at.as_second()).map_err(unmade)?;
    let here = at.to_zoned(TimeZone::UTC);
    let moved = |span: Span| {
        let there = here.checked_add(span).map_err(unmade)?;
        Ok(there.timestamp())
    };
    Ok(Validity {
        from: moved(-back)?,
        until: moved(on)?,
    })
}

impl Shape {
    /// Which partition of the sub CA's lists covers a serial number; none where the list is whole.
    pub(super) fn partition(&self, serial: &[u8]) -> Option<u8> {
        let last = serial.last().copied().unwrap_or_default();
        last.checked_rem(self.partitions).map(|place| place + 1)
    }

    /// The path of the sub CA's list that has this partition.
    pub(super) fn sub_list_path(&self, partition: Option<u8>) -> String {
        let number = partition.map_or_else(String::new, |number| number.to_string());
        self.sub_list.replace('#', &number)
    }

    /// Every partition of the sub CA's lists.
    pub(super) fn all_partitions(&self) -> Vec<Option<u8>> {
        match self.partitions {
            0 => vec![None],
            count => (1..=count).map(Some).collect(),
        }
    }

    /// The paths of all lists: the root's, then the sub CA's.
    pub(super) fn lists(&self) -> impl Iterator<Item = String> {
        let of_sub = self.all_partitions().into_iter();
        let of_sub = of_sub.map(|partition| self.sub_list_path(partition));
        std::iter::once(self.root_list.to_owned()).chain(of_sub)
    }

    fn subject(&self, common_name: &str) -> Made<X509Name> {
        let mut parts = vec![("O", "nhs"), ("OU", "CA"), ("CN", common_name)];
        if self.modern {
            parts.insert(0, ("C", "GB"));
        }
        name(&parts)
    }

    /// Where a list of this path is said to be.
    pub(super) fn point(&self, path: &str, places: &Places) -> Made<ListPoint> {
        if self.partitions > 0 {
            return Ok(ListPoint::Url(places.url(LISTS, path)));
        }
        let directory = name(&[
            ("O", "nhs"),
            ("OU", "CA"),
            ("CN", self.root),
            ("CN", "CRL1"),
        ])?;
        Ok(ListPoint::Directory(directory.to_der().map_err(unmade)?))
    }

    /// Where the certificate of a CA can be downloaded: of `root` or `sub`.
    pub(super) fn certificate_path(&self, which: &str) -> String {
        format!("{}/{which}.crt", self.id)
    }

    /// Makes root and sub CA, five years old and valid for another fifteen and five.
    pub(super) fn make(
        &'static self,
        (root_key, sub_key): (PKey<Private>, PKey<Private>),
        at: Timestamp,
        places: &Places,
    ) -> Result<Generation> {
        let validity = around(at, Span::new().years(5), Span::new().years(15))?;
        let subject = self.subject(self.root)?;
        let content = Content {
            subject: &subject,
            key: &root_key.clone(),
            serial: Serial::random(self.serial)?,
            validity,
            extensions: self.root_extensions(&root_key, validity, places)?,
        };
        let root = Authority::self_signed(root_key, content, self.root_digest)?;
        let subject = self.subject(self.sub)?;
        let content = Content {
            subject: &subject,
            key: &sub_key,
            serial: Serial::random(self.serial)?,
            validity: around(at, Span::new().years(5), Span::new().years(5))?,
            extensions: self.sub_extensions(&sub_key, &root, places)?,
        };
        let certificate = root.sign(content, self.root_digest)?;
        let sub = Authority {
            certificate,
            key: sub_key,
        };
        Ok(Generation {
            shape: self,
            root,
            sub,
        })
    }

    fn root_extensions(
        &self,
        key: &PKey<Private>,
        validity: Validity,
        places: &Places,
    ) -> Made<Vec<X509Extension>> {
        let mut extensions = vec![
            extension::signs_certificates_and_lists(self.modern)?,
            extension::ca(self.modern, None)?,
            extension::key_period(validity.from, validity.until)?,
            extension::authority_key_id(key)?,
            extension::subject_key_id(key)?,
        ];
        if self.partitions == 0 {
            extensions.push(extension::list_point(&self.point(self.root_list, places)?)?);
        }
        Ok(extensions)
    }

    fn sub_extensions(
        &self,
        key: &PKey<Private>,
        root: &Authority,
        places: &Places,
    ) -> Made<Vec<X509Extension>> {
        let mut extensions = vec![
            extension::signs_certificates_and_lists(self.modern)?,
            extension::ca(self.modern, self.modern.then_some(1))?,
            extension::list_point(&self.point(self.root_list, places)?)?,
            extension::authority_key_id(&root.key)?,
            extension::subject_key_id(key)?,
        ];
        if self.modern {
            extensions.push(extension::policy(SUB_POLICY)?);
            extensions.push(extension::authority_access(
                &places.url(OCSP, "ocsp"),
                &places.url(CERTIFICATES, &self.certificate_path("root")),
            )?);
        }
        Ok(extensions)
    }

    /// The extensions of every leaf, but for its alternative name, its usage, and where its revocation is told.
    pub(super) fn leaf_extensions(&self, sub: &Authority) -> Made<Vec<X509Extension>> {
        Ok(vec![
            extension::signs_and_encrypts()?,
            extension::no_ca()?,
            extension::policy(LEAF_POLICY)?,
            extension::authority_key_id(&sub.key)?,
        ])
    }

    /// Where a leaf says that its list is.
    pub(super) fn leaf_list(&self, serial: &Serial, places: &Places) -> Made<X509Extension> {
        let list = self.sub_list_path(self.partition(&serial.0));
        extension::list_point(&self.point(&list, places)?)
    }

    /// Where a leaf says that OCSP is answered, and its issuer's certificate is.
    pub(super) fn leaf_access(&self, places: &Places) -> Made<X509Extension> {
        extension::authority_access(
            &places.url(OCSP, "ocsp"),
            &places.url(CERTIFICATES, &self.certificate_path("sub")),
        )
    }
}
