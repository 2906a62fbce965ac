//! What a list says of a certificate: good, revoked or nothing, and why (RFC 5280, 6.3.3).

use jiff::{SignedDuration, Timestamp};
use openssl::x509::X509Name;

use super::{
    Gap,
    entry::Reason,
    extensions::{PointName, Scope},
    index::Found,
    scan::List,
    signature::Signature,
};
use crate::x509::{self, Certificate};

/// The moment that a list is judged by, and how long it is taken past its next update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// The moment.
    pub at: Timestamp,
    /// Nothing, unless the install says otherwise.
    pub grace: SignedDuration,
}

impl From<Timestamp> for When {
    fn from(at: Timestamp) -> Self {
        Self {
            at,
            grace: SignedDuration::ZERO,
        }
    }
}

/// What is known of a certificate's revocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// A list that covers it, holds now and is its issuer's does not name it.
    Good,
    /// Such a list names it.
    Revoked {
        /// Since when; nothing where the list's date cannot be read.
        since: Option<Timestamp>,
        /// Why, where the list says.
        reason: Option<Reason>,
    },
    /// It is not known.
    Undetermined(Gap),
}

impl Status {
    /// Whether a later list, or a delta to this one, may say otherwise.
    pub fn may_change(&self) -> bool {
        match self {
            Self::Good => true,
            Self::Revoked { reason, .. } => reason.is_some_and(Reason::is_hold),
            Self::Undetermined(_) => false,
        }
    }
}

/// What a list that was asked for a certificate comes to.
///
/// A list that its issuer signed and that names a certificate proves that it was revoked, however old the list is
/// and whatever it was made for, unless it is on hold alone; that a certificate is not named proves something only without a gap.
pub fn status(gap: Option<Gap>, found: Option<Found>) -> Status {
    let releases = found.and_then(|it| it.reason).is_some_and(Reason::releases);
    match (gap, found) {
        (None, Some(_)) if releases => Status::Undetermined(Gap::NotJudgedHere(
            "its entry releases the certificate, which only a delta may",
        )),
        // What is on hold may be released by a later list, and by whichever covers it.
        (Some(gap), Some(found)) if releases || found.reason.is_some_and(Reason::is_hold) => {
            Status::Undetermined(gap)
        }
        (
            None
            | Some(Gap::Ended(_) | Gap::FromTheFuture(_) | Gap::OutOfScope(_) | Gap::SerialAlone),
            Some(Found { since, reason }),
        ) => Status::Revoked { since, reason },
        (None, None) => Status::Good,
        (Some(gap), _) => Status::Undetermined(gap),
    }
}

/// Whether a list can say anything of a certificate of this issuer at a time, and if not, why.
///
/// What it says is then in its entries: naming the certificate, or not.
pub fn gap(
    list: &List,
    certificate: &Certificate,
    issuer: &Certificate,
    when: impl Into<When>,
) -> Option<Gap> {
    if certificate.extensions.list_points.rare {
        return Some(Gap::NotJudgedHere(
            "the certificate names a list of a rare kind",
        ));
    }
    kind_gap(list)
        .or_else(|| issuer_gap(list, certificate, issuer))
        .or_else(|| scope_gap(&list.extensions.scope, certificate))
        .or_else(|| date_gap(list, when.into()))
}

/// As [`gap`], of a serial number alone: only a list of everything can say that it is not on it.
pub fn gap_of_serial(list: &List, issuer: &Certificate, when: impl Into<When>) -> Option<Gap> {
    let scope = &list.extensions.scope;
    let is_partial = *scope != Scope::default();
    let partial = is_partial.then_some(Gap::SerialAlone);
    kind_gap(list)
        .or_else(|| signer_gap(list, issuer))
        .or(partial)
        .or_else(|| date_gap(list, when.into()))
}

