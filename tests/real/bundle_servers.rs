//! The servers of bundles, with the lines of a bundle and little else; and what they answer.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    lab::text,
    rehearsal_spine::FQDN,
    server::{Server, folder, free_port, start},
    support::Bench,
};

/// What each server needs to take SHA-1, as the bundle's warning says.
pub(crate) const WEAK: &str = "DEFAULT:@SECLEVEL=0";

/// What a server on this port answers to curl: the HTTP status, `000` where there was none.
pub(crate) fn asks(bench: &Bench, trust: &str, port: u16, shown: Option<(&Path, &Path)>) -> String {
    let url = format!("https://{FQDN}:{port}/");
    let resolve = format!("{FQDN}:{port}:127.0.0.1");
    let mut command = Command::new("curl");
    command.args(["--silent", "--output", "/dev/null", "--max-time", "30"]);
    command.args(["--write-out", "%{http_code}", "--noproxy", "*"]);
    command.args(["--resolve", &resolve, "--cacert", trust, &url]);
    if let Some((certificate, key)) = shown {
        command.arg("--cert").arg(certificate).arg("--key").arg(key);
    }
    command.env("OPENSSL_CONF", lowered(bench));
    let output = command.output().expect("curl: tests/run installs it");
    text(&output)
}

/// A configuration by which OpenSSL loads a certificate that SHA-1 signed: at its usual level it does not.
pub(crate) fn lowered(bench: &Bench) -> PathBuf {
    let settings = format!(
        "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nCipherString = {WEAK}\n"
    );
    bench.write("openssl.cnf", settings)
}

pub(crate) fn nginx(lines: &str) -> (Server, u16) {
    // Without another process, which would outlive it where a test fails.
    nginx_as("master_process off;", lines)
}

/// nginx with this setting.
pub(crate) fn nginx_as(processes: &str, lines: &str) -> (Server, u16) {
    let (folder, port) = (folder(), free_port());
    let config = format!(
        "daemon off; {processes} pid nginx.pid; error_log error.log;\n\
         events {{}}\n\
         http {{\n access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n\
         server {{\n listen 127.0.0.1:{port} ssl;\n{lines}\
         location / {{ return 204; }}\n }}\n }}\n"
    );
    fs::write(folder.path().join("nginx.conf"), config).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-p").arg(folder.path());
    command.args(["-e", "error.log", "-c"]);
    command.arg(folder.path().join("nginx.conf"));
    (start(command, folder, port), port)
}

pub(crate) fn apache(lines: &str) -> (Server, u16) {
    // Without another process, which would outlive it where a test fails.
    apache_as("-X", lines)
}

/// Apache started with this flag.
pub(crate) fn apache_as(flag: &str, lines: &str) -> (Server, u16) {
    let (folder, port) = (folder(), free_port());
    let mut config = format!(
        "ServerRoot {0}\nDefaultRuntimeDir {0}\nPidFile pid\nErrorLog error.log\nServerName {FQDN}\n\
         Listen 127.0.0.1:{port}\n",
        folder.path().display()
    );
    for module in ["mpm_event", "authz_core", "alias", "ssl"] {
        config += &format!("LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so\n");
    }
    // Only root may need another user, and nobody else may set one.
    config += "User www-data\nGroup www-data\n";
    config +=
        &format!("<VirtualHost *:{port}>\nSSLEngine on\n{lines}Redirect 410 /\n</VirtualHost>\n");
    fs::write(folder.path().join("apache.conf"), config).unwrap();
    let mut command = Command::new("apache2");
    command
        .args([flag, "-f"])
        .arg(folder.path().join("apache.conf"));
    (start(command, folder, port), port)
}

pub(crate) fn haproxy(lines: &str) -> (Server, u16) {
    haproxy_under(lines, "/dev/null")
}

/// HAProxy with this configuration of OpenSSL.
pub(crate) fn haproxy_under(lines: &str, openssl: &str) -> (Server, u16) {
    haproxy_as(&["-db"], lines, openssl)
}

/// HAProxy started with these flags.
pub(crate) fn haproxy_as(flags: &[&str], lines: &str, openssl: &str) -> (Server, u16) {
    let (folder, port) = (folder(), free_port());
    let bind = lines.replace("bind :443", &format!("bind 127.0.0.1:{port}"));
    let config = format!(
        "global\n log stderr format raw local0 notice\n\
         defaults\n mode http\n timeout client 30s\n timeout server 30s\n timeout connect 30s\n\
         frontend f\n {bind}http-request return status 204\n"
    );
    fs::write(folder.path().join("haproxy.cfg"), config).unwrap();
    let mut command = Command::new("haproxy");
    command.env("OPENSSL_CONF", openssl);
    command
        .args(flags)
        .arg("-f")
        .arg(folder.path().join("haproxy.cfg"));
    (start(command, folder, port), port)
}

/// Tomcat in a folder of its own, with one page.
pub(crate) fn tomcat(lines: &str) -> (Server, u16) {
    let (folder, port) = (folder(), free_port());
    for name in ["conf", "logs", "work", "temp", "webapps/ROOT"] {
        fs::create_dir_all(folder.path().join(name)).unwrap();
    }
    fs::write(folder.path().join("webapps/ROOT/index.html"), "in").unwrap();
    let server = format!(
        "<Server port=\"-1\"><Service name=\"s\">\n\
         <Connector port=\"{port}\" address=\"127.0.0.1\" protocol=\"org.apache.coyote.http11.Http11NioProtocol\"\n\
         SSLEnabled=\"true\" scheme=\"https\" secure=\"true\">\n{lines}</Connector>\n\
         <Engine name=\"e\" defaultHost=\"h\"><Host name=\"h\" appBase=\"webapps\"/></Engine>\n\
         </Service></Server>\n"
    );
    fs::write(folder.path().join("conf/server.xml"), server).unwrap();
    let web = "<web-app xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"5.0\">\n\
         <servlet><servlet-name>d</servlet-name>\n\
         <servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class></servlet>\n\
         <servlet-mapping><servlet-name>d</servlet-name><url-pattern>/</url-pattern></servlet-mapping>\n\
         <welcome-file-list><welcome-file>index.html</welcome-file></welcome-file-list>\n\
         </web-app>\n";
    fs::write(folder.path().join("conf/web.xml"), web).unwrap();
    let mut command = Command::new("java");
    command.arg("-Dcatalina.home=/usr/share/tomcat10");
    command.arg(format!("-Dcatalina.base={}", folder.path().display()));
    command.arg(format!("-Djava.io.tmpdir={}/temp", folder.path().display()));
    command.args([
        "-cp",
        "/usr/share/tomcat10/bin/bootstrap.jar:/usr/share/tomcat10/bin/tomcat-juli.jar",
        "org.apache.catalina.startup.Bootstrap",
        "start",
    ]);
    (start(command, folder, port), port)
}
