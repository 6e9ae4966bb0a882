"""A Slurm of one node on 127.0.0.1, from Debian's packages: slurmctld, slurmd and munged as children of the test, without systemd."""

import getpass
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from .stores import die_with_parent

PROGRAMS = ("slurmctld", "slurmd", "munged", "sbatch", "scontrol", "squeue", "scancel", "sinfo")
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
CONFIGURATION = """
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
# Decided at once, and not in the intervals that suit a cluster.
SchedulerParameters=batch_sched_delay=0,sched_interval=1
ReturnToService=2
MpiDefault=none
AccountingStorageType=accounting_storage/none
# More of both than the machine has: the tasks of these tests mostly wait.
SlurmdParameters=config_overrides
NodeName=localhost NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=1000000 State=UNKNOWN
PartitionName=main Nodes=localhost Default=YES MaxTime=INFINITE State=UP
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Slurm:
    """Running until stop(). Skips where the packages are missing."""

    def __init__(self, cpus: int):
        missing = [program for program in PROGRAMS if not shutil.which(program, path=PATH)]
        if missing:
            raise unittest.SkipTest(f"no {', '.join(missing)} (apt install slurmctld slurmd slurm-client munge)")
        if os.getuid() != 0:
            raise unittest.SkipTest("slurmd starts jobs only as root")
        self._folder = tempfile.TemporaryDirectory(prefix="s3c-slurm-")
        self.folder = Path(self._folder.name)
        for name in ("munge", "state", "spool"):
            (self.folder / name).mkdir(mode=0o700)
        key = self.folder / "munge" / "key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(
            folder=self.folder, cpus=cpus, user=getpass.getuser(), controller_port=free_port(), node_port=free_port()))
        self.environment = {"PATH": PATH, "SLURM_CONF": str(self.folder / "slurm.conf"), "LANG": "C.UTF-8"}
        self._children: list[subprocess.Popen] = []
        try:
            self._start_all()
        except BaseException:
            self.stop()
            raise

    def _start_all(self) -> None:
        munge = self.folder / "munge"
        self._start("munged", "--foreground", "--force", f"--socket={munge}/socket", f"--pid-file={munge}/pid",
                    f"--log-file={munge}/log", f"--seed-file={munge}/seed", f"--key-file={munge}/key")
        self._wait_for((munge / "socket").exists, "munged")
        self._start("slurmctld", "-D", "-i")
        self._start("slurmd", "-D", "-N", "localhost")
        self._wait_for(lambda: self.run("sinfo", "-h", "-o", "%t", may_fail=True).strip() == "idle", "slurmd")

    def _start(self, program: str, *arguments: str) -> None:
        with open(self.folder / f"{program}.log", "wb") as log:
            self._children.append(subprocess.Popen([shutil.which(program, path=PATH), *arguments], stdin=subprocess.DEVNULL, stdout=log,
                                                   stderr=log, env=self.environment, preexec_fn=die_with_parent))

    def _wait_for(self, what, program: str, timeout_s: float = 30) -> None:
        deadline = time.monotonic() + timeout_s
        while not what():
            if time.monotonic() > deadline:
                logs = "".join(f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}\n" for log in sorted(self.folder.glob("*.log")))
                raise RuntimeError(f"{program} doesn't come\n{logs}")
            time.sleep(0.05)

    def run(self, *command: str, may_fail: bool = False, environment: dict[str, str] | None = None, folder: Path | None = None) -> str:
        """What a program of Slurm's prints."""
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=folder or self.folder,
                              env=self.environment | (environment or {}))
        if done.returncode != 0 and not may_fail:
            raise AssertionError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    # --- jobs

    def unfinished(self) -> dict[str, tuple[str, str]]:
        """The tasks that run or wait, "12_3", with their states and why each waits, if it does."""
        lines = self.run("squeue", "-h", "-r", "-t", "PENDING,RUNNING,COMPLETING,SUSPENDED,CONFIGURING", "-o", "%F_%K %T %r").splitlines()
        return {task: (state, reason) for task, state, reason in (line.split(maxsplit=2) for line in lines)}

    def tasks(self, *states: str) -> set[str]:
        return {task for task, (state, _) in self.unfinished().items() if state in states}

    def state_of(self, task: str) -> str:
        return re.search(r"JobState=(\w+)", self.run("scontrol", "show", "job", task))[1]

    def exit_code_of(self, task: str) -> int:
        return int(re.search(r"ExitCode=(\d+):", self.run("scontrol", "show", "job", task))[1])

    def kill(self, task: str) -> None:
        """By scancel. Returns when it is gone."""
        self.run("scancel", task)
        self._wait_for(lambda: task not in self.unfinished(), f"the end of {task}")

    def kill_processes(self, task: str) -> None:
        """As a machine does that fails: nothing of the task gets to say a last word. Returns when it is gone."""
        job, number = task.split("_")
        marks = {f"SLURM_ARRAY_JOB_ID={job}".encode(), f"SLURM_ARRAY_TASK_ID={number}".encode()}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if marks <= set((folder / "environ").read_bytes().split(b"\0")):
                    os.kill(int(folder.name), signal.SIGKILL)
            except (OSError, ProcessLookupError):
                continue  # it has ended meanwhile
        self._wait_for(lambda: task not in self.unfinished(), f"the end of {task}")

    def requeue(self, task: str) -> None:
        """Returns when it waits or runs again. While Slurm clears up after a run, it may take the request and forget it."""

        def is_back() -> bool:
            self.run("scontrol", "requeue", task, may_fail=True)  # one that waits already refuses
            time.sleep(0.5)
            return task in self.unfinished()

        self._wait_for(is_back, f"{task}, which was requeued,")

    def begin_now(self) -> None:
        """Slurm lets a requeued task wait for two minutes, and a submitted one may have been told to begin in hours."""
        for task, (state, reason) in self.unfinished().items():
            if (state, reason) == ("PENDING", "BeginTime"):
                self.run("scontrol", "update", f"JobId={task}", "StartTime=now", may_fail=True)

    def wait_until_done(self, timeout_s: float = 120) -> None:
        """Until no task is left that runs or waits; none waits for a time."""
        deadline = time.monotonic() + timeout_s
        while left := self.unfinished():
            if time.monotonic() > deadline:
                raise AssertionError(f"still there: {left}")
            self.begin_now()
            time.sleep(0.2)

    def drain(self) -> None:
        self.run("scontrol", "update", "NodeName=localhost", "State=DRAIN", "Reason=test")

    def resume(self) -> None:
        self.run("scontrol", "update", "NodeName=localhost", "State=RESUME", may_fail=True)  # one that isn't drained refuses

    def end_all(self) -> None:
        """Leaves no job and no drain behind."""
        mine = f"--user={getpass.getuser()}"
        self.run("scancel", "--state=PENDING", mine, may_fail=True)
        self.run("scancel", "--signal=KILL", "--full", mine, may_fail=True)
        self.resume()
        self._wait_for(lambda: not self.unfinished(), "the end of all jobs")

    def stop(self) -> None:
        if len(self._children) == 3 and all(child.poll() is None for child in self._children):
            self.end_all()  # steps are processes of their own, which outlive slurmd
        for child in reversed(self._children):
            child.terminate()
        for child in reversed(self._children):
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children = []
        self._folder.cleanup()