/// What makes a list one of a kind that is not judged here, and that servers read only where they are told to.
pub fn kind_gap(list: &List) -> Option<Gap> {
    let extensions = &list.extensions;
    let odd = [
        (
            extensions.is_delta,
            "it holds only what changed since another",
        ),
        (
            extensions.scope.indirect,
            "it holds entries of other issuers",
        ),
        (
            extensions.scope.some_reasons,
            "it covers some reasons alone",
        ),
        (
            extensions.scope.says_nothing,
            "its scope is there, and says nothing",
        ),
        (
            !extensions.unknown_critical.is_empty(),
            "a critical extension of it is not understood",
        ),
        (
            extensions.scope.only_attributes,
            "it covers attribute certificates alone, which are numbered by themselves",
        ),
        (list.odd_entries, "an entry of it says something critical"),
        (
            extensions.scope.points.contains(&PointName::Other),
            "its distribution point has a name of a rare kind",
        ),
    ];
    let (_, why) = odd.into_iter().find(|(is_odd, _)| *is_odd)?;
    Some(Gap::NotJudgedHere(why))
}

fn issuer_gap(list: &List, certificate: &Certificate, issuer: &Certificate) -> Option<Gap> {
    let is_its = x509::is_name(&list.issuer, certificate.x509().issuer_name());
    if !is_its {
        return Some(Gap::OtherIssuer);
    }
    // A CA may have a new key, and another CA the same name: which it is, the path to the signer says.
    let signed_both = || certificate.is_signed_by(issuer);
    signer_gap(list, issuer).or_else(|| {
        (!signed_both()).then_some(Gap::NotJudgedHere(
            "another key of that name signed the certificate",
        ))
    })
}

/// Whether a list is this issuer's, as its signature says.
pub fn signer_gap(list: &List, issuer: &Certificate) -> Option<Gap> {
    if !x509::is_name(&list.issuer, issuer.x509().subject_name()) {
        return Some(Gap::OtherIssuer);
    }
    let usage = issuer.extensions.key_usage.as_ref();
    if usage.is_some_and(|usage| !usage.allows("cRLSign")) {
        return Some(Gap::MayNotSign);
    }
    match list.signature {
        Signature::Fits if list.algorithm.starts_with("md") => Some(Gap::WeakHash),
        Signature::Fits => None,
        Signature::DoesNotFit => Some(Gap::BadSignature),
        Signature::NotTried => Some(Gap::SignatureUnknown(list.algorithm.clone())),
    }
}

/// Whether a list covers a certificate (RFC 5280, 6.3.3 (b)(2)).
fn scope_gap(scope: &Scope, certificate: &Certificate) -> Option<Gap> {
    let out = |why: &str| Some(Gap::OutOfScope(why.to_owned()));
    if scope.only_leaves && certificate.is_ca() {
        return out("it covers no CAs");
    }
    if scope.only_authorities && !certificate.is_ca() {
        return out("it covers CAs alone");
    }
    if !scope.is_partition {
        return None;
    }
    let points = &certificate.extensions.list_points;
    let shared = scope.points.iter().any(|point| match point {
        PointName::Url(url) => points.urls.contains(url),
        PointName::Directory(entry) => points
            .entries
            .iter()
            .any(|other| is_same_entry(entry, other)),
        PointName::Other => false,
    });
    match shared {
        true => None,
        false => out(&format!(
            "it is the partition {}, and the certificate names {}",
            scope.names().join(", "),
            match (points.urls.as_slice(), points.directories.as_slice()) {
                ([], []) => "none".to_owned(),
                (urls, directories) => [urls, directories].concat().join(", "),
            }
        )),
    }
}

/// Whether two names of DER are one.
fn is_same_entry(one: &[u8], other: &[u8]) -> bool {
    X509Name::from_der(other).is_ok_and(|other| x509::is_name(one, &other))
}

fn date_gap(list: &List, when: When) -> Option<Gap> {
    // To the second, as OpenSSL counts it: by its last one the next list is there (5.1.2.5).
    let now = when.at.as_second();
    if list.this_update.as_second() > now {
        return Some(Gap::FromTheFuture(list.this_update));
    }
    let grace = when.grace.as_secs();
    let is_over = |next: &Timestamp| next.as_second().saturating_add(grace) <= now;
    list.next_update.filter(is_over).map(Gap::Ended)
}
