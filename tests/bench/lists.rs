//! How long a list of 1,000,000 entries takes: read, verified and looked up; looked up by its index.

use std::{
    fs::{self, File},
    hint::black_box,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use openssl::{
    hash::{Hasher, MessageDigest},
    pkey::{PKey, Private},
    rsa::Rsa,
    sign::Signer,
    x509::X509,
};
use ptl::crl::{
    self, List, Signature,
    index::{Builder, Identity, Index, Known},
};

use super::{Ratio, chains::certificate};

const ENTRIES: u32 = 1_000_000;
const RUNS: usize = 5;
const LOOK_UPS: u32 = 10_000;

/// The list, its issuer, and a certificate of that issuer's that is not on it.
struct Scene {
    folder: tempfile::TempDir,
    key: PKey<Private>,
}

impl Scene {
    fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys: Vec<_> = (0..2)
            .map(|_| PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap())
            .collect();
        let root = certificate(0, "root", &keys[0], None, true);
        let leaf = certificate(1, "leaf", &keys[1], Some((&root, &keys[0])), false);
        let list = list(&root, &keys[0]);
        let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        write("root.pem", &root.to_pem().unwrap());
        write("leaf.pem", &leaf.to_pem().unwrap());
        write("list.crl", &list);
        let text = openssl::base64::encode_block(&list);
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(64)
            .map(|it| std::str::from_utf8(it).unwrap())
            .collect();
        let pem = format!(
            "-----BEGIN X509 CRL-----\n{}\n-----END X509 CRL-----\n",
            lines.join("\n")
        );
        write("list.pem", pem.as_bytes());
        Self {
            folder,
            key: keys[0].clone(),
        }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Reads and verifies the whole list, and looks for its last entry.
    fn scan(&self) -> Duration {
        let public = PKey::public_key_from_der(&self.key.public_key_to_der().unwrap()).unwrap();
        let wanted = serial(ENTRIES - 1);
        let started = Instant::now();
        let mut found = false;
        let file = File::open(self.path("list.crl")).unwrap();
        let list = crl::scan(file, Some(&public), |entry| found |= entry.serial == wanted).unwrap();
        let taken = started.elapsed();
        assert!(found && list.signature == Signature::Fits && list.entries == u64::from(ENTRIES));
        taken
    }

    fn openssl(&self) -> Duration {
        let mut command = Command::new("openssl");
        command
            .args(["verify", "-crl_check", "-CAfile"])
            .arg(self.path("root.pem"));
        command
            .arg("-CRLfile")
            .arg(self.path("list.pem"))
            .arg(self.path("leaf.pem"));
        command.stdout(Stdio::null());
        let started = Instant::now();
        assert!(command.status().unwrap().success());
        started.elapsed()
    }

    /// The whole program, on one list of the leaf's issuer: how long it takes, and how much memory in MB.
    fn program(&self, arguments: &[&str]) -> (Duration, f64) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ptl"));
        command.current_dir(self.folder.path()).args(arguments);
        let started = Instant::now();
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        let memory = peak_memory(child.id());
        assert!(child.wait().unwrap().success(), "{arguments:?}");
        (started.elapsed(), memory)
    }

    /// The usual time and the most memory of several runs of the whole program.
    fn programs(&self, arguments: &[&str]) -> (Duration, f64) {
        let runs: Vec<_> = (0..RUNS).map(|_| self.program(arguments)).collect();
        let taken = middle(runs.iter().map(|(taken, _)| *taken).collect());
        let memory = runs.iter().map(|(_, memory)| *memory).fold(0.0, f64::max);
        (taken, memory)
    }

    /// The floor: nothing can verify the list without hashing it.
    fn hash(&self) -> Duration {
        use std::io::Read;
        let started = Instant::now();
        let mut file = File::open(self.path("list.crl")).unwrap();
        let mut hasher = Hasher::new(MessageDigest::sha256()).unwrap();
        let mut buffer = vec![0; 256 * 1024];
        loop {
            match file.read(&mut buffer).unwrap() {
                0 => break,
                count => hasher.update(&buffer[..count]).unwrap(),
            }
        }
        black_box(hasher.finish().unwrap());
        started.elapsed()
    }

    fn index(&self) -> List {
        let file = File::open(self.path("list.crl")).unwrap();
        let identity = Identity::of(&file.metadata().unwrap());
        let mut builder = Builder::default();
        let list = crl::scan(file, None, |entry| builder.add(entry)).unwrap();
        let known = Known {
            list: list.clone(),
            signer: None,
            file: identity,
        };
        fs::write(self.path("list.idx"), builder.finish(&known).unwrap()).unwrap();
        list
    }

    fn open(&self) -> Index {
        Index::open(&self.path("list.idx"), &self.path("list.crl"))
            .unwrap()
            .unwrap()
    }
}

