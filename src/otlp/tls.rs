//! Whom to trust, and who we are: certificates and keys in PEM.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use crate::error::{Error, plain};

/// What is known of certificates besides the system's.
#[derive(Clone, Default)]
pub struct Tls {
    authorities: Option<Arc<Vec<Certificate<'static>>>>,
    client: Option<ClientCert>,
}

/// Never a key.
impl fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { authorities, client } = self;
        write!(formatter, "own authority: {}, client certificate: {}", authorities.is_some(), client.is_some())
    }
}

impl Tls {
    /// Reads the authorities to trust instead of the system's, and the certificate with its key
    /// that says who we are.
    pub fn read(authority: Option<&Path>, client: Option<(&Path, &Path)>) -> Result<Self, Error> {
        let authorities = authority.map(certificates).transpose()?.map(Arc::new);
        let client =
            client.map(|(chain, key)| Ok(ClientCert::new_with_certs(&certificates(chain)?, private_key(key)?)));
        Ok(Self { authorities, client: client.transpose()? })
    }

    pub(super) fn config(&self) -> TlsConfig {
        let trusted = self.authorities.clone().map_or(RootCerts::PlatformVerifier, RootCerts::Specific);
        TlsConfig::builder().root_certs(trusted).client_cert(self.client.clone()).build()
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, Error> {
    let is_certificate = |item| if let PemItem::Certificate(certificate) = item { Some(certificate) } else { None };
    let found: Vec<_> = items(path)?.into_iter().filter_map(is_certificate).collect();
    if found.is_empty() { Err(holds_no(path, "certificate")) } else { Ok(found) }
}

fn private_key(path: &Path) -> Result<PrivateKey<'static>, Error> {
    let is_key = |item| if let PemItem::PrivateKey(key) = item { Some(key) } else { None };
    items(path)?.into_iter().find_map(is_key).ok_or_else(|| holds_no(path, "private key"))
}

fn items(path: &Path) -> Result<Vec<PemItem<'static>>, Error> {
    let text = std::fs::read(path).map_err(|error| {
        let sentence = format!("Cannot read the certificate file {}: {}.", path.display(), plain(&error));
        Error::usage(sentence, "Check --certificate, --client-certificate and --client-key, and their OTEL_ variables.")
    })?;
    Ok(parse_pem(&text).filter_map(Result::ok).collect())
}

fn holds_no(path: &Path, what: &str) -> Error {
    Error::usage(
        format!("{} holds no {what} in PEM.", path.display()),
        "A PEM file has lines that read -----BEGIN ...-----.",
    )
}
