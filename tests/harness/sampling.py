"""Which of a job's many requests a test takes.

S3C_CRASH_SAMPLE: how many of them (default 8, spread over the whole job), or "all", as scripts/soak --job crash takes.
S3C_SEED: draws the same ones again. Without it each run draws others, and prints its seed."""

import os
import random

SEED = int(os.environ.get("S3C_SEED") or random.SystemRandom().randrange(1_000_000))
SAMPLE = os.environ.get("S3C_CRASH_SAMPLE", "8")


def sample(count: int, share: float = 1.0) -> list[int]:
    """Of the requests 1 to count, in order: share of the number that S3C_CRASH_SAMPLE asks for, at least one, each drawn from
    a stretch of its own. "all" means count of them."""
    wanted = count if SAMPLE == "all" else int(SAMPLE)
    stretches = max(1, min(count, round(wanted * share)))
    rng = random.Random(SEED)
    bounds = [1 + i * count // stretches for i in range(stretches + 1)]
    chosen = [rng.randrange(begin, end) for begin, end in zip(bounds, bounds[1:])]
    print(f"S3C_SEED={SEED}: requests {chosen} of {count}", flush=True)
    return chosen
