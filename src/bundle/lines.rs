//! Which setting of a server takes which file, and the lines that say so to it.

use std::path::Path;

use super::{Role, Server};

/// The setting, or the store of Windows, that takes a file of this role.
pub(super) fn setting(server: Server, role: Role) -> &'static str {
    match (server, role) {
        (Server::Nginx, Role::Chain) => "ssl_certificate",
        (Server::Nginx, Role::Key) => "ssl_certificate_key",
        (Server::Nginx, Role::Lists) => "ssl_crl",
        (Server::Nginx, _) => "ssl_client_certificate",
        (Server::Apache, Role::Chain) => "SSLCertificateFile",
        (Server::Apache, Role::Key) => "SSLCertificateKeyFile",
        (Server::Apache, Role::Lists) => "SSLCARevocationFile",
        (Server::Apache, _) => "SSLCACertificateFile",
        (Server::Haproxy, Role::Trust) => "bind ... ca-file",
        (Server::Haproxy, Role::Lists) => "bind ... crl-file",
        (Server::Haproxy, _) => "bind ... crt",
        (Server::Tomcat, Role::Trust) => "SSLHostConfig truststoreFile",
        (Server::Tomcat, Role::Lists) => "SSLHostConfig certificateRevocationListFile",
        (Server::Tomcat, _) => "Certificate certificateKeystoreFile",
        (Server::Java, Role::Trust) => "javax.net.ssl.trustStore",
        (Server::Java, Role::Lists) => "a CertStore of the program",
        (Server::Java, _) => "javax.net.ssl.keyStore",
        (Server::Iis, Role::Root) => "Cert:\\LocalMachine\\Root",
        (Server::Iis, Role::Sub | Role::Lists) => "Cert:\\LocalMachine\\CA",
        (Server::Iis, _) => "Cert:\\LocalMachine\\My",
        (Server::OpensslDir, Role::Chain) => "-cert",
        (Server::OpensslDir, Role::Key) => "-key",
        (Server::OpensslDir, _) => "-CApath",
    }
}

/// Where the lines belong.
pub(super) fn place(server: Server) -> &'static str {
    match server {
        Server::Nginx => "In the `server` block of nginx",
        Server::Apache => "In the <VirtualHost> of Apache",
        Server::Haproxy => "In the `frontend` of HAProxy",
        Server::Tomcat => "In the <Connector SSLEnabled=\"true\"> of Tomcat's server.xml",
        Server::Java => "In a file of its owner alone, for `java @FILE`",
        Server::Iis => "In PowerShell, as administrator, in the folder's copy",
        Server::OpensslDir => "As one of these, in what reads OpenSSL's folders",
    }
}

/// The lines for these files in this folder, `PASSPHRASE` where that of a store is to be written.
pub(super) fn lines(
    server: Server,
    folder: &Path,
    files: &[(Role, &str)],
    encrypted: bool,
    alias: &str,
) -> Vec<String> {
    let path = |wanted: Role| {
        let file = files.iter().find(|(role, _)| *role == wanted);
        let file = file.map_or("", |(_, name)| name);
        folder.join(file).display().to_string()
    };
    let word = |wanted: Role| quoted(&path(wanted));
    let has_lists = files.iter().any(|(role, _)| *role == Role::Lists);
    match server {
        Server::Nginx => nginx(&word, encrypted, has_lists),
        Server::Apache => apache(&word, encrypted, has_lists),
        Server::Haproxy => {
            let lists = match has_lists {
                true => format!(" crl-file {}", word(Role::Lists)),
                false => String::new(),
            };
            let (identity, trust) = (word(Role::Identity), word(Role::Trust));
            vec![format!(
                "bind :443 ssl crt {identity} ca-file {trust} verify required{lists}"
            )]
        }
        Server::Tomcat => tomcat(&path, alias, has_lists),
        Server::Java => vec![
            format!("-Djavax.net.ssl.keyStore={}", word(Role::Identity)),
            "-Djavax.net.ssl.keyStoreType=PKCS12".to_owned(),
            "-Djavax.net.ssl.keyStorePassword=PASSPHRASE".to_owned(),
            format!("-Djavax.net.ssl.trustStore={}", word(Role::Trust)),
            "-Djavax.net.ssl.trustStoreType=PKCS12".to_owned(),
            "-Djavax.net.ssl.trustStorePassword=PASSPHRASE".to_owned(),
        ],
        Server::Iis => files
            .iter()
            .map(|(role, name)| import(*role, name))
            .collect(),
        Server::OpensslDir => hashed(folder, &word, encrypted, has_lists),
    }
}

