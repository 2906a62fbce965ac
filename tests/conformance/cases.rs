//! The cases of all sets in one form.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use ptl::x509::{
    Certificate, Object, RevocationList,
    path::{Demands, Host, Judge, Judgement, Policy, Purpose, Revocation, Sha1},
    read,
};
use serde_json::Value;

/// The DER in a file, which may be PEM.
fn x509_der(bytes: &[u8]) -> Vec<u8> {
    if !bytes.starts_with(b"-----") {
        return bytes.to_vec();
    }
    let text: String = std::str::from_utf8(bytes)
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    openssl::base64::decode_block(&text).unwrap()
}

/// One case.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) set: &'static str,
    pub(crate) accept: bool,
    leaf: Vec<u8>,
    chain: Vec<Vec<u8>>,
    trust: Vec<Vec<u8>>,
    lists: Vec<Vec<u8>>,
    purpose: Purpose,
    host: Option<String>,
    depth: Option<usize>,
    at: Option<String>,
    revocation: Revocation,
    sha1: Sha1,
}

/// What is known of a case from reference validators.
pub(crate) fn tiers(folder: &Path) -> HashMap<String, String> {
    let file = folder.join("tiers-open.json");
    if !file.exists() {
        return HashMap::new();
    }
    json(&file)
        .as_object()
        .unwrap()
        .iter()
        .map(|(id, tier)| (id.clone(), tier["tier"].as_str().unwrap().to_owned()))
        .collect()
}

/// The sets, each by its file; upstream's limbo among them.
pub(crate) const SETS: [&str; 4] = [
    "limbo-open.json",
    "limbo.json",
    "boringssl-open.json",
    "pkits/pkits.json",
];