/// One list: verified against `openssl verify` and against hashing its bytes, then 10,000 look-ups by its index.
pub(crate) fn ratios() -> Vec<Ratio> {
    let scene = Scene::make();
    let (mut ours, mut theirs, mut floor) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.push(scene.scan());
        theirs.push(scene.openssl());
        floor.push(scene.hash());
    }
    let [ours, theirs, floor] = [ours, theirs, floor].map(middle);
    let look_up = ["crl", "lookup", "leaf.pem", "--list", "list.crl"];
    let look_up = [&look_up[..], &["--issuer", "root.pem"]].concat();
    let chain = ["check-chain", "--cert", "leaf.pem", "--trust", "root.pem"];
    let lists = ["--crl", "list.crl", "--revocation", "chain"];
    let chain = [&["--only", "PATH-*"][..], &chain, &lists].concat();
    scene.index();
    let many = middle((0..RUNS).map(|_| look_up_many(&scene)).collect());
    let mut ratios = vec![
        ratio(
            "1,000,000 entries verified / openssl verify",
            (ours, theirs),
            (0.05, 0.025),
        ),
        ratio(
            "1,000,000 entries verified / hashed",
            (ours, floor),
            (2.5, 2.0),
        ),
        ratio(
            "10,000 look-ups by the index / 50 ms",
            (many, Duration::from_millis(50)),
            (1.0, 0.4),
        ),
    ];
    for (name, arguments) in [("crl lookup", look_up), ("check-chain", chain)] {
        let (taken, memory) = scene.programs(&arguments);
        ratios.push(ratio(
            &format!("ptl {name}, 1,000,000 entries / openssl verify"),
            (taken, theirs),
            (0.05, 0.025),
        ));
        let name = format!("ptl {name}, 1,000,000 entries: memory / 64 MB");
        ratios.push(memory_ratio(name, memory, 64.0, 0.25));
    }
    ratios.extend(second_look_up(&scene));
    ratios
}

/// A look-up by a new process in a folder whose list was looked up in before.
fn second_look_up(scene: &Scene) -> [Ratio; 2] {
    fs::create_dir(scene.path("kept")).unwrap();
    fs::copy(scene.path("list.crl"), scene.path("kept/list.crl")).unwrap();
    let arguments = ["crl", "lookup", "leaf.pem", "--issuer", "root.pem"];
    let arguments = [&arguments[..], &["--cache", "kept"]].concat();
    // The first one reads the list, and leaves the index.
    scene.program(&arguments);
    assert!(scene.path("kept/list.index").exists());
    let (taken, memory) = scene.programs(&arguments);
    let name = "ptl crl lookup, the second: ";
    [
        ratio(
            &format!("{name}time / 10 ms"),
            (taken, Duration::from_millis(10)),
            (1.0, 0.5),
        ),
        memory_ratio(format!("{name}memory / 16 MB"), memory, 16.0, 1.0),
    ]
}

pub(super) fn memory_ratio(name: String, megabytes: f64, most: f64, aim: f64) -> Ratio {
    Ratio {
        name,
        value: megabytes / most,
        must: 1.0,
        aim,
        detail: format!("{megabytes:.1} MB at most"),
    }
}

/// The most memory that a process had in MB, asked for until it ends (proc(5): VmHWM).
pub(super) fn peak_memory(process: u32) -> f64 {
    let mut most = 0.0;
    // A process that has ended has no memory.
    while let Some(now) = memory(process) {
        most = now;
        std::thread::sleep(Duration::from_micros(200));
    }
    most
}

fn memory(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes / 1000.0)
}

fn look_up_many(scene: &Scene) -> Duration {
    let started = Instant::now();
    let mut index = scene.open();
    index.load().unwrap();
    let step = ENTRIES / LOOK_UPS * 2;
    for number in 0..LOOK_UPS {
        // Every other one is on the list.
        let found = index.look_up(&serial(number * step)).unwrap();
        assert_eq!(found.is_some(), number * step < ENTRIES);
    }
    started.elapsed()
}

pub(super) fn ratio(
    name: &str,
    (ours, theirs): (Duration, Duration),
    (must, aim): (f64, f64),
) -> Ratio {
    Ratio {
        name: name.to_owned(),
        value: ours.as_secs_f64() / theirs.as_secs_f64(),
        must,
        aim,
        detail: format!("{ours:.1?} / {theirs:.1?}"),
    }
}

pub(super) fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// A serial number of 16 bytes that says nothing of its place in the list.
fn serial(number: u32) -> Vec<u8> {
    let mixed = u128::from(number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    let mut bytes = mixed.to_be_bytes();
    bytes[0] = bytes[0] & 0x7f | 0x40;
    bytes.to_vec()
}

/// A list of 42 MB.
fn list(issuer: &X509, key: &PKey<Private>) -> Vec<u8> {
    list_of(ENTRIES, issuer, key)
}

/// A list of so many entries; half of them say why.
pub(super) fn list_of(entries: u32, issuer: &X509, key: &PKey<Private>) -> Vec<u8> {
    let algorithm = [
        0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0b, 5, 0,
    ];
    let reason = [0x30, 12, 0x30, 10, 6, 3, 0x55, 0x1d, 21, 4, 3, 0x0a, 1, 1];
    let wanted = entries;
    let mut entries = Vec::new();
    for number in 0..wanted {
        let extensions: &[u8] = if number % 2 == 0 { &reason } else { &[] };
        let inside = [
            &tlv(2, &serial(number)),
            &tlv(0x17, b"260101000000Z")[..],
            extensions,
        ]
        .concat();
        entries.extend(tlv(0x30, &inside));
    }
    let signed = tlv(
        0x30,
        &[
            &[2, 1, 1][..],
            &algorithm,
            &issuer.subject_name().to_der().unwrap(),
            &tlv(0x17, b"260101000000Z"),
            &tlv(0x17, b"490101000000Z"),
            &tlv(0x30, &entries),
        ]
        .concat(),
    );
    let mut signer = Signer::new(MessageDigest::sha256(), key).unwrap();
    signer.update(&signed).unwrap();
    let signature = [&[0][..], &signer.sign_to_vec().unwrap()].concat();
    tlv(
        0x30,
        &[&signed[..], &algorithm, &tlv(3, &signature)].concat(),
    )
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut bytes = match length {
        0..0x80 => vec![tag, length as u8],
        _ => {
            let digits = length.to_be_bytes();
            let first = digits.iter().position(|it| *it != 0).unwrap();
            [&[tag, 0x80 | (8 - first) as u8][..], &digits[first..]].concat()
        }
    };
    bytes.extend_from_slice(content);
    bytes
}
