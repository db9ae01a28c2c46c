//! Does the daemon stay what it was, however long it runs and whatever befalls it?
//! Files come without a pause, people ask, and every few seconds something goes wrong; in the end every file came to one end and
//! the store agrees with the journal, and within a life of the daemon its memory, descriptors and threads stay level.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use intake_tests::daemon::Daemon;
use intake_tests::http::{Server, Token};
use intake_tests::installation::Installation;
use intake_tests::on_demand::{Random, number_from, seed};
use intake_tests::orders::csv;
use intake_tests::patience::await_that;
use rustix::process::Signal;

/// So many seconds where `INTAKE_SOAK_SECONDS` does not say otherwise, with something going wrong every so many milliseconds.
const SECONDS: u64 = 12;
const BETWEEN_FAULTS_MS: u64 = 1_500;
const BETWEEN_FILES: Duration = Duration::from_millis(150);
const PARTNERS: [&str; 3] = ["alpha", "beta", "gamma"];
const ROWS: usize = 25;
/// Most connections that are opened at once and left alone.
const IDLE_CONNECTIONS: u64 = 40;
/// So much a life may take more at its end than after its first third.
const SLACK_KIB: u64 = 48 << 10;
const SLACK_DESCRIPTORS: u64 = 24;
const SLACK_THREADS: u64 = 6;

/// What a process takes.
#[derive(Clone, Copy, Debug)]
struct Taken {
    kib: u64,
    descriptors: u64,
    threads: u64,
}

struct Soak {
    site: Installation,
    token: Token,
    daemon: Daemon,
    server: Server,
    /// Files that were dropped, with how many rows each is to bring.
    dropped: BTreeMap<String, (&'static str, u64)>,
    /// What this life of the daemon took, at every file.
    taken: Vec<Taken>,
    idle: Vec<TcpStream>,
    faults: u64,
    longest_life: usize,
}

#[test]
fn whatever_befalls_it_the_daemon_stays_level_and_every_file_comes_to_its_end() -> anyhow::Result<()>
{
    let seconds = number_from("INTAKE_SOAK_SECONDS")?.unwrap_or(SECONDS);
    let between = number_from("INTAKE_SOAK_FAULT_MS")?.unwrap_or(BETWEEN_FAULTS_MS);
    let seed = seed()?;
    let mut random = Random(seed);
    let mut soak = Soak::begin()?;
    let started = Instant::now();
    let mut next_fault = Duration::from_millis(between);
    while started.elapsed() < Duration::from_secs(seconds) {
        soak.drop_one(&mut random)?;
        soak.ask()
            .with_context(|| format!("seed {seed}, it said:\n{}", soak.daemon.said()))?;
        soak.taken.push(Taken::of(&soak.daemon)?);
        if started.elapsed() > next_fault {
            next_fault = started.elapsed() + Duration::from_millis(between);
            soak = soak
                .fault(&mut random)
                .with_context(|| format!("seed {seed}"))?;
        }
        sleep(BETWEEN_FILES);
    }
    let said = soak.end().with_context(|| format!("seed {seed}"))?;
    println!("seed {seed}: {seconds} s, {said}");
    Ok(())
}

impl Soak {
    fn begin() -> anyhow::Result<Self> {
        let token = Token::new()?;
        let partners: String = PARTNERS
            .map(|partner| format!("[partners.{partner}]\n"))
            .concat();
        let sections = format!(
            "[http]\nlisten = \"127.0.0.1:0\"\noperator_tokens = [\"{}\"]\ntoken_rate = \"off\"\n{partners}",
            token.hash
        );
        let site = Installation::with("", &sections)?;
        site.stock(1)?;
        let (daemon, server) = Server::of(&site)?;
        Ok(Self {
            site,
            token,
            daemon,
            server,
            dropped: BTreeMap::new(),
            taken: Vec::new(),
            idle: Vec::new(),
            faults: 0,
            longest_life: 0,
        })
    }

    fn drop_one(&mut self, random: &mut Random) -> anyhow::Result<()> {
        let partner = PARTNERS[random.below(3) as usize];
        let name = format!("F{}.csv", self.dropped.len());
        let mut content = csv(&format!("F{}", self.dropped.len()), ROWS, 1);
        let mut rows = ROWS as u64;
        if random.below(4) == 0 {
            // A last row that is wrong.
            content.extend_from_slice(b"wrong,,,,,\n");
        }
        if random.below(20) == 0 {
            content = vec![0; 1 + random.below(4000) as usize];
            rows = 0;
        }
        self.site.drop_file(partner, &name, &content)?;
        self.dropped.insert(name, (partner, rows));
        Ok(())
    }

    fn ask(&self) -> anyhow::Result<()> {
        let token = format!("X-plenigo-token: {}", self.token.token);
        for path in [
            "/api/v3.0/orders?size=5",
            "/api/v3.0/imports/orders/logs?size=5",
            "/metrics",
        ] {
            await_that("an answer", || {
                let answer = self.server.get(path, &[&token])?;
                // One that has just begun asks to be asked again.
                let known = [200, 503].contains(&answer.status);
                ensure!(known, "{path}: {answer:?}");
                Ok(answer.status == 200)
            })?;
        }
        Ok(())
    }