/// Every case of every set.
pub(crate) fn all(folder: &Path) -> Vec<Case> {
    let there = SETS.iter().filter(|set| folder.join(set).exists());
    there
        .flat_map(|set| match *set {
            "pkits/pkits.json" => pkits(&folder.join("pkits")),
            "boringssl-open.json" => limbo(&folder.join(set), "boringssl"),
            set => limbo(&folder.join(set), "limbo"),
        })
        .collect()
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn limbo(path: &Path, set: &'static str) -> Vec<Case> {
    let document = json(path);
    let cases = document["testcases"].as_array().unwrap();
    cases.iter().map(|case| limbo_case(case, set)).collect()
}

fn limbo_case(case: &Value, set: &'static str) -> Case {
    let texts = |name: &str| -> Vec<Vec<u8>> {
        let list = case[name].as_array();
        list.into_iter()
            .flatten()
            .map(|text| text.as_str().unwrap().as_bytes().to_vec())
            .collect()
    };
    let lists = texts("crls");
    let peer = &case["expected_peer_name"];
    let named = matches!(peer["kind"].as_str(), Some("DNS" | "IP"));
    let limbo = set == "limbo";
    Case {
        id: case["id"].as_str().unwrap().to_owned(),
        set,
        accept: case["expected_result"] == "SUCCESS",
        leaf: case["peer_certificate"]
            .as_str()
            .unwrap()
            .as_bytes()
            .to_vec(),
        chain: texts("untrusted_intermediates"),
        trust: texts("trusted_certs"),
        purpose: match case["validation_kind"].as_str() {
            Some("SERVER") => Purpose::Server,
            Some("CLIENT") => Purpose::Client,
            _ => Purpose::Any,
        },
        host: named.then(|| peer["value"].as_str().unwrap().to_owned()),
        depth: case["max_chain_depth"].as_u64().map(|depth| depth as usize),
        at: case["validation_time"].as_str().map(str::to_owned),
        revocation: match (lists.is_empty(), limbo) {
            (true, _) => Revocation::Off,
            (false, true) => Revocation::Chain,
            (false, false) => Revocation::Leaf,
        },
        sha1: if limbo { Sha1::Refuse } else { Sha1::Allow },
        lists,
    }
}

fn pkits(folder: &Path) -> Vec<Case> {
    let document = json(&folder.join("pkits.json"));
    let cases = document.as_array().unwrap();
    // The plain form takes no policies as input: of sections 4.8 to 4.12 only what needs none.
    cases
        .iter()
        .filter(|case| {
            let given = |name: &str| case[name] == true;
            let any = |name: &str| case[name].is_null() || case[name] == "anyPolicy";
            any("initial_policy_set")
                && !given("initial_explicit_policy")
                && !given("policy_mapping_inhibit")
                && !given("inhibit_any_policy")
        })
        .map(|case| pkits_case(case, folder))
        .collect()
}

fn pkits_case(case: &Value, folder: &Path) -> Case {
    let files = |name: &str, kind: &str, ending: &str| -> Vec<Vec<u8>> {
        let names = case[name].as_array().unwrap();
        names
            .iter()
            .map(|name| {
                folder
                    .join(kind)
                    .join(format!("{}.{ending}", name.as_str().unwrap()))
            })
            .map(|path| fs::read(path).unwrap())
            .collect()
    };
    let mut chain = files("certs", "certs", "crt");
    let trust = vec![chain.remove(0)];
    let leaf = chain.pop().unwrap_or_else(|| trust[0].clone());
    Case {
        id: format!(
            "pkits::{} {}",
            case["id"].as_str().unwrap(),
            case["name"].as_str().unwrap()
        ),
        set: "pkits",
        accept: case["should_validate"].as_bool().unwrap(),
        leaf,
        chain,
        trust,
        lists: files("crls", "crls", "crl"),
        purpose: Purpose::Any,
        host: None,
        depth: None,
        at: Some("2024-01-01T00:00:00Z".to_owned()),
        revocation: Revocation::Chain,
        sha1: Sha1::Refuse,
    }
}

fn certificates(files: &[Vec<u8>]) -> Result<Vec<Arc<Certificate>>, String> {
    let mut found = Vec::new();
    for file in files {
        for object in
            read::parse(file, Path::new("case"), None).map_err(|error| error.to_string())?
        {
            if let Object::Certificate(certificate) = object {
                found.push(Arc::from(certificate));
            }
        }
    }
    Ok(found)
}

fn lists(files: &[Vec<u8>]) -> Result<Vec<Arc<RevocationList>>, String> {
    let mut found = Vec::new();
    for file in files {
        for object in
            read::parse(file, Path::new("case"), None).map_err(|error| error.to_string())?
        {
            if let Object::RevocationList(list) = object {
                found.push(Arc::from(list));
            }
        }
    }
    Ok(found)
}

/// What the library makes of a case, and by which policy; why it cannot be read otherwise.
pub(crate) fn judgement(case: &Case) -> Result<(Judgement, Policy), String> {
    let said = |error: ptl::error::Error| error.to_string();
    let at = match &case.at {
        Some(at) => at.parse().unwrap(),
        None => jiff::Timestamp::now(),
    };
    let policy = Policy {
        purpose: case.purpose,
        host: case
            .host
            .as_deref()
            .map(Host::parse)
            .transpose()
            .map_err(said)?,
        depth: case.depth,
        sha1: case.sha1,
        demands: Demands::Full,
        revocation: case.revocation,
        lists: lists(&case.lists)?,
        ..Policy::at(at)
    };
    let leaf = certificates(std::slice::from_ref(&case.leaf))?.remove(0);
    let judge = Judge::new(certificates(&case.trust)?, policy.clone()).map_err(said)?;
    let judgement = judge
        .judge(&leaf, &certificates(&case.chain)?)
        .map_err(said)?;
    Ok((judgement, policy))
}

/// Whether the library accepts a case; what it has against it otherwise.
pub(crate) fn judge(case: &Case) -> Result<(), String> {
    let (judgement, _) = judgement(case)?;
    if judgement.is_accepted() {
        return Ok(());
    }
    let faults: Vec<String> = judgement
        .faults
        .iter()
        .map(|fault| {
            format!(
                "{:?}@{} {:?}: {}",
                fault.kind, fault.depth, fault.code, fault.note
            )
        })
        .collect();
    Err(faults.join("; "))
}

impl Case {
    /// The same case with its leaf and lists as damaged DER.
    pub(crate) fn with(&self, mut damage: impl FnMut(&mut Vec<u8>)) -> Self {
        let mut der = |bytes: &Vec<u8>| {
            let mut der = x509_der(bytes);
            damage(&mut der);
            der
        };
        Self {
            leaf: der(&self.leaf),
            lists: self.lists.iter().map(&mut der).collect(),
            ..self.clone()
        }
    }

    /// The content of its leaf and lists.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Vec<u8>> {
        std::iter::once(&self.leaf).chain(&self.lists)
    }

    /// Whether the real program accepts it.
    pub(crate) fn run(&self) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ptl"));
        command.current_dir(folder.path()).args([
            "check-chain",
            "--only",
            "PATH-*",
            "--format",
            "json",
        ]);
        let mut file = |option: &str, name: String, content: &[u8]| {
            let path: PathBuf = folder.path().join(name);
            fs::write(&path, content).unwrap();
            command.arg(option).arg(path);
        };
        file("--cert", "cert".to_owned(), &self.leaf);
        for (option, files) in [
            ("--chain", &self.chain),
            ("--trust", &self.trust),
            ("--crl", &self.lists),
        ] {
            for (number, content) in files.iter().enumerate() {
                file(option, format!("{}{number}", &option[2..]), content);
            }
        }
        let word = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
        command.args(["--purpose", &word(&self.purpose)]);
        command.args(["--revocation", &word(&self.revocation)]);
        command.args(["--sha1", &word(&self.sha1)]);
        if let Some(host) = &self.host {
            command.args(["--host", host]);
        }
        if let Some(depth) = self.depth {
            command.args(["--depth", &depth.to_string()]);
        }
        if let Some(at) = &self.at {
            command.args(["--at", at]);
        }
        let output = command.output().unwrap();
        let code = output.status.code();
        assert!(matches!(code, Some(0..=3)), "{}: {code:?}", self.id);
        code == Some(0)
    }
}
