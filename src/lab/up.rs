//! A lab that runs: its servers, and what stops them.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    sync::Arc,
};

use hickory_server::Server;
use jiff::Timestamp;
use tokio::{
    net::{TcpListener, UdpSocket},
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
    time::{Duration, sleep},
};

use super::{
    dns::{self, Names},
    downloads::{self, Downloads},
    fault::Fault,
    folder::{Lab, PROFILE, refuse_a_full},
    front::{self, Turn},
    identity::Identities,
    places::{Places, refuse_beyond_loopback},
    responder::Responder,
    switch::{self, Wish},
    unmade,
};
use crate::{
    error::{Error, Result},
    files::{self, Claim, Folder, NewFolders},
};

/// How often the parent and the folder are looked at.
const LOOK: Duration = Duration::from_millis(200);
/// How often it is looked for lists that end soon.
const RENEWAL: Duration = Duration::from_secs(3600);

/// Where a new lab is to listen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// A loopback address; 127.0.0.1 where none is wished for.
    pub address: Option<IpAddr>,
    /// The first of the ports, which follow one another; free ones where none is wished for.
    pub first_port: Option<u16>,
}

/// The sockets of a lab.
struct Sockets {
    udp: UdpSocket,
    dns: TcpListener,
    proxy: TcpListener,
    downloads: TcpListener,
}

/// A lab whose servers run. They stop when it is dropped.
pub struct Running {
    lab: Lab,
    tasks: JoinSet<()>,
    parent: Parent,
    _names: Server<Names>,
    claim: Claim,
}

impl Running {
    /// Starts the servers of the lab in a folder; makes the lab where there is none.
    ///
    /// The profile is written last, when everything listens.
    ///
    /// # Errors
    /// Where a lab runs there, the folder holds something else, or a port is taken.
    pub async fn start(folder: &Path, wanted: Wanted) -> Result<Self> {
        // Before anything that takes long: who ends meanwhile has ended.
        let parent = Parent::of_this_process();
        let at = Timestamp::now();
        let (lab, claim, sockets) = if Lab::is_in(folder) {
            again(folder, wanted).await?
        } else {
            anew(folder, wanted, at).await?
        };
        lab.keep_trust()?;
        lab.keep_peers(at)?;
        lab.renew_lists(at)?;
        let first = switch::start(folder)?;
        let (known, fault) = watch::channel(None);
        let responder = Responder::of(lab.clone(), fault.clone())?;
        let downloads = Downloads::of(&lab, fault.clone(), at)?;
        let names = dns::serve(sockets.udp, sockets.dns, lab.places.address, fault);
        let mut tasks = JoinSet::new();
        tasks.spawn(downloads::serve(sockets.downloads, downloads, responder));
        let identities = Arc::new(Identities::of(lab.clone())?);
        let tls = identities.context(None)?;
        let (turns, heard) = mpsc::channel(1);
        let address = lab.places.proxy();
        tasks.spawn(front::serve(sockets.proxy, address, identities, tls, heard));
        tasks.spawn(turn(lab.folder().to_owned(), first, turns, known));
        tasks.spawn(renew(lab.clone()));
        files::put(&lab.path(PROFILE), lab.profile(at)?.as_bytes())?;
        Ok(Self {
            lab,
            tasks,
            parent,
            _names: names,
            claim,
        })
    }

    /// The lab.
    pub fn lab(&self) -> &Lab {
        &self.lab
    }

    /// Waits for Ctrl-C, for another signal that ends programs, for the end of the parent, or of stdin where
    /// that is wished for.
    ///
    /// # Errors
    /// Where the lab's folder is gone, or a server ends by itself, which none does.
    pub async fn until_stopped(mut self, until_eof: bool) -> Result<()> {
        tokio::select! {
            () = signalled() => Ok(()),
            () = self.parent.ended() => Ok(()),
            () = eof(), if until_eof => Ok(()),
            () = gone(&self.claim) => Err(Error::input(format!(
                "the lab's folder `{}` was moved or deleted, so the lab ended",
                self.lab.folder().display()
            ))
            .hint("Start it again where its folder is now: `ptl lab up DIR`.")),
            _ = self.tasks.join_next() => Err(Error::internal("a server of the lab ended by itself")),
        }
    }
}

