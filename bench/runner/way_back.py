"""What comes after archiving: restore, find, ls and verify, each beside the obvious way to do the same with other programs.

One simulator, one archive of all objects in STANDARD, made by s3compress; the sources stay. Each task is done by each of its
contenders, in an empty folder and to an empty bucket, and counted only when all its objects are where they belong.
"""

import contextlib
import dataclasses
import os
import shutil
import tempfile
from collections.abc import Callable

from harness.stores import start_sim

from . import contenders, data, report, tls
from .measure import CommandFailed, Meter
from .race import ARCHIVE, SOURCE, Conditions, basic_environment

HEAD = ["task", "by", "objects", "objects/s", "CPU µs per object", "ratio", "RSS MiB"]
TARGET = "bench-target"
UNZIP = "/usr/bin/unzip"


@dataclasses.dataclass(frozen=True)
class Place:
    """What the commands are told."""
    endpoint: str
    s3compress: str
    archive_key: str
    folder: str  # the empty folder that they run in
    target: str  # an empty bucket

    def ours(self, verb: str, *arguments: str) -> list[str]:
        return [self.s3compress, verb, "--arch-bucket", ARCHIVE, "--bucket", SOURCE, *arguments]

    def download(self) -> list[str]:
        return [*self.rclone(), "copyto", f"store:{ARCHIVE}/{self.archive_key}", "archive.zip"]

    def rclone(self) -> list[str]:
        # "unzip" sets times that rclone would compare. The AWS library inside rclone can't load a bundle.
        return ["/usr/bin/env", "AWS_CA_BUNDLE=", "/usr/bin/rclone", "--transfers", "64", "--checkers", "64",
                "--s3-no-check-bucket", "--size-only"]

    def upload(self) -> list[str]:
        s5cmd = shutil.which("s5cmd")
        if s5cmd:
            return [s5cmd, "--log", "error", "--endpoint-url", self.endpoint, "cp", "all/", f"s3://{self.target}/"]
        return [*self.rclone(), "copy", "all", f"store:{self.target}"]


@dataclasses.dataclass(frozen=True)
class Way:
    """One way to do a task. Its last command's output has a line for each object if it is to be counted by lines."""
    name: str
    commands: Callable[[Place], list[list[str]]]


@dataclasses.dataclass(frozen=True)
class Task:
    name: str
    ways: list[Way]
    done: str  # where every object must be afterwards: "target", "folder", "lines"; or "": the exit codes say it


def shell(script: str) -> list[str]:
    return ["/bin/sh", "-ec", script]


TASKS = [
    Task("restore to a bucket", [
        Way("s3compress restore", lambda p: [p.ours("restore", "--yes", "--quiet", "--to", f"s3://{p.target}/", "*")]),
        Way("download, unzip, upload", lambda p: [p.download(), [UNZIP, "-q", "archive.zip", "-d", "all"],
                                                  shell("rm all/s3compress-index.jsonl"), p.upload()]),
    ], "target"),
    Task("restore to a folder", [
        Way("s3compress restore", lambda p: [p.ours("restore", "--yes", "--quiet", "--to", "all", "*")]),
        Way("download, unzip", lambda p: [p.download(), [UNZIP, "-q", "archive.zip", "-d", "all"]]),
    ], "folder"),
    Task("find by a glob", [
        Way("s3compress find", lambda p: [p.ours("find", "*.*")]),
        Way("download, zipinfo, grep", lambda p: [p.download(), shell("zipinfo -1 archive.zip | grep '^sources/.*[.]'")]),
    ], "lines"),
    Task("list members with sizes", [
        Way("s3compress ls -l", lambda p: [p.ours("ls", "-l", p.archive_key)]),
        Way("download, unzip -l", lambda p: [p.download(), shell("unzip -l archive.zip | grep sources/")]),
    ], "lines"),
    Task("read and check all members", [
        Way("s3compress verify --deep", lambda p: [p.ours("verify", "--deep", "--quiet")]),
        Way("download, unzip -t", lambda p: [p.download(), [UNZIP, "-tqq", "archive.zip"]]),
    ], ""),
]


class NotDone(Exception):
    """How many objects are where they belong, and how many there should be."""


