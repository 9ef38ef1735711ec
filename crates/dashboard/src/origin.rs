//! Where a request comes from, as far as it can be believed.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;

use crate::app::App;

/// What proxies write: the address of whoever asked them, behind those they were told.
const FORWARDED: &str = "x-forwarded-for";

/// An address, or the network of one where a single household has very many.
pub(crate) struct Origin(pub String);

impl FromRequestParts<App> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|info| info.0.ip());
        let told = parts.headers.get_all(FORWARDED).iter();
        let told: Vec<&str> = told
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .collect();
        // Each of our own proxies adds one at the end; whatever stands before can be made up.
        let own = told.len().checked_sub(app.proxies);
        let believed = own
            .filter(|_| app.proxies > 0)
            .and_then(|at| told.get(at)?.parse().ok());
        let network = believed.or(peer).map_or_else(String::new, network);
        Ok(Self(format!("origin {network}")))
    }
}

fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
    }
}
