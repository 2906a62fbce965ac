//! Why a BaRS supplier's road is another one, and what of ptl helps on it.

use serde::Serialize;

use super::{
    Explanation, headline,
    point::{Conflict, Point, told},
};

/// The guide's pages on environments, as they were kept in May 2025.
const ONBOARDING: &str =
    "BaRS guide, Onboarding (as kept in NHSDigital/IOPS-FHIR-Simplifier-Backup, 31 May 2025)";
const CERTIFICATES: &str =
    "BaRS guide, Certificates (as kept in NHSDigital/IOPS-FHIR-Simplifier-Backup, 31 May 2025)";

static POINTS: &[Point] = &[
    Point {
        about: "which one",
        says: "BaRS (Bookings and Referrals Standard) takes the place of Care Connect Booking, which was deprecated on 25 March 2022, to be retired within 12 to 18 months, and is open only to developments in flight. `service = \"booking\"` is Care Connect Booking.",
        source: "NHS Booking API, home page (nhsconnect/NHS-Booking-API, 25 April 2022)",
        conflict: None,
    },
    Point {
        about: "no HSCN",
        says: "BaRS is internet first and needs no HSCN: order none. The way to Spine, which `ptl check-firewall` looks at, is not yours.",
        source: ONBOARDING,
        conflict: None,
    },
    Point {
        about: "no SSP",
        says: "Messages go through the BaRS proxy of the API platform, not through the Spine proxy: no ASID pair on a data-sharing list, no Ssp- headers, no calls from msg-out. The BaRS proxy calls you from 35.197.254.55 and 35.246.55.143 in INT, from 34.89.0.111 and 34.89.69.6 in production.",
        source: ONBOARDING,
        conflict: None,
    },
    Point {
        about: "order",
        says: "Each environment is onboarded by itself, and the endpoint and certificate for production are given only after the Technical Conformance Certificate. The tool that tests you stands in INT (maitportal.testlab.nhs.uk).",
        source: ONBOARDING,
        conflict: None,
    },
    Point {
        about: "names",
        says: "BaRS-INT-ODS.SUPPLIER.thirdparty.nhs.uk in INT; BaRS-PROD-ODS.SUPPLIER.thirdparty.nhs.uk in production where the supplier hosts, BaRS-PROD-ODS.PROVIDER.nhs.uk where the provider does. Certificates are issued under nhs.uk alone.",
        source: ONBOARDING,
        conflict: None,
    },
    Point {
        about: "request",
        says: "The subject holds the common name alone, and no e-mail address. `ptl csr --fqdn NAME` makes such a request without an install, and `ptl csr lint FILE` looks at one.",
        source: ONBOARDING,
        conflict: None,
    },
    Point {
        about: "key",
        says: "The onboarding page names no size.",
        source: ONBOARDING,
        conflict: Some(Conflict {
            says: "RSA of 4096 bits at least, SHA-256",
            source: "BaRS Endpoint Catalogue, its requirements (2025)",
            right: "take 4096, which both allow: `ptl csr --fqdn NAME --bits 4096`. Certificates that were seen have 4096 in INT and 2048 in live",
        }),
    },
    Point {
        about: "who signs",
        says: "INT: itoc.supportdesk@nhs.net. Live: dir@nhs.net, which asks liveservices.gate@nhs.net before it signs. The certificate comes as text in the mail: save it from BEGIN to END.",
        source: ONBOARDING,
        conflict: None,
    },
    Point {
        about: "CAs",
        says: "The chains of INT and of live are separate, and the older INT chain was superseded on 4 June 2024: the pages' own links to certificates may be out of date, as they say. `ptl trust fetch --env int` has the pinned ones, and `ptl check-chain --cert FILE --trust FILE` needs no install.",
        source: CERTIFICATES,
        conflict: None,
    },
];

/// The other road.
#[derive(Debug, Serialize)]
pub struct BarsDocument {
    schema: u32,
    kind: &'static str,
    points: &'static [Point],
}

impl BarsDocument {
    /// All that is known of it here.
    pub fn all() -> Self {
        Self {
            schema: 1,
            kind: "bars",
            points: POINTS,
        }
    }
}

impl Explanation for BarsDocument {
    fn text(&self, width: u16) -> String {
        let title = "BaRS is another road: no HSCN, no Spine proxy, and no checklist here";
        headline(title) + &told(self.points, width)
    }
}
