//! Starting the real binary.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use engine::store::Store;

use crate::made;
use crate::report::Report;

/// How long a desk takes to answer after it is started, and how much memory it holds then.
pub async fn start_up(folder: &Path, report: &mut Report) -> Result<()> {
    let mut times = Vec::new();
    let mut resident = String::new();
    for _ in 0..5 {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?
            .local_addr()?
            .port();
        let address = format!("127.0.0.1:{port}");
        let started = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_bordereau"))
            .args(["serve", "--listen", &address, "--data"])
            .arg(folder)
            .stderr(Stdio::null())
            .spawn()?;
        let deadline = started + Duration::from_secs(60);
        while Instant::now() < deadline && !made::is_healthy(&address) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        times.push(started.elapsed());
        tokio::time::sleep(Duration::from_secs(2)).await;
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()))?;
        resident = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .context("the kernel tells no resident memory")?
            .trim()
            .to_owned();
        child.kill()?;
        child.wait()?;
    }
    times.sort_unstable();
    report.fact(
        "start of `serve` to the first answer, median of 5",
        format!("{} ms", times[2].as_millis()),
    );
    report.fact("resident memory, idle", resident);
    let size = std::fs::metadata(env!("CARGO_BIN_EXE_bordereau"))?.len();
    report.fact("binary", format!("{} MB", size / 1_000_000));
    let file = std::fs::metadata(Store::embedded_file(folder))?.len();
    report.fact("embedded database", format!("{} MB", file / 1_000_000));
    Ok(())
}
