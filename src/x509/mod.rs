//! Certificates, keys, requests and paths.
