"""Two and three runs on the same groups at once, while somebody adds and overwrites source objects."""

import collections
import random
import time

from fault.archive_storm import Writer
from harness.program import SANITIZED
from harness.sim_control import SimControl
from harness.small_job import SmallJob
from harness.suite import StoreCase, main, on_stores

ROUNDS = 3 if SANITIZED else 6


@on_stores("full", "lesser")
class Race(StoreCase):
    def setUp(self):
        super().setUp()
        self.control = SimControl(self.store)
        self.addCleanup(self.control.clear_faults)

    def race(self, starts_ms: tuple[int, ...], seed: int, writer: bool, *flags: str) -> collections.Counter:
        job = SmallJob(self.store, *flags, streamed=False)
        # Requests overtake one another: without that the runs go on in step. And who commits first comes late.
        first = {"operation": "CompleteMultipartUpload", "key": "*.zip", "nth": 1, "fault": "delay", "ms": 150}
        self.control.set_faults([first] + [{"probability": 0.3, "fault": "delay", "ms": ms} for ms in (3, 11, 29)], seed)
        running, started = [], time.monotonic()
        busy = Writer(job, seed, overwrites=self.STORE == "full") if writer else None
        if busy:
            busy.start()
        for start_ms in starts_ms:
            time.sleep(max(0.0, started + start_ms / 1000 - time.monotonic()))
            running.append(job.start("--output", "json"))
        results = [run.wait() for run in running]
        if busy:
            busy.stop()
        self.control.clear_faults()
        winners: collections.Counter = collections.Counter()
        counts: collections.Counter = collections.Counter()
        for result in results:
            # 3: what another run or the writer took from under our hands is named.
            job.expect_code(result, 0, 3)
            report = result.json()
            counts["lost_races"] += report["total"]["lost_races"]
            winners.update(volume["key"] for group in report["groups"] for volume in group["volumes"])
        self.assertEqual({}, {key: n for key, n in winners.items() if n != 1}, "volumes with more than one winner")
        found = job.check(garbage_allowed=True)  # also: nothing lies in two volumes
        self.assertEqual(set(winners), {key for key in found.volumes if key in winners}, "a winner without a volume")
        job.finish()
        job.discard()
        counts["volumes"] = len(winners)
        return counts

    def races(self, runs: int, writer: bool, *flags: str) -> None:
        total: collections.Counter = collections.Counter()
        rng = random.Random(runs)
        # On a machine that is busy with other things they may pass each other by for a while.
        for seed in range(4 * ROUNDS):
            if seed >= ROUNDS and total["lost_races"] > 0:
                break
            # Together, and one in the other's middle.
            starts = (0,) * runs if seed % 2 else tuple(sorted(rng.randint(0, 250) for _ in range(runs)))
            with self.subTest(seed=seed, starts_ms=starts):
                total += self.race(starts, seed, writer, *flags)
        print(f"{self.STORE}, {runs} runs{', writer' * writer}: {dict(total)}", flush=True)
        self.assertGreater(total["lost_races"], 0, "they never met: this proves nothing")

    def test_two(self):
        self.races(2, writer=False)

    def test_two_beside_a_writer(self):
        self.races(2, writer=True)

    def test_three(self):
        self.races(3, writer=False)

    def test_three_beside_a_writer(self):
        self.races(3, writer=True)


if __name__ == "__main__":
    main()
