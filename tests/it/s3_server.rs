//! A server that speaks S3 over HTTP, with its files in a folder: what stands in for a bucket.

use gcc_relay::files::store::Bucket;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;

const ACCESS_KEY: &str = "gcc-relay";
const SECRET_KEY: &str = "a-key-for-tests-only";
const NAME: &str = "files";

/// The server; it ends with the test.
pub struct S3Server {
    address: String,
    _folder: TempDir,
}

impl S3Server {
    /// Starts it, with one empty bucket.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join(NAME)).expect("a bucket");
        let service = {
            let files = FileSystem::new(folder.path()).expect("a folder that is served");
            let mut builder = S3ServiceBuilder::new(files);
            builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
            builder.build()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let connection = hyper::server::conn::http1::Builder::new();
                    // a client that goes away is no fault of the server
                    let _ = connection.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Self { address, _folder: folder }
    }

    /// Its bucket, as the settings name it.
    pub fn bucket(&self) -> Bucket {
        Bucket {
            name: NAME.to_owned(),
            prefix: "gcc".to_owned(),
            endpoint: Some(self.address.clone()),
            region: "ap-southeast-7".to_owned(),
            access_key: ACCESS_KEY.to_owned(),
            secret_key: SECRET_KEY.to_owned().into(),
        }
    }
}
