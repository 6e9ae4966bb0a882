"""Kills a small restore at its requests, once before the request's effect and once after it, and looks at where it restores to:
right after the kill, and when the same command has run again. harness/sampling.py says at which requests."""

import time

from harness.restore_job import ArchivedCase, RestoreJob
from harness.sampling import sample
from harness.small_job import STREAMED_BYTES
from harness.suite import main, on_stores


class RestoreCrashCase(ArchivedCase):
    def number_of_requests(self, kind: str, members: str) -> int:
        with RestoreJob(self.archived, kind, members=members) as job:
            self.control.stop_at(1_000_000, "before")
            self.assertIn(job.run_to_the_end().code, (0, 3))
            count = self.control.stop_state()["requests"]
            self.control.go_on()
            return count

    def crash_at(self, kind: str, members: str, request: int, when: str) -> bool:
        """Whether the runs came so far."""
        with RestoreJob(self.archived, kind, members=members) as job:
            self.control.stop_at(request, when)
            for _ in range(2):  # one that asks for the thaws, and one that restores
                running = job.start()
                stopped = self.control.wait_until_stopped(running)
                if stopped:
                    running.kill()
                running.wait()
                if stopped:
                    break
                job.thaw_ends()
            self.control.go_on()
            job.check()
            if stopped:
                # What was being written when it died, and no more than that.
                self.assertLessEqual(len(job.place.remains()), 4)  # --threads
                job.place.clear_remains()
            job.finish()
            return stopped

    def crash_everywhere(self, kind: str, when: str) -> None:
        # Not in one job: each run would carry the large member's bytes along, to be killed at a small one's request.
        for members, least, share in (("small", 50, 0.7), ("streamed", 10, 0.3)):
            count = self.number_of_requests(kind, members)
            self.assertGreaterEqual(count, least)  # a job that does little proves little
            requests = sample(count, share)
            stopped = 0
            for request in requests:
                with self.subTest(members=members, request=request, when=when):
                    stopped += self.crash_at(kind, members, request, when)
            print(f"{self.STORE}, {members} to a {kind}: killed {when} the effect of {stopped} of {count} requests", flush=True)
            self.assertGreaterEqual(stopped, 0.9 * len(requests) - 1)


@on_stores("full", "lesser")
class ToABucket(RestoreCrashCase):
    def test_killed_before_the_effect(self):
        self.crash_everywhere("bucket", "before")

    def test_killed_after_the_effect(self):
        self.crash_everywhere("bucket", "after")


@on_stores("full")
class ToAFolder(RestoreCrashCase):
    # To the folder itself a request means nothing: before and after the effect are one moment for it.
    def test_killed_at_every_request(self):
        self.crash_everywhere("folder", "after")

    def test_killed_within_a_large_member(self):
        """The one moment at which half a file is on disk for certain."""
        with RestoreJob(self.archived, "folder", members="streamed") as job:
            self.assertEqual(4, job.start().wait().code)
            job.thaw_ends()
            half = STREAMED_BYTES // 2
            self.control.set_faults([{"operation": "GetObject", "key": "*.zip", "fault": "stall", "after_bytes": half,
                                      "ms": 60_000}])
            running = job.start()
            deadline = time.monotonic() + 30
            while job.place.bytes_of_remains() < half // 2 and time.monotonic() < deadline:
                time.sleep(0.002)
            running.kill()
            running.wait()
            self.control.clear_faults()
            job.check()
            self.assertEqual(1, len(job.place.remains()))
            self.assertEqual(0, job.run_to_the_end().code)
            self.assertEqual(set(), job.check())
            # Nothing takes it for anything; docs/restoring.md tells how it goes.
            self.assertEqual(1, len(job.place.remains()))
            job.place.clear_remains()
            job.finish()


if __name__ == "__main__":
    main()
