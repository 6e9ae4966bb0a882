"""A slice of the fault storms, always the same seeds; scripts/soak runs others for hours.

S3C_STORM_COUNT: how many on each store (default 30; 15 with sanitizers); restores: a quarter of it."""

import os

from fault.storm import storm
from harness.program import SANITIZED
from harness.suite import StoreCase, main, on_stores

COUNT = int(os.environ.get("S3C_STORM_COUNT", "15" if SANITIZED else "30"))


@on_stores("full", "lesser")
class Storm(StoreCase):
    def slice(self, job: str, count: int) -> None:
        done, bad = storm(job, self.STORE, range(1, count + 1), minutes=60, workers=2)
        self.assertEqual(count, done)
        self.assertEqual([], [outcome.seed for outcome in bad], "\n".join(outcome.problem for outcome in bad))

    def test_archiving(self):
        self.slice("archive", COUNT)

    def test_restoring(self):
        self.slice("restore", COUNT // 4)


if __name__ == "__main__":
    main()
