//! How does a connection become private?
//! By rustls with the operator's own certificate. A renewed one is taken up while the daemon runs; one that cannot be used
//! never takes the place of one that can.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;

use crate::config;
use crate::log;

/// The certificate that is shown to clients, and its key.
pub(super) struct Tls {
    files: Files,
    current: RwLock<Arc<ServerConfig>>,
    /// How the files stood when they were last read.
    seen: Mutex<Standing>,
}

#[derive(Clone, Debug)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

/// Time of change and length of both files.
type Standing = [Option<(SystemTime, u64)>; 2];

/// Why TLS cannot be spoken.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read `{}`: {source}\nhint: see `http.tls_certificate` and `http.tls_key` in the config", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("`{}` {what}\nhint: both files are PEM, the certificate with those that signed it behind it", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The two files do not go together.
    #[error("the certificate `{}` cannot be used with its key: {source}", path.display())]
    Unusable {
        /// The certificate.
        path: PathBuf,
        /// What is wrong.
        source: rustls::Error,
    },
}

/// The files are looked at so often.
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);

impl Tls {
    /// The certificate that the config names, if it names one. Its paths begin at the data directory.
    pub(super) fn of(data: &Path, settings: &config::Http) -> Result<Option<Arc<Self>>, TlsError> {
        let (Some(certificate), Some(key)) = (&settings.tls_certificate, &settings.tls_key) else {
            return Ok(None);
        };
        let files = Files {
            certificate: data.join(certificate),
            key: data.join(key),
        };
        let seen = files.standing();
        let current = files.load()?;
        log::tls_certificate_loaded(&files.certificate);
        Ok(Some(Arc::new(Self {
            files,
            current: RwLock::new(current),
            seen: Mutex::new(seen),
        })))
    }

    /// What takes the next connection.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&current))
    }

    /// Reads the files again where they have changed. While they do not go together, as in the middle of a renewal, the
    /// certificate stays.
    fn renew(&self) {
        let standing = self.files.standing();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == standing {
            return;
        }
        *seen = standing;
        match self.files.load() {
            Ok(config) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = config;
                log::tls_certificate_loaded(&self.files.certificate);
            }
            Err(error) => log::tls_certificate_kept(&error),
        }
    }
}

/// Takes up renewed certificates: at once after SIGHUP, by itself within seconds.
pub(super) async fn watch(tls: std::sync::Weak<Tls>) {
    let mut hang_up = signal(SignalKind::hangup()).ok();
    loop {
        let asked = async {
            match &mut hang_up {
                Some(hang_up) => hang_up.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
            _ = asked => {}
        }
        let Some(tls) = tls.upgrade() else {
            return;
        };
        // A panic was told where it happened.
        let _ = tokio::task::spawn_blocking(move || tls.renew()).await;
    }
}

impl Files {
    fn standing(&self) -> Standing {
        [&self.certificate, &self.key].map(|path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        })
    }

    fn load(&self) -> Result<Arc<ServerConfig>, TlsError> {
        let read = |path: &Path| {
            std::fs::read(path).map_err(|source| TlsError::Read {
                path: path.to_owned(),
                source,
            })
        };
        let content = |path: &Path, what: String| TlsError::Content {
            path: path.to_owned(),
            what,
        };
        let text = read(&self.certificate)?;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
        let chain = chain.map_err(|error| {
            content(&self.certificate, format!("holds no certificate: {error}"))
        })?;
        if chain.is_empty() {
            return Err(content(&self.certificate, "holds no certificate".into()));
        }
        let key = PrivateKeyDer::from_pem_slice(&read(&self.key)?);
        // What is wrong with a key is told without anything of it.
        let key =
            key.map_err(|_| content(&self.key, "holds no private key that can be read".into()))?;
        let unusable = |source| TlsError::Unusable {
            path: self.certificate.clone(),
            source,
        };
        let provider = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(unusable)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}
