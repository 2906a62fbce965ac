//! CAs, certificates and revocation lists, made by the `openssl` command: not by the code under test.

#![allow(
    dead_code,
    reason = "each test binary uses its own part of what is shared"
)]

#[path = "pki/aside.rs"]
mod aside;
#[path = "pki/lists.rs"]
mod lists;
#[path = "pki/namesake.rs"]
mod namesake;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, OnceLock, PoisonError},
};

/// The first moment of everything that is made here, unless it says otherwise.
pub(crate) const FROM: &str = "20200101000000Z";
/// The last moment of everything that is made here, unless it says otherwise.
pub(crate) const UNTIL: &str = "20400101000000Z";

/// The folder of this run under the target folder; those of earlier runs are removed.
pub(crate) fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pki");
        fs::create_dir_all(&all).unwrap();
        for old in fs::read_dir(&all).unwrap() {
            let old = old.unwrap().path();
            let process = Path::new("/proc").join(old.file_name().unwrap());
            if !process.exists() {
                let _ = fs::remove_dir_all(old);
            }
        }
        let mine = all.join(std::process::id().to_string());
        fs::create_dir_all(&mine).unwrap();
        mine
    })
}

/// Runs `openssl` and returns its stdout; a failure is the test's failure.
#[track_caller]
pub(crate) fn openssl(arguments: &[&str]) -> String {
    // `openssl ca` renames its database without a lock, and tests share a CA.
    static CA: Mutex<()> = Mutex::new(());
    let _one = (arguments.first() == Some(&"ca"))
        .then(|| CA.lock().unwrap_or_else(PoisonError::into_inner));
    let output = Command::new("openssl")
        .args(arguments)
        .output()
        .expect("the `openssl` command is installed");
    assert!(
        output.status.success(),
        "openssl {}\n{}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A certificate and its key, as files.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    /// PEM.
    pub(crate) certificate: PathBuf,
    /// PEM, PKCS#8, without a passphrase.
    pub(crate) key: PathBuf,
}

/// What a leaf is to be like.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    file: String,
    subject: String,
    extensions: String,
    digest: String,
    from: String,
    until: String,
    key: Option<PathBuf>,
}

impl Leaf {
    /// As the NHS issues them: `O=nhs, OU=Devices, CN=name`, both usages, SHA-256; with the name as SAN.
    ///
    /// `file` is its files' name without ending, and unique in the run.
    pub(crate) fn new(file: &str, name: &str) -> Self {
        Self {
            file: file.to_owned(),
            subject: format!("/O=nhs/OU=Devices/CN={name}"),
            extensions: format!(
                "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\n\
                 extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=DNS:{name}\n"
            ),
            digest: "sha256".to_owned(),
            from: FROM.to_owned(),
            until: UNTIL.to_owned(),
            key: None,
        }
    }

    /// Replaces the whole subject, as `/CN=a/O=b`.
    #[must_use]
    pub(crate) fn subject(mut self, subject: &str) -> Self {
        subject.clone_into(&mut self.subject);
        self
    }

    /// Replaces the extensions, one line each as in an OpenSSL config section.
    #[must_use]
    pub(crate) fn extensions(mut self, lines: &str) -> Self {
        lines.clone_into(&mut self.extensions);
        self
    }

    /// Adds extensions, one line each.
    #[must_use]
    pub(crate) fn and(mut self, lines: &str) -> Self {
        self.extensions += lines;
        self
    }

    /// Signs it with this hash.
    #[must_use]
    pub(crate) fn digest(mut self, digest: &str) -> Self {
        digest.clone_into(&mut self.digest);
        self
    }

    /// From when to when it is valid, as `20200101000000Z`.
    #[must_use]
    pub(crate) fn dates(mut self, from: &str, until: &str) -> Self {
        from.clone_into(&mut self.from);
        until.clone_into(&mut self.until);
        self
    }

    /// Takes a key that is there already: making one is slow.
    #[must_use]
    pub(crate) fn key(mut self, key: &Path) -> Self {
        self.key = Some(key.to_owned());
        self
    }
}

/// A CA with its own folder: key, certificate, and OpenSSL's database of what it issued.
#[derive(Clone, Debug)]
pub(crate) struct Authority {
    home: PathBuf,
    digest: String,
}

const CA_EXTENSIONS: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n\
                             subjectKeyIdentifier=hash\n";

impl Authority {
    /// A self-signed root. `name` is its common name and its folder's, and unique in the run.
    pub(crate) fn root(name: &str, digest: &str) -> Self {
        Self::root_until(name, digest, FROM, UNTIL)
    }

    /// A self-signed root with these dates.
    pub(crate) fn root_until(name: &str, digest: &str, from: &str, until: &str) -> Self {
        let ca = Self::prepare(name, digest);
        let request = ca.request("ca", &format!("/O=nhs/OU=CA/CN={name}"), None);
        ca.sign("ca", &request, CA_EXTENSIONS, digest, (from, until), true);
        ca
    }

    /// A CA under this one, signed with this one's hash.
    pub(crate) fn sub(&self, name: &str) -> Self {
        let sub = Self::prepare(name, &self.digest);
        let request = sub.request("ca", &format!("/O=nhs/OU=CA/CN={name}"), None);
        let extensions = format!("{CA_EXTENSIONS}authorityKeyIdentifier=keyid\n");
        self.sign(
            name,
            &request,
            &extensions,
            &self.digest,
            (FROM, UNTIL),
            false,
        );
        fs::copy(self.home.join(format!("{name}.pem")), sub.certificate()).unwrap();
        sub
    }

