"""What sockets and the libraries alone cost on the same objects in the same run (bench/floors): no contender can go below."""

import contextlib
import json
import os
import subprocess
import tempfile

from harness.stores import start_sim

from . import data, tls
from .race import SOURCE, Conditions, basic_environment

MOST_OBJECTS = 20_000


def measure(program: str, data_set: data.DataSet, conditions: Conditions) -> dict[str, dict[str, float]]:
    """cpu_us_per_object and bytes_per_member, each by name. Under the conditions of TLS the sockets alone are measured with it
    too; libcurl's GETs never are. Throws CalledProcessError after the program's own complaint."""
    with contextlib.ExitStack() as stack:
        store = start_sim("full", conditions.latency_ms, "--synthetic", data_set.synthetic(SOURCE))
        stack.callback(store.stop)
        command = [program, f"--endpoint={store.endpoint}", f"--bucket={SOURCE}", f"--prefix={data.PREFIX}",
                   f"--objects={min(data_set.objects, MOST_OBJECTS)}"]
        if conditions.tls:
            folder = stack.enter_context(tempfile.TemporaryDirectory(dir=conditions.scratch))
            terminator = tls.Terminator(store.host, folder)
            stack.callback(terminator.stop)
            command.append(f"--tls-endpoint={terminator.endpoint}")
        answer = subprocess.run(command, env=basic_environment(store, store.endpoint, conditions.scratch), stdout=subprocess.PIPE,
                                text=True, timeout=conditions.timeout_s, check=True)
    return json.loads(answer.stdout)


def least_cpu_us(floors: dict[str, dict[str, float]], level: int, with_tls: bool) -> float:
    """The floor under a contender that compresses at a level: a GET by sockets alone, and libdeflate alone. At any other level
    than 1 it is that of level 6."""
    costs = floors["cpu_us_per_object"]
    get = costs["sockets and OpenSSL alone, event loops" if with_tls else "sockets alone, event loops"]
    return get + costs[f"libdeflate alone, level {1 if level == 1 else 6}"]


def describe(floors: dict[str, dict[str, float]]) -> str:
    def line(title: str, values: dict[str, float]) -> str:
        return title + ": " + "; ".join(f"{name} {value:,.0f}" for name, value in values.items())

    return (line("CPU µs per object", floors["cpu_us_per_object"]) + "\n" +
            line("bytes per member", floors["bytes_per_member"]))


def find() -> str:
    """The built program; empty where scripts/bench did not build it."""
    return os.environ.get("S3C_FLOORS", "")
