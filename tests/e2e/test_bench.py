"""scripts/bench's runner: it measures what did the job, and catches who didn't. No timing is asserted."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

from harness.suite import main

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(os.path.join(PROJECT, "bench"))
from runner.measure import disk_bytes  # noqa: E402 (it lies in bench/, where no test's path leads)

RUN_TIMEOUT_S = float(os.environ.get("S3C_TIMEOUT_S", "110"))

# Adapters that leave something out; each in its own way looks better than everybody else.
IDLE = '''"""Does nothing."""
SHARE = 1
def commands(job):
    return [["/bin/true"]]
'''
DELETES_ONLY = '''"""Loses everything."""
SHARE = 1
PROGRAM = """
import boto3, sys
s3 = boto3.client("s3", endpoint_url=sys.argv[1])
for item in s3.list_objects_v2(Bucket=sys.argv[2])["Contents"]:
    s3.delete_object(Bucket=sys.argv[2], Key=item["Key"])
"""
def commands(job):
    return [["/usr/bin/python3", "-c", PROGRAM, job.endpoint, job.source]]
'''
# As many members as there were objects, gone from the source, and yet not their bytes.
EMPTY_MEMBERS = '''"""Archives names."""
SHARE = 1
PROGRAM = """
import boto3, io, sys, zipfile
s3 = boto3.client("s3", endpoint_url=sys.argv[1])
file = io.BytesIO()
with zipfile.ZipFile(file, "w") as opened:
    for item in s3.list_objects_v2(Bucket=sys.argv[2])["Contents"]:
        opened.writestr(item["Key"], b"")
        s3.delete_object(Bucket=sys.argv[2], Key=item["Key"])
