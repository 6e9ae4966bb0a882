"""deploy/slurm on a real Slurm: arrays whose tasks are killed and run again archive everything exactly once.

The scripts run as they stand. What they tell Slurm for each exit code is tested without one, with programs that write down
how they were called."""

import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from harness.checker import check, list_bucket
from harness.guide import blocks
from harness.load import Original, load
from harness.program import clean_environment, run
from harness.sim_control import SimControl
from harness.slurm import Slurm
from harness.stores import start_sim
from harness.suite import main

SCRIPTS = Path(__file__).parents[2] / "deploy" / "slurm"
ARRAY = SCRIPTS / "s3compress-array.sbatch"
RESTORE = SCRIPTS / "s3compress-restore.sh"


def days(count: int, objects: int) -> dict[str, Original]:
    """Objects of so many days from 2018-01-01 on, 28 days a month."""
    return {f"sources/2018/{day // 28 + 1:02}/{day % 28 + 1:02}/{i}.xml": Original(f"<order id='{day}-{i}'/>".encode() * (3 + i))
            for day in range(count) for i in range(objects)}


class WhatBecomesOfATask(unittest.TestCase):
    """s3compress ends with an exit code: what does the script tell Slurm?"""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.program("scontrol", 'echo "scontrol $*" >>calls')
        self.program("sbatch", 'echo "sbatch TASKS=$TASKS $*" >>calls; echo 77')

    def program(self, name: str, body: str) -> None:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def run_task(self, body: str, **environment: str) -> tuple[int, str, str]:
        """The task's exit code, what Slurm was told, and the report."""
        self.program("s3compress", body)
        (self.folder / "calls").write_text("")
        environment = {"PATH": f"{self.folder}:/usr/bin:/bin", "TASKS": "8", "SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_JOB_ID": "12",
                       "SLURM_JOB_NAME": "s3compress"} | environment
        ended = subprocess.run(["bash", str(ARRAY), "archive", "--bucket", "my bucket"], cwd=self.folder, capture_output=True,
                               text=True, env=environment, check=False, timeout=30)
        report = self.folder / "report-3.json"
        return ended.returncode, (self.folder / "calls").read_text(), report.read_text() if report.exists() else ended.stderr

    def test_the_command_is_that_of_the_task(self):
        code, calls, report = self.run_task('printf "%s|" "$@"')
        self.assertEqual((0, "", "archive|--bucket|my bucket|--shard|auto/8|--output|json|--no-progress|"), (code, calls, report))

    def test_a_task_of_a_split_takes_its_manifest(self):
        for place in ("s3://lists/2018/", "s3://lists/2018"):
            code, _, report = self.run_task('printf "%s|" "$@"', SPLIT=place, SLURM_ARRAY_TASK_ID="3", TASKS="20")
            self.assertEqual(0, code)
            self.assertEqual("archive|--bucket|my bucket|--manifest|s3://lists/2018/task-0003-of-0020.csv.gz|--output|json|--no-progress|", report)

    def test_each_exit_code(self):
        requeue = "scontrol requeue 12_3\n"
        for ended, runs_before, code, calls in (
                (0, 0, 0, ""), (1, 0, 1, requeue), (1, 4, 1, requeue), (1, 5, 1, ""), (2, 0, 2, ""), (3, 0, 3, ""), (5, 0, 5, ""),
                (130, 0, 130, ""), (137, 0, 137, "")):
            with self.subTest(exit_code=ended, runs_before=runs_before):
                self.assertEqual((code, calls), self.run_task(f"exit {ended}", SLURM_RESTART_COUNT=str(runs_before))[:2])

    def test_what_waits_for_a_thaw_is_submitted_again(self):
        code, calls, _ = self.run_task("exit 4")
        self.assertEqual(0, code, "waiting is no failure")
        self.assertEqual(f"sbatch TASKS=8 --parsable --array=3 --begin=now+6hours --job-name=s3compress {ARRAY} archive --bucket my bucket\n", calls)
        self.assertEqual((0, ""), self.run_task("exit 4", THAW_LATER="yes")[:2], "another job does that")

    def test_a_task_at_its_time_limit_runs_again_and_a_cancelled_one_does_not(self):
        for signal, calls in (("USR1", "scontrol requeue 12_3\n"), ("TERM", "")):
            with self.subTest(signal=signal):
                told = f'trap "echo stopped; exit 130" TERM; kill -{signal} $PPID; while :; do sleep 0.05; done'
                self.assertEqual((130, calls, "stopped\n"), self.run_task(told))

    def test_a_task_that_does_not_know_its_number_does_nothing(self):
        for missing in ("TASKS", "SLURM_ARRAY_TASK_ID"):
            code, calls, said = self.run_task("echo ran", **{missing: ""})
            self.assertEqual((1, ""), (code, calls))
            self.assertIn(missing, said)


