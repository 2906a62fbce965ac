//! The hosts of an environment as an install knows them: `ptl.toml` may name what the profile does not.

use super::{Endpoint, FILE};
use crate::environment::{
    Confidence, Direction, Environment, Host, Network, Protocol, Provenance, Role, SERVICES,
};

/// The hosts that `ptl.toml` can name: purpose, port, and the roles that need them.
pub const NAMEABLE: &[(&str, u16, &[Role])] = &[
    ("ssp", 443, &[Role::Provider, Role::Consumer]),
    ("sds", 636, &[Role::Consumer]),
];

impl Endpoint {
    /// The profile's hosts; `ssp` and `sds` of `ptl.toml` stand in for the profile's, or are added where it has none.
    pub fn hosts(&self, environment: &Environment) -> Vec<Host> {
        let mut hosts = environment.hosts.clone();
        for (purpose, port, roles) in NAMEABLE {
            let name = match *purpose {
                "ssp" => self.ssp.as_deref(),
                _ => self.sds.as_deref(),
            };
            settle(&mut hosts, purpose, name, *port, roles);
        }
        hosts
    }
}

fn settle(hosts: &mut Vec<Host>, purpose: &str, name: Option<&str>, port: u16, roles: &[Role]) {
    let Some(name) = name else { return };
    // What the desk told the supplier weighs as much as an official page.
    let provenance = Provenance {
        source: FILE.to_owned(),
        confidence: Confidence::A,
        old: false,
        conflict: None,
    };
    // A host that no service needs is an alternative way, as the proxy over the internet: it stays.
    let known = hosts
        .iter_mut()
        .find(|host| host.purpose == purpose && !host.services.is_empty());
    if let Some(host) = known {
        if host.name.eq_ignore_ascii_case(name) {
            host.addresses_provenance = Some(host.addresses_provenance().clone());
        } else {
            host.addresses.clear();
            host.addresses_provenance = None;
        }
        host.name = name.to_owned();
        host.provenance = provenance;
        return;
    }
    hosts.push(Host {
        name: name.to_owned(),
        port,
        direction: Direction::Out,
        network: Network::Unknown,
        protocol: Protocol::MutualTls,
        purpose: purpose.to_owned(),
        path: None,
        services: SERVICES.iter().map(ToString::to_string).collect(),
        roles: roles.to_vec(),
        addresses: Vec::new(),
        addresses_provenance: None,
        note: None,
        provenance,
    });
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::environment::find;

    fn needed(environment: &str, endpoint: &Endpoint, role: Role) -> Vec<(String, u16)> {
        endpoint
            .hosts(&find(environment).unwrap())
            .into_iter()
            .filter(|host| host.purpose == "ssp" || host.purpose == "sds")
            .filter(|host| host.is_needed_by("booking", role))
            .map(|host| (host.name, host.port))
            .collect()
    }

    fn own() -> Endpoint {
        Endpoint {
            ssp: Some("proxy.own.nhs.uk".to_owned()),
            sds: Some("ldap.own.nhs.uk".to_owned()),
            ..Endpoint::default()
        }
    }

    #[test]
    fn what_the_install_names_stands_in_for_the_profiles() {
        let (ssp, sds) = (
            ("proxy.own.nhs.uk".to_owned(), 443),
            ("ldap.own.nhs.uk".to_owned(), 636),
        );
        let both = [ssp, sds];
        for environment in ["int", "live", "dep"] {
            assert_eq!(needed(environment, &own(), Role::Provider), both[..1]);
            assert_eq!(needed(environment, &own(), Role::Consumer), both);
        }
        assert_eq!(needed("dep", &Endpoint::default(), Role::Consumer), []);
    }

    #[test]
    fn another_name_has_none_of_the_profiles_addresses_and_doubts() {
        let int = find("int").unwrap();
        let hosts = own().hosts(&int);
        let sds = hosts.iter().find(|host| host.purpose == "sds").unwrap();
        assert!(sds.addresses.is_empty());
        assert!(sds.provenance.can_fail());
        // The proxy over the internet is another way, and stays.
        assert!(
            hosts
                .iter()
                .any(|host| host.name == "proxy.intspineservices.nhs.uk")
        );
        let same = Endpoint {
            sds: Some("LDAP.nis1.national.ncrs.nhs.uk".to_owned()),
            ..Endpoint::default()
        };
        let hosts = same.hosts(&int);
        let sds = hosts.iter().find(|host| host.purpose == "sds").unwrap();
        assert_eq!(sds.addresses.len(), 1);
    }
}
