//! Under which names may the daemon be called?
//! A page of somebody else's whose name is made to point here (DNS rebinding) calls it by another name, and gets
//! nothing.

use std::collections::BTreeSet;

use axum::extract::Request;
use hyper::header::HOST;

use crate::config::{self, Hosts};

/// The names that hold for these settings.
pub(super) fn of(settings: &config::Http) -> Hosts {
    let named_none = matches!(&settings.hosts, Hosts::Only(names) if names.is_empty());
    if !named_none {
        return settings.hosts.clone();
    }
    if settings.behind_proxy {
        return Hosts::Any;
    }
    let mut names = BTreeSet::from(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
    if let Some(address) = settings.listen {
        names.insert(match address.ip() {
            std::net::IpAddr::V4(ip) => ip.to_string(),
            std::net::IpAddr::V6(ip) => format!("[{ip}]"),
        });
    }
    Hosts::Only(names)
}

/// Is the request addressed to one of these?
pub(super) fn are_called_by(request: &Request, hosts: &Hosts) -> bool {
    let Hosts::Only(names) = hosts else {
        return true;
    };
    let header = request.headers().get(HOST);
    let called = request.uri().host().map(str::to_owned).or_else(|| {
        header
            .and_then(|value| value.to_str().ok())
            .map(|value| without_port(value).to_owned())
    });
    called.is_some_and(|called| names.contains(&called.to_ascii_lowercase()))
}

fn without_port(host: &str) -> &str {
    match host.rfind(':') {
        Some(colon) if !host[colon..].contains(']') => &host[..colon],
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn a_loopback_address_has_its_own_names_only() {
        let settings = config::Http {
            listen: Some("127.0.0.5:80".parse().unwrap()),
            ..config::Http::default()
        };
        let hosts = of(&settings);
        let called = |host: &str| {
            let request = Request::get("/").header(HOST, host);
            are_called_by(&request.body(Body::empty()).unwrap(), &hosts)
        };
        for good in [
            "localhost:80",
            "LOCALHOST",
            "127.0.0.5:80",
            "[::1]:8710",
            "[::1]",
        ] {
            assert!(called(good), "{good}");
        }
        for bad in [
            "rebound.example.org",
            "",
            "127.0.0.6",
            "localhost.example.org",
        ] {
            assert!(!called(bad), "{bad}");
        }
        let none = Request::get("/").body(Body::empty()).unwrap();
        assert!(!are_called_by(&none, &hosts));
    }
}
