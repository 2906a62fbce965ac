//! What is said of a running lab and of its faults.

use super::{
    authority::Digest,
    fault::Fault,
    folder::{Lab, PROFILE},
    generation::{Generation, Shape},
    places::{CERTIFICATES, CHECKIT, LISTS, MSG_OUT, NAMES, OCSP, PROXY},
};
use crate::report::lab::{LabFault, LabFaults, LabGeneration, LabServer, LabUp};

impl Lab {
    /// Its servers and CAs, as a document.
    pub fn document(&self) -> LabUp {
        let places = &self.places;
        let server =
            |what: &str, address: std::net::SocketAddr, names: &[&str], does: &str| LabServer {
                what: what.to_owned(),
                address: address.to_string(),
                names: names.iter().map(|name| (*name).to_owned()).collect(),
                does: does.to_owned(),
            };
        let known = format!(
            "Knows {} and no other name ({MSG_OUT}: nobody calls from there yet).",
            NAMES.join(", ")
        );
        let servers = vec![
            server("name server", places.dns(), &["UDP and TCP"], &known),
            server(
                "Spine proxy",
                places.proxy(),
                &[PROXY],
                "Demands a client certificate of any of the three generations; forwards nothing yet.",
            ),
            server(
                "downloads",
                places.downloads(),
                &[LISTS, CERTIFICATES, CHECKIT, OCSP],
                "Revocation lists, CA certificates and the old download page over HTTP, and OCSP for certificates of every CA.",
            ),
        ];
        LabUp::new(
            self.folder().display().to_string(),
            self.path(PROFILE).display().to_string(),
            servers,
            self.generations.iter().map(described).collect(),
        )
    }
}

fn described(generation: &Generation) -> LabGeneration {
    let shape = generation.shape;
    LabGeneration {
        id: shape.id.to_owned(),
        root: shape.root.to_owned(),
        sub: shape.sub.to_owned(),
        says: format!("{} signatures; {}.", signatures(shape), lists(shape)),
    }
}

fn signatures(shape: &Shape) -> &'static str {
    match shape.root_digest {
        Digest::Sha1 => "SHA-1",
        Digest::Sha256 => "SHA-256",
        Digest::Sha384 => "SHA-384 and SHA-256",
    }
}

fn lists(shape: &Shape) -> String {
    match shape.partitions {
        0 => "lists at a directory name, which nobody can ask, and on the old download page"
            .to_owned(),
        count => format!("lists over HTTP, in {count} partitions"),
    }
}

/// Every fault, as a document.
pub fn faults() -> LabFaults {
    let fault = |fault: &Fault| LabFault {
        fault: fault.word(),
        says: fault.says(),
        check: fault.check(),
        cause: fault.cause(),
    };
    LabFaults::new(Fault::ALL.iter().map(fault).collect())
}
