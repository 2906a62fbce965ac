//! `ptl crl`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

/// Fetch revocation lists, look certificates up in them, and see how long they hold
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  ptl crl lookup leaf.pem --list crlc2.crl --issuer sub.pem
                              whether a certificate is revoked, since when, and why
  ptl crl lookup leaf.pem sub.pem --list crlc2.crl --list arla1.crl --issuer cas/
                              a whole chain, each in the list of its own issuer
  ptl crl lookup 3A:0F:77 --list all.crl --issuer sub.pem
                              a serial number, as a log shows it
  ptl crl fetch               the lists of the install's certificates, into its folder `crl`
  ptl crl fetch leaf.pem --issuer sub.pem --env int --out lists
                              those that a certificate names, without an install
  ptl crl fetch --connect proxy.int.spine2.ncrs.nhs.uk
                              that of the peer which answers there as well
  ptl crl fetch --list all.crl
                              a list that was had by hand, where the address gives none or an older one
  ptl crl status              what is kept, how long it holds, and where it came from
  ptl crl status lists/*.crl --issuer cas/ --every 7d
                              whether each list outlives a weekly job, for a job that warns

Exit: 0 all are good, 1 one is revoked, a list has ended, ends too early or cannot be used, or none of theirs came,
      2 a file is wrong, 3 of one it could not be found out. Lists that `fetch` proved are kept whatever became of others.")]
pub struct CrlArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: CrlCommand,
}

/// What to do with lists.
#[derive(Debug, Subcommand)]
pub enum CrlCommand {
    /// Say whether certificates are revoked, by these lists
    ///
    /// Good is only what a list says that its issuer signed, that covers the certificate, and that is in date; of lists
    /// that an install keeps, within the `grace` of its ptl.toml. A list of a million certificates takes a twentieth of a second and no more memory than a small one.
    Lookup(LookupArgs),
    /// Fetch the lists that certificates name, and keep those that prove to be theirs
    ///
    /// Without CERT the certificates are those of the install, root left out. A list takes the place of an older one only
    /// once its issuer's signature, its scope, dates and number are proven; what is there stays otherwise.
    Fetch(FetchArgs),
    /// Show what each list is, how long it holds, and whether it outlives the next run of the job that fetches it
    Status(StatusArgs),
}

/// For which certificates, and where to.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("whose").args(["certificates", "connect"]).multiple(true))]
pub struct FetchArgs {
    /// Files of certificates; without any, those that ptl.toml names
    #[arg(value_name = "CERT")]
    pub certificates: Vec<PathBuf>,
    /// The CAs that sign the lists; may be given again
    #[arg(long, value_name = "FILE|DIR", requires = "whose")]
    pub issuer: Vec<PathBuf>,
    /// The folder for the lists; that of ptl.toml if not said
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// A list that was had by hand, proven and kept as if it had been fetched, where the certificate's own address gives
    /// none or an older one; may be given again
    #[arg(long, value_name = "FILE")]
    pub list: Vec<PathBuf>,
    /// A peer that is asked for its certificate, whose list is then fetched as well; may be given again, and without an
    /// install where --issuer names its CAs
    #[arg(long, value_name = "HOST[:PORT]")]
    pub connect: Vec<String>,
    /// A host that may be asked besides those of the environment's profile; may be given again
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,
    /// How often an address that does not answer is asked again, later each time
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub retries: u32,
}

/// Which lists, and when they are fetched again.
#[derive(Args, Debug)]
pub struct StatusArgs {
    /// Revocation lists, DER of any size or PEM; without any, those that the install keeps
    #[arg(value_name = "FILE", conflicts_with = "cache")]
    pub lists: Vec<PathBuf>,
    /// Where the lists are.
    #[command(flatten)]
    pub kept: KeptArgs,
    /// How often the lists are fetched, as 24h or 7d: one that ends before the next time fails
    #[arg(long, value_name = "DURATION")]
    pub every: Option<String>,
}

/// What is looked up, and where.
#[derive(Args, Debug)]
pub struct LookupArgs {
    /// Files of certificates, or serial numbers as hex
    #[arg(value_name = "CERT|SERIAL", required = true)]
    pub wanted: Vec<String>,
    /// A revocation list, DER of any size or PEM; may be given again; without any, those that the install keeps
    #[arg(long, value_name = "FILE", conflicts_with = "cache")]
    pub list: Vec<PathBuf>,
    /// Where the lists are.
    #[command(flatten)]
    pub kept: KeptArgs,
}

/// Lists that `ptl crl fetch` keeps, and who signs lists.
#[derive(Args, Debug)]
pub struct KeptArgs {
    /// The folder that `ptl crl fetch` keeps lists in, without an install
    #[arg(long, value_name = "DIR", requires = "issuer")]
    pub cache: Option<PathBuf>,
    /// The CAs that sign the lists; may be given again
    #[arg(long, value_name = "FILE|DIR")]
    pub issuer: Vec<PathBuf>,
}