s3.put_object(Bucket=sys.argv[3], Key="all.zip", Body=file.getvalue(), StorageClass="GLACIER")
"""
def commands(job):
    return [["/usr/bin/python3", "-c", PROGRAM, job.endpoint, job.source, job.archive]]
'''
FAILS = '''"""Gives up."""
SHARE = 1
def commands(job):
    yield ["/bin/sh", "-c", "echo out of luck; exit 7"]
    yield ["/bin/sh", "-c", "echo must not be started"]
'''


class Bench(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not os.environ.get("S3C_PROGRAM") or not os.environ.get("S3C_SIM"):
            raise unittest.SkipTest("S3C_PROGRAM and S3C_SIM don't name the programs")

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def adapter(self, name: str, text: str) -> str:
        path = os.path.join(self.folder, f"{name}.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def bench(self, *arguments: str, code: int, **more_environment: str) -> tuple[dict, subprocess.CompletedProcess]:
        """The JSON report ({} when there is none) and the run itself."""
        report = os.path.join(self.folder, "report.json")
        env = {name: os.environ[name] for name in ("S3C_PROGRAM", "S3C_SIM")}
        env |= {"PATH": "/usr/bin:/bin", "TMPDIR": self.folder, "LANG": "C.UTF-8",
                "PYTHONPATH": f"{PROJECT}/bench:{PROJECT}/tests"} | more_environment
        run = subprocess.run([sys.executable, "-B", "-m", "runner", "--latency", "0", "--json", report, *arguments], env=env,
                             capture_output=True, text=True, timeout=RUN_TIMEOUT_S, check=False)
        self.assertEqual(code, run.returncode, run.stdout + run.stderr)
        if not os.path.exists(report):
            return {}, run
        with open(report, encoding="utf-8") as file:
            return json.load(file), run

    def test_help_needs_nothing_installed(self):
        with open(os.path.join(self.folder, "boto3.py"), "w", encoding="utf-8") as file:
            file.write("raise ImportError('not installed')\n")
        _, run = self.bench("--help", code=0, PYTHONPATH=f"{self.folder}:{PROJECT}/bench:{PROJECT}/tests")
        self.assertIn("--scenario", run.stdout)

    def test_two_contenders_on_the_same_objects(self):
        # A proxy of the caller's must not come between a contender and its store: nothing listens there.
        report, run = self.bench("--contenders", "s3compress,python", "--objects", "60", "--days", "3", "--equal", code=0,
                                 http_proxy="http://127.0.0.1:9", AWS_PROFILE="no-such-profile")
        ours, python = report["contenders"]
        self.assertEqual(["s3compress", "python"], [ours["name"], python["name"]])
        for result in (ours, python):
            self.assertEqual("", result["failed"])
            self.assertEqual((60, 3, 60, 3), tuple(result[f] for f in ("objects", "days", "archive_members", "archives")))
            for field in ("wall_seconds", "objects_per_second", "client_cpu_us_per_object", "archive_bytes",
                          "bytes_from_store", "bytes_to_store"):
                self.assertGreater(result[field], 0, field)
            # Peaks are sampled: a job this short may end before anybody looked.
            for field in ("peak_rss_bytes", "peak_tree_rss_bytes", "peak_disk_bytes"):
                self.assertGreaterEqual(result[field], 0, field)
            self.assertGreater(result["dollars"]["total"], 0)
        # What reached the store is no timing: it is the same in every run.
        self.assertLessEqual(60, ours["requests"]["GetObject"])
        self.assertLess(ours["requests"]["GetObject"] + ours["requests"]["HeadObject"], 60 + 30)  # some for each day
        self.assertLessEqual(ours["requests"]["DeleteObjects"], 3 + 3)  # one for each day, and what finds out the stores' powers
        self.assertEqual(0, ours["peak_disk_bytes"])
        self.assertEqual({"HeadObject": 60, "GetObject": 60, "DeleteObject": 60},
                         {name: python["requests"][name] for name in ("HeadObject", "GetObject", "DeleteObject")})
        self.assertEqual("scripts/bench", report["settings"]["command"].split()[0])
        self.assertIn("| s3compress |", run.stdout)
        self.assertEqual(["report.json"], os.listdir(self.folder))  # nothing is left behind

    def test_what_files_take_on_disk(self):
        nested = os.path.join(self.folder, "a", "b")
        os.makedirs(nested)
        for path, size in ((os.path.join(self.folder, "one"), 4000), (os.path.join(nested, "two"), 100_000)):
            with open(path, "wb") as file:
                file.write(os.urandom(size))
                file.flush()
                os.fsync(file.fileno())  # some file systems count blocks only when they have written them
        self.assertGreaterEqual(disk_bytes(self.folder), 104_000)
        self.assertEqual(0, disk_bytes(os.path.join(self.folder, "gone")))

    def test_who_does_not_do_the_job_is_caught(self):
        cheats = {"idle": IDLE, "deletes": DELETES_ONLY, "empty": EMPTY_MEMBERS, "fails": FAILS}
        paths = ",".join(self.adapter(name, text) for name, text in cheats.items())
        report, run = self.bench("--contenders", paths, "--objects", "20", code=1)
        failed = {result["name"]: result["failed"] for result in report["contenders"]}
        self.assertIn("sources are left", failed["idle"])
        self.assertIn("0 members in 0 archives, for 20 objects", failed["deletes"])
        self.assertIn("no archive has the bytes of sources/2018/01/01/", failed["empty"])
        self.assertNotIn("members", failed["empty"])
        self.assertIn("exit code 7\nout of luck", failed["fails"])
        self.assertNotIn("must not be started", failed["fails"])
        self.assertEqual(4, run.stdout.count("failed"))

    def test_fewer_objects_for_slow_contenders(self):
        slow = self.adapter("slow", IDLE.replace("SHARE = 1", "SHARE = 0.25"))
        report, _ = self.bench("--contenders", f"s3compress,{slow}", "--objects", "40", code=1)
        self.assertEqual([40, 10], [result["objects"] for result in report["contenders"]])

    def test_bad_contenders_are_named(self):
        for names, message in (("nobody", "there is no contender 'nobody'"),
                               (self.adapter("half", "SHARE = 1\n"), "has no commands"),
                               (self.adapter("broken", "import nothing_like_this\n"), "can't be loaded"),
                               (self.adapter("needy", IDLE + "REQUIRES = ['/no/such/tool']\n"), "needs /no/such/tool")):
            with self.subTest(names):
                report, run = self.bench("--contenders", names, code=2)
                self.assertEqual({}, report)
                self.assertIn(message, run.stderr)


if __name__ == "__main__":
    main()
