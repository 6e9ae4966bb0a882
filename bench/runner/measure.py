"""Runs a contender's commands, one after the other, and measures what they took.

CPU is user and system time of each command and of every process it waited for, as the kernel accounts it (wait4). Memory and
local disk are looked at over and over: a peak shorter than the interval can be missed.
"""

import dataclasses
import os
import signal
import subprocess
import time

from harness.stores import die_with_parent

SAMPLE_S = 0.05
# Walking thousands of files costs CPU that the contender then lacks: at most so much of the time.
DISK_WALK_SHARE = 0.02


class CommandFailed(Exception):
    """A command ended with another code than 0, or took too long. Its text says which, with the end of its output."""


@dataclasses.dataclass
class Usage:
    wall_s: float = 0
    cpu_s: float = 0
    peak_rss_bytes: int = 0  # of the largest process
    peak_tree_rss_bytes: int = 0  # of all processes together
    peak_disk_bytes: int = 0  # what the files in the watched folders took on disk


class Meter:
    """Runs commands in folder and adds up what they take; watched: where they may leave files. One thread."""

    def __init__(self, folder: str, watched: list[str], environment: dict[str, str], log_path: str, timeout_s: float):
        self.usage = Usage()
        self._folder, self._watched = folder, watched
        self._environment, self._log_path = environment, log_path
        self._deadline = time.monotonic() + timeout_s
        self._next_walk = 0.0

    def run(self, command: list[str]) -> None:
        """Throws CommandFailed; the command and all it started are gone then."""
        started = time.monotonic()
        with open(self._log_path, "wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._folder,
                                       env=self._environment, start_new_session=True, preexec_fn=die_with_parent)
        try:
            while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
                self._sample(process.pid)
                if time.monotonic() > self._deadline:
                    raise CommandFailed(f"{describe(command)}: took too long")
                time.sleep(SAMPLE_S)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.usage.wall_s += time.monotonic() - started
        self.usage.cpu_s += used.ru_utime + used.ru_stime
        self._walk_disk()
        if process.returncode != 0:
            raise CommandFailed(f"{describe(command)}: exit code {process.returncode}\n{self._end_of_log()}")

    def _end_of_log(self) -> str:
        with open(self._log_path, "rb") as log:
            return log.read()[-2000:].decode(errors="replace")

    def _sample(self, root: int) -> None:
        # Not wait4's maxrss: that begins with what this interpreter, from which the command was forked, had by then.
        sizes = [size for size in map(memory, processes_below(root)) if size is not None]
        self.usage.peak_rss_bytes = max([self.usage.peak_rss_bytes, *(peak for peak, _ in sizes)])
        self.usage.peak_tree_rss_bytes = max(self.usage.peak_tree_rss_bytes, sum(now for _, now in sizes))
        if time.monotonic() >= self._next_walk:
            self._walk_disk()

    def _walk_disk(self) -> None:
        started = time.monotonic()
        self.usage.peak_disk_bytes = max(self.usage.peak_disk_bytes, sum(map(disk_bytes, self._watched)))
        now = time.monotonic()
        self._next_walk = now + (now - started) / DISK_WALK_SHARE


def describe(command: list[str]) -> str:
    text = " ".join(command)
    return text if len(text) < 300 else text[:300] + " …"


def processes_below(root: int) -> list[int]:
    """root and its descendants, as far as they are there when looked at."""
    found = [root]
    for pid in found:
        try:
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as children:
                    found += [int(child) for child in children.read().split()]
        except OSError:
            continue  # it has just ended
    return found


def memory(pid: int) -> tuple[int, int] | None:
    """Peak and present resident bytes; None when the process has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            fields = dict(line.split(":", 1) for line in status)
        return int(fields["VmHWM"].split()[0]) << 10, int(fields["VmRSS"].split()[0]) << 10
    except (OSError, KeyError):
        return None


def disk_bytes(folder: str) -> int:
    """Bytes that the files below folder take on disk, in whole blocks; files that vanish meanwhile count 0."""
    total, folders = 0, [folder]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        try:
                            total += entry.stat(follow_symlinks=False).st_blocks * 512
                        except FileNotFoundError:
                            pass
        except FileNotFoundError:
            pass
    return total


def cpu_seconds(pid: int) -> float:
    """User and system time that a running process took so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
