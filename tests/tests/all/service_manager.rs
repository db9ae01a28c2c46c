//! Does the service manager hear from the daemon what systemd expects?
//! Over a real socket: that it answers, that it lives, that it ends.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use intake_tests::installation::Installation;

struct Listening {
    socket: UnixDatagram,
    heard: Vec<String>,
}

impl Listening {
    /// Listens until something was heard that begins so.
    fn until(&mut self, beginning: &str) -> anyhow::Result<()> {
        let mut bytes = [0; 4096];
        loop {
            let length = self
                .socket
                .recv(&mut bytes)
                .with_context(|| format!("no `{beginning}` after {:?}", self.heard))?;
            self.heard
                .push(String::from_utf8(bytes[..length].to_vec())?);
            if self
                .heard
                .last()
                .is_some_and(|last| last.starts_with(beginning))
            {
                return Ok(());
            }
        }
    }
}

#[test]
fn the_service_manager_is_told() -> anyhow::Result<()> {
    let mut site = Installation::for_partners(&["alpha"])?;
    let path = site.scratch("notify");
    let socket = UnixDatagram::bind(&path)?;
    socket.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut listening = Listening {
        socket,
        heard: Vec::new(),
    };
    site.set_variable("NOTIFY_SOCKET", &path.display().to_string());
    site.set_variable("WATCHDOG_USEC", "400000");
    let daemon = site.serve()?;
    listening.until("READY=1")?;
    // Whoever hears this can ask.
    ensure!(site.data().join("intake.sock").exists());
    ensure!(site.run(&["files"])?.code == 0);
    listening.until("STATUS=serving")?;
    for _ in 0..3 {
        listening.until("WATCHDOG=1")?;
    }
    daemon.stop()?;
    listening.until("STOPPING=1")
}

#[test]
fn a_new_installation_serves_at_once() -> anyhow::Result<()> {
    let site = Installation::for_partners(&[])?;
    let offers = site.scratch("offers.ndjson");
    xtask::generate::write_offers(&mut std::fs::File::create(&offers)?)?;
    let (new, offers) = (
        site.scratch("new").display().to_string(),
        offers.display().to_string(),
    );
    let init = [
        "init",
        &new,
        "--partner",
        "kiosk",
        "--offers",
        &offers,
        "--listen",
        "127.0.0.1:0",
        "--token",
    ];
    let made = site.run_alone(&init)?;
    ensure!(
        made.code == 0 && made.out.contains("shown this once"),
        "{made:?}"
    );
    let again = site.run_alone(&init)?;
    ensure!(
        again.code == 2 && again.err.contains("is there already"),
        "{again:?}"
    );
    let rights = |path: &str| -> anyhow::Result<u32> {
        use std::os::unix::fs::PermissionsExt as _;
        Ok(std::fs::metadata(site.scratch("new").join(path))?
            .permissions()
            .mode()
            & 0o777)
    };
    ensure!(
        rights("")? == 0o750 && rights("intake.toml")? == 0o640,
        "others can read it"
    );
    ensure!(rights("journal")? == 0o700 && rights("inbox/kiosk")? % 8 == 0);
    let checked = site.run_alone(&["config", "check", "--data", &new])?;
    ensure!(
        checked.out.contains("1 partner with an entry"),
        "{checked:?}"
    );
    let listed = site.run_alone(&["offer", "list", "--data", &new, "--format", "json"])?;
    ensure!(
        listed.code == 0 && listed.out.lines().count() > 3,
        "{listed:?}"
    );
    // A wrong address is found before anything is written.
    let other = site.scratch("other").display().to_string();
    let refused = site.run_alone(&["init", &other, "--listen", "0.0.0.0:8710"])?;
    ensure!(
        refused.code == 1 && !site.scratch("other").exists(),
        "{refused:?}"
    );
    Ok(())
}
