//! How revocation is told, who reads it how, and where the sources say different things.

use serde::Serialize;

use super::{
    Explanation, headline, labelled,
    point::{Conflict, Point, told},
};
use crate::environment::Environment;

/// The page that this project began with.
const TOOLKIT: &str = "Deployment Toolkit, Path to Live, step 5 (18 June 2021)";

/// What holds for every environment.
static POINTS: &[Point] = &[
    Point {
        about: "which list",
        says: "Each certificate names its own: the lists are partitions (crlc2.crl, crlc7.crl, crlc4519.crl), and another partition says nothing of it. A job that fetches one fixed file goes on fetching that one when a peer renews. `ptl crl fetch` asks each certificate.",
        source: "certificates of INT and live, decoded; RFC 5280, 5.2.5",
        conflict: Some(Conflict {
            says: "The SubCA/RootCA will point to this URL: http://crl.nhs.uk/int/1c/crlc2.crl",
            source: TOOLKIT,
            right: "the certificate's own address: the page's is one partition of many",
        }),
    },
    Point {
        about: "every CA",
        says: "Who checks the whole chain needs a list for every CA in it, the root's too (an ARL): without one everybody is refused (nginx and HAProxy by any list, Apache by `SSLCARevocationCheck chain`, curl by --crlfile). `ptl bundle` refuses an incomplete set.",
        source: "OpenSSL, X509_V_FLAG_CRL_CHECK_ALL; nginx.org pull request 188; curl(1)",
        conflict: None,
    },
    Point {
        about: "weekly job",
        says: "A list past its next update says nothing, and servers refuse everybody by it. The period of the job must be shorter than what is left of a list when it is fetched: `ptl crl status --every 7d` fails where it is not.",
        source: "RFC 5280, 5.1.2.5; how long the NHS's lists live, no source says",
        conflict: Some(Conflict {
            says: "it is acceptable to have a batch process which updates it on a longer schedule (we recommend once per week)",
            source: TOOLKIT,
            right: "both, as long as the list lives longer than the week: look at its own dates",
        }),
    },
    Point {
        about: "IIS, mode 2",
        says: "With CertCheckMode 2 IIS takes the list that is in its store and asks for no other; once that list has ended, the check fails and every client is refused.",
        source: "Deployment Toolkit, the same step: \"even if it has expired and in which case CRL verification will fail\"; Microsoft, HTTP_SERVICE_CONFIG_SSL_PARAM, DefaultCertCheckMode",
        conflict: Some(Conflict {
            says: "There is a way of setting IIS CRL to default to the cached file and use that even if the downloaded CRL expiry date is in the past.",
            source: TOOLKIT,
            right: "the first: mode 2 means no download, not no dates. Load a fresh list before the old one ends (`ptl bundle --for iis`), and drop what is in memory",
        }),
    },
    Point {
        about: "IIS, renewal",
        says: "A certificate that is bound anew in IIS Manager makes a new binding, whose revocation checking is back at its default (on, with download). CertCheckMode 1 and 0x10000 check nothing.",
        source: "blog.cpolydorou.net, December 2018; Microsoft, HTTP_SERVICE_CONFIG_SSL_PARAM",
        conflict: None,
    },
    Point {
        about: "Apache",
        says: "SSLCARevocationFile alone does nothing since 2.4: SSLCARevocationCheck chain as well.",
        source: "Apache, mod_ssl, SSLCARevocationCheck",
        conflict: None,
    },
    Point {
        about: "Java",
        says: "It checks nothing until it is told to: com.sun.net.ssl.checkRevocation, and com.sun.security.enableCRLDP where it is to ask the certificate's address.",
        source: "Java PKI Programmer's Guide, appendix B",
        conflict: None,
    },
    Point {
        about: "OCSP",
        says: "The G2 sub CAs name a responder, http://ocsp.nhs.uk/ocsp; where the lists of G2 leaves are, no source says. `ptl crl fetch` asks the responder as well, and keeps its answer.",
        source: "G2 sub CAs, decoded; RFC 6960",
        conflict: None,
    },
];

/// How revocation is told.
#[derive(Debug, Serialize)]
pub struct RevocationDocument {
    schema: u32,
    kind: &'static str,
    points: &'static [Point],
    generations: Vec<Line>,
}

/// How the lists of a generation are had.
#[derive(Debug, Serialize)]
struct Line {
    environment: String,
    generation: String,
    revocation: String,
}

impl RevocationDocument {
    /// What holds for all, and the generations of these environments.
    pub fn of(environments: &[Environment]) -> Self {
        let lines = environments.iter().flat_map(|environment| {
            let generations = environment.generations.iter();
            generations.map(|generation| Line {
                environment: environment.id.clone(),
                generation: generation.id.clone(),
                revocation: generation.revocation.clone(),
            })
        });
        Self {
            schema: 1,
            kind: "revocation",
            points: POINTS,
            generations: lines.collect(),
        }
    }
}

impl Explanation for RevocationDocument {
    fn text(&self, width: u16) -> String {
        let mut text = headline("Revocation: how it is told, and who reads it how");
        text += &told(self.points, width);
        text.push('\n');
        text += &headline("Where the lists of each generation are");
        let rows: Vec<_> = self
            .generations
            .iter()
            .map(|line| {
                (
                    format!("{} {}", line.environment, line.generation),
                    &line.revocation,
                )
            })
            .collect();
        let rows: Vec<_> = rows
            .iter()
            .map(|(label, says)| (label.as_str(), (*says).clone()))
            .collect();
        text + &labelled(&rows, width)
    }
}
