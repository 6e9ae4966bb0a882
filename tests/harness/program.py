"""Runs s3compress the way a user does, with an environment that holds nothing but what the test says."""

import dataclasses
import json
import os
import signal
import subprocess
import tempfile
import threading
import time

from .stores import Store, die_with_parent

# Reached only by a program that hangs.
TIMEOUT_S = float(os.environ.get("S3C_TIMEOUT_S", "110"))
SANITIZED = bool(os.environ.get("S3C_SANITIZED"))


@dataclasses.dataclass
class Result:
    code: int  # negative: the signal that ended it
    out: str
    err: str
    peak_rss_bytes: int
    raw_out: bytes = b""  # standard output as it came

    def json(self):
        return json.loads(self.out)

    def __str__(self) -> str:
        return f"exit code {self.code}\n--- stdout\n{self.out[-4000:]}\n--- stderr\n{self.err[-4000:]}"


def clean_environment(store: Store | None, home: str, endpoint: str | None = None, **extra: str) -> dict[str, str]:
    env = {"PATH": "/usr/bin:/bin", "HOME": home, "LANG": "C.UTF-8", "TMPDIR": home,
           "AWS_EC2_METADATA_DISABLED": "true"}
    if store is not None:
        env |= {"AWS_ACCESS_KEY_ID": store.access_key, "AWS_SECRET_ACCESS_KEY": store.secret_key,
                "AWS_REGION": store.region, "AWS_ENDPOINT_URL": endpoint or store.endpoint}
        if store.session_token:
            env["AWS_SESSION_TOKEN"] = store.session_token
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"):
        if name in os.environ:
            env[name] = os.environ[name]
    return env | extra


class Running:
    """A started s3compress; use as a context manager, or call wait()."""

    def __init__(self, store: Store | None, *args: str, endpoint: str | None = None, env: dict[str, str] | None = None):
        self._home = tempfile.TemporaryDirectory()
        self._out = tempfile.TemporaryFile()
        self._err = tempfile.TemporaryFile()
        self.command = [os.environ["S3C_PROGRAM"], *args]
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=self._out, stderr=self._err, cwd=self._home.name,
            preexec_fn=die_with_parent,
            env=clean_environment(store, self._home.name, endpoint) if env is None else env)
        self._result: Result | None = None

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def ended(self) -> bool:
        """Leaves it to wait() to take the exit code."""
        return self._result is not None or os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None

    @property
    def files_left(self) -> list[str]:
        """What it wrote below its HOME, TMPDIR and working folder, which are one."""
        return [os.path.join(folder, f) for folder, _, files in os.walk(self._home.name) for f in files]

    def signal(self, number: int) -> None:
        if not self.ended:
            os.kill(self.pid, number)

    def interrupt(self) -> None:
        self.signal(signal.SIGINT)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)

    def _peak_rss_bytes(self) -> int:
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return next((int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM:")), 0)

    def observe(self) -> None:
        """Called over and over while it runs; for tests that watch more."""

    def wait(self, timeout_s: float = TIMEOUT_S) -> Result:
        if self._result is None:
            timed_out = threading.Event()

            def end_it():
                timed_out.set()
                self.process.send_signal(signal.SIGKILL)

            timer = threading.Timer(timeout_s, end_it)
            timer.start()
            # Not wait4's maxrss: that begins with what this interpreter, from which the child was forked, had by then.
            peak_rss_bytes = 0
            while not self.ended:
                peak_rss_bytes = max(peak_rss_bytes, self._peak_rss_bytes())
                self.observe()
                time.sleep(0.01)
            timer.cancel()
            self.process.wait()
            outputs = []
            for stream in (self._out, self._err):
                stream.seek(0)
                outputs.append(stream.read())
                stream.close()
            out, err = (output.decode(errors="replace") for output in outputs)
            self._result = Result(self.process.returncode, out, err, peak_rss_bytes, outputs[0])
            self.left = self.files_left
            self._home.cleanup()
            if timed_out.is_set():
                raise AssertionError(f"{' '.join(self.command)} still ran after {timeout_s} s\n{self._result}")
        return self._result


def run(store: Store | None, *args: str, **options) -> Result:
    timeout_s = options.pop("timeout_s", TIMEOUT_S)
    return Running(store, *args, **options).wait(timeout_s)


def archive_arguments(source: str, archive: str, *more: str) -> list[str]:
    """The command line of the original program, word for word, and more flags behind it."""
    return ["--arch_bucket", archive, "--bucket", source, "--years", "2018", "--threads", "16", *more]