/// Opens a lab that was there, on the ports that its certificates name.
async fn again(folder: &Path, wanted: Wanted) -> Result<(Lab, Claim, Sockets)> {
    let places = Lab::places(folder)?;
    let differs = wanted
        .address
        .is_some_and(|address| address != places.address)
        || wanted.first_port.is_some_and(|port| port != places.dns);
    if differs {
        return Err(Error::input(format!(
            "the lab in `{}` listens on {} from port {}, which its certificates name",
            folder.display(),
            places.address,
            places.dns
        ))
        .hint("Leave --address and --ports out, or name a new folder."));
    }
    let claim = claimed(folder)?;
    let lab = Lab::open(folder)?;
    let sockets = Sockets::bind(places).await?;
    // Gone until everything is ready again: it is the sign of that.
    let open = Folder::open(folder)?;
    if open.holds(PROFILE) {
        open.withdraw(PROFILE)?;
    }
    Ok((lab, claim, sockets))
}

async fn anew(folder: &Path, wanted: Wanted, at: Timestamp) -> Result<(Lab, Claim, Sockets)> {
    let address = wanted.address.unwrap_or(Ipv4Addr::LOCALHOST.into());
    refuse_beyond_loopback(address)?;
    let sockets = match wanted.first_port {
        Some(first) => Sockets::bind(row(address, first)?).await?,
        None => Sockets::free(address).await?,
    };
    let places = sockets.places().map_err(unmade)?;
    refuse_a_full(folder, "Name a new folder: `ptl lab up DIR`.")?;
    let claim = claimed(folder)?;
    if Lab::is_in(folder) {
        return Err(Error::input(format!(
            "another ptl made a lab in `{}` at the same moment",
            folder.display()
        ))
        .hint("Run the command again: it takes that one."));
    }
    let lab = Lab::make(folder, places, at)?;
    Ok((lab, claim, sockets))
}

fn claimed(folder: &Path) -> Result<Claim> {
    NewFolders::make(folder)?.keep();
    switch::claim(folder)?.ok_or_else(|| {
        Error::input(format!("a lab runs in `{}` already", folder.display()))
            .hint("Use that one, end it with Ctrl-C in its terminal, or name another folder.")
    })
}

/// Ports one after the other.
fn row(address: IpAddr, first: u16) -> Result<Places> {
    let port = |offset: u16| first.checked_add(offset).filter(|_| first > 0);
    match (port(0), port(1), port(2)) {
        (Some(dns), Some(proxy), Some(downloads)) => Ok(Places {
            address,
            dns,
            proxy,
            downloads,
        }),
        _ => Err(Error::input(format!(
            "--ports {first}: there are no three ports from there"
        ))
        .hint("Give the first of three free ports, as 7440, or leave --ports out.")),
    }
}

impl Sockets {
    async fn bind(places: Places) -> Result<Self> {
        let taken = |what: &str, port: u16| {
            let (what, address) = (what.to_owned(), places.address);
            move |error: std::io::Error| {
                Error::input(format!("the port {port} of {address} is not free for the {what}"))
                    .because(error)
                    .hint("End what listens there (`ss -ltnup` shows it), or start a lab in a new folder.")
            }
        };
        let dns = TcpListener::bind(places.dns()).await;
        let udp = UdpSocket::bind(places.dns()).await;
        let proxy = TcpListener::bind(places.proxy()).await;
        let downloads = TcpListener::bind(places.downloads()).await;
        Ok(Self {
            dns: dns.map_err(taken("name server", places.dns))?,
            udp: udp.map_err(taken("name server", places.dns))?,
            proxy: proxy.map_err(taken("proxy", places.proxy))?,
            downloads: downloads.map_err(taken("downloads", places.downloads))?,
        })
    }

