"""Rounds of attack (attack.py) for half a minute, always the same seeds in the same order; scripts/soak --job attack runs others for hours.

S3C_ATTACK_SECONDS: how long on each store (default 30)."""

import itertools
import os

from fault.storm import storm
from harness.suite import StoreCase, main, on_stores

SECONDS = float(os.environ.get("S3C_ATTACK_SECONDS", "30"))


@on_stores("full", "lesser")
class Attack(StoreCase):
    def test_everybody_at_once(self):
        done, bad = storm("attack", self.STORE, itertools.count(1), minutes=SECONDS / 60, workers=1)
        print(f"{self.STORE}: {done} rounds of attack", flush=True)
        self.assertGreater(done, 1, "too few rounds: this proves nothing")
        self.assertEqual([], [outcome.seed for outcome in bad], "\n".join(outcome.problem for outcome in bad))


if __name__ == "__main__":
    main()
