//! What a certificate's extensions say (RFC 5280, 4.2).

use std::net::IpAddr;

use x509_parser::{
    certificate::X509Certificate,
    extensions::{
        AuthorityInfoAccess, DistributionPointName, GeneralName, NameConstraints, ParsedExtension,
        PolicyInformation, SubjectAlternativeName,
    },
};

use super::{distinguished_name, hex};

/// Everything that the extensions say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// Who else is named; `None` without the extension.
    pub names: Option<AlternativeNames>,
    /// Whether it is a CA; `None` without the extension.
    pub basic_constraints: Option<BasicConstraints>,
    /// What the key may do; `None` without the extension: anything.
    pub key_usage: Option<KeyUsage>,
    /// What the certificate may be used for; `None` without the extension: anything.
    pub extended_key_usage: Option<ExtendedKeyUsage>,
    /// Subject key identifier, lower-case hex.
    pub subject_key_id: Option<String>,
    /// Key identifier of the authority key identifier, lower-case hex.
    pub authority_key_id: Option<String>,
    /// Where revocation lists are to be had.
    pub list_points: ListPoints,
    /// Where OCSP is answered.
    pub ocsp_urls: Vec<String>,
    /// Where the issuer's certificate can be downloaded.
    pub issuer_urls: Vec<String>,
    /// How many name constraints it has; `None` without the extension.
    pub name_constraints: Option<usize>,
    /// Whether a policy of it has a qualifier that RFC 5280, 4.2.1.4 does not define.
    pub unknown_qualifier: bool,
    /// Host names that it must not certify.
    pub excluded_dns: Vec<String>,
    /// Extensions that could not be read or that stand twice, each as its OID.
    pub unsound: Vec<String>,
    /// Extensions that are critical, each as its OID.
    pub critical: Vec<String>,
}

/// The subject's alternative names, by kind, as they stand in the certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlternativeNames {
    /// Host names; may begin with `*.`.
    pub dns: Vec<String>,
    /// Addresses.
    pub ip: Vec<IpAddr>,
    /// Mail addresses.
    pub email: Vec<String>,
    /// URIs.
    pub uri: Vec<String>,
    /// Everything else, as a word for its kind and its value where it has a textual one.
    pub other: Vec<String>,
    /// How many names cannot be read, as an address of five bytes.
    pub malformed: usize,
}

/// Basic constraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// Whether the extension is critical.
    pub critical: bool,
    /// Whether it is a CA.
    pub ca: bool,
    /// How many CAs that are not self-issued may follow.
    pub path_length: Option<u32>,
}

/// What the key may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUsage {
    /// Whether the extension is critical.
    pub critical: bool,
    /// The bits that are set, as in RFC 5280: bit 0 is `digitalSignature`.
    pub bits: u16,
}

impl KeyUsage {
    /// The bits' names, in their order (RFC 5280, 4.2.1.3).
    const NAMES: [&'static str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];

    /// Whether the bit of this name is set.
    pub fn allows(&self, name: &str) -> bool {
        self.names().any(|set| set == name)
    }

    /// The names of the bits that are set.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        Self::NAMES
            .iter()
            .enumerate()
            .filter(|(bit, _)| self.bits & (1 << bit) != 0)
            .map(|(_, name)| *name)
    }
}

/// What the certificate may be used for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtendedKeyUsage {
    /// Whether the extension is critical.
    pub critical: bool,
    /// Whether anything is allowed (`anyExtendedKeyUsage`).
    pub any: bool,
    /// Whether a TLS server may show it.
    pub server_auth: bool,
    /// Whether a TLS client may show it.
    pub client_auth: bool,
    /// Whether it may sign OCSP answers.
    pub ocsp_signing: bool,
    /// All other purposes, by name or OID.
    pub other: Vec<String>,
}

/// Where revocation lists are to be had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListPoints {
    /// URLs.
    pub urls: Vec<String>,
    /// Names of directory entries: they need a directory that no name leads to.
    pub directories: Vec<String>,
    /// The same names as DER.
    pub entries: Vec<Vec<u8>>,
    /// Whether a point is of a rare kind: relative to its issuer, another issuer's, or for some reasons alone.
    pub rare: bool,
}

impl ExtendedKeyUsage {
    /// Whether it names no purpose at all.
    pub fn is_empty(&self) -> bool {
        !(self.any || self.server_auth || self.client_auth || self.ocsp_signing)
            && self.other.is_empty()
    }
}

impl Extensions {
    pub(super) fn of(certificate: &X509Certificate<'_>) -> Self {
        let mut found = Self::default();
        let mut seen = Vec::new();
        for extension in certificate.extensions() {
            if seen.contains(&&extension.oid) {
                found.unsound.push(extension.oid.to_id_string());
            }
            seen.push(&extension.oid);
            if extension.critical {
                found.critical.push(extension.oid.to_id_string());
            }
            if extension.parsed_extension().error().is_some() {
                found.unsound.push(extension.oid.to_id_string());
            }
            found.add(extension.parsed_extension(), extension.critical);
        }
        found
    }

