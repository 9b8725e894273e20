//! What any actix-web service would cost: one handler that answers bytes it holds, one that makes bytes it holds durable
//! in a plain file, together with whatever else is waiting.

use crate::setting;
use actix_web::{
    HttpRequest, HttpResponse, HttpServer,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    web,
};
use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::Path,
    sync::Arc,
};
use tokio::sync::{mpsc, oneshot};

/// The argument that makes this program the bare server.
pub const NAME: &str = "bare-server";

/// The most requests in one group, as in the service.
const GROUP: usize = 512;

/// An answer taken from the service, given back word for word.
struct Constant {
    status: StatusCode,
    headers: HeaderMap,
    body: web::Bytes,
}

impl Constant {
    fn read(path: &Path) -> Option<Self> {
        let bytes = std::fs::read(path).ok()?;
        let head = crate::load::find(&bytes, b"\r\n\r\n")? + 4;
        let mut lines = BufReader::new(&bytes[..head]).lines().map_while(Result::ok);
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let mut headers = HeaderMap::new();
        for (name, value) in lines.filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
        }) {
            // Those two the server writes itself.
            if name != header::CONTENT_LENGTH && name != header::DATE {
                headers.insert(name, value);
            }
        }
        Some(Self { status, headers, body: bytes[head..].to_vec().into() })
    }

    /// The body with its content type and entity tag: what any server would send.
    fn answer(&self, status: StatusCode) -> HttpResponse {
        let mut response = HttpResponse::build(status);
        for name in [header::CONTENT_TYPE, header::ETAG] {
            if let Some(value) = self.headers.get(&name) {
                response.insert_header((name, value.clone()));
            }
        }
        if status == StatusCode::NOT_MODIFIED { response.finish() } else { response.body(self.body.clone()) }
    }
}

/// What the workers share.
struct Shared {
    read: Option<Constant>,
    write: Option<Constant>,
    writer: mpsc::Sender<oneshot::Sender<()>>,
}

/// The folder, when this program was started as the bare server.
pub fn asked_for(arguments: &[String]) -> Option<&Path> {
    match arguments {
        [name, folder] if name == NAME => Some(Path::new(folder)),
        _ => None,
    }
}

/// Serves until it is killed.
pub fn serve(folder: &Path) {
    let (writer, waiting) = mpsc::channel(1024);
    let envelope = std::fs::read(folder.join("envelope")).unwrap_or_default();
    let file = File::create(folder.join("plain-file")).unwrap();
    std::thread::spawn(move || commit_groups(waiting, &envelope, file));
    let shared = Arc::new(Shared {
        read: Constant::read(&folder.join("read")),
        write: Constant::read(&folder.join("write")),
        writer,
    });
    let server = HttpServer::new(move || {
        actix_web::App::new()
            .app_data(web::Data::from(Arc::clone(&shared)))
            .route("/health/ready", web::get().to(HttpResponse::Ok))
            .route("/read", web::get().to(read))
            .route("/write", web::post().to(write))
    })
    .workers(setting("WORKERS", 1))
    .keep_alive(std::time::Duration::from_secs(75))
    .bind("127.0.0.1:0")
    .unwrap();
    println!("{}", serde_json::json!({ "listening": format!("http://{}", server.addrs()[0]) }));
    actix_web::rt::System::new().block_on(server.run()).unwrap();
}

async fn read(request: HttpRequest, shared: web::Data<Shared>) -> HttpResponse {
    let constant = shared.read.as_ref().expect("something to read");
    let held = request.headers().get(header::IF_NONE_MATCH);
    let is_held = held.is_some() && held == constant.headers.get(header::ETAG);
    constant.answer(if is_held { StatusCode::NOT_MODIFIED } else { constant.status })
}

async fn write(body: web::Bytes, shared: web::Data<Shared>) -> HttpResponse {
    assert!(!body.is_empty(), "a fact has a body");
    let (done, durable) = oneshot::channel();
    shared.writer.send(done).await.unwrap();
    durable.await.unwrap();
    let constant = shared.write.as_ref().expect("something to answer");
    constant.answer(constant.status)
}

fn commit_groups(mut waiting: mpsc::Receiver<oneshot::Sender<()>>, envelope: &[u8], mut file: File) {
    let (mut group, mut bytes) = (Vec::with_capacity(GROUP), Vec::new());
    while waiting.blocking_recv_many(&mut group, GROUP) > 0 {
        bytes.clear();
        group.iter().for_each(|_| bytes.extend_from_slice(envelope));
        file.write_all(&bytes).unwrap();
        file.sync_data().unwrap();
        for done in group.drain(..) {
            // A client that left needs no answer.
            let _ = done.send(());
        }
    }
}
