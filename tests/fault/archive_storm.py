"""One schedule (schedule.py) of the small archive job. It is good when, behind all trouble, every object is safe byte for byte,
each run told the truth about what it left, no archive changed, and the same command then runs to a clean end."""

import itertools
import random
import threading
import time

from fault.disturb import disturbed_runs, end_late_requests, was_ended
from fault.schedule import Schedule
from harness.load import Original
from harness.sim_control import SimControl
from harness.small_job import DAYS, SmallJob
from harness.stores import Store


class Writer(threading.Thread):
    """Puts source objects while the runs go on: new ones and, where deletes are conditional, newer bytes of old ones.
    Elsewhere a window of milliseconds remains for what is overwritten (docs/safety.md), and a late delete has as long."""

    def __init__(self, job: SmallJob, seed: int, overwrites: bool):
        super().__init__(daemon=True)
        self._job, self._rng, self._overwrites = job, random.Random(seed), overwrites
        self._halt = threading.Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            for n in itertools.count():
                if self._halt.wait(self._rng.uniform(0.005, 0.05)) or n == 40:
                    return
                names = "abdefghijk" if self._overwrites and self._rng.random() < 0.5 else "uvwxyz"
                name = self._rng.choice(names) + ("" if self._overwrites else str(n))
                day = self._rng.choice(DAYS)
                self._put({f"{day}{name}.xml": Original(f"<written n='{n}'/>".encode() * self._rng.randint(1, 9))})
        except BaseException as error:  # a writer that died must fail the schedule, not pass unseen
            self.error = error

    def _put(self, objects: dict[str, Original]) -> None:
        """The stop switch and the rate limit stop us like everybody: until we know that it is there we try again."""
        for attempt in range(200):
            try:
                return self._job.put(objects)
            except (RuntimeError, OSError):
                if attempt == 199:
                    raise
                time.sleep(0.02)

    def stop(self) -> None:
        self._halt.set()
        self.join()
        if self.error:
            raise self.error


def judge(result, schedule: Schedule, job: SmallJob, left: set[str]) -> None:
    """What a run says of itself must be so. left: what lies in the source after all runs."""
    alone = len(schedule.starts_ms) == 1 and not schedule.writer
    if was_ended(result, schedule):
        return
    assert result.code in (0, 1, 2, 3, 5, 130), f"ended with {result}"
    assert result.code != 130 or schedule.interrupt_ms is not None, f"nobody interrupted it: {result}"
    report = result.json()
    if result.code in (1, 2, 5):
        errors = [report.get("error")] + [group["error"] for group in report.get("groups", [])]
        assert any(errors), f"no word of what went wrong: {result}"
    if result.code == 3:
        assert report["total"]["objects_left"] > 0, f"3 without anything left: {result}"
    if result.code == 0 and alone and schedule.complete_listings:
        assert not left, f"left {sorted(left)} and said 0: {result}"


def weather(schedule: Schedule, job: SmallJob, control: SimControl) -> list:
    """The disturbed runs, beside the writer."""
    writer = Writer(job, schedule.seed, schedule.profile == "full") if schedule.writer else None
    control.set_faults(schedule.rules, schedule.seed)
    if writer:
        writer.start()
    results = disturbed_runs(schedule, lambda: job.start("--output", "json"), control)
    if writer:
        writer.stop()
    return results


def run_schedule(schedule: Schedule, store: Store) -> None:
    """Raises AssertionError, with everything that is wrong, when the schedule is bad."""
    control = SimControl(store)
    job = SmallJob(store, *schedule.flags, streamed=schedule.streamed)
    try:
        results = weather(schedule, job, control)
    finally:
        control.go_on()
        control.clear_faults()
    end_late_requests(schedule)
    try:
        found = job.check(garbage_allowed=True)
        for result in results:
            judge(result, schedule, job, found.left)
        job.finish(job.archives())
    except AssertionError as error:
        reports = "\n".join(str(result) for result in results)
        raise AssertionError(f"{error}\n--- the disturbed runs\n{reports}") from None
    job.discard()
