"""Kills a small job at its requests, once before the request's effect and once after it, and asks the buckets, with our own
code, whether the promise was kept: right after the kill, and when the same command has run again. harness/sampling.py says at
which requests."""

from harness.sampling import sample
from harness.sim_control import SimControl
from harness.small_job import DAYS, SmallJob, TimedJob, small
from harness.suite import StoreCase, main, on_stores


class CrashCase(StoreCase):
    FLAGS: tuple[str, ...] = ()
    JOB = SmallJob
    SHARE = 1.0

    def setUp(self):
        super().setUp()
        self.control = SimControl(self.store)
        self.addCleanup(self.control.go_on)

    def number_of_requests(self) -> int:
        job = self.JOB(self.store, *self.FLAGS)
        self.control.stop_at(1_000_000, "before")
        job.expect_code(job.run(), 0)
        count = self.control.stop_state()["requests"]
        self.control.go_on()
        job.check(all_archived=True)
        return count

    def crash_at(self, request: int, when: str) -> bool:
        """Whether the run came so far."""
        job = self.JOB(self.store, *self.FLAGS)
        self.control.stop_at(request, when)
        running = job.start()
        stopped = self.control.wait_until_stopped(running)
        if stopped:
            running.kill()
        result = running.wait()
        self.control.go_on()
        if not stopped:
            job.expect_code(result, 0)
        job.check(garbage_allowed=True)
        archives = job.archives()
        job.put(small(DAYS[0], "z"))  # a late arrival behind the crash
        job.finish(archives)
        job.discard()
        return stopped

    def crash_everywhere(self, when: str) -> None:
        count = self.number_of_requests()
        self.assertGreater(count, 50)  # a job that does little proves little
        stopped = 0
        requests = sample(count, self.SHARE)
        for request in requests:
            with self.subTest(request=request, when=when):
                stopped += self.crash_at(request, when)
        print(f"{self.STORE}: killed {when} the effect of {stopped} of {count} requests", flush=True)
        # Threads vary the number of requests by a few from run to run: the last kill may come too late.
        self.assertGreaterEqual(stopped, min(len(requests) - 1, 0.9 * len(requests)))


@on_stores("full", "lesser")
class Crash(CrashCase):
    def test_killed_before_the_effect(self):
        self.crash_everywhere("before")

    def test_killed_after_the_effect(self):
        self.crash_everywhere("after")


@on_stores("full")
class CrashWithReadback(CrashCase):
    """What readback adds: the staging copy and the copies of parts, where no condition is asked for. The steps around it are
    Crash's."""
    FLAGS = ("--verify", "readback")
    SHARE = 0.3

    def test_killed_before_the_effect(self):
        self.crash_everywhere("before")

    def test_killed_after_the_effect(self):
        self.crash_everywhere("after")


@on_stores("full", "lesser")
class CrashByTime(CrashCase):
    """The same objects, but only their times tell of which day they are."""
    JOB = TimedJob
    FLAGS = ("--group-by", "last-modified")
    SHARE = 0.3

    def test_killed_before_the_effect(self):
        self.crash_everywhere("before")

    def test_killed_after_the_effect(self):
        self.crash_everywhere("after")


if __name__ == "__main__":
    main()