fn tomcat(path: &impl Fn(Role) -> String, alias: &str, has_lists: bool) -> Vec<String> {
    let mut lines = vec![
        "<SSLHostConfig certificateVerification=\"required\"".to_owned(),
        format!("    truststoreFile=\"{}\"", in_xml(&path(Role::Trust))),
    ];
    if has_lists {
        let lists = in_xml(&path(Role::Lists));
        lines.push(format!("    certificateRevocationListFile=\"{lists}\""));
    }
    lines.extend([
        "    truststoreType=\"PKCS12\" truststorePassword=\"PASSPHRASE\">".to_owned(),
        format!(
            "  <Certificate certificateKeystoreFile=\"{}\"",
            in_xml(&path(Role::Identity))
        ),
        format!("    certificateKeystoreType=\"PKCS12\" certificateKeyAlias=\"{alias}\""),
        "    certificateKeystorePassword=\"PASSPHRASE\"/>".to_owned(),
        "</SSLHostConfig>".to_owned(),
    ]);
    lines
}

/// The command to try it by, and what Apache takes in place of its files.
fn hashed(
    folder: &Path,
    word: &impl Fn(Role) -> String,
    encrypted: bool,
    has_lists: bool,
) -> Vec<String> {
    let all = quoted(&folder.display().to_string());
    let (check, open) = (
        if has_lists { " -crl_check_all" } else { "" },
        if encrypted { " -pass file:FILE" } else { "" },
    );
    let mut lines = vec![
        format!("openssl verify -CApath {all}{check} CERTIFICATE"),
        format!(
            "openssl s_server -accept 443 -cert {} -cert_chain {} -key {}{open} -CApath {all}{check} -Verify 3 -verify_return_error",
            word(Role::Chain),
            word(Role::Chain),
            word(Role::Key)
        ),
        format!("SSLCACertificatePath {all}"),
    ];
    if has_lists {
        lines.push(format!("SSLCARevocationPath {all}"));
        // The folder alone does nothing: the default is `none`.
        lines.push("SSLCARevocationCheck chain".to_owned());
    }
    lines
}

fn nginx(word: &impl Fn(Role) -> String, encrypted: bool, has_lists: bool) -> Vec<String> {
    let mut lines = vec![
        format!("ssl_certificate {};", word(Role::Chain)),
        format!("ssl_certificate_key {};", word(Role::Key)),
    ];
    if encrypted {
        lines.push("ssl_password_file FILE;  # the passphrase alone on a line".to_owned());
    }
    lines.push(format!("ssl_client_certificate {};", word(Role::Trust)));
    lines.push("ssl_verify_client on;".to_owned());
    lines.push("ssl_verify_depth 3;".to_owned());
    if has_lists {
        lines.push(format!("ssl_crl {};", word(Role::Lists)));
    }
    lines
}

fn apache(word: &impl Fn(Role) -> String, encrypted: bool, has_lists: bool) -> Vec<String> {
    let mut lines = vec![
        format!("SSLCertificateFile {}", word(Role::Chain)),
        format!("SSLCertificateKeyFile {}", word(Role::Key)),
        format!("SSLCACertificateFile {}", word(Role::Trust)),
        "SSLVerifyClient require".to_owned(),
        // mod_ssl counts the root as well: its default of 1 refuses everybody.
        "SSLVerifyDepth 3".to_owned(),
    ];
    if has_lists {
        lines.push(format!("SSLCARevocationFile {}", word(Role::Lists)));
        // The file alone does nothing: the default is `none`.
        lines.push("SSLCARevocationCheck chain".to_owned());
    }
    if encrypted {
        lines.push(
            "# outside of it: SSLPassPhraseDialog exec:PROGRAM, which prints the passphrase"
                .to_owned(),
        );
    }
    lines
}

fn import(role: Role, name: &str) -> String {
    let store = match role {
        Role::Root => "Root",
        Role::Sub => "CA",
        Role::Lists => return format!("certutil -addstore -f CA {name}"),
        _ => {
            return format!(
                "Import-PfxCertificate -FilePath {name} -CertStoreLocation Cert:\\LocalMachine\\My -Password (Read-Host -AsSecureString)"
            );
        }
    };
    format!("Import-Certificate -FilePath {name} -CertStoreLocation Cert:\\LocalMachine\\{store}")
}

/// A path as nginx, Apache, HAProxy and Java's argument files take it.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@".contains(c);
    match path.chars().all(plain) {
        true => path.to_owned(),
        false => format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

/// A path as the value of an XML attribute.
fn in_xml(path: &str) -> String {
    path.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_to_each_server() {
        assert_eq!(quoted("/etc/nginx/a.pem"), "/etc/nginx/a.pem");
        assert_eq!(quoted("/my \"certs\""), "\"/my \\\"certs\\\"\"");
        assert_eq!(in_xml("/a&<\"b"), "/a&amp;&lt;&quot;b");
    }

    #[test]
    fn every_line_names_the_file_of_its_role() {
        let files = [(Role::Identity, "haproxy.pem"), (Role::Trust, "trust.pem")];
        let lines = lines(Server::Haproxy, Path::new("/b"), &files, false, "a");
        assert_eq!(
            lines,
            ["bind :443 ssl crt /b/haproxy.pem ca-file /b/trust.pem verify required"]
        );
    }
}
