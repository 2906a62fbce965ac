//! This machine's own resolver, as every other program here uses it, and its hosts file.

use std::{
    net::{IpAddr, ToSocketAddrs},
    sync::Arc,
};

use hickory_resolver::{
    Hosts,
    proto::{
        op::Query,
        rr::{Name, RecordType},
    },
};
use tokio::{
    sync::Semaphore,
    task::spawn_blocking,
    time::{Instant, timeout_at},
};

use super::SystemAnswer;

/// How many names are looked up at a time: each holds a thread for as long as the resolver is silent.
const AT_A_TIME: usize = 64;

#[derive(Debug)]
pub(super) struct System {
    hosts: Option<Hosts>,
    threads: Arc<Semaphore>,
    deadline: Instant,
}

impl System {
    pub(super) fn new(deadline: Instant) -> Self {
        Self {
            hosts: Hosts::from_system().ok(),
            threads: Arc::new(Semaphore::new(AT_A_TIME)),
            deadline,
        }
    }

    /// What `getaddrinfo` says. A call cannot be stopped: one that overruns is left to end by itself.
    pub(super) async fn addresses(&self, name: &str) -> SystemAnswer {
        let Ok(Ok(thread)) =
            timeout_at(self.deadline, Arc::clone(&self.threads).acquire_owned()).await
        else {
            return SystemAnswer::Silent;
        };
        let name = name.to_owned();
        let lookup = spawn_blocking(move || {
            let _thread = thread;
            (name.as_str(), 0).to_socket_addrs().map(|found| {
                let mut addresses: Vec<IpAddr> = found.map(|address| address.ip()).collect();
                addresses.sort_unstable();
                addresses.dedup();
                addresses
            })
        });
        match timeout_at(self.deadline, lookup).await {
            Ok(Ok(Ok(addresses))) if !addresses.is_empty() => SystemAnswer::Found(addresses),
            Ok(_) => SystemAnswer::Nothing,
            Err(_) => SystemAnswer::Silent,
        }
    }

    /// The addresses that the hosts file gives a name.
    pub(super) fn hosts_file(&self, name: &str) -> Vec<IpAddr> {
        let (Some(hosts), Ok(name)) = (&self.hosts, Name::from_ascii(name)) else {
            return Vec::new();
        };
        [RecordType::A, RecordType::AAAA]
            .into_iter()
            .filter_map(|kind| hosts.lookup_static_host(&Query::query(name.clone(), kind)))
            .flat_map(|found| {
                let addresses: Vec<IpAddr> = found
                    .answers()
                    .iter()
                    .filter_map(|record| record.data.ip_addr())
                    .collect();
                addresses
            })
            .collect()
    }
}
