//! The few OpenSSL calls that the crate lacks: the only file where `unsafe` may stand.
