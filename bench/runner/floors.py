"""What the libraries alone cost on the same objects in the same run (bench/floors): no contender can go below."""

import json
import os
import subprocess

from harness.stores import start_sim

from . import data
from .race import SOURCE, Conditions, basic_environment

MOST_OBJECTS = 20_000


def measure(program: str, data_set: data.DataSet, conditions: Conditions) -> dict[str, dict[str, float]]:
    """cpu_us_per_object and bytes_per_member, each by name; the GETs are without TLS, whatever the conditions. Throws
    CalledProcessError after the program's own complaint."""
    store = start_sim("full", conditions.latency_ms, "--synthetic", data_set.synthetic(SOURCE))
    try:
        answer = subprocess.run([program, f"--endpoint={store.endpoint}", f"--bucket={SOURCE}", f"--prefix={data.PREFIX}",
                                 f"--objects={min(data_set.objects, MOST_OBJECTS)}"],
                                env=basic_environment(store, store.endpoint, conditions.scratch), stdout=subprocess.PIPE,
                                text=True, timeout=conditions.timeout_s, check=True)
    finally:
        store.stop()
    return json.loads(answer.stdout)


def describe(floors: dict[str, dict[str, float]]) -> str:
    def line(title: str, values: dict[str, float]) -> str:
        return title + ": " + "; ".join(f"{name} {value:,.0f}" for name, value in values.items())

    return (line("CPU µs per object", floors["cpu_us_per_object"]) + "\n" +
            line("bytes per member", floors["bytes_per_member"]))


def find() -> str:
    """The built program; empty where scripts/bench did not build it."""
    return os.environ.get("S3C_FLOORS", "")
