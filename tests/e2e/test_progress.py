"""The progress display on a terminal: what a person sees while a store throttles, and after Ctrl-C."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from harness.load import Original
from harness.program import clean_environment
from harness.sim_control import SimControl
from harness.suite import StoreCase, main, on_stores

COLUMNS = 60


@on_stores("full")
class Progress(StoreCase):
    def setUp(self):
        super().setUp()
        self.control = SimControl(self.store)
        self.addCleanup(self.control.clear_faults)
        self.put({f"sources/2018/04/0{day}/{name}.xml": Original(b"<x/>" * 50) for day in (1, 2) for name in "abc"})

    def start(self, *more: str) -> tuple[subprocess.Popen, int]:
        """On a terminal of sixty columns."""
        terminal, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 20, COLUMNS, 0, 0))
        program = subprocess.Popen([os.environ["S3C_PROGRAM"], *self.arguments(*more)], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=theirs,
                                   env=clean_environment(self.store, "/tmp", TERM="xterm"))
        os.close(theirs)
        self.addCleanup(os.close, terminal)
        self.addCleanup(program.wait)
        self.addCleanup(program.kill)
        return program, terminal

    def read_until(self, terminal: int, pattern: str, seconds: float = 8) -> str:
        text = ""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.05)[0]:
                try:
                    text += os.read(terminal, 65536).decode()
                except OSError:  # the program has ended
                    break
            if re.search(pattern, text):
                return text
        self.fail(f"{pattern!r} was never shown:\n{text}")

    def test_shows_at_once_what_is_tried_again_and_what_ctrl_c_waits_for(self):
        self.control.set_faults([
            {"operation": "GetObject", "key": "sources/*/a.xml", "times": 4, "fault": "error", "status": 503, "code": "SlowDown"},
            {"operation": "GetObject", "key": "sources/*", "fault": "delay", "ms": 1200}])
        program, terminal = self.start()
        started = time.monotonic()
        shown = self.read_until(terminal, r"trying again: GetObject: 503 SlowDown")
        self.assertLess(time.monotonic() - started, 2)
        shown += self.read_until(terminal, r"failed tr(y|ies) so far")
        shown += self.read_until(terminal, r"[1-9] requests? in flight")
        program.send_signal(signal.SIGINT)
        shown += self.read_until(terminal, r"stopping: waits for \d+ GetObject")
        self.assertNotIn("\x1b[3", shown, "no colours")
        for line in re.split(r"\r?\n|\r", re.sub(r"\x1b\[[0-9]*[A-Z]", "", shown)):
            if not line.startswith("s3compress: "):  # a message scrolls, and wraps
                self.assertLess(len(line), COLUMNS, line)

    def test_quiet_is_silent(self):
        program, terminal = self.start("--quiet")
        self.assertEqual(0, program.wait(20))
        try:
            shown = os.read(terminal, 65536)
        except OSError:  # there was nothing before its end
            shown = b""
        self.assertEqual(b"", shown)


if __name__ == "__main__":
    main()
