//! The servers that a bundle can be for, and what each of them takes.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// A server, or another reader of key and certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Server {
    /// PEM: chain, key, CAs and lists
    Nginx,
    /// PEM: chain, key, CAs and lists
    Apache,
    /// PEM: chain and key in one file, CAs and lists
    Haproxy,
    /// PKCS#12: a keystore and a truststore; lists as PEM
    Tomcat,
    /// PKCS#12: a keystore and a truststore; lists as PEM
    Java,
    /// PKCS#12 (.pfx), and CAs and lists as DER for Windows' stores
    Iis,
    /// PEM: chain and key, and a folder of CAs and lists by OpenSSL's hash of their names
    #[serde(rename = "openssl-dir")]
    OpensslDir,
}

impl Server {
    /// Its word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Apache => "apache",
            Self::Haproxy => "haproxy",
            Self::Tomcat => "tomcat",
            Self::Java => "java",
            Self::Iis => "iis",
            Self::OpensslDir => "openssl-dir",
        }
    }

    /// Its name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Apache => "Apache",
            Self::Haproxy => "HAProxy",
            Self::Tomcat => "Tomcat",
            Self::Java => "Java",
            Self::Iis => "IIS",
            Self::OpensslDir => "OpenSSL",
        }
    }

    /// Whether it takes the key in a PKCS#12 store, which is always under a passphrase.
    pub fn takes_stores(self) -> bool {
        matches!(self, Self::Tomcat | Self::Java | Self::Iis)
    }

    /// Who reads the files, and what that asks for.
    pub fn read_by(self) -> &'static str {
        match self {
            Self::Nginx | Self::Apache | Self::Haproxy => {
                "its first process, as root, before it gives up its rights: the files may stay as they are"
            }
            Self::Tomcat => {
                "the user that Tomcat runs as: give it the folder, as by `chown -R tomcat: FOLDER` on Debian"
            }
            Self::Java | Self::OpensslDir => {
                "the user that the program runs as: give it the folder by `chown -R USER: FOLDER`"
            }
            Self::Iis => {
                "an administrator, once: delete what was copied to the machine after the import"
            }
        }
    }

    /// How it takes up new files.
    pub fn reload(self) -> &'static str {
        match self {
            Self::Nginx => "nginx -t && systemctl reload nginx",
            Self::Apache => "apachectl configtest && systemctl reload apache2",
            Self::Haproxy => "haproxy -c -f /etc/haproxy/haproxy.cfg && systemctl reload haproxy",
            Self::Tomcat => "systemctl restart tomcat10",
            Self::Java => "start the program again: Java reads its stores once",
            Self::Iis => "choose the certificate in IIS Manager: site, Bindings, https",
            Self::OpensslDir => {
                "start the program again; the `openssl` command reads the folder anew each time"
            }
        }
    }

    /// How it takes up new lists: none of them looks at the file again by itself.
    pub fn reload_lists(self) -> &'static str {
        match self {
            Self::Nginx | Self::Apache | Self::Haproxy | Self::Tomcat | Self::OpensslDir => {
                self.reload()
            }
            Self::Java => "start the program again, unless it reads the file anew by itself",
            Self::Iis => "certutil -setreg chain\\ChainCacheResyncFiletime @now; iisreset",
        }
    }

    /// Whether it asks for a list that covers the root itself: OpenSSL does, of every certificate of the chain.
    pub fn asks_of_roots(self) -> bool {
        match self {
            Self::Nginx | Self::Apache | Self::Haproxy | Self::OpensslDir => true,
            Self::Tomcat | Self::Java | Self::Iis => false,
        }
    }
}
