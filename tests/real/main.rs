//! `ptl` against real servers and a real kernel: nginx, Apache, dnsmasq, network namespaces.
//!
//! A server that is not installed fails its tests: `tests/run` installs what they need.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../cli/endpoint_install.rs"]
mod endpoint_install;
#[path = "../cli/loopback.rs"]
mod loopback;
#[path = "../cli/on_its_way.rs"]
mod on_its_way;
#[path = "../cli/pki.rs"]
mod pki;
#[path = "../cli/rehearsal_spine.rs"]
mod rehearsal_spine;
#[path = "../cli/support.rs"]
mod support;

mod bundle;
mod bundle_lists;
mod bundle_servers;
mod calendar;
mod dnsmasq;
mod endpoint;
mod keystore;
mod lab;
mod lab_list_flaws;
mod lab_lists;
mod lab_shape;
mod namespace;
mod nginx;
mod ocsp;
mod offline;
mod server;
mod web;
