"""Fault storms: runs random schedules of the small jobs on the simulator and judges each from outside: archive_storm.py by the
buckets, restore_storm.py by what came back, attack.py by all that ever happened in the buckets.

usage: storm.py [--job archive|restore|attack] [--profile full|lesser] [--seed N] [--count N] [--minutes M] [--workers N] [--show]

A bad schedule is printed with the line that replays it."""

import argparse
import concurrent.futures
import dataclasses
import itertools
import multiprocessing
import os
import sys
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from fault import archive_storm, attack, restore_schedule, restore_storm, schedule as archive_schedule  # noqa: E402
from harness.stores import STARTERS, Store  # noqa: E402

# How a job's schedules are made, and how one is run.
JOBS = {"archive": (archive_schedule.make_schedule, archive_storm.run_schedule),
        "restore": (restore_schedule.make_schedule, restore_storm.run_schedule),
        "attack": (attack.make_attack, attack.run_attack)}


@dataclasses.dataclass
class Outcome:
    seed: int
    problem: str = ""


def replay_line(job: str, profile: str, seed: int) -> str:
    return f"scripts/soak --job {job} --profile {profile} --seed {seed}"


class Worker:
    """One process's simulator. A fresh one now and then: what schedules leave behind takes memory."""
    store: Store | None = None
    used = 0

    @classmethod
    def run(cls, job: str, profile: str, seed: int) -> Outcome:
        if cls.store is None or cls.used >= 100:
            if cls.store is not None:
                cls.store.stop()
            cls.store, cls.used = STARTERS[profile](), 0
        cls.used += 1
        make_schedule, run_schedule = JOBS[job]
        schedule = make_schedule(seed, profile)
        try:
            run_schedule(schedule, cls.store)
            return Outcome(seed)
        except Exception as error:
            cls.store.stop()
            cls.store = None  # whatever state it is in now
            what = str(error) if isinstance(error, AssertionError) else traceback.format_exc()
            return Outcome(seed, f"{job}, seed {seed} on {profile}: {schedule}\n{what}\nagain: {replay_line(job, profile, seed)}")


def storm(job: str, profile: str, seeds, minutes: float, workers: int, say=print) -> tuple[int, list[Outcome]]:
    """Runs schedules until the seeds or the time are over. Returns how many ran, and the bad ones."""
    deadline = time.monotonic() + 60 * minutes
    done, bad, told = 0, [], time.monotonic()
    seeds = iter(seeds)
    context = multiprocessing.get_context("spawn")  # each worker starts and ends its own simulator
    with concurrent.futures.ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting = {pool.submit(Worker.run, job, profile, seed) for seed in itertools.islice(seeds, 2 * workers)}
        while waiting:
            finished, waiting = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in finished:
                outcome = future.result()
                done += 1
                if outcome.problem:
                    bad.append(outcome)
                    say(f"BAD {outcome.problem}\n")
                if time.monotonic() < deadline:
                    waiting |= {pool.submit(Worker.run, job, profile, seed) for seed in itertools.islice(seeds, 1)}
            if time.monotonic() - told > 30:
                told = time.monotonic()
                say(f"{job}, {profile}: {done} schedules, {len(bad)} bad")
    return done, bad


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--job", choices=tuple(JOBS), default="archive")
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
            print(f"seed {seed}: {JOBS[arguments.job][0](seed, arguments.profile)}")
        return 0
    done, bad = storm(arguments.job, arguments.profile, seeds, arguments.minutes, arguments.workers,
                      say=lambda text: print(text, flush=True))
    print(f"{arguments.job}, {arguments.profile}: {done} schedules from seed {first} on, {len(bad)} bad"
          + "".join(f"\n  {replay_line(arguments.job, arguments.profile, outcome.seed)}" for outcome in bad))
    return 1 if bad or done == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
