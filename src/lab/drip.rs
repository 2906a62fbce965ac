//! Bodies that come as no sound server sends them: a byte now and then, or bytes without an end.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http_body_util::{Either, Full};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::{Duration, Interval, interval};

/// How long a byte takes: longer than ptl waits for one, unless it is told to wait longer.
const A_BYTE: Duration = Duration::from_secs(10);
/// What follows a list that does not end.
static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

/// What the lab's downloads have for a body.
pub(super) type Content = Either<Full<Bytes>, Drip>;

/// A body without manners.
#[derive(Debug)]
pub(super) enum Drip {
    /// What is left of it comes byte by byte.
    Slow(Bytes, Interval),
    /// Zeros come after this, for as long as they are taken.
    Endless(Bytes),
}

impl Drip {
    /// All of this, and no sooner than its bytes are due. Within a runtime only.
    pub(super) fn slow(content: Bytes) -> Self {
        Self::Slow(content, interval(A_BYTE))
    }
}

impl Body for Drip {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = match &mut *self {
            Self::Slow(left, _) if left.is_empty() => return Poll::Ready(None),
            Self::Slow(left, due) => {
                ready!(due.poll_tick(context));
                left.split_to(1)
            }
            Self::Endless(next) => std::mem::replace(next, Bytes::from_static(&ZEROS)),
        };
        Poll::Ready(Some(Ok(Frame::data(next))))
    }

    /// The slow one says how long it is, so that whoever waits waits for something.
    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Slow(left, _) => SizeHint::with_exact(left.len() as u64),
            Self::Endless(_) => SizeHint::default(),
        }
    }
}
