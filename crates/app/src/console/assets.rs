//! What pages load: one stylesheet, a little script, the icon. Embedded; named by their content, so that a browser keeps
//! them for good and a new version brings new names. Knows no page.

use std::sync::LazyLock;

use bytes::Bytes;
use data_encoding::HEXLOWER;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use sha2::{Digest, Sha256};

use super::answer::PageAnswer;
use super::trouble::Trouble;
use super::visit::Visit;

struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

const ASSETS: &[Asset] = &[
    Asset {
        name: "console.css",
        content_type: "text/css; charset=utf-8",
        bytes: include_bytes!("assets/console.css"),
    },
    Asset {
        name: "console.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("assets/console.js"),
    },
    Asset {
        name: "overview.css",
        content_type: "text/css; charset=utf-8",
        bytes: include_bytes!("assets/overview.css"),
    },
    Asset {
        name: "what_if.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("assets/what_if.js"),
    },
    Asset {
        name: "explorer.css",
        content_type: "text/css; charset=utf-8",
        bytes: include_bytes!("assets/explorer.css"),
    },
    Asset {
        name: "change.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("assets/change.js"),
    },
    Asset {
        name: "explorer.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("assets/explorer.js"),
    },
    Asset { name: "icon.svg", content_type: "image/svg+xml", bytes: include_bytes!("assets/icon.svg") },
];

/// A few letters that change when any of them does.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for asset in ASSETS {
        hash.update(asset.bytes);
    }
    HEXLOWER.encode(hash.finalize().get(..6).unwrap_or_default())
});

/// The address of an asset.
pub fn url(name: &str) -> String {
    format!("/console/assets/{}/{name}", &*VERSION)
}

/// Sends one. Another version's name gets the present content: a page that is still open may ask for it.
pub fn send(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let name = visit.path_value("name");
    let asset = ASSETS.iter().find(|asset| asset.name == name).ok_or(Trouble::NotFound)?;
    let mut answer = PageAnswer::new(Bytes::from_static(asset.bytes));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    let kept = HeaderValue::from_static("public, max-age=31536000, immutable");
    answer.headers_mut().insert(CACHE_CONTROL, kept);
    Ok(answer)
}
