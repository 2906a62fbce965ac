//! The faults that a lab can be given, each with the check and the cause that must be found.

use std::{fmt, path::Path};

use super::places::{PROXY, WRONG_ADDRESS};
use crate::{
    check::{Cause, CheckId},
    error::{Error, Result, for_a_shell, nearest},
};

/// Declares the faults: variant, word, check, cause, what it is.
macro_rules! faults {
    ($($variant:ident $word:literal $check:literal $cause:ident $says:literal)*) => {
        /// One thing that is wrong in the lab.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Fault { $(#[doc = $says] $variant,)* }

        impl Fault {
            /// Every fault, in the order of the path.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its word, the same everywhere.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it is, in one sentence.
            pub fn says(self) -> &'static str {
                match self { $(Self::$variant => $says,)* }
            }

            /// The check that must find it.
            pub fn check(self) -> CheckId {
                match self { $(Self::$variant => CheckId($check),)* }
            }

            /// The cause that must be named.
            pub fn cause(self) -> Cause {
                match self { $(Self::$variant => Cause::$cause,)* }
            }
        }
    };
}

faults! {
    DnsNxdomain "dns-nxdomain" "DNS-001" DnsNxdomain "The name server says that the proxy's name does not exist."
    DnsNoData "dns-no-data" "DNS-001" DnsNoData "The name server knows the proxy's name, but no address of it."
    DnsServfail "dns-servfail" "DNS-001" DnsServfail "The name server cannot find out the proxy's address (SERVFAIL)."
    DnsRefused "dns-refused" "DNS-001" DnsRefused "The name server refuses to answer for the proxy's name."
    DnsSilent "dns-silent" "DNS-001" DnsSilent "The name server does not answer for the proxy's name."
    DnsWrongAddress "dns-wrong-address" "DNS-005" DnsWrongAddress "The name server gives the proxy another address than the profile."
    DnsHostsFileDiffers "dns-hosts-file-differs" "DNS-003" DnsHostsFileDiffers "The hosts file gives the proxy another address: yours to do, the line is printed."
    TcpRefused "tcp-refused" "TCP-002" TcpRefused "Nothing listens on the proxy's port."
    TcpSilent "tcp-silent" "TCP-002" TcpSilent "The proxy's port answers nothing, as behind a firewall that drops."
    TlsClosedAfterHello "tls-closed-after-hello" "TLS-001" TlsClosedAfterHello "The proxy closes the connection after the client's first message."
    TlsSilent "tls-silent" "TLS-001" TlsSilent "The proxy takes the connection and says nothing."
    TlsPlainHttp "tls-plain-http" "TLS-001" TlsPlainHttp "Plain HTTP is spoken on the proxy's port."
    TlsOldVersion "tls-old-version" "TLS-001" TlsOldVersion "The proxy speaks TLS 1.1 at most."
    TlsNoCommonCipher "tls-no-common-cipher" "TLS-001" TlsNoCommonCipher "The proxy takes only a cipher that nobody should offer."
    TlsChainIncomplete "tls-chain-incomplete" "TLS-007" TlsChainIncomplete "The proxy sends its certificate without the sub CA's."
    TlsChainReversed "tls-chain-reversed" "TLS-008" TlsChainReversed "The proxy sends the root before the sub CA."
    TlsExtraRoot "tls-extra-root" "TLS-009" TlsExtraRoot "The proxy sends the root along."
    TlsWrongName "tls-wrong-name" "TLS-011" WrongName "The proxy's certificate is for another name."
    TlsNameInCnOnly "tls-name-in-cn-only" "TLS-012" NameInCnOnly "The proxy's certificate has its name in the common name alone."
    TlsExpired "tls-expired" "TLS-013" CertificateExpired "The proxy's certificate ended yesterday."
    TlsNotYetValid "tls-not-yet-valid" "TLS-013" CertificateNotYetValid "The proxy's certificate begins in a month."
    TlsSelfSigned "tls-self-signed" "TLS-010" SelfSigned "The proxy's certificate signed itself."
    TlsWrongEnvironment "tls-wrong-environment" "TLS-010" WrongEnvironment "The proxy shows a certificate of a CA with the name of the live one."
    TlsIntercepted "tls-intercepted" "TLS-010" TlsIntercepted "A firewall that inspects TLS answers with a certificate of its own."
    TlsServerAuthMissing "tls-server-auth-missing" "TLS-014" ServerAuthMissing "The proxy's certificate is for clients alone."
    TlsWeakKey "tls-weak-key" "TLS-015" WeakKey "The proxy's key has 1024 bits."
    TlsSha1Chain "tls-sha1-chain" "TLS-016" Sha1Signature "The proxy shows a chain of the SHA-1 generation."
    TlsClientCertNotAsked "tls-client-cert-not-asked" "TLS-003" TlsClientCertNotAsked "The proxy asks for no client certificate."
    TlsAcceptsOneGeneration "tls-accepts-one-generation" "TLS-006" TlsAcceptsOneGeneration "The proxy names the CAs of G2 alone as acceptable."
    TlsRefusesOurCa "tls-refuses-our-ca" "TLS-004" TlsRefusesOurCa "The proxy knows the SHA-1 generation alone, and refuses a client of G2."
    TlsRefusesNoCertificate "tls-refuses-no-certificate" "TLS-004" TlsRefusesNoCertificate "The proxy says that no certificate came: what ends TLS before it did not pass ours on."
    CrlNotFound "crl-404" "REV-011" HttpStatus "The hosts of the lists answer 404."
    CrlHtmlPage "crl-html-page" "REV-012" HttpNotACrl "What comes for a list is a web page, with status 200."
    CrlExpired "crl-expired" "REV-015" CrlExpired "The lists ended yesterday."
    CrlNotYetValid "crl-not-yet-valid" "REV-015" CrlNotYetValid "The lists begin tomorrow."
    CrlWrongIssuer "crl-wrong-issuer" "REV-013" CrlWrongIssuer "What comes is the list of another CA."
    CrlWrongPartition "crl-wrong-partition" "REV-014" CrlWrongScope "What comes is the next partition of the same CA."
    CrlBadSignature "crl-bad-signature" "REV-013" BadSignature "One bit of the lists' signatures is wrong."
    CrlNumberGoesBack "crl-number-goes-back" "REV-016" CrlOlder "The lists are a day older than they were, with a lower number."
    CrlSlow "crl-slow" "REV-011" HttpSilent "The lists come, but by a byte in ten seconds."
    CrlEndless "crl-endless" "REV-011" CrlTooLarge "The lists have no end: zeros follow, for as long as they are taken."
    CrlRedirect "crl-redirect" "REV-011" CrlRedirected "The hosts of the lists point to another host, which has them."
    CrlArlMissing "crl-arl-missing" "REV-011" AuthorityListMissing "The roots' lists, which cover the sub CAs, answer 404."
    LeafRevoked "leaf-revoked" "REV-001" Revoked "The lists revoke every certificate that `ptl lab issue` signed."
    SubRevoked "sub-revoked" "REV-001" AuthorityRevoked "The roots' lists revoke the sub CAs."
    OcspUnauthorised "ocsp-unauthorised" "REV-021" OcspUnauthorised "The OCSP responder's certificate is of the right CA, and not for signing OCSP answers."
    OcspStale "ocsp-stale" "REV-022" OcspStale "The OCSP responder's answers ended yesterday."
}