class Arrays(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not os.environ.get("S3C_PROGRAM"):
            raise unittest.SkipTest("S3C_PROGRAM doesn't name s3compress")
        cls.slurm = Slurm(cpus=32)
        cls.addClassCleanup(cls.slurm.stop)
        cls.store = start_sim("full", 0, "--thaw-time", "1h")
        cls.addClassCleanup(cls.store.stop)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.sim = SimControl(self.store)
        self.addCleanup(self.slurm.end_all)
        self.addCleanup(self.sim.go_on)
        self.source, self.archive = self.store.new_bucket("source"), self.store.new_bucket("archive")
        self.client = self.store.client()
        self.buckets = ("--bucket", self.source, "--arch-bucket", self.archive)
        programs = self.folder / "bin"
        programs.mkdir()
        (programs / "s3compress").symlink_to(shutil.which(os.environ["S3C_PROGRAM"]))
        self.environment = clean_environment(self.store, str(self.folder)) | {"PATH": f"{programs}:{self.slurm.environment['PATH']}",
                                                                              "SLURM_CONF": self.slurm.environment["SLURM_CONF"]}

    def fill(self, originals: dict[str, Original]) -> None:
        self.originals = originals
        load(self.store, self.source, originals)
        self.listed = list_bucket(self.client, self.source)

    def submit(self, tasks: int, array: str, *command: str) -> str:
        """The job's id. Its reports come into a folder of its own."""
        reports = self.reports(tasks)
        reports.mkdir()
        return self.slurm.run("sbatch", "--parsable", f"--array={array}", str(ARRAY), *command, folder=self.folder,
                              environment=self.environment | {"TASKS": str(tasks), "REPORTS": str(reports)}).strip()

    def reports(self, tasks: int) -> Path:
        return self.folder / f"of-{tasks}"

    def merged(self, tasks: int, code: int = 0) -> dict:
        files = sorted(str(file) for file in self.reports(tasks).iterdir())
        result = run(None, "report", "merge", "--output", "json", *files)
        self.assertEqual(code, result.code, str(result))
        return result.json()

    def wait_until_stopped(self) -> None:
        """Nothing is answered any more until go_on(): every task that runs is in the middle of its work."""
        deadline = time.monotonic() + 60
        while not self.sim.stop_state()["stopped"]:
            self.assertLess(time.monotonic(), deadline, self.logs())
            time.sleep(0.05)

    def logs(self) -> str:
        return "\n".join(f"--- {log.name}\n{log.read_text()[-1000:]}" for log in sorted(self.folder.glob("*.log")))

    def kill_one(self, job: str, tasks: int, kill) -> str:
        """A task that has begun and has no report yet. None says that it has done its work."""
        running = sorted(task for task in self.slurm.tasks("RUNNING") if task.startswith(f"{job}_"))
        for task in running:
            report = self.reports(tasks) / f"report-{task.split('_')[1]}.json"
            if report.exists() and report.stat().st_size == 0:
                kill(task)
                text = report.read_text()
                self.assertTrue(text == "" or '"outcome": "interrupted"' in text, text)
                return task
        self.fail(f"no task of {running} is in the middle of its work\n{self.logs()}")

    def assert_archived_once(self) -> None:
        found = check(self.store, self.source, self.archive, self.originals, listed=self.listed, all_archived=True, garbage_allowed=True,
                      storage_class="STANDARD")
        self.assertEqual(set(self.originals), set(found.archived))
        self.assertEqual({}, list_bucket(self.client, self.source))

    def test_sixty_days_by_eight_tasks_of_which_one_is_killed_on_a_node_that_is_drained(self):
        self.fill(days(60, 5))
        self.sim.stop_at(300, "before")
        job = self.submit(8, "0-7%4", "archive", *self.buckets, "--storage-class", "STANDARD")
        self.wait_until_stopped()
        self.slurm.drain()
        killed = self.kill_one(job, 8, self.slurm.kill)
        self.slurm.requeue(killed)
        self.sim.go_on()
        # What runs is finished. Nothing is begun, and the other tasks and the killed one wait.
        deadline = time.monotonic() + 60
        while self.slurm.tasks("RUNNING", "COMPLETING"):
            self.assertLess(time.monotonic(), deadline, self.logs())
            self.slurm.begin_now()
            time.sleep(0.1)
        waiting = self.slurm.tasks("PENDING")
        self.assertIn(killed, waiting)
        self.assertGreater(len(waiting), 1)
        self.assertNotEqual({}, list_bucket(self.client, self.source))
        self.slurm.resume()
        self.slurm.wait_until_done()
        self.assert_archived_once()
        report = self.merged(8)
        self.assertEqual([], report["missing_shards"])
        self.assertEqual("archive", report["of"])
        self.assertEqual(0, report["total"]["left"]["count"])
        self.assertEqual("COMPLETED", self.slurm.state_of(killed))

    def test_arrays_of_four_and_of_seven_at_once_with_kills(self):
        self.fill(days(28, 4))
        self.sim.stop_at(250, "before")
        jobs = {tasks: self.submit(tasks, f"0-{tasks - 1}", "archive", *self.buckets, "--storage-class", "STANDARD")
                for tasks in (4, 7)}
        self.wait_until_stopped()
        for tasks, job in jobs.items():
            self.slurm.requeue(self.kill_one(job, tasks, self.slurm.kill_processes))
        self.sim.go_on()
        self.slurm.wait_until_done()
        self.assert_archived_once()
        for tasks in jobs:
            self.assertEqual([], self.merged(tasks)["missing_shards"], self.logs())

    def test_a_restore_with_a_thaw_in_between(self):
        self.fill(days(6, 2))
        self.assertEqual(0, run(self.store, "archive", *self.buckets, env=clean_environment(self.store, str(self.folder))).code)
        self.assertEqual({}, list_bucket(self.client, self.source))
        reports = self.reports(3)
        reports.mkdir()
        first, second = self.slurm.run(
            "bash", str(RESTORE), *self.buckets, "--years", "2018", folder=self.folder,
            environment=self.environment | {"TASKS": "3", "REPORTS": str(reports)}).split()
        self.wait_for_first_array()
        self.assertFalse([task for task in self.slurm.unfinished() if task.startswith(f"{first}_")])
        waiting = self.merged(3, code=4)
        self.assertEqual(6, len(waiting["total"]["waiting"]))
        self.assertEqual(3, len([task for task in self.slurm.tasks("PENDING") if task.startswith(f"{second}_")]), "it waits for its hour")
        self.sim.advance_thaws(2 * 3600)
        self.slurm.wait_until_done()
        self.assertEqual(12, self.merged(3)["total"]["restored"])
        for key, original in self.originals.items():
            self.assertEqual(original.body, self.client.get_object(Bucket=self.source, Key=key)["Body"].read())

    def test_the_guide(self):
        """docs/guide/slurm.md from its beginning to its end, with a wait between the blocks."""
        self.source, self.archive = "source-bucket", "archive-bucket"
        for bucket in (self.source, self.archive, "lists"):
            self.client.create_bucket(Bucket=bucket)
        self.fill({f"sources/2018/04/0{day}/a": Original(b"body %d" % day) for day in range(1, 9)})
        (self.folder / "deploy").symlink_to(SCRIPTS.parent)
        exported = ""
        for block, is_run in blocks("slurm.md"):
            self.assertTrue(is_run)
            if "--split" in block:
                late = {f"sources/2018/04/0{day}/late": Original(b"late %d" % day) for day in range(1, 4)}
                self.originals |= late
                load(self.store, self.source, late)
            self.slurm.run("bash", "-euo", "pipefail", "-c", exported + block, folder=self.folder, environment=self.environment)
            exported += "".join(f"{line}\n" for line in block.splitlines() if line.startswith("export "))
            if "restore.sh" in block:
                self.wait_for_first_array()
                self.sim.advance_thaws(2 * 3600)
            self.slurm.wait_until_done()
            if "--dry-run" in block:
                self.assertEqual(self.listed, list_bucket(self.client, self.source))
            elif ARRAY.name in block:
                self.assertEqual({}, list_bucket(self.client, self.source))
        self.assertEqual(set(self.originals), set(list_bucket(self.client, self.source)))

    def wait_for_first_array(self) -> None:
        """Until only tasks are left that wait for the other array or for their time."""
        deadline = time.monotonic() + 60
        while set(left := self.slurm.unfinished().values()) - {("PENDING", "BeginTime"), ("PENDING", "Dependency")}:
            self.assertLess(time.monotonic(), deadline, str(left))
            time.sleep(0.1)

    def test_auto_is_refused_where_it_would_take_everything(self):
        """One task of an array that is run again alone, as Slurm shows it."""
        self.fill(days(1, 1))
        script = self.folder / "alone.sh"
        script.write_text(f"#!/bin/bash\nexec s3compress archive {' '.join(self.buckets)} --shard auto\n")
        job = self.slurm.run("sbatch", "--parsable", "--array=5", "--output=alone.log", str(script), folder=self.folder,
                             environment=self.environment).strip()
        self.slurm.wait_until_done()
        self.assertEqual(2, self.slurm.exit_code_of(f"{job}_5"))
        self.assertIn("write auto/N", (self.folder / "alone.log").read_text())
        self.assertEqual(set(self.originals), set(list_bucket(self.client, self.source)))


if __name__ == "__main__":
    main()
