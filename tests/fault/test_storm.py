"""A slice of the fault storms, always the same seeds; scripts/soak runs others for hours.

S3C_STORM_COUNT: how many of each job on each store (default 60; 15 with sanitizers)."""

import os

from fault.storm import storm
from harness.program import SANITIZED
from harness.suite import StoreCase, main, on_stores

COUNT = int(os.environ.get("S3C_STORM_COUNT", "15" if SANITIZED else "60"))


@on_stores("full", "lesser")
class Storm(StoreCase):
    def slice(self, job: str) -> None:
        done, bad = storm(job, self.STORE, range(1, COUNT + 1), minutes=60, workers=1)
        self.assertEqual(COUNT, done)
        self.assertEqual([], [outcome.seed for outcome in bad], "\n".join(outcome.problem for outcome in bad))

    def test_archiving(self):
        self.slice("archive")

    def test_restoring(self):
        self.slice("restore")


if __name__ == "__main__":
    main()