    /// A leaf under this CA.
    pub(crate) fn leaf(&self, leaf: &Leaf) -> Issued {
        let request = self.request(&leaf.file, &leaf.subject, leaf.key.as_deref());
        let dates = (leaf.from.as_str(), leaf.until.as_str());
        self.sign(
            &leaf.file,
            &request,
            &leaf.extensions,
            &leaf.digest,
            dates,
            false,
        );
        Issued {
            certificate: self.home.join(format!("{}.pem", leaf.file)),
            key: leaf
                .key
                .clone()
                .unwrap_or_else(|| self.home.join(format!("{}.key", leaf.file))),
        }
    }

    /// Its own certificate.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.home.join("ca.pem")
    }

    /// Its own key.
    pub(crate) fn key(&self) -> PathBuf {
        self.home.join("ca.key")
    }

    fn prepare(name: &str, digest: &str) -> Self {
        let home = folder().join(name.replace([' ', '/'], "-"));
        fs::create_dir(&home).expect("a CA's name is unique in the run");
        fs::write(home.join("index.txt"), "").unwrap();
        fs::write(home.join("crlnumber"), "01\n").unwrap();
        let config = format!(
            "[ca]\ndefault_ca=this\n[this]\ndatabase={0}/index.txt\nnew_certs_dir={0}\nrand_serial=yes\n\
             crlnumber={0}/crlnumber\ncertificate={0}/ca.pem\nprivate_key={0}/ca.key\ndefault_md={digest}\n\
             policy=any\nunique_subject=no\ncopy_extensions=none\ncrl_extensions=crl\n\
             [any]\ncountryName=optional\norganizationName=optional\norganizationalUnitName=optional\n\
             commonName=optional\nemailAddress=optional\n[crl]\nauthorityKeyIdentifier=keyid\n",
            home.display()
        );
        fs::write(home.join("ca.cnf"), config).unwrap();
        Self {
            home,
            digest: digest.to_owned(),
        }
    }

    /// A request in this CA's folder, with a new key unless one is given.
    fn request(&self, file: &str, subject: &str, key: Option<&Path>) -> PathBuf {
        let request = self.home.join(format!("{file}.csr"));
        let new = self.home.join(format!("{file}.key"));
        if key.is_none() {
            openssl(&[
                "genpkey",
                "-algorithm",
                "RSA",
                "-pkeyopt",
                "rsa_keygen_bits:2048",
                "-out",
                utf8(&new),
            ]);
        }
        openssl(&[
            "req",
            "-new",
            "-utf8",
            "-key",
            utf8(key.unwrap_or(&new)),
            "-subj",
            subject,
            "-out",
            utf8(&request),
        ]);
        request
    }

    fn sign(
        &self,
        file: &str,
        request: &Path,
        extensions: &str,
        digest: &str,
        (from, until): (&str, &str),
        itself: bool,
    ) {
        let config = self.home.join("ca.cnf");
        let section = self.home.join(format!("{file}.ext"));
        let out = self.home.join(format!("{file}.pem"));
        fs::write(&section, extensions).unwrap();
        let mut arguments = vec![
            "ca",
            "-config",
            utf8(&config),
            "-batch",
            "-notext",
            "-preserveDN",
            "-utf8",
            "-md",
            digest,
            "-startdate",
            from,
            "-enddate",
            until,
            "-extfile",
            utf8(&section),
            "-in",
            utf8(request),
            "-out",
            utf8(&out),
        ];
        if itself {
            arguments.push("-selfsign");
        }
        openssl(&arguments);
    }
}

/// A whole generation: root, sub CA, and a leaf for `example.thirdparty.nhs.uk`.
#[derive(Debug)]
pub(crate) struct Family {
    /// The root.
    pub(crate) root: Authority,
    /// The CA that signs endpoints.
    pub(crate) sub: Authority,
    /// An endpoint.
    pub(crate) leaf: Issued,
}

/// The name of the family's leaves.
pub(crate) const NAME: &str = "example.thirdparty.nhs.uk";

/// Writes a key under the passphrase `secret`, for its owner alone.
pub(crate) fn lock(key: &Path, to: &Path) {
    let arguments = [
        "pkey",
        "-aes256",
        "-passout",
        "pass:secret",
        "-in",
        utf8(key),
    ];
    openssl(&[&arguments[..], &["-out", utf8(to)]].concat());
    restrict(to);
}

/// Leaves a file to its owner alone.
pub(crate) fn restrict(file: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = file;
}

/// The SHA-256 family of this run.
pub(crate) fn sha256() -> &'static Family {
    static FAMILY: OnceLock<Family> = OnceLock::new();
    FAMILY.get_or_init(|| family("sha256"))
}

/// The SHA-1 family of this run: root, sub and leaf are all signed with SHA-1.
pub(crate) fn sha1() -> &'static Family {
    static FAMILY: OnceLock<Family> = OnceLock::new();
    FAMILY.get_or_init(|| family("sha1"))
}

fn family(digest: &str) -> Family {
    let root = Authority::root(&format!("Test Root {digest}"), digest);
    let sub = root.sub(&format!("Test Sub {digest}"));
    let leaf = sub.leaf(&Leaf::new("leaf", NAME).digest(digest));
    Family { root, sub, leaf }
}

fn utf8(path: &Path) -> &str {
    path.to_str().expect("the target folder's path is UTF-8")
}