    fn add(&mut self, extension: &ParsedExtension<'_>, critical: bool) {
        match extension {
            ParsedExtension::SubjectAlternativeName(names) => {
                self.names = Some(AlternativeNames::of(names));
            }
            ParsedExtension::BasicConstraints(constraints) => {
                self.basic_constraints = Some(BasicConstraints {
                    critical,
                    ca: constraints.ca,
                    path_length: constraints.path_len_constraint,
                });
            }
            ParsedExtension::KeyUsage(usage) => {
                let bits = usage.flags;
                self.key_usage = Some(KeyUsage { critical, bits });
            }
            ParsedExtension::ExtendedKeyUsage(usage) => {
                self.extended_key_usage = Some(purposes(usage, critical));
            }
            ParsedExtension::SubjectKeyIdentifier(id) => self.subject_key_id = Some(hex(id.0)),
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                self.authority_key_id = id.key_identifier.as_ref().map(|id| hex(id.0));
            }
            ParsedExtension::CRLDistributionPoints(points) => {
                for point in points.iter() {
                    let elsewhere = point.reasons.is_some() || point.crl_issuer.is_some();
                    match &point.distribution_point {
                        Some(DistributionPointName::FullName(names)) => self.list_points.add(names),
                        _ => self.list_points.rare = true,
                    }
                    self.list_points.rare |= elsewhere;
                }
            }
            ParsedExtension::AuthorityInfoAccess(access) => self.add_access(access),
            ParsedExtension::CertificatePolicies(policies) => self.add_policies(policies),
            ParsedExtension::NameConstraints(constraints) => self.add_constraints(constraints),
            _ => {}
        }
    }

    fn add_policies(&mut self, policies: &[PolicyInformation<'_>]) {
        let qualifiers = policies
            .iter()
            .flat_map(|policy| policy.policy_qualifiers.iter().flatten());
        // Certification practice statement, and notice for the user.
        self.unknown_qualifier = qualifiers
            .map(|qualifier| qualifier.policy_qualifier_id.to_id_string())
            .any(|id| !matches!(id.as_str(), "1.3.6.1.5.5.7.2.1" | "1.3.6.1.5.5.7.2.2"));
    }

    fn add_constraints(&mut self, constraints: &NameConstraints<'_>) {
        let count = |trees: &Option<Vec<_>>| trees.as_ref().map_or(0, Vec::len);
        self.name_constraints =
            Some(count(&constraints.permitted_subtrees) + count(&constraints.excluded_subtrees));
        let excluded = constraints.excluded_subtrees.iter().flatten();
        self.excluded_dns
            .extend(excluded.filter_map(|tree| match tree.base {
                GeneralName::DNSName(name) => Some(name.to_owned()),
                _ => None,
            }));
    }

    fn add_access(&mut self, access: &AuthorityInfoAccess<'_>) {
        for description in access.iter() {
            let GeneralName::URI(url) = description.access_location else {
                continue;
            };
            match description.access_method.to_id_string().as_str() {
                "1.3.6.1.5.5.7.48.1" => self.ocsp_urls.push(url.to_owned()),
                "1.3.6.1.5.5.7.48.2" => self.issuer_urls.push(url.to_owned()),
                _ => {}
            }
        }
    }
}

fn purposes(
    usage: &x509_parser::extensions::ExtendedKeyUsage<'_>,
    critical: bool,
) -> ExtendedKeyUsage {
    let named = [
        (usage.code_signing, "codeSigning"),
        (usage.email_protection, "emailProtection"),
        (usage.time_stamping, "timeStamping"),
    ];
    let other = named
        .iter()
        .filter(|(set, _)| *set)
        .map(|(_, name)| (*name).to_owned())
        .chain(usage.other.iter().map(|oid| oid.to_id_string()))
        .collect();
    ExtendedKeyUsage {
        critical,
        any: usage.any,
        server_auth: usage.server_auth,
        client_auth: usage.client_auth,
        ocsp_signing: usage.ocsp_signing,
        other,
    }
}

impl ListPoints {
    fn add(&mut self, names: &[GeneralName<'_>]) {
        for name in names {
            match name {
                GeneralName::URI(url) => self.urls.push((*url).to_owned()),
                GeneralName::DirectoryName(name) => {
                    self.directories.push(distinguished_name::text(name));
                    self.entries.push(name.as_raw().to_vec());
                }
                _ => {}
            }
        }
    }
}

impl AlternativeNames {
    pub(super) fn of(extension: &SubjectAlternativeName<'_>) -> Self {
        let mut names = Self::default();
        for name in &extension.general_names {
            match name {
                GeneralName::DNSName(dns) => names.dns.push((*dns).to_owned()),
                GeneralName::IPAddress(bytes) => match address(bytes) {
                    Some(ip) => names.ip.push(ip),
                    None => names.malformed += 1,
                },
                GeneralName::RFC822Name(email) => names.email.push((*email).to_owned()),
                GeneralName::URI(uri) => names.uri.push((*uri).to_owned()),
                GeneralName::DirectoryName(name) => {
                    let text = distinguished_name::text(name);
                    names.other.push(format!("directory name {text}"));
                }
                GeneralName::OtherName(oid, _) => {
                    names
                        .other
                        .push(format!("other name {}", oid.to_id_string()));
                }
                GeneralName::RegisteredID(oid) => {
                    names
                        .other
                        .push(format!("registered id {}", oid.to_id_string()));
                }
                GeneralName::X400Address(_) => names.other.push("X.400 address".to_owned()),
                GeneralName::EDIPartyName(_) => names.other.push("EDI party name".to_owned()),
                GeneralName::Invalid(..) => names.malformed += 1,
            }
        }
        names
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}
