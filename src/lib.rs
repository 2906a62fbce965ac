//! `ptl` takes a supplier's engineer from "we have a product" to "it is live on Spine".
//!
//! The rooms, and the one direction in which they use each other:
//! `error < files < environment < config < openssl_ext < x509 < net < crl < trust < spine < check <
//! checks < survey < bundle < checklist < template < report < terminal < lab < cli < commands < main`.
//!
//! Data flows one way: a command resolves its install and environment, `survey` collects facts and
//! has `check` judge them by the tables in `checks`, and `report` prints what came out.

pub mod bundle;
pub mod check;
pub mod checklist;
pub mod checks;
pub mod cli;
pub mod commands;
pub mod config;
pub mod crl;
pub mod environment;
pub mod error;
pub mod files;
pub mod lab;
pub mod net;
pub mod openssl_ext;
pub mod report;
pub mod survey;
pub mod template;
pub mod terminal;
pub mod trust;
pub mod x509;
