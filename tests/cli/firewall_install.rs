//! `ptl check-firewall` in an install: which hosts, how much a failure weighs, the way in.

use std::path::Path;

use hickory_resolver::proto::op::ResponseCode;
use openssl::ssl::SslVerifyMode;

use crate::{
    loopback::{Machine, Says, here, name_server, serve_text, serve_tls},
    pki::{self, NAME},
    support::{Bench, Run},
};

const FACT: &str = r#"provenance = { source = "a test", confidence = "A" }"#;

/// A rehearsal environment on loopback.
struct Stage {
    /// The Spine proxy's port.
    proxy: u16,
    /// The list host's port.
    lists: u16,
    /// The health network's name server.
    resolver: String,
    /// How far the proxy's name can be trusted.
    confidence: &'static str,
    /// The subject of the second generation's sub CA.
    second: &'static str,
    /// More of ptl.toml: what stands under [network], then the environment's own.
    network: &'static str,
    own: &'static str,
    /// Whether the profile knows where calls come from.
    msg_out: bool,
}

impl Stage {
    /// Everything as it should be.
    fn healthy() -> Self {
        let family = pki::sha256();
        let (leaf, sub) = (&family.leaf, family.sub.certificate());
        let root = family.root.certificate();
        let proxy = serve_tls(&leaf.key, &[&leaf.certificate, &sub], |server| {
            server.set_ca_file(&root).unwrap();
            let names = openssl::x509::X509Name::load_client_ca_file(&sub).unwrap();
            server.set_client_ca_list(names);
            server.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
        });
        Self {
            proxy,
            lists: serve_text(
                "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n-----BEGIN X509 CRL-----\n",
            ),
            resolver: name_server(here()),
            confidence: "A",
            second: "CN=Test Sub sha256,OU=CA,O=nhs",
            network: "",
            own: "",
            msg_out: true,
        }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let bench = Bench::new();
        bench.write("stage.toml", self.profile());
        bench.write("ptl.toml", self.install());
        let family = pki::sha256();
        let copy = |from: &Path, to: &str| bench.write(to, std::fs::read(from).unwrap());
        copy(&family.leaf.certificate, "own.pem");
        copy(&family.leaf.key, "own.key");
        copy(&family.sub.certificate(), "sub.pem");
        copy(&family.root.certificate(), "root.pem");
        let common = ["--env", "stage.toml", "--format", "json", "--timeout", "2s"];
        let all: Vec<&str> = arguments.iter().chain(&common).copied().collect();
        Machine::default().run(&bench, &all)
    }

    fn check(&self) -> Run {
        self.run(&["check-firewall"])
    }

    fn install(&self) -> String {
        format!(
            r#"schema = 1
role = "provider"
service = "booking"
default_environment = "int"
[organisation]
name = "Example Ltd"
ods = "A12345"
[product]
name = "Example Booking"
version = "1.0"
[network]
{}
[environment.stage]
fqdn = "{NAME}"
key = "own.key"
certificate = "own.pem"
chain = "sub.pem"
trust = ["root.pem"]
{}
"#,
            self.network, self.own
        )
    }

    fn profile(&self) -> String {
        let (address, port) = self.resolver.split_once(':').unwrap();
        let host = |name: &str, port: u16, rest: &str| {
            format!("[[host]]\nname = \"{name}\"\nport = {port}\n{rest}services = [\"booking\"]\n")
        };
        let out = "direction = \"out\"\nroles = [\"provider\", \"consumer\"]\n";
        let mutual = "network = \"hscn\"\nprotocol = \"mutual-tls\"\n";
        let mut text = format!(
            r#"schema = 1
id = "stage"
name = "Stage"
page = "https://example.org"
[desk]
name = "nobody"
mail = "nobody@nhs.net"
{FACT}
[tls]
min_version = "1.2"
ciphers = ["ECDHE-RSA-AES256-GCM-SHA384"]
{FACT}
[[resolver]]
address = "{address}"
port = {port}
{FACT}
"#
        );
        text += &host(
            NAME,
            self.proxy,
            &format!("{out}{mutual}purpose = \"ssp\"\n"),
        );
        text += &format!(
            "provenance = {{ source = \"a test\", confidence = \"{}\" }}\n",
            self.confidence
        );
        let lists =
            "network = \"internet\"\nprotocol = \"http\"\npurpose = \"crl\"\npath = \"/a.crl\"\n";
        text += &host("crl.test.nhs.uk", self.lists, &format!("{out}{lists}"));
        text += &format!("{FACT}\n");
        if self.msg_out {
            let inward = "direction = \"in\"\nroles = [\"provider\"]\npurpose = \"msg-out\"\n";
            text += &host("msg-out.test.nhs.uk", 443, &format!("{inward}{mutual}"));
            text += &format!("{FACT}\n");
        } else {
            text += "[[gap]]\nwhat = \"msg-out\"\nnote = \"The page could not be read.\"\n";
        }
        text += &generation("one", "CN=Test Sub sha256,OU=CA,O=nhs");
        text + &generation("two", self.second)
    }
}