    /// On ports that are free.
    async fn free(address: IpAddr) -> Result<Self> {
        let none = |error: std::io::Error| {
            Error::input(format!("no port of {address} is free"))
                .because(error)
                .hint("Give ports that are free: `--ports 7440`.")
        };
        // The name server's port must be free for UDP and TCP alike.
        let mut pair = None;
        for _ in 0..64 {
            let tcp = TcpListener::bind((address, 0)).await.map_err(none)?;
            let port = tcp.local_addr().map_err(none)?.port();
            if let Ok(udp) = UdpSocket::bind((address, port)).await {
                pair = Some((tcp, udp));
                break;
            }
        }
        let (dns, udp) = pair.ok_or_else(|| none(std::io::ErrorKind::AddrInUse.into()))?;
        Ok(Self {
            dns,
            udp,
            proxy: TcpListener::bind((address, 0)).await.map_err(none)?,
            downloads: TcpListener::bind((address, 0)).await.map_err(none)?,
        })
    }

    fn places(&self) -> std::io::Result<Places> {
        let dns = self.dns.local_addr()?;
        Ok(Places {
            address: dns.ip(),
            dns: dns.port(),
            proxy: self.proxy.local_addr()?.port(),
            downloads: self.downloads.local_addr()?.port(),
        })
    }
}

/// Turns faults on as the folder says, until it is dropped; `handled` is the wish that the lab started with.
async fn turn(
    folder: PathBuf,
    mut handled: Wish,
    turns: mpsc::Sender<Turn>,
    known: watch::Sender<Option<Fault>>,
) {
    let mut on = None;
    loop {
        sleep(switch::INTERVAL).await;
        let Some(wish) = Wish::read(&folder).filter(|wish| *wish != handled) else {
            continue;
        };
        let turned = match Fault::parse(&wish.word) {
            Ok(fault) => {
                let (done, came) = oneshot::channel();
                if turns.send((fault, done)).await.is_err() {
                    return;
                }
                let ended = || Err("the proxy ended".to_owned());
                came.await.unwrap_or_else(|_| ended()).map(|()| fault)
            }
            Err(error) => Err(error.to_string()),
        };
        if let Ok(fault) = turned {
            on = fault;
            known.send_replace(fault);
        }
        // Where the folder cannot be written to, whoever waits will be told so by the clock.
        let _ = wish.answer(&folder, on, turned.err().as_deref());
        handled = wish;
    }
}

/// Signs lists anew before they end, for a lab that runs for days.
async fn renew(lab: Lab) {
    loop {
        sleep(RENEWAL).await;
        let lab = lab.clone();
        // Where the folder is gone there is nothing to renew either.
        let _ = tokio::task::spawn_blocking(move || lab.renew_lists(Timestamp::now())).await;
    }
}

/// Waits until whoever holds the other end of stdin lets go of it, which also the end of a process does that
/// was gone before this one could look at its parent.
async fn eof() {
    let (ended, heard) = oneshot::channel();
    // A thread of its own: it may never come back, and nobody waits for it then.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = ended.send(());
    });
    let _ = heard.await;
}

/// Waits until the file of a claim is gone: whoever looks for the lab would find none, or another.
async fn gone(claim: &Claim) {
    while claim.stands() {
        sleep(LOOK).await;
    }
}

/// Waits for a signal that asks programs to end.
#[cfg(unix)]
async fn signalled() {
    use super::hangup;
    use tokio::signal::unix::{SignalKind, signal};
    let mut kinds = vec![SignalKind::interrupt(), SignalKind::terminate()];
    if !hangup::is_ignored() {
        kinds.push(SignalKind::hangup());
    }
    let mut all = JoinSet::new();
    for kind in kinds {
        if let Ok(mut heard) = signal(kind) {
            all.spawn(async move { heard.recv().await });
        }
    }
    all.join_next().await;
}

#[cfg(not(unix))]
async fn signalled() {
    let _ = tokio::signal::ctrl_c().await;
}

/// Whoever started this process: with its end the lab ends, so that nothing is left listening.
#[derive(Clone, Copy, Debug)]
struct Parent {
    #[cfg(unix)]
    process: Option<rustix::process::Pid>,
}

#[cfg(unix)]
impl Parent {
    fn of_this_process() -> Self {
        Self {
            process: rustix::process::getppid(),
        }
    }

    /// Waits for its end: an orphan is handed to another parent.
    async fn ended(self) {
        while rustix::process::getppid() == self.process {
            sleep(LOOK).await;
        }
    }
}

#[cfg(not(unix))]
impl Parent {
    fn of_this_process() -> Self {
        Self {}
    }

    async fn ended(self) {
        std::future::pending().await
    }
}
