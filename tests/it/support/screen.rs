//! [`Screen`]: a real terminal with a shell, and what it shows.

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use pty_process::blocking::{Command, Pty};
use rustix::termios::{tcgetattr, LocalModes, SpecialCodeIndex, Termios};

use super::{Account, Program};

/// How long to wait for expected text.
const PATIENCE: Duration = Duration::from_mins(1);

pub struct Screen {
    pty: Arc<Pty>,
    shell: std::process::Child,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    program: Program,
    /// The terminal modes at the start.
    found: Termios,
}

struct Seen {
    parser: vt100::Parser,
    /// Every byte since the last text that was waited for.
    bytes: Vec<u8>,
}

impl Screen {
    /// An interactive dash in an account, with `ecr-ptc` to run.
    pub fn new(account: &Account) -> Self {
        Self::with(Program::new(&[]).with(account))
    }

    pub fn with(program: Program) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(pty_process::Size::new(50, 120)).unwrap();
        let rc = program.file("rc", program.assignments());
        let shell = if std::path::Path::new("/bin/dash").exists() {
            "/bin/dash"
        } else {
            "/bin/sh"
        };
        let shell = Command::new(shell)
            .arg("-i")
            .current_dir(program.home.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", program.home.path())
            .env("TERM", "xterm-256color")
            .env("PS1", "ready> ")
            .env("ENV", rc)
            .env("PTC", env!("CARGO_BIN_EXE_ecr-ptc"))
            .spawn(pts)
            .unwrap();
        let parser = vt100::Parser::new(50, 120, 1000);
        let seen = Arc::new((
            Mutex::new(Seen {
                parser,
                bytes: Vec::new(),
            }),
            Condvar::new(),
        ));
        let pty = Arc::new(pty);
        let (reader, into) = (Arc::clone(&pty), Arc::clone(&seen));
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = (&*reader).read(&mut buffer) {
                let mut seen = into.0.lock().unwrap();
                seen.parser.process(&buffer[..length]);
                seen.bytes.extend(&buffer[..length]);
                into.1.notify_all();
            }
        });
        let found = tcgetattr(pty.as_fd()).unwrap();
        let screen = Self {
            pty,
            shell,
            seen,
            program,
            found,
        };
        screen.sees("ready> ");
        screen
    }

    /// The screen after a successful run on a terminal of this width.
    pub fn shown(account: &Account, columns: u16, run: &str) -> String {
        let screen = Self::new(account);
        screen.resized(60, columns);
        let run = format!("printf '\\033[H\\033[2J'; {run}");
        screen.enters(&run).status_is(0);
        let text = screen.text();
        text.split("ready> ").next().unwrap().to_owned()
    }

    /// Makes the terminal another size.
    pub fn resized(&self, rows: u16, columns: u16) -> &Self {
        let size = pty_process::Size::new(rows, columns);
        self.pty.resize(size).unwrap();
        let mut seen = self.seen.0.lock().unwrap();
        seen.parser.screen_mut().set_size(rows, columns);
        drop(seen);
        self
    }

    /// Types, without Enter.
    pub fn types(&self, keys: &(impl AsRef<[u8]> + ?Sized)) -> &Self {
        (&*self.pty).write_all(keys.as_ref()).unwrap();
        self
    }

    /// Types a line and Enter, as a keyboard sends it.
    pub fn enters(&self, line: &str) -> &Self {
        self.types(&format!("{line}\r"))
    }

    /// Chooses by an index: by the number in plain lines, else by the arrow down from the first.
    /// Waits until the answer is shown.
    pub fn chooses(&self, is_plain: bool, index: usize) -> &Self {
        if is_plain {
            self.enters(&(index + 1).to_string());
        } else {
            self.enters(&"\u{1b}[B".repeat(index));
        }
        self.sees("\u{1b}[32m>\u{1b}[39m ").sees("\u{1b}[39m\r\n")
    }

    /// Waits for a text after the last one that was waited for. Its
    /// colors matter only if the text contains an escape.
    pub fn sees(&self, text: &str) -> &Self {
        let end = Instant::now() + PATIENCE;
        let (lock, arrived) = &*self.seen;
        let mut seen = lock.lock().unwrap();
        loop {
            if let Some(end) = end_of(text, &seen.bytes) {
                seen.bytes.drain(..end);
                return self;
            }
            let left = end.saturating_duration_since(Instant::now());
            let shown = seen.parser.screen().contents();
            assert!(
                !left.is_zero(),
                "{text:?} did not come; the screen is:\n{shown}"
            );
            seen = arrived.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Answers the questions of `create` if registry and username are given.
    pub fn enters_a_token(&self) -> &Self {
        self.sees("Access token")
            .enters("not-a-real-token")
            .skips_expiry()
    }

    /// Skips the expiry date, which is asked for after a token that has none.
    pub fn skips_expiry(&self) -> &Self {
        self.sees("Expiry date of").enters("")
    }

    /// Answers the offer to prove the rule by a pull with Enter, which is No.
    pub fn skips_the_pull(&self) -> &Self {
        self.sees("Pull an image now to prove it?").enters("")
    }

    /// The shell's home directory.
    pub fn home(&self) -> &std::path::Path {
        self.program.home.path()
    }

    /// The screen, without scrolled-off lines.
    pub fn text(&self) -> String {
        self.seen.0.lock().unwrap().parser.screen().contents()
    }

    /// The screen with scrolled-off lines.
    pub fn history(&self) -> String {
        let mut seen = self.seen.0.lock().unwrap();
        let screen = seen.parser.screen_mut();
        screen.set_scrollback(usize::MAX);
        let mut text = String::new();
        for lines in (0..=screen.scrollback()).rev() {
            screen.set_scrollback(lines);
            text.extend(screen.rows(0, u16::MAX).next());
            text.push('\n');
        }
        text + &screen.contents()
    }

    /// Expects the terminal modes of the start.
    pub fn is_as_before(&self) -> &Self {
        let now = tcgetattr(self.pty.as_fd()).unwrap();
        let modes = now.local_modes;
        assert!(
            modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG),
            "{modes:?}"
        );
        assert_eq!(modes, self.found.local_modes);
        assert_eq!(now.input_modes, self.found.input_modes);
        assert_eq!(now.output_modes, self.found.output_modes);
        for code in [SpecialCodeIndex::VMIN, SpecialCodeIndex::VTIME] {
            assert_eq!(now.special_codes[code], self.found.special_codes[code]);
        }
        let seen = self.seen.0.lock().unwrap();
        let screen = seen.parser.screen();
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        drop(seen);
        self
    }

    /// Asks the shell for the status of the last command.
    pub fn status_is(&self, status: u8) -> &Self {
        self.sees("ready> ").is_as_before();
        self.enters("echo status=$?")
            .sees("status=$?")
            .sees(&format!("status={status}\r"))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

/// The end of a text in the bytes of a terminal.
fn end_of(text: &str, sent: &[u8]) -> Option<usize> {
    let mut is_color = false;
    let is_shown = |(at, byte): &(usize, &u8)| {
        let begins = **byte == 0x1b && sent.get(at + 1) == Some(&b'[');
        let was_color = is_color;
        is_color = begins || (is_color && !byte.is_ascii_alphabetic());
        text.contains('\u{1b}') || !(was_color || begins)
    };
    let shown: Vec<(usize, &u8)> = sent.iter().enumerate().filter(is_shown).collect();
    let mut windows = shown.windows(text.len());
    let window = windows.find(|window| window.iter().map(|(_, byte)| **byte).eq(text.bytes()))?;
    window.last().map(|(at, _)| at + 1)
}
