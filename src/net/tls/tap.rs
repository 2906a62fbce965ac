//! A stream that remembers the first bytes that came in.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How many bytes are remembered.
const REMEMBERED: usize = 64;

#[derive(Debug)]
pub(super) struct Tap<S> {
    pub(super) stream: S,
    pub(super) first: Vec<u8>,
    pub(super) received: u64,
}

impl<S> Tap<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            first: Vec::new(),
            received: 0,
        }
    }

    /// Whether what came in begins as a TLS record does (RFC 8446, section 5.1).
    pub(super) fn looks_like_tls(&self) -> bool {
        matches!(self.first.as_slice(), [] | [20..=24] | [20..=24, 3, ..])
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tap<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(context, buffer);
        let came = buffer.filled().get(before..).unwrap_or_default();
        let room = REMEMBERED.saturating_sub(this.first.len()).min(came.len());
        this.first.extend_from_slice(&came[..room]);
        this.received += came.len() as u64;
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tap<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
