//! `ptl csr`.

use clap::Args;

/// Make a private key and a certificate request
#[derive(Args, Debug)]
pub struct CsrArgs {}