def measure(data_set: data.DataSet, conditions: Conditions, say: Callable[[str], None]) -> list[dict]:
    """One result for each way of each task; "failed" says why where it didn't do it. REQUIRES: the data is of one day. Throws
    MissingProgram."""
    for program in ("/usr/bin/rclone", UNZIP):
        if not os.path.exists(program):
            raise contenders.MissingProgram(f"this needs {program}: scripts/install-deps bench")
    with contextlib.ExitStack() as stack:
        store = start_sim("full", conditions.latency_ms, "--synthetic", data_set.synthetic(SOURCE))
        stack.callback(store.stop)
        scratch = stack.enter_context(tempfile.TemporaryDirectory(dir=conditions.scratch))
        endpoint = store.endpoint
        environment = basic_environment(store, endpoint, scratch)
        environment |= contenders.find("rclone").module.environment(
            contenders.Job(endpoint, store.region, SOURCE, ARCHIVE, data.PREFIX, [], "", ""))
        if conditions.tls:
            terminator = tls.Terminator(store.host, scratch)
            stack.callback(terminator.stop)
            endpoint = terminator.endpoint
            environment |= {"AWS_ENDPOINT_URL": endpoint, "RCLONE_CONFIG_STORE_ENDPOINT": endpoint,
                            "RCLONE_CA_CERT": terminator.ca_bundle, "AWS_CA_BUNDLE": terminator.ca_bundle}
        client = store.client()
        client.create_bucket(Bucket=ARCHIVE)
        day = data_set.list_days(SOURCE)[0]

        def place(folder: str, target: str) -> Place:
            return Place(endpoint, conditions.s3compress, day.archive_key, folder, target)

        say(f"s3compress archives {data_set.objects:,} objects")
        run(place(scratch, ""), [[conditions.s3compress, "--arch-bucket", ARCHIVE, "--bucket", SOURCE, "--prefix", data.PREFIX,
                                  "--storage-class", "STANDARD", "--keep-sources", "--quiet"]], environment, conditions)
        results = []
        for task in TASKS:
            for way in task.ways:
                folder = tempfile.mkdtemp(dir=scratch)
                target = f"{TARGET}-{len(results)}"
                client.create_bucket(Bucket=target)
                here = place(folder, target)
                failed, usage = "", None
                try:
                    usage, lines = run(here, way.commands(here), environment, conditions)
                    expect_done(task, client, here, lines, data_set.objects)
                except (CommandFailed, NotDone) as error:
                    failed = str(error)
                say(f"{task.name}: {way.name}: {failed or 'done and checked'}")
                results.append({"task": task.name, "name": way.name, "objects": data_set.objects, "failed": failed}
                               | (dataclasses.asdict(usage) if usage else {}))
                shutil.rmtree(folder)
        return results


def run(place: Place, commands: list[list[str]], environment: dict[str, str], conditions: Conditions):
    """What they took, and the number of lines that the last one wrote. Throws CommandFailed."""
    output = os.path.join(conditions.scratch, "output")
    meter = Meter(place.folder, [], environment, output, conditions.timeout_s)
    for command in commands:
        meter.run(command)
    with open(output, "rb") as text:
        lines = sum(1 for _ in text)
    os.remove(output)
    return meter.usage, lines


def expect_done(task: Task, client, place: Place, lines: int, objects: int) -> None:
    """Throws NotDone."""
    found = objects
    if task.done == "target":
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=place.target)
        found = sum(page["KeyCount"] for page in pages)
    elif task.done == "folder":
        found = sum(len(files) for _, _, files in os.walk(os.path.join(place.folder, "all", data.PREFIX)))
    elif task.done == "lines":
        found = lines
    if found != objects:
        raise NotDone(f"{found:,} objects were found, of {objects:,}")


def table(results: list[dict]) -> str:
    """Markdown; ratios are to the first way of each task."""
    rows, first = [HEAD], {}
    for result in results:
        count = result["objects"]
        cells = [result["task"], result["name"], f"{count:,}"]
        if result["failed"]:
            rows.append([*cells, "failed", *[""] * (len(HEAD) - 4)])
            continue
        base = first.setdefault(result["task"], result)
        rows.append([*cells, f"{count / result['wall_s']:,.0f}", f"{result['cpu_s'] / count * 1e6:,.1f}",
                     f"{result['cpu_s'] / base['cpu_s']:.1f}", f"{result['peak_rss_bytes'] / 2**20:.0f}"])
    return report.lined_up(rows)
