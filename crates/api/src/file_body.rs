//! A file as the body of an answer, read piece by piece off the threads that answer.

use actix_web::{
    body::{BodySize, MessageBody},
    rt::task::{JoinHandle, spawn_blocking},
    web::Bytes,
};
use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

/// How much is read at a time, in bytes.
const PIECE: u64 = 256 * 1024;

/// A file that is handed out as it is.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The file.
    pub file: Arc<File>,
    /// Its length in bytes.
    pub length: u64,
}

/// The body that such a file becomes.
pub struct FileBody {
    whole: Whole,
    at: u64,
    reading: Option<JoinHandle<io::Result<Bytes>>>,
}

impl From<Whole> for FileBody {
    fn from(whole: Whole) -> Self {
        Self { whole, at: 0, reading: None }
    }
}

impl MessageBody for FileBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.whole.length)
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let this = self.get_mut();
        let length = PIECE.min(this.whole.length - this.at);
        if length == 0 {
            return Poll::Ready(None);
        }
        let (file, at) = (Arc::clone(&this.whole.file), this.at);
        let reading = this.reading.get_or_insert_with(|| {
            spawn_blocking(move || {
                let mut piece = vec![0; usize::try_from(length).unwrap_or(0)];
                file.read_exact_at(&mut piece, at)?;
                Ok(piece.into())
            })
        });
        let Poll::Ready(read) = Pin::new(reading).poll(context) else { return Poll::Pending };
        this.reading = None;
        this.at += length;
        Poll::Ready(Some(read.unwrap_or_else(|error| Err(io::Error::other(error)))))
    }
}
