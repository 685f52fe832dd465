//! Where the bytes of uploaded files are: a folder, or a bucket of S3, under the SHA-256 of what is kept.
//!
//! An upload is first written to a temporary file, counted and hashed while it comes, and refused as soon as it is too large for what its
//! first bytes say it is ([`upload`]). Then it is looked at ([`examine`]): a picture is written afresh, a video must be one that
//! every telephone plays, and of documents and videos pictures are drawn ([`drawing`]); what has to be decoded for that waits for its turn ([`decoding`]). Its row is written, then its bytes, then that they are kept ([`keep`]). [`sweep`] throws away what nothing
//! uses. Nobody's name for a file is kept.

pub mod decoding;
pub mod drawing;
pub mod examine;
pub mod keep;
pub mod store;
pub mod sweep;
pub mod upload;

pub use store::FileStore;
