"""Fault storms: runs random schedules (schedule.py) of the small job on the simulator and judges each by the buckets.

usage: storm.py [--profile full|lesser] [--seed N] [--count N] [--minutes M] [--workers N] [--show]

A schedule is good when, behind all trouble, every object is safe byte for byte, each run told the truth about what it left,
no archive changed, and the same command then runs to a clean end. A bad one is printed with the line that replays it."""

import argparse
import concurrent.futures
import dataclasses
import itertools
import json
import os
import random
import sys
import threading
import time
import traceback
import multiprocessing

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from fault.schedule import MAX_LATE_MS, Schedule, make_schedule  # noqa: E402
from harness.load import Original  # noqa: E402
from harness.sim_control import SimControl  # noqa: E402
from harness.small_job import DAYS, SmallJob  # noqa: E402
from harness.stores import STARTERS, Store  # noqa: E402

# Far beyond what any schedule needs: reached only by a program that hangs.
RUN_TIMEOUT_S = 120


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
    if result.code == -9 and schedule.kill or result.code == -2 and schedule.interrupt_ms is not None:
        return  # -2: it had not come so far as to watch for signals
    assert result.code in (0, 1, 2, 3, 130), f"ended with {result}"
    assert result.code != 130 or schedule.interrupt_ms is not None, f"nobody interrupted it: {result}"
    report = result.json()
    if result.code in (1, 2):
        errors = [report.get("error")] + [group["error"] for group in report.get("groups", [])]
        assert any(errors), f"no word of what went wrong: {result}"
    if result.code == 3:
        assert report["total"]["objects_left"] > 0, f"3 without anything left: {result}"
    if result.code == 0 and alone and schedule.complete_listings:
        # A store that says 404 for what it holds makes it vanish; that is counted, too.
        assert len(left) <= report["total"]["objects_vanished"], f"left {sorted(left)} and said 0: {result}"


def weather(schedule: Schedule, job: SmallJob, control: SimControl) -> list:
    """The disturbed runs, started, disturbed and ended."""
    writer = Writer(job, schedule.seed, schedule.profile == "full") if schedule.writer else None
    control.set_faults(schedule.rules, schedule.seed)
    if schedule.kill:
        control.stop_at(*schedule.kill)
    if writer:
        writer.start()
    running, started = [], time.monotonic()
    for start_ms in sorted(schedule.starts_ms):
        time.sleep(max(0.0, started + start_ms / 1000 - time.monotonic()))
        running.append(job.start("--output", "json"))
    if schedule.interrupt_ms is not None:
        time.sleep(schedule.interrupt_ms / 1000)
        running[0].interrupt()
    if schedule.kill:
        while not control.stop_state()["stopped"] and not all(run.ended for run in running):
            time.sleep(0.002)
        if control.stop_state()["stopped"]:
            for run in running:
                run.kill()
        control.go_on()
    results = [run.wait(RUN_TIMEOUT_S) for run in running]
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
    if any(rule["fault"] in ("late", "duplicate") for rule in schedule.rules):
        time.sleep(MAX_LATE_MS / 1000)
    try:
        found = job.check(garbage_allowed=True)
        for result in results:
            judge(result, schedule, job, found.left)
        job.finish(job.archives())
    except AssertionError as error:
        reports = "\n".join(str(result) for result in results)
        raise AssertionError(f"{error}\n--- the disturbed runs\n{reports}") from None
    job.discard()


@dataclasses.dataclass
class Outcome:
    seed: int
    problem: str = ""


def replay_line(profile: str, seed: int) -> str:
    return f"scripts/soak --profile {profile} --seed {seed}"


class Worker:
    """One process's simulator. A fresh one now and then: what schedules leave behind takes memory."""
    store: Store | None = None
    used = 0

    @classmethod
    def run(cls, profile: str, seed: int) -> Outcome:
        if cls.store is None or cls.used >= 100:
            if cls.store is not None:
                cls.store.stop()
            cls.store, cls.used = STARTERS[profile](), 0
        cls.used += 1
        schedule = make_schedule(seed, profile)
        try:
            run_schedule(schedule, cls.store)
            return Outcome(seed)
        except Exception as error:
            cls.store.stop()
            cls.store = None  # whatever state it is in now
            what = str(error) if isinstance(error, AssertionError) else traceback.format_exc()
            return Outcome(seed, f"seed {seed} on {profile}: {schedule}\n{what}\nagain: {replay_line(profile, seed)}")


def storm(profile: str, seeds, minutes: float, workers: int, say=print) -> tuple[int, list[Outcome]]:
    """Runs schedules until the seeds or the time are over. Returns how many ran, and the bad ones."""
    deadline = time.monotonic() + 60 * minutes
    done, bad, told = 0, [], time.monotonic()
    seeds = iter(seeds)
    context = multiprocessing.get_context("spawn")  # each worker starts and ends its own simulator
    with concurrent.futures.ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting = {pool.submit(Worker.run, profile, seed) for seed in itertools.islice(seeds, 2 * workers)}
        while waiting:
            finished, waiting = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in finished:
                outcome = future.result()
                done += 1
                if outcome.problem:
                    bad.append(outcome)
                    say(f"BAD {outcome.problem}\n")
                if time.monotonic() < deadline:
                    waiting |= {pool.submit(Worker.run, profile, seed) for seed in itertools.islice(seeds, 1)}
            if time.monotonic() - told > 30:
                told = time.monotonic()
                say(f"{profile}: {done} schedules, {len(bad)} bad")
    return done, bad


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", choices=("full", "lesser"), default="full")
    parser.add_argument("--seed", type=int, help="only this one, or with --count the first one")
    parser.add_argument("--count", type=int, help="how many (default: 1 with --seed, else until the time is over)")
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="print the schedules, run nothing")
    arguments = parser.parse_args()
    count = arguments.count or (1 if arguments.seed is not None else None)
    first = arguments.seed if arguments.seed is not None else int(time.time())
    seeds = itertools.count(first) if count is None else range(first, first + count)
    if arguments.show:
        for seed in itertools.islice(seeds, count or 10):
            print(f"seed {seed}: {make_schedule(seed, arguments.profile)}")
        return 0
    done, bad = storm(arguments.profile, seeds, arguments.minutes, arguments.workers,
                      say=lambda text: print(text, flush=True))
    print(f"{arguments.profile}: {done} schedules from seed {first} on, {len(bad)} bad"
          + "".join(f"\n  {replay_line(arguments.profile, outcome.seed)}" for outcome in bad))
    return 1 if bad or done == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
