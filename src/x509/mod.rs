//! Certificates, keys, requests and paths.

pub mod key;
