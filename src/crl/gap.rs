//! Why a list says nothing of a certificate, in words.

use std::fmt;

use jiff::Timestamp;

/// Why a list says nothing of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// Another CA's list.
    OtherIssuer,
    /// The certificate of the list's issuer is not among those given.
    SignerMissing,
    /// Its signature is not of the certificate's issuer.
    BadSignature,
    /// It is signed with MD5: anybody can make two lists that have one (RFC 6151).
    WeakHash,
    /// Nobody could tell whose signature it has.
    SignatureUnknown(String),
    /// Its issuer's key usage does not let it sign lists.
    MayNotSign,
    /// It covers a part of its issuer's certificates, and a serial number does not say of which part it is.
    SerialAlone,
    /// It covers certificates of another kind, or another partition.
    OutOfScope(String),
    /// Its next update was due then.
    Ended(Timestamp),
    /// It begins then.
    FromTheFuture(Timestamp),
    /// It is of a kind that OpenSSL judges: delta, indirect, of some reasons, or with what is not understood.
    NotJudgedHere(&'static str),
}

impl Gap {
    /// What to do about it, as an imperative sentence.
    pub fn next(&self) -> &'static str {
        match self {
            Self::OtherIssuer => "Name the list of its own issuer with --list.",
            Self::SignerMissing => "Name the CA that signs the list with --issuer.",
            Self::BadSignature => {
                "Download the list anew; if it stays so, somebody made it up: ask the CA."
            }
            Self::WeakHash => "Ask the CA for a list that is signed with SHA-256.",
            Self::SignatureUnknown(_) | Self::NotJudgedHere(_) => {
                "Have OpenSSL judge it: `ptl check-chain --cert CERT --trust CAS --crl FILE`."
            }
            Self::MayNotSign => "Ask the CA for a list that a key for lists has signed.",
            Self::SerialAlone => "Name the certificate in place of its serial number.",
            Self::OutOfScope(_) => {
                "Fetch the list that the certificate itself names: `ptl crl fetch`, or without an install `ptl crl fetch CERT --issuer CA --out DIR`."
            }
            Self::Ended(_) => {
                "Fetch the list anew: `ptl crl fetch`, or without an install `ptl crl fetch CERT --issuer CA --out DIR`."
            }
            Self::FromTheFuture(_) => {
                "Check this machine's clock (`timedatectl`); if it is right, ask the CA."
            }
        }
    }
}

impl fmt::Display for Gap {
    /// As a fragment, which follows the list's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherIssuer => f.write_str("it is another CA's list"),
            Self::SignerMissing => f.write_str(
                "its issuer's certificate was not given, so its signature is not verified",
            ),
            Self::BadSignature => f.write_str("its signature does not fit its issuer's key"),
            Self::WeakHash => {
                f.write_str("it is signed with MD5, and anybody can make another list to that")
            }
            Self::SignatureUnknown(algorithm) => {
                write!(
                    f,
                    "its signature ({algorithm}) is of a kind that is not verified here"
                )
            }
            Self::MayNotSign => f.write_str("its issuer's key usage does not let it sign lists"),
            Self::SerialAlone => f.write_str(
                "it covers a part of its issuer's certificates, and the serial number alone does not say which",
            ),
            Self::OutOfScope(why) => f.write_str(why),
            Self::Ended(at) => write!(f, "the next one was due on {}", at.strftime("%F %H:%MZ")),
            Self::FromTheFuture(at) => write!(f, "it begins only on {}", at.strftime("%F %H:%MZ")),
            Self::NotJudgedHere(why) => f.write_str(why),
        }
    }
}
