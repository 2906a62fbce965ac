//! Why an OCSP answer says nothing of a certificate, in words.

use std::fmt;

use jiff::Timestamp;

use super::form::Word;

/// Why an OCSP answer says nothing of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// What came is a page for people.
    Page,
    /// What came is no OCSP answer: what is wrong with it.
    NoAnswer(String),
    /// The responder gave this word in place of an answer.
    Refused(Word),
    /// It speaks of other certificates.
    OtherCertificate,
    /// The responder does not know the certificate.
    Unknown,
    /// It says something critical that is not understood here.
    NotUnderstood,
    /// Whoever signed it, by this name, is not the issuer and sent no certificate.
    SignerMissing(String),
    /// Its signature does not fit the key of whom it names.
    BadSignature(String),
    /// It, or the certificate of whoever signed it, is signed with a hash that is broken.
    BrokenHash(String),
    /// Whoever signed it has no certificate of the issuer's.
    Stranger(String),
    /// Whoever signed it has a certificate of the issuer's that is not for signing OCSP answers.
    WithoutRight(String),
    /// The certificate of whoever signed it was not valid at this moment.
    SignerNotValid(String, Timestamp),
    /// OpenSSL refuses it, in its words.
    Engine(String),
    /// A newer one was due then.
    Ended(Timestamp),
    /// It does not say until when it holds, and was true at this moment.
    WithoutEnd(Timestamp),
    /// It begins only then.
    FromTheFuture(Timestamp),
    /// It says that a certificate is not revoked of which another answer, of this moment, says that it is, for good.
    TakenBack(Timestamp),
}

/// What kind of fault that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was said of the certificate.
    Missing,
    /// Something was said by somebody who has no right to say it.
    Unauthorised,
    /// Something was said that does not hold now.
    Stale,
}

impl Problem {
    /// What kind of fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Page
            | Self::NoAnswer(_)
            | Self::Refused(_)
            | Self::OtherCertificate
            | Self::Unknown
            | Self::NotUnderstood => Fault::Missing,
            Self::SignerMissing(_)
            | Self::BadSignature(_)
            | Self::BrokenHash(_)
            | Self::Stranger(_)
            | Self::WithoutRight(_)
            | Self::SignerNotValid(..)
            | Self::Engine(_) => Fault::Unauthorised,
            Self::Ended(_) | Self::WithoutEnd(_) | Self::FromTheFuture(_) | Self::TakenBack(_) => {
                Fault::Stale
            }
        }
    }

    /// What to do about it, as an imperative sentence.
    pub fn next(&self) -> &'static str {
        match self {
            Self::Page | Self::NoAnswer(_) => {
                "Look at what the address gives: a login page of the network, or a proxy, may answer in the responder's place."
            }
            Self::Refused(Word::TryLater | Word::InternalError) => "Ask again in an hour.",
            Self::Refused(_) => {
                "Ask the CA whether its responder answers for certificates of this kind; until then rely on its list."
            }
            Self::OtherCertificate => {
                "Ask again: a cache on the way may have given another certificate's answer."
            }
            Self::Unknown => {
                "Check that the responder is the one of the certificate's own issuer; if it is, ask the CA."
            }
            Self::NotUnderstood => "Rely on the CA's list, and report this answer to ptl.",
            Self::SignerMissing(_)
            | Self::BadSignature(_)
            | Self::BrokenHash(_)
            | Self::Stranger(_)
            | Self::WithoutRight(_)
            | Self::Engine(_) => {
                "Ask again; if it stays so, somebody else answers for the CA: ask the CA, and rely on its list."
            }
            Self::SignerNotValid(..) => {
                "Check this machine's clock (`timedatectl`); if it is right, ask again, then the CA."
            }
            Self::Ended(_) | Self::WithoutEnd(_) => {
                "Ask again: run the same `ptl crl fetch` once more."
            }
            Self::FromTheFuture(_) => {
                "Check this machine's clock (`timedatectl`); if it is right, ask the CA."
            }
            Self::TakenBack(_) => {
                "Ask the CA: what it revoked stays revoked, and somebody may send an old answer again; the one that is kept stays in use."
            }
        }
    }
}

impl fmt::Display for Problem {
    /// As a fragment, which follows the answer's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page => f.write_str("a page for people came in its place"),
            Self::NoAnswer(why) => write!(f, "what came is no OCSP answer: {why}"),
            Self::Refused(word) => {
                write!(f, "the responder gave none, but the word `{}`", word.word())
            }
            Self::OtherCertificate => f.write_str("it speaks of other certificates alone"),
            Self::Unknown => f.write_str("the responder does not know the certificate"),
            Self::NotUnderstood => f.write_str("it says something critical that is not understood"),
            Self::SignerMissing(name) => write!(
                f,
                "`{name}` signed it, who is not the issuer and sent no certificate"
            ),
            Self::BadSignature(name) => write!(f, "its signature does not fit the key of `{name}`"),
            Self::BrokenHash(algorithm) => {
                write!(f, "it is signed by {algorithm}, which anybody can imitate")
            }
            Self::Stranger(name) => write!(
                f,
                "`{name}` signed it, whose certificate the issuer did not sign"
            ),
            Self::WithoutRight(name) => write!(
                f,
                "`{name}` signed it, whose certificate is not for signing OCSP answers"
            ),
            Self::SignerNotValid(name, at) => write!(
                f,
                "`{name}` signed it, whose certificate was not valid on {}",
                at.strftime("%F %H:%MZ")
            ),
            Self::Engine(why) => write!(f, "OpenSSL refuses it: {why}"),
            Self::Ended(at) => write!(f, "a newer one was due on {}", at.strftime("%F %H:%MZ")),
            Self::WithoutEnd(at) => write!(
                f,
                "it does not say until when it holds, and is of {}",
                at.strftime("%F %H:%MZ")
            ),
            Self::FromTheFuture(at) => write!(f, "it begins only on {}", at.strftime("%F %H:%MZ")),
            Self::TakenBack(at) => write!(
                f,
                "it takes back what the one that is kept, of {}, says for good: the certificate is revoked",
                at.strftime("%F %H:%MZ")
            ),
        }
    }
}