fn generation(id: &str, sub: &str) -> String {
    let dates = "not_before = 2020-01-01T00:00:00Z\nnot_after = 2040-01-01T00:00:00Z\n";
    let pin = |name: &str, digit: char| {
        let digest = digit.to_string().repeat(64);
        format!("name = \"{id}\"\nsubject = \"{name}\"\nsha256 = \"{digest}\"\n{dates}{FACT}\n")
    };
    let (root, number) = (
        format!("CN={id}"),
        if id == "one" { ('1', '2') } else { ('3', '4') },
    );
    format!(
        "[[generation]]\nid = \"{id}\"\ntitle = \"{id}\"\nrevocation = \"none\"\n{FACT}\n\
         [generation.root]\n{}[[generation.sub]]\n{}",
        pin(&root, number.0),
        pin(sub, number.1)
    )
}

#[test]
fn a_healthy_stage_fails_nothing_but_the_port_that_nobody_listens_on() {
    let run = Stage::healthy().check().exits(0);
    let failed: Vec<String> = run.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| !matches!(finding["outcome"].as_str(), Some("pass" | "not-applicable")))
        .map(|finding| format!("{} {}", finding["id"], finding["reason"]))
        .collect();
    assert!(
        failed.len() == 1 && failed[0].starts_with("\"IN-002\""),
        "{failed:#?}"
    );
    let run = run
        .finds("TLS-004", NAME, "pass")
        .finds("TLS-006", NAME, "pass")
        .finds("HTTP-002", "crl.test.nhs.uk", "pass");
    let rule = run.finding("IN-001", "msg-out")["evidence"]["rule"].clone();
    assert_eq!(
        rule,
        format!("allow inbound TCP from 127.0.0.1 to 127.0.0.1 ({NAME}) port 443")
    );
}

#[test]
fn off_the_health_network_nothing_fails_unless_the_install_says_that_it_is_on_it() {
    let silent = Stage {
        resolver: name_server(Says::Silence),
        ..Stage::healthy()
    };
    let run = silent
        .check()
        .exits(3)
        .finds("DNS-001", NAME, "undetermined");
    assert_eq!(run.finding("DNS-001", NAME)["cause"], "dns-silent");
    run.finds("DNS-001", "crl.test.nhs.uk", "undetermined")
        .finds("IN-001", "msg-out", "undetermined");
    let said = Stage {
        network: "hscn = true",
        ..silent
    };
    said.check().exits(1).fails("DNS-001", NAME, "dns-silent");
}

#[test]
fn a_name_server_that_knows_no_name_of_the_health_network_is_no_proof_of_being_on_it() {
    let stage = Stage {
        resolver: name_server(Says::Code(ResponseCode::NXDomain)),
        ..Stage::healthy()
    };
    let run = stage
        .check()
        .exits(3)
        .finds("DNS-001", NAME, "undetermined");
    assert_eq!(run.finding("DNS-001", NAME)["cause"], "dns-nxdomain");
}

#[test]
fn on_the_health_network_a_shut_port_fails_and_says_whom_to_ask() {
    let stage = Stage {
        proxy: 9,
        ..Stage::healthy()
    };
    let run = stage.check().exits(1).fails("TCP-002", NAME, "tcp-refused");
    let hint = run.finding("TCP-002", NAME)["hint"].to_string();
    assert!(hint.contains("your HSCN supplier"), "{hint}");
}

#[test]
fn what_only_a_third_party_says_never_fails() {
    let stage = Stage {
        proxy: 9,
        confidence: "C",
        ..Stage::healthy()
    };
    let run = stage
        .check()
        .exits(3)
        .finds("TCP-002", NAME, "undetermined");
    assert_eq!(run.finding("TCP-002", NAME)["cause"], "tcp-refused");
    let reason = run.finding("TCP-002", NAME)["reason"].to_string();
    assert!(reason.contains("source: a test"), "{reason}");
}

#[test]
fn a_generation_that_the_server_does_not_name_is_a_warning() {
    let stage = Stage {
        second: "CN=Another Sub,OU=CA,O=nhs",
        ..Stage::healthy()
    };
    let run = stage.check().exits(0);
    run.fails("TLS-006", NAME, "tls-accepts-one-generation");
}

#[test]
fn where_calls_come_from_can_be_supplied_where_no_source_says_it() {
    let unknown = Stage {
        msg_out: false,
        ..Stage::healthy()
    };
    let run = unknown
        .check()
        .exits(3)
        .finds("IN-001", "Spine", "undetermined");
    let hint = run.finding("IN-001", "Spine")["hint"].to_string();
    assert!(hint.contains("msg_out"), "{hint}");
    let supplied = Stage {
        own: "msg_out = [\"10.239.0.0/28\"]",
        ..unknown
    };
    let run = supplied.check().exits(0).finds("IN-001", "10.239", "pass");
    let rule = run.finding("IN-001", "10.239")["evidence"]["rule"].to_string();
    assert!(rule.contains("from 10.239.0.0/28"), "{rule}");
}

#[test]
fn preflight_probes_the_same_hosts() {
    let run = Stage::healthy().run(&["preflight", "--only", "TLS-*"]);
    run.exits(0).finds("TLS-004", NAME, "pass");
    let run = Stage::healthy().run(&["preflight", "--only", "TLS-*", "--offline"]);
    run.finds("TLS-004", NAME, "skipped");
}
