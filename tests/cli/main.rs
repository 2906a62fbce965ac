//! Drives the real `ptl`: exit code, stdout, stderr, and the files that it leaves behind.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod list_host;
mod loopback;
mod on_its_way;
mod pki;
#[cfg(unix)]
mod rehearsal_spine;
mod support;
#[cfg(unix)]
mod terminal;

#[cfg(unix)]
mod bundle;
mod bundle_lists;
mod bundle_lists_install;
#[cfg(unix)]
mod bundle_refuses;
mod bundle_renewal;
mod bundle_renewal_refuses;
mod chain_bad;
mod chain_contents;
mod chain_files;
mod chain_install;
mod chain_keys;
mod chain_large_lists;
mod chain_lists;
mod chain_paths;
mod chain_stores;
mod checklist;
mod checklist_board;
mod checklist_bundle;
mod checklist_evidence;
mod checklist_file;
mod checklist_gates;
mod checklist_history;
mod checklist_hostile;
mod checklist_lint;
mod checklist_report;
mod checklist_steps;
mod checklist_verify;
mod checklist_view;
#[cfg(unix)]
mod checklist_walk;
#[cfg(unix)]
mod checklist_walk_whole;
mod command_line;
mod config;
mod crl;
mod crl_fetch;
mod crl_fetch_again;
mod crl_fetch_peers;
mod crl_fetch_places;
mod crl_hints;
mod crl_index;
mod crl_responder;
mod crl_status;
mod csr;
mod csr_files;
mod csr_install;
mod csr_list;
mod csr_match;
mod csr_passphrase;
mod endpoint;
mod endpoint_install;
mod expiry;
mod explain;
mod firewall;
mod firewall_install;
mod firewall_names;
mod help;
mod hostile;
mod hostile_files;
mod init;
#[cfg(unix)]
mod init_asks;
mod install;
mod kill_csr;
mod kill_fetch;
mod kill_init;
mod kill_many;
mod kill_state;
#[cfg(unix)]
mod lab;
#[cfg(unix)]
mod lab_desk;
#[cfg(unix)]
mod lab_faults;
#[cfg(unix)]
mod lab_folder;
#[cfg(unix)]
mod lab_rehearsal;
#[cfg(unix)]
mod lab_revocation;
mod lint;
#[cfg(unix)]
mod ocsp;
mod parted;
mod peers;
mod preflight;
mod readme;
mod real_cas;
mod renewal;
mod revocation_install;
mod schemas;
mod trust_fetch;
mod trust_show;
mod trust_ways;
