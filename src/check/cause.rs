//! Why a check fails: a closed list, the same words in every format, `explain --causes` and the lab.

use std::fmt;

use serde::{Serialize, Serializer};

/// Declares the causes: variant, word, meaning.
macro_rules! causes {
    ($($variant:ident $word:literal $meaning:literal)*) => {
        /// Why a check failed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Cause { $(#[doc = $meaning] $variant,)* }

        impl Cause {
            /// Every cause, in the order of the path.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The cause's word, the same in every format.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it means, in one sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

causes! {
    DnsNxdomain "dns-nxdomain" "The resolver says that the name does not exist."
    DnsNoData "dns-no-data" "The name exists, but has no address."
    DnsServfail "dns-servfail" "The resolver could not get an answer itself (SERVFAIL)."
    DnsRefused "dns-refused" "The resolver refuses to answer us."
    DnsSilent "dns-silent" "The resolver does not answer."
    DnsBroken "dns-broken" "The resolver's answer cannot be used: damaged, cut off, or an error of another kind."
    DnsWrongAddress "dns-wrong-address" "The name's address is not one that was expected."
    DnsHostsFileDiffers "dns-hosts-file-differs" "This machine resolves the name otherwise than the name servers do, as by its hosts file."
    DnsAnswersDiffer "dns-answers-differ" "Two resolvers give different addresses for the name."
    NetUnreachable "net-unreachable" "This machine has no route to the address."
    HostUnreachable "host-unreachable" "A router or firewall said that the address cannot be reached."
    TcpRefused "tcp-refused" "The address answered that the port is shut: nothing listens there, or a firewall rejects."
    TcpSilent "tcp-silent" "Nothing came back from the address: a firewall drops, or the host is down."
    PortNotListening "port-not-listening" "Nothing listens on our own port."
    TlsClosedAfterHello "tls-closed-after-hello" "The connection was closed after our first message, without an answer."
    TlsSilent "tls-silent" "The port is open, but no TLS answer came in time."
    TlsPlainHttp "tls-plain-http" "The port speaks something other than TLS, as plain HTTP."
    TlsOldVersion "tls-old-version" "The other side speaks only a TLS version that is forbidden."
    TlsNoCommonCipher "tls-no-common-cipher" "The two sides share no cipher or parameters."
    TlsBroken "tls-broken" "What came in the handshake breaks the rules of TLS: damaged, too large or out of turn."
    TlsAlert "tls-alert" "The other side ended the handshake with an alert."
    TlsRefusesNoCertificate "tls-refuses-no-certificate" "The other side wants a client certificate, and none was shown."
    TlsRefusesOurCa "tls-refuses-our-ca" "The other side does not trust the CA of our certificate."
    TlsRefusesOurCertificate "tls-refuses-our-certificate" "The other side refuses our certificate: expired, revoked, or not of a kind that it takes."
    TlsClientCertNotAsked "tls-client-cert-not-asked" "The other side did not ask for a client certificate."
    TlsAcceptsOneGeneration "tls-accepts-one-generation" "The other side names the CAs of some required generations as acceptable, but not of all."
    TlsIntercepted "tls-intercepted" "Something on the way answered with a certificate of its own."
    TlsChainIncomplete "tls-chain-incomplete" "The other side did not send an intermediate certificate."
    TlsChainReversed "tls-chain-reversed" "Certificates were sent in the wrong order."
    TlsExtraRoot "tls-extra-root" "The root was sent along; it serves nothing there."
    HttpSilent "http-silent" "The port is open, but no answer to an HTTP request came in time."
    HttpBroken "http-broken" "What came is no HTTP answer."
    HttpStatus "http-status" "The server answered with a status that means failure."
    HttpNotACrl "http-not-a-crl" "The server answered, but what came is no revocation list, as an HTML page."
    CertificateExpired "certificate-expired" "A certificate is past its last day."
    CertificateNotYetValid "certificate-not-yet-valid" "A certificate's first day has not come."
    CertificateExpiresSoon "certificate-expires-soon" "A certificate's last day is near."
    OutlivesIssuer "outlives-issuer" "A certificate's issuer ends before it does."
    IssuerMissing "issuer-missing" "The issuer of a certificate was not found among those given."
    NoTrustedPath "no-trusted-path" "No path from the certificate reaches a trusted one."
    SelfSigned "self-signed" "The certificate signed itself, and is not trusted."
    BadSignature "bad-signature" "A signature does not fit its certificate or list."
    NotACa "not-a-ca" "A certificate that issued another is not a CA, or may not sign certificates."
    PathTooLong "path-too-long" "More intermediates stand in the path than a certificate or --depth allows."
    NameConstraint "name-constraint" "A name is not permitted by a CA's name constraints."
    UnknownCriticalExtension "unknown-critical-extension" "A critical extension is not understood, so the certificate must be refused."
    MalformedCertificate "malformed-certificate" "A certificate breaks the rules of its own form."
    PolicyRefused "policy-refused" "The certificate policies do not allow the path."
    Sha1Signature "sha1-signature" "A SHA-1 signature stands below the anchor."
    WeakSignature "weak-signature" "A signature uses a hash that is broken, as MD5."
    WeakKey "weak-key" "A key is too small, or of a kind that is not taken."
    WrongName "wrong-name" "The certificate does not name the host."
    NameInCnOnly "name-in-cn-only" "The host is named only in the common name, which some runtimes do not read."
    NameUnsound "name-unsound" "A name breaks the rules for names of this kind."
    ServerAuthMissing "server-auth-missing" "The certificate may not be used by a server."
    ClientAuthMissing "client-auth-missing" "The certificate may not be used by a client."
    WrongKeyUsage "wrong-key-usage" "The key usage does not allow what the certificate is for."
    KeyDoesNotFit "key-does-not-fit" "The private key is not the one of the certificate."
    KeyShared "key-shared" "One key serves more than one environment."
    KeyReadableByOthers "key-readable-by-others" "Others than the owner may read the private key."
    KeyInWorkTree "key-in-work-tree" "The private key lies where version control would take it along."
    WrongEnvironment "wrong-environment" "A certificate belongs to another environment."
    WrongGeneration "wrong-generation" "A certificate belongs to a generation that is not, or no longer, taken."
    GenerationMissing "generation-missing" "A certificate of a required generation is not there."
    CertificateDiffers "certificate-differs" "Another certificate is shown than the one that should be: by file, by record, or by another address."
    FingerprintDiffers "fingerprint-differs" "A certificate bears a pinned CA's name, but is not that certificate."
    OrderWrong "order-wrong" "Certificates of a file stand in the wrong order."
    Duplicate "duplicate" "The same certificate stands more than once."
    Unrelated "unrelated" "A certificate has nothing to do with the chain."
    Revoked "revoked" "A certificate is on its issuer's revocation list."
    CrlMissing "crl-missing" "No revocation list was found for a certificate's issuer."
    CrlExpired "crl-expired" "The revocation list is past its next update."
    CrlNotYetValid "crl-not-yet-valid" "The revocation list is from the future."
    CrlUnusable "crl-unusable" "The revocation list cannot be used: wrong signature, scope or form."
    AuthorityRevoked "authority-revoked" "A CA on the path is on its own issuer's revocation list."
    AuthorityListMissing "authority-list-missing" "The list that a CA is looked up in is not there: servers that check the whole chain refuse everybody."
    CrlNoAddress "crl-no-address" "A certificate names no list that can be asked for, as by a directory's entry alone."
    CrlNotFollowed "crl-not-followed" "The address of a list or responder is of a host that is not asked."
    CrlRedirected "crl-redirected" "The server of a list, or a responder, points elsewhere, which was not followed."
    CrlTooLarge "crl-too-large" "More came than any list or answer has, or than the list said that it has."
    CrlWrongIssuer "crl-wrong-issuer" "What came is another CA's list."
    CrlWrongScope "crl-wrong-scope" "The list covers other certificates: another partition, or another kind."
    CrlOlder "crl-older" "What came is older than the list that is kept already."
    CrlEndsTooSoon "crl-ends-too-soon" "The list ends before the next run of the job that fetches it."
    OcspMissing "ocsp-missing" "The responder gave no answer that speaks of the certificate."
    OcspUnauthorised "ocsp-unauthorised" "The answer's signature is not one of the issuer or of a responder that it named."
    OcspStale "ocsp-stale" "The responder's answer is past its next update, or begins only later."
    ProxyFailed "proxy-failed" "The proxy that the environment variables name did not open the way."
    CsrUnsound "csr-unsound" "The certificate request would be refused, or lead to a wrong certificate."
    PrivateKeyIncluded "private-key-included" "A private key stands in a file that is to be sent."
    EmailPresent "email-present" "The certificate request names an e-mail address, which must be left out."
    StockValues "stock-values" "The certificate request holds values that OpenSSL's stock configuration fills in."
    FileMissing "file-missing" "A file that the install names is not there."
    FileUnreadable "file-unreadable" "A file is there, but does not hold what it should."
    SettingMissing "setting-missing" "The install does not say something that is needed."
    SettingUnusual "setting-unusual" "A setting has an unusual form."
    WaiverEndsSoon "waiver-ends-soon" "A waiver's last day is near."
    WaiverEnded "waiver-ended" "A waiver's last day has passed."
    Superseded "superseded" "Something newer has taken its place."
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}
