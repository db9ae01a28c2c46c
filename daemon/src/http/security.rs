//! What may a page from here do in a browser?
//! As little as it needs: every answer carries these headers, and a page that needs more says so itself.

use hyper::HeaderMap;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};

/// For pages that the daemon writes: text, a stylesheet and forms.
pub(super) const PLAIN_PAGE: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// For the checking page: it runs its own scripts and WebAssembly, and can connect to nothing.
pub(super) const CHECKING_PAGE: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    worker-src 'self'; style-src 'self'; img-src 'self' data:; manifest-src 'self'; connect-src 'none'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// For the page that explores the platform's calls: it runs its own script, which asks this daemon and nobody else.
pub(super) const EXPLORING_PAGE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// For the operator's page: it runs its own scripts, which ask this daemon and nobody else, and makes markup of nothing.
pub(super) const CONSOLE_PAGE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// For the checking page's service worker: it keeps the page for when there is no network.
pub(super) const SERVICE_WORKER: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// For a report from an outbox, where somebody else may have written it.
pub(super) const REPORT: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'; sandbox allow-downloads";

const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
    magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=()";

/// Puts the headers on an answer; what stands there stays.
pub(super) fn put_on(headers: &mut HeaderMap) {
    let all = [
        (CONTENT_SECURITY_POLICY, PLAIN_PAGE),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    ];
    for (name, value) in all {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}
