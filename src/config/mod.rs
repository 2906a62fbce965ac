//! `ptl.toml`: the install, raw TOML checked into an [`Install`], all problems in one go with line and column.

mod fqdn;
pub mod fresh;
mod hosts;
mod read;
mod revocation;
mod rules;
mod section;
mod waiver;

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use jiff::civil::Date;

pub use fqdn::Fqdn;
pub use hosts::NAMEABLE;
pub use read::{FILE, SCHEMA, parse};
pub use revocation::{Policy, Revocation, Rule, duration_of};
pub use rules::name_server;
pub(crate) use section::kind_of;

use crate::environment::{Generation, Role, Standing};
pub use crate::files::Place;

/// One provider or consumer system on its way through all its environments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Install {
    /// The folder that holds `ptl.toml` and `checklist.toml`; paths in the file are relative to it.
    pub folder: PathBuf,
    /// The supplier's name.
    pub organisation: String,
    /// The supplier's ODS code.
    pub ods: String,
    /// The product's name.
    pub product: String,
    /// The product's version: the Technical Conformance Certificate is for one.
    pub product_version: String,
    /// Which side it is.
    pub role: Role,
    /// What is onboarded: `booking`, `gp-connect`.
    pub service: String,
    /// The environment where `--env` is not given.
    pub default_environment: String,
    /// What is known of the install in each environment, by id.
    pub environments: BTreeMap<String, Endpoint>,
    /// What the network here is like.
    pub network: Network,
    /// Where revocation lists are kept, and what is made of one that is missing.
    pub revocation: Revocation,
    /// Failures that somebody answers for.
    pub waivers: Vec<Waiver>,
    /// What is unusual in the file, but not wrong.
    pub warnings: Vec<Problem>,
}

/// The install in one environment. Every path is absolute or relative to the working directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// The registered name.
    pub fqdn: Option<String>,
    /// The accredited system id.
    pub asid: Option<String>,
    /// The party key.
    pub party_key: Option<String>,
    /// The private key's file.
    pub key: Option<PathBuf>,
    /// The issued certificate's file.
    pub certificate: Option<PathBuf>,
    /// The file of what is sent after the leaf: the sub CA.
    pub chain: Option<PathBuf>,
    /// Files of the trusted roots and sub CAs.
    pub trust: Vec<PathBuf>,
    /// The registered endpoint URL.
    pub endpoint: Option<String>,
    /// The address that outbound connections are seen from, after NAT.
    pub source_address: Option<IpAddr>,
    /// Generations that must be there, in place of the profile's dates.
    pub require: Option<Vec<String>>,
    /// Hosts and addresses that calls from Spine come from, where the profile does not know them.
    pub msg_out: Vec<String>,
    /// The name of the Spine proxy, where the profile does not know it.
    pub ssp: Option<String>,
    /// The name of the directory (LDAP) host, where the profile does not know it.
    pub sds: Option<String>,
    /// Names that the Spine proxy's client certificate may bear.
    pub ssp_client_names: Vec<String>,
}

impl Endpoint {
    /// A generation's standing by its dates, unless `require` says which ones there must be.
    pub fn in_force(&self, generation: &Generation, by_date: Standing) -> Standing {
        match &self.require {
            None => by_date,
            Some(required) if required.contains(&generation.id) => Standing::Required,
            Some(_) if by_date == Standing::Early => Standing::Early,
            Some(_) => Standing::Over,
        }
    }
}

/// What the network here is like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Whether this machine is on the health network; `None`: not said, so being off it is no failure.
    pub hscn: Option<bool>,
    /// Name servers to ask besides the system's and the profile's.
    pub resolvers: Vec<SocketAddr>,
}

/// Something about a file, at a place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// What is the matter, as a lowercase fragment.
    pub message: String,
}

/// A failure that somebody answers for until a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The check's id.
    pub check: String,
    /// Why it may fail.
    pub reason: String,
    /// Who answers for it.
    pub by: String,
    /// The last day on which it holds (UTC).
    pub until: Date,
}

#[cfg(test)]
mod tests;
