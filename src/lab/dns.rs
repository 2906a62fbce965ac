//! The lab's name server: knows the lab's names and no others.

use std::net::IpAddr;

use hickory_server::{
    Server,
    net::runtime::Time,
    proto::{
        op::{Header, HeaderCounts, MessageType, Metadata, ResponseCode},
        rr::{
            Name, RData, Record, RecordType,
            rdata::{A, AAAA},
        },
    },
    server::{Request, RequestHandler, ResponseHandler, ResponseInfo},
    zone_handler::MessageResponseBuilder,
};
use tokio::{
    net::{TcpListener, UdpSocket},
    sync::watch,
    time::Duration,
};

use super::{
    fault::Fault,
    places::{NAMES, PROXY, WRONG_ADDRESS},
};

/// How long an answer may be kept: no longer than a fault takes to turn on.
const TTL: u32 = 0;
/// How long a connection may be idle, and how much of an answer waits on it.
const IDLE: Duration = Duration::from_secs(5);
const BUFFERED: usize = 16;

/// Answers questions on these sockets for as long as what comes back is kept.
pub(super) fn serve(
    udp: UdpSocket,
    tcp: TcpListener,
    address: IpAddr,
    fault: watch::Receiver<Option<Fault>>,
) -> Server<Names> {
    let mut server = Server::new(Names { address, fault });
    server.register_socket(udp);
    server.register_listener(tcp, IDLE, BUFFERED);
    server
}

/// What the name server knows, and which fault is on.
pub(super) struct Names {
    address: IpAddr,
    fault: watch::Receiver<Option<Fault>>,
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Nothing,
    Code(ResponseCode),
    Address(IpAddr),
}

impl Names {
    fn answer(&self, name: &str, kind: RecordType) -> Answer {
        let fault = *self.fault.borrow();
        if !NAMES.contains(&name) {
            return Answer::Code(ResponseCode::NXDomain);
        }
        // Of the proxy's name alone: a name server that fails for all could as well be off HSCN.
        let address = match fault.filter(|_| name == PROXY) {
            Some(Fault::DnsSilent) => return Answer::Nothing,
            Some(Fault::DnsServfail) => return Answer::Code(ResponseCode::ServFail),
            Some(Fault::DnsRefused) => return Answer::Code(ResponseCode::Refused),
            Some(Fault::DnsNxdomain) => return Answer::Code(ResponseCode::NXDomain),
            Some(Fault::DnsNoData) => return Answer::Code(ResponseCode::NoError),
            Some(Fault::DnsWrongAddress) => WRONG_ADDRESS.into(),
            _ => self.address,
        };
        let asked = match address {
            IpAddr::V4(_) => RecordType::A,
            IpAddr::V6(_) => RecordType::AAAA,
        };
        match kind == asked {
            true => Answer::Address(address),
            false => Answer::Code(ResponseCode::NoError),
        }
    }
}

#[async_trait::async_trait]
impl RequestHandler for Names {
    async fn handle_request<R: ResponseHandler, T: Time>(
        &self,
        request: &Request,
        mut handle: R,
    ) -> ResponseInfo {
        let mut metadata = Metadata::response_from_request(&request.metadata);
        metadata.authoritative = true;
        let nothing = ResponseInfo::from(Header {
            metadata,
            counts: HeaderCounts::default(),
        });
        let Ok(info) = request.request_info() else {
            return nothing;
        };
        let asked: &Name = info.query.original().name();
        let name = asked.to_ascii().to_lowercase();
        let answer = self.answer(name.trim_end_matches('.'), info.query.query_type());
        let mut records = Vec::new();
        match answer {
            Answer::Nothing => return nothing,
            Answer::Code(code) => metadata.response_code = code,
            Answer::Address(address) => {
                let data = match address {
                    IpAddr::V4(address) => RData::A(A(address)),
                    IpAddr::V6(address) => RData::AAAA(AAAA(address)),
                };
                records.push(Record::from_rdata(asked.clone(), TTL, data));
            }
        }
        metadata.message_type = MessageType::Response;
        let response = MessageResponseBuilder::from_message_request(request).build(
            metadata,
            records.iter(),
            [],
            [],
            [],
        );
        handle.send_response(response).await.unwrap_or(nothing)
    }
}
