//! What browsers load besides the pages, compiled in. A name holds a hash of its content, so that it is kept for ever
//! and never stale.

use std::sync::LazyLock;

/// What the names of the API console's own begin with, which no other page loads.
pub(crate) const CONSOLE: &str = "console";

/// One asset.
pub(crate) struct Asset {
    /// Its name in the address.
    pub name: String,
    /// Its media type.
    pub kind: &'static str,
    /// Its bytes.
    pub content: &'static [u8],
}

/// Every asset: the styles, then the scripts, each in the order in which pages load them.
pub(crate) static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let style = "text/css; charset=utf-8";
    let script = "text/javascript; charset=utf-8";
    vec![
        asset("desk", "css", style, include_bytes!("../assets/desk.css")),
        asset("list", "css", style, include_bytes!("../assets/list.css")),
        asset("desk", "js", script, include_bytes!("../assets/desk.js")),
        asset("swap", "js", script, include_bytes!("../assets/swap.js")),
        asset("live", "js", script, include_bytes!("../assets/live.js")),
        asset("list", "js", script, include_bytes!("../assets/list.js")),
        asset("news", "js", script, include_bytes!("../assets/news.js")),
        asset("save", "js", script, include_bytes!("../assets/save.js")),
        asset(
            "waiting",
            "js",
            script,
            include_bytes!("../assets/waiting.js"),
        ),
        asset(
            "palette",
            "js",
            script,
            include_bytes!("../assets/palette.js"),
        ),
        asset(
            CONSOLE,
            "css",
            style,
            include_bytes!("../assets/console.css"),
        ),
        asset(
            CONSOLE,
            "js",
            script,
            include_bytes!("../assets/console.js"),
        ),
    ]
});

fn asset(stem: &str, extension: &str, kind: &'static str, content: &'static [u8]) -> Asset {
    let hash = blake3::hash(content).to_hex();
    let name = format!("{stem}-{}.{extension}", &hash[..16]);
    Asset {
        name,
        kind,
        content,
    }
}
