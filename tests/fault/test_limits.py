"""What a run does when the machine or the account gives it less than it wants. Never: lose something, hang, or end with 0 and
sources left."""

import os
import resource
import subprocess
import tempfile

from harness.load import Original, day_objects
from harness.program import SANITIZED, clean_environment
from harness.sim_control import SimControl
from harness.suite import StoreCase, main, on_stores

# What a sanitizer's shadow memory adds says nothing about the program.
MEMORY_FACTOR = 20 if SANITIZED else 1


class LimitsCase(StoreCase):
    def setUp(self):
        super().setUp()
        self.control = SimControl(self.store)
        self.addCleanup(self.control.clear_faults)
        self.addCleanup(self.control.skew_clock, 0)


@on_stores("full")
class Machine(LimitsCase):
    def test_few_open_files(self):
        self.put(day_objects(200, days=2, max_bytes=2000))
        limited = ["prlimit", "--nofile=40:40", os.environ["S3C_PROGRAM"], *self.arguments("--threads", "64", "--output", "json")]
        result = subprocess.run(limited, env=clean_environment(self.store, "/tmp"), capture_output=True, text=True, timeout=100)
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertIn("ulimit -n", result.stderr)
        self.assertIn('"retries": 0', result.stdout, "connections that could not be opened")
        self.check(all_archived=True)

    def test_memory_smaller_than_one_object(self):
        body = os.urandom(1 << 20) * 120
        self.put({"sources/2018/04/01/large": Original(body), "sources/2018/04/01/small": Original(b"small")})
        result = self.run_archive("--memory", "90MiB", "--threads", "4")
        self.assertLess(result.peak_rss_bytes, MEMORY_FACTOR * len(body), "the object was held whole")
        self.check(all_archived=True)

    def test_memory_too_small_for_anything(self):
        self.put(day_objects(3, days=1, max_bytes=100))
        result = self.run_archive("--memory", "16MiB", code=2)
        self.assertIn("--memory", result.err)
        self.assertIn("at least", result.err)
        self.assert_nothing_deleted()

    def test_no_address_space(self):
        # Out of memory in the middle of the job: the end of a group, not of the sources.
        self.put(day_objects(60, days=2, max_bytes=200_000))
        if SANITIZED:
            self.skipTest("a sanitizer takes terabytes of it")
        for mib in (60, 120, 240, 480):
            with self.subTest(mib=mib):
                running = subprocess.run(["prlimit", f"--as={mib << 20}", os.environ["S3C_PROGRAM"], *self.arguments()],
                                         env=clean_environment(self.store, "/tmp"), capture_output=True, text=True, timeout=100)
                self.assertNotIn(running.returncode, (3, 130), running.stderr)
                if running.returncode == 0:
                    self.assertEqual(set(), self.sources_left())
                self.check(garbage_allowed=True)
        self.run_archive()
        self.check(all_archived=True, garbage_allowed=True)

    def test_full_disk_under_the_result(self):
        # Nothing is spooled; the result is all that is ever written.
        self.put(day_objects(10, days=1, max_bytes=500))
        with open("/dev/full", "w", encoding="ascii") as full:
            result = subprocess.run([os.environ["S3C_PROGRAM"], *self.arguments()], env=clean_environment(self.store, "/tmp"),
                                    stdout=full, stderr=subprocess.PIPE, text=True, timeout=100)
        self.assertEqual(1, result.returncode, result.stderr)
        self.assertIn("No space left", result.stderr)
        self.check(all_archived=True)

    def test_no_room_for_files(self):
        self.put(day_objects(40, days=2, max_bytes=20_000))
        with tempfile.TemporaryDirectory() as folder:
            limits = {resource.RLIMIT_FSIZE: (0, 0)}  # not a byte into any file

            def limit() -> None:
                for what, values in limits.items():
                    resource.setrlimit(what, values)

            result = subprocess.run([os.environ["S3C_PROGRAM"], *self.arguments()], cwd=folder, preexec_fn=limit,
                                    env=clean_environment(self.store, folder), capture_output=True, text=True, timeout=100)
            self.assertEqual(0, result.returncode, result.stderr)
            self.assertEqual([], os.listdir(folder))
        self.check(all_archived=True)

    # --- its clock

    def test_the_clock_is_wrong_from_the_start(self):
        self.put(day_objects(10, days=1, max_bytes=500))
        for skew_seconds in (3600, -3600):
            with self.subTest(skew_seconds=skew_seconds):
                self.put({f"sources/2018/04/02/{skew_seconds}": Original(b"late")})
                self.control.skew_clock(skew_seconds)
                result = self.run_archive()
                self.control.skew_clock(0)
                self.assertIn("clock", result.err)
                self.check(all_archived=True)

    def test_the_clock_jumps_in_the_middle(self):
        self.put(day_objects(200, days=1, max_bytes=500))
        self.control.set_faults([{"operation": "GetObject", "fault": "delay", "ms": 20}])
        running = self.start("--threads", "4")
        while self.control.faults()["requests"] < 60:
            self.assertFalse(running.ended)
        self.control.skew_clock(3600)
        result = running.wait()
        self.assertEqual(0, result.code, str(result))
        self.control.skew_clock(0)
        self.check(all_archived=True)


@on_stores("full", "lesser")
class Credentials(LimitsCase):
    def expires_at(self, operation: str, nth: int, groups: int = 2) -> None:
        self.put(day_objects(40, days=groups, max_bytes=500))
        self.control.set_faults([{"operation": operation, "from": nth, "fault": "error", "status": 403, "code": "ExpiredToken"}])
        result = self.run_archive(code=2)
        self.assertIn("expired", result.out + result.err)
        self.assertIn("run the same command again", result.out + result.err)
        self.check(garbage_allowed=True)
        self.control.clear_faults()
        self.run_archive()
        self.check(all_archived=True, garbage_allowed=True)

    def test_credentials_expire_in_the_downloads(self):
        self.expires_at("GetObject", 20)

    def test_credentials_expire_in_the_uploads(self):
        self.expires_at("UploadPart", 2)

    def test_credentials_expire_before_the_commit(self):
        self.expires_at("CompleteMultipartUpload", 3)

    def test_credentials_expire_before_the_delete(self):
        self.expires_at("DeleteObjects", 2)


if __name__ == "__main__":
    main()