/// The hosts file of the lab's folder that differs.
pub(super) const WRONG_HOSTS: &str = "hosts";

/// The word that clears every fault.
pub const NONE: &str = "none";

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl Fault {
    /// The commands that must find it.
    pub fn found_by(self) -> &'static str {
        match self.check().0 {
            "REV-001" => "`ptl crl fetch` and then `ptl check-chain`",
            id if id.starts_with("REV-") => "`ptl crl fetch`",
            _ => "`ptl check-firewall`",
        }
    }

    /// What is left to do by hand, as a sentence; empty for what the lab does itself.
    pub fn own_part(self, lab: &Path) -> String {
        match self {
            Self::DnsHostsFileDiffers => {}
            Self::CrlNumberGoesBack => {
                return " It shows where newer lists are kept: fetch them once while no fault is on.".to_owned();
            }
            _ => return String::new(),
        }
        let hosts = for_a_shell(&lab.join(WRONG_HOSTS));
        format!(
            " The lab may not change this machine's hosts file: add the line `{WRONG_ADDRESS} {PROXY}` yourself, or run ptl where another file stands in its place: unshare -rm sh -c 'mount --bind \"$0\" /etc/hosts && exec \"$@\"' {hosts} ptl check-firewall"
        )
    }

    /// The hosts file that differs.
    pub(super) fn wrong_hosts() -> String {
        format!("127.0.0.1 localhost\n{WRONG_ADDRESS} {PROXY}\n")
    }

    /// The fault of a word; nothing for `none`.
    ///
    /// # Errors
    /// Where there is no such fault.
    pub fn parse(word: &str) -> Result<Option<Self>> {
        if word == NONE {
            return Ok(None);
        }
        let found = Self::ALL.iter().copied().find(|fault| fault.word() == word);
        found.map(Some).ok_or_else(|| {
            let words = Self::ALL.iter().map(|fault| fault.word()).chain([NONE]);
            let hint = match nearest(word, words) {
                Some(guess) => {
                    format!("Did you mean `{guess}`? `ptl lab fault --list` names every one.")
                }
                None => "`ptl lab fault --list` names every one; `none` clears.".to_owned(),
            };
            Error::input(format!("there is no fault `{}`", word.escape_debug())).hint(hint)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks;

    #[test]
    fn each_fault_is_found_by_a_check_that_there_is() {
        for fault in Fault::ALL {
            let known = checks::all().iter().any(|meta| meta.id == fault.check());
            assert!(known, "{fault}: {}", fault.check());
            assert_eq!(Fault::parse(fault.word()).ok().flatten(), Some(*fault));
        }
        assert!(Fault::parse("tls-expird").is_err());
    }

    #[test]
    fn no_two_faults_share_check_and_cause() {
        for (place, fault) in Fault::ALL.iter().enumerate() {
            let twin = Fault::ALL[..place]
                .iter()
                .find(|other| (other.check(), other.cause()) == (fault.check(), fault.cause()));
            assert_eq!(twin, None, "{fault}");
        }
    }
}