    /// Something goes wrong.
    fn fault(mut self, random: &mut Random) -> anyhow::Result<Self> {
        self.faults += 1;
        match random.below(8) {
            0 => return self.another_life(random.below(3) == 0, true),
            1 => return self.another_life(false, false),
            2 => {
                self.daemon.signal(Signal::STOP)?;
                sleep(Duration::from_millis(300));
                self.daemon.signal(Signal::CONT)?;
            }
            3 => {
                let (inbox, aside) = (self.site.inbox("gamma"), self.site.scratch("aside"));
                if inbox.exists() {
                    fs::rename(&inbox, &aside)?;
                    sleep(Duration::from_millis(200));
                    // The daemon may have made a new one meanwhile.
                    let _ = fs::remove_dir(&inbox);
                    fs::rename(&aside, &inbox)?;
                }
            }
            4 => self.daemon.signal(Signal::HUP)?,
            5 => {
                self.idle.clear();
                for _ in 0..random.below(IDLE_CONNECTIONS) {
                    let mut stream = self.server.connect()?;
                    let _ = stream.write_all(b"GET /api/v3.0/orders HTTP/1.1\r\nX-Slow: ");
                    self.idle.push(stream);
                }
            }
            6 => {
                let huge = vec![b'{'; 1 << 20];
                let mut request = self.server.head(
                    "POST",
                    "/api/v3.0/imports/orders",
                    &["Content-Length: 1048576"],
                );
                request.extend_from_slice(&huge);
                let _ = self.server.ask(&request);
            }
            _ => {
                let link = self.site.inbox("beta").join("link.csv");
                let _ = std::os::unix::fs::symlink("/etc/passwd", &link);
                sleep(Duration::from_millis(100));
                let _ = fs::remove_file(&link);
            }
        }
        Ok(self)
    }

    /// The daemon is killed or told to end, and started again; the store may be gone meanwhile.
    fn another_life(mut self, without_store: bool, killed: bool) -> anyhow::Result<Self> {
        self.looks_level()?;
        self.idle.clear();
        if killed {
            self.daemon.kill()?;
        } else {
            self.daemon.stop()?;
        }
        if without_store {
            fs::remove_dir_all(self.site.data().join("state"))?;
        }
        (self.daemon, self.server) = Server::of(&self.site)?;
        self.taken.clear();
        Ok(self)
    }

    /// Within this life of the daemon.
    fn looks_level(&mut self) -> anyhow::Result<()> {
        self.longest_life = self.longest_life.max(self.taken.len());
        let most = |part: &[Taken], of: fn(&Taken) -> u64| part.iter().map(of).max().unwrap_or(0);
        let (early, late) = self.taken.split_at(self.taken.len() / 3);
        // What has hardly begun is still warming up.
        if early.len() < 10 {
            return Ok(());
        }
        let last = &late[late.len() / 2..];
        let idle = IDLE_CONNECTIONS;
        for (what, slack, of) in [
            (
                "memory in KiB",
                SLACK_KIB,
                (|taken| taken.kib) as fn(&Taken) -> u64,
            ),
            ("descriptors", SLACK_DESCRIPTORS + idle, |taken| {
                taken.descriptors
            }),
            ("threads", SLACK_THREADS, |taken| taken.threads),
        ] {
            let (before, after) = (most(early, of), most(last, of));
            ensure!(
                after <= before + slack,
                "{what} grew from {before} to {after}: {:?}",
                self.taken
            );
        }
        Ok(())
    }

    /// Waits until everything rests and looks at all of it.
    fn end(mut self) -> anyhow::Result<String> {
        self.looks_level()?;
        self.idle.clear();
        await_that("every file to rest", || {
            self.daemon.must_run()?;
            let files = self.site.files()?;
            let resting = files.iter().filter(|file| file["open"] == false).count();
            Ok(resting == self.dropped.len())
        })?;
        let mut rows = BTreeMap::<String, Vec<u64>>::new();
        for line in self.site.log()? {
            if line["decision"] == "create" {
                let file = line["file"].as_str().context("a file's name")?.to_owned();
                rows.entry(file).or_default().extend(line["row"].as_u64());
            }
        }
        for (name, (partner, count)) in &self.dropped {
            let mut rows = rows.remove(name).unwrap_or_default();
            rows.sort_unstable();
            ensure!(
                rows == (1..=*count).collect::<Vec<_>>(),
                "of `{name}` the rows {rows:?} are there"
            );
            let receipt = self
                .site
                .receipt(partner, &format!("{name}.receipt.json"))?;
            ensure!(receipt.is_some(), "`{name}` has no receipt");
        }
        self.site.verify()?;
        let told = format!(
            "{} files, {} faults, none lost or done twice; the longest life of the daemon saw {} files and stayed level, {:?} at its end",
            self.dropped.len(),
            self.faults,
            self.longest_life,
            self.taken.last(),
        );
        self.daemon.stop()?;
        Ok(told)
    }
}

impl Taken {
    fn of(daemon: &Daemon) -> anyhow::Result<Self> {
        let process = format!("/proc/{}", daemon.process_id());
        let status = fs::read_to_string(format!("{process}/status"))?;
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.split_whitespace().next()?.parse().ok())
                .with_context(|| format!("no {name} in {status}"))
        };
        Ok(Self {
            kib: number("RssAnon:")?,
            descriptors: fs::read_dir(format!("{process}/fd"))?.count() as u64,
            threads: number("Threads:")?,
        })
    }
}
