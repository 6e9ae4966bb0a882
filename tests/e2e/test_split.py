"""plan --split: manifests for tasks that archive together exactly what one run would."""

import csv
import gzip
import io
import json
import os
import random
import shlex
import shutil
import signal
import subprocess
import tempfile
import time

from harness.checker import list_bucket
from harness.load import Original
from harness.program import Running, clean_environment, run
from harness.sim_control import SimControl
from harness.suite import StoreCase, main, on_stores

GROUPS = 40
TASKS = 5
OBJECT_COST_BYTES = 32 << 10  # src/plan/split.h


def group_of(key: str) -> str:
    return key.rsplit("/", 1)[0] + "/"


@on_stores("full")
class Split(StoreCase):
    def setUp(self):
        super().setUp()
        chance = random.Random(17)
        originals = {"sources/2018/02/01/a,\"b\"\nü": Original(b"odd"), "sources/2018/02/01/+%2B": Original(b"odd")}
        for group in range(GROUPS):
            for i in range(chance.choice((1, 2, 3, 5, 30))):
                originals[f"sources/2018/{group // 28 + 1:02}/{group % 28 + 1:02}/{i}.xml"] = Original(
                    chance.randbytes(chance.choice((10, 3000, 150_000))))
        self.put(originals)
        self.lists = self.store.new_bucket("lists")
        self.place = f"s3://{self.lists}/2018/"

    def split(self, *more: str, tasks: int = TASKS, out: str | None = None, code: int = 0, **options):
        result = run(self.store, "plan", "--bucket", self.source, "--arch-bucket", self.archive, "--split", str(tasks),
                     "--out", out or self.place, *more, **options)
        self.assertEqual(code, result.code, str(result))
        return result

    def keys_of(self, file: str) -> list[str]:
        bucket, key = file.removeprefix("s3://").split("/", 1)
        text = gzip.decompress(self.client.get_object(Bucket=bucket, Key=key)["Body"].read()).decode()
        return [row["key"] for row in csv.DictReader(io.StringIO(text, newline=""))]

    def inventory(self) -> str:
        """A manifest of all objects, as a user would write one; without the rest of each row it is completed by listing."""
        text = io.StringIO(newline="")
        rows = csv.writer(text, quoting=csv.QUOTE_ALL)
        rows.writerow(("bucket", "key"))
        rows.writerows((self.source, key) for key in self.originals)
        self.client.put_object(Bucket=self.lists, Key="all.csv", Body=text.getvalue().encode())
        return f"s3://{self.lists}/all.csv"

    def expect_balanced(self, tasks: list[dict]) -> None:
        sizes: dict[str, int] = {}
        for key, original in self.originals.items():
            sizes[group_of(key)] = sizes.get(group_of(key), 0) + len(original.body) + OBJECT_COST_BYTES
        costs = [task["bytes"] + task["objects"] * OBJECT_COST_BYTES for task in tasks]
        self.assertLessEqual(max(costs), sum(costs) / len(costs) + max(sizes.values()))
        self.assertEqual(sum(sizes.values()), sum(costs))

    def test_the_tasks_do_exactly_what_one_run_would(self):
        sim = SimControl(self.store)
        inventory = self.inventory()
        before = list_bucket(self.client, self.source), list_bucket(self.client, self.archive)
        report = self.split("--manifest", inventory, "--output", "json").json()
        self.assertEqual(before, (list_bucket(self.client, self.source), list_bucket(self.client, self.archive)))
        self.assertEqual(self.place, report["split"]["out"])
        tasks = report["split"]["tasks"]
        files = [task["file"] for task in tasks]
        self.assertEqual([f"{self.place}task-{i:04}-of-0005.csv.gz" for i in range(TASKS)], files)
        self.assertEqual({"all.csv"} | {file.removeprefix(f"s3://{self.lists}/") for file in files}, set(list_bucket(self.client, self.lists)))
        keys = [self.keys_of(file) for file in files]
        self.assertEqual(sorted(self.originals), sorted(sum(keys, [])))
        self.assertEqual([len(of_task) for of_task in keys], [task["objects"] for task in tasks])
        groups = [{group_of(key) for key in of_task} for of_task in keys]
        self.assertEqual([len(of_task) for of_task in groups], [task["groups"] for task in tasks])
        self.assertEqual(GROUPS, len(set().union(*groups)))
        self.assertEqual(GROUPS, sum(map(len, groups)), "a group is divided")
        self.expect_balanced(tasks)
        # Two at once, one of them is killed in the middle.
        sim.stop_at(60, "before")
        killed, other = (Running(self.store, *self.arguments("--manifest", file)) for file in files[:2])
        self.assertTrue(sim.wait_until_stopped(killed))
        killed.kill()
        self.assertEqual(-signal.SIGKILL, killed.wait().code)
        sim.go_on()
        self.assertEqual(0, other.wait().code)
        self.check(garbage_allowed=True)
        self.assertTrue(set(keys[0]) & self.sources_left())
        reports = []
        for i, file in enumerate(files):
            done = self.run_archive("--manifest", file, "--output", "json").json()
            self.assertEqual({"tasks": [i], "count": TASKS}, done["split"])
            reports.append(done)
            if i > 1:
                self.assertEqual(len(keys[i]), done["total"]["objects_archived"])
        self.assertEqual(set(), self.sources_left())
        findings = self.check(all_archived=True, garbage_allowed=True)
        members = [key for volume in findings.volumes.values() for key in volume.rows]
        self.assertEqual(sorted(self.originals), sorted(members), "each object is archived once")
        self.expect_merge_misses_tasks(reports)

    def expect_merge_misses_tasks(self, reports: list[dict]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            names = [os.path.join(folder, f"{i}.json") for i in range(TASKS)]
            for name, report in zip(names, reports):
                with open(name, "w", encoding="utf-8") as opened:
                    json.dump(report, opened)
            self.assertEqual(0, run(None, "report", "merge", *names).code)
            lacking = run(None, "report", "merge", *names[:3], names[4])
            self.assertEqual(1, lacking.code, str(lacking))
            self.assertIn("NO REPORT of 1 of 5 tasks of the split: 3", lacking.out)
            shutil.copy(names[0], os.path.join(folder, "copy.json"))
            twice = run(None, "report", "merge", *names, os.path.join(folder, "copy.json"))
            self.assertEqual(2, twice.code, str(twice))
            self.assertIn("of the same run", twice.err)

    def test_a_set_that_is_not_whole_is_refused(self):
        self.split(tasks=3)
        self.client.delete_object(Bucket=self.lists, Key="2018/task-0001-of-0003.csv.gz")
        refused = self.run_archive("--manifest", self.place, code=2)
        self.assertIn("of the 3 manifests of a split only 2 are there, and task-0001-of-0003.csv.gz isn't", refused.err)
        self.client.put_object(Bucket=self.lists, Key="2018/task-0001-of-0003.csv.gz", Body=b"")
        self.assertIn("it is empty", self.run_archive("--manifest", self.place, code=2).err)
        command = [os.environ["S3C_PROGRAM"], *self.arguments("--manifest", "-")]
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(command, input="", env=clean_environment(self.store, folder), cwd=folder, capture_output=True,
                                  text=True, timeout=60, check=False)
            self.assertEqual(2, done.returncode, done.stderr)
            self.assertIn("standard input: it is empty", done.stderr)
            cut = os.path.join(folder, "cut.csv.gz")
            for size in (0, 30):
                with open(cut, "wb") as opened:
                    opened.write(gzip.compress(b"bucket,key\n" * 100)[:size])
                error = self.run_archive("--manifest", cut, "--output", "json", code=2).json()["error"]
                self.assertFalse(error["worth_retrying"])
        self.assert_nothing_deleted()

    def test_another_split_over_the_same_place_is_refused(self):
        self.split()
        there = list_bucket(self.client, self.lists)
        for tasks in (TASKS, TASKS + 2):
            self.assertIn(f"5 manifests of an earlier split are there, such as task-0000-of-0005.csv.gz: remove them",
                          self.split(tasks=tasks, code=2).err)
        self.assertEqual(there, list_bucket(self.client, self.lists))
        self.split(tasks=2, out=f"s3://{self.lists}/another")
        self.assertIn("another/task-0001-of-0002.csv.gz", list_bucket(self.client, self.lists))

    def test_a_task_without_groups_has_nothing_to_do(self):
        report = self.split("--include", "sources/2018/02/01/*", tasks=3).out
        self.assertIn("2 tasks have nothing to do", report)
        done = self.run_archive("--manifest", f"{self.place}task-0002-of-0003.csv.gz", "--output", "json").json()
        self.assertEqual(0, done["total"]["objects_archived"])
        self.assert_nothing_deleted()

    def test_the_command_that_is_printed_does_a_task(self):
        with tempfile.TemporaryDirectory() as folder:
            text = self.split("--exclude", "*/02/*", "--exclude", "*/1.xml", "--storage-class", "GLACIER_IR", "--output", "text",
                              "--report", os.path.join(folder, "plan.html")).out
        line = next(line for line in text.splitlines() if line.startswith("one task: "))
        words = shlex.split(line.removeprefix("one task: "))
        self.assertEqual(["s3compress", "archive"], words[:2])
        for flag in ("--output", "--report"):
            self.assertNotIn(flag, words, "the tasks would share it")
        self.assertEqual(0, run(self.store, *words[1:]).code)
        self.check(storage_class="GLACIER_IR")
        done = set(self.originals) - self.sources_left()
        keys = self.keys_of(f"{self.place}task-0000-of-0005.csv.gz")
        self.assertEqual([], [key for key in keys if key.endswith("/1.xml") or "/02/" in key], "it was not selected")
        self.assertEqual(set(keys), done)
        self.assertTrue(done)

    def test_into_a_directory(self):
        with tempfile.TemporaryDirectory() as folder:
            self.split(out=folder)
            files = sorted(os.listdir(folder))
            self.assertEqual([f"task-{i:04}-of-0005.csv.gz" for i in range(TASKS)], files)
            self.assertIn("5 manifests of an earlier split", self.split(out=folder, code=2).err)
            for file in files:
                self.run_archive("--manifest", os.path.join(folder, file))
        self.check(all_archived=True)
        self.assertIn("No such file or directory", self.split(out="/no/such", code=2).err)

    def test_a_full_disk_is_named(self):
        command = [os.environ["S3C_PROGRAM"], "plan", "--bucket", self.source, "--arch-bucket", self.archive, "--split", "1"]
        with tempfile.TemporaryDirectory() as folder:
            # A file may have 1 KiB at most: to the program that is a full disk.
            done = subprocess.run(["prlimit", "--fsize=1024", *command, "--out", folder], cwd=folder, capture_output=True, text=True,
                                  env=clean_environment(self.store, folder), check=False, timeout=60)
            self.assertEqual(1, done.returncode, done.stdout + done.stderr)
            self.assertIn("make room", done.stdout + done.stderr)
            self.assertEqual([], os.listdir(folder))

    def test_interrupted_while_it_writes(self):
        sim = SimControl(self.store)
        sim.set_faults([{"operation": "PutObject", "bucket": self.lists, "fault": "delay", "ms": 1500}])
        self.addCleanup(sim.clear_faults)
        running = Running(self.store, "plan", "--bucket", self.source, "--arch-bucket", self.archive, "--split", "40", "--out", self.place)
        while not running.ended and not list_bucket(self.client, self.lists):
            time.sleep(0.01)
        running.interrupt()
        result = running.wait()
        self.assertEqual(130, result.code, str(result))
        self.assertIn("of 40 manifests", result.out)
        written = list_bucket(self.client, self.lists)
        self.assertLess(len(written), 40)
        for key in written:
            self.keys_of(f"s3://{self.lists}/{key}")  # it is whole

    def test_what_is_refused(self):
        for words, message in (
                (("--split", "3"), "--split needs --out"),
                (("--out", self.place), "--out needs --split"),
                (("--split", "3", "--out", self.place, "--shard", "0/2"), "exclude each other"),
                (("--split", "0", "--out", self.place), "--split"),
                (("--split", "3", "--out", self.place, "--temp-dir", "/no/such"), "no temporary file can be made there"),
                (("--split", "3", "--out", "s3://"), "names no bucket"),
                (("--split", "3", "--out", f"s3://{self.source}/sources/lists/"), "is inside sources/"),
                (("--split", "3", "--out", f"s3://{self.archive}/s3compress_catalog/lists/"), "is in a catalog"),
                (("--split", "3", "--out", self.place, "--no-sign-request", "--keep-sources"), "needs the credentials")):
            result = run(self.store, "plan", "--bucket", self.source, "--arch-bucket", self.archive, *words)
            self.assertEqual(2, result.code, str(result))
            self.assertIn(message, result.err)
            self.assertEqual("", result.out, "it is refused before the plan is made")
        self.assertEqual({}, list_bucket(self.client, self.lists))
        self.assert_nothing_deleted()


if __name__ == "__main__":
    main()
