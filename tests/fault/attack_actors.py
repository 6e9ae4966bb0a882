"""Who is at work in the buckets during an attack (attack.py), each a thread with a random sequence of its own, made from the seed: the
writer of the source objects, other people who meddle with archives, a watcher, and those who run the program."""

import dataclasses
import os
import random
import signal
import threading
import time

from botocore.exceptions import ClientError

from fault.attack_journal import Archive, Journal, Sight, Write
from fault.attack_judge import listed, read_archive
from harness.program import Result, Running, clean_environment

DAYS = ("sources/2018/04/01/", "sources/2018/04/02/")
ENDINGS = {"kill": signal.SIGKILL, "interrupt": signal.SIGINT, "terminate": signal.SIGTERM}


class Actor(threading.Thread):
    """Acts until it is told to stop. An error of an attacker is an error of the round."""

    def __init__(self, seed: str):
        super().__init__(daemon=True)
        self.rng = random.Random(seed)
        self._halt = threading.Event()
        self._error: BaseException | None = None

    def act(self) -> None:
        """One step."""
        raise NotImplementedError

    def pause(self, least_s: float, most_s: float) -> None:
        self._halt.wait(self.rng.uniform(least_s, most_s))

    def run(self) -> None:
        try:
            while not self._halt.is_set():
                self.act()
        except BaseException as error:
            self._error = error

    def stop(self) -> None:
        self._halt.set()

    def finish(self) -> None:
        self.stop()
        self.join()
        if self._error:
            raise self._error


class Writer(Actor):
    """Adds objects, overwrites them, deletes them, and puts back old bytes. safely: only what no store can lose without a condition on
    deletes (docs/safety.md): names that were never used before, and deletes."""

    def __init__(self, seed: str, client, bucket: str, journal: Journal, safely: bool):
        super().__init__(seed)
        self._client, self._bucket, self._journal, self._safely = client, bucket, journal, safely
        self._count = 0

    def put(self, key: str, body: bytes) -> None:
        started = time.time()
        answer = self._client.put_object(Bucket=self._bucket, Key=key, Body=body)
        self._journal.add(key, Write(body, started, time.time(), answer.get("VersionId")))

    def put_new_bytes(self, key: str) -> None:
        self._count += 1
        self.put(key, f"<order n='{self._count}' key='{key}'/>".encode() * self.rng.randint(1, 9))

    def add(self) -> None:
        self.put_new_bytes(f"{self.rng.choice(DAYS)}{self._count:03}-{self.rng.choice('abcdef')}.xml")

    def delete(self, key: str) -> None:
        started = time.time()
        self._client.delete_object(Bucket=self._bucket, Key=key)
        self._journal.add(key, Write(None, started, time.time()))

    def act(self) -> None:
        self.pause(0.01, 0.12)
        key = self.rng.choice(sorted(self._journal.writes))
        step = self.rng.random()
        if step < 0.15:
            self.delete(key)
        elif self._safely or step < 0.4:
            self.add()
        elif step < 0.8:
            self.put_new_bytes(key)
        else:
            self.put(key, self.rng.choice(sorted(self._journal.bodies(key).values())))


class OtherPeople(Actor):
    """Remove archives, move them away and back, copy them in place without their metadata, abort unfinished uploads."""

    def __init__(self, seed: str, client, source: str, archive: str, journal: Journal, conditional_copies: bool):
        super().__init__(seed)
        self._client, self._source, self._archive, self._journal = client, source, archive, journal
        self._conditional_copies = conditional_copies

    def act(self) -> None:
        self.pause(0.2, 0.9)
        keys = sorted(listed(self._client, self._archive, f"{self._source}/"))
        step = self.rng.random()
        if step < 0.2:
            self.abort_an_upload()
        elif keys:
            key = self.rng.choice(keys)
            self._journal.touched.add(key)
            (self.remove if step < 0.55 else self.move_away_and_back if step < 0.8 else self.rob_of_metadata)(key)

    def abort_an_upload(self) -> None:
        uploads = self._client.list_multipart_uploads(Bucket=self._archive).get("Uploads", [])
        if uploads:
            upload = self.rng.choice(uploads)
            try:
                self._client.abort_multipart_upload(Bucket=self._archive, Key=upload["Key"], UploadId=upload["UploadId"])
            except self._client.exceptions.NoSuchUpload:
                pass  # its run was faster

    def remove(self, key: str) -> None:
        self._journal.removed.append(read_archive(self._client, self._archive, key))
        self._client.delete_object(Bucket=self._archive, Key=key)

    def move_away_and_back(self, key: str) -> None:
        was, aside = read_archive(self._client, self._archive, key), f"aside/{key}"
        self.copy(key, aside)
        self._client.delete_object(Bucket=self._archive, Key=key)
        self.pause(0.0, 0.8)
        try:
            self.put_back(was, aside)
        except ClientError as error:  # somebody has the name now, and keeps it
            if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (409, 412):
                raise
            self._journal.removed.append(was)
        self._client.delete_object(Bucket=self._archive, Key=aside)

    def copy(self, key: str, to: str, **more) -> None:
        self._client.copy_object(Bucket=self._archive, Key=to, CopySource={"Bucket": self._archive, "Key": key}, **more)

    def put_back(self, was: Archive, aside: str) -> None:
        """Only where nothing is. This boto3 has no word for that condition, and not every store honours it on copies."""
        def add_condition(request, **_):
            if threading.current_thread() is self:
                request.headers["If-None-Match"] = "*"

        operation = "CopyObject" if self._conditional_copies else "PutObject"
        events = self._client.meta.events
        events.register(f"before-sign.s3.{operation}", add_condition)
        try:
            if self._conditional_copies:
                self.copy(aside, was.key)
            else:
                metadata = {"s3compress-id": was.id} if was.id else {}
                self._client.put_object(Bucket=self._archive, Key=was.key, Body=was.body, Metadata=metadata)
        finally:
            events.unregister(f"before-sign.s3.{operation}", add_condition)

    def rob_of_metadata(self, key: str) -> None:
        was = read_archive(self._client, self._archive, key)
        if was.id is not None:
            self._journal.removed.append(was)
        self.copy(key, key, MetadataDirective="REPLACE")


class Watcher(Actor):
    """Lists both buckets over and over."""

    def __init__(self, seed: str, client, source: str, archive: str, journal: Journal):
        super().__init__(seed)
        self._client, self._source, self._archive, self._journal = client, source, archive, journal

    def look(self, bucket: str) -> Sight:
        started = time.time()
        etags = listed(self._client, bucket)
        return Sight(started, time.time(), etags)

    def act(self) -> None:
        for _ in range(5):
            self._journal.sources_seen.append(self.look(self._source))
            self.pause(0.01, 0.05)
        self._journal.archives_seen.append(self.look(self._archive))


@dataclasses.dataclass
class Command:
    """A command line, and after which time which signal ends it."""
    arguments: tuple[str, ...]
    ending: str | None = None
    after_s: float = 0.0

    def __str__(self) -> str:
        return " ".join(self.arguments) + (f" [{self.ending} after {self.after_s:.3f} s]" if self.ending else "")


@dataclasses.dataclass
class Ended:
    command: Command
    result: Result

    @property
    def was_killed(self) -> bool:
        """By us, and so it could say nothing. Before it watches for signals, any of them ends it."""
        return self.command.ending is not None and self.result.code == -ENDINGS[self.command.ending]

    def __str__(self) -> str:
        said = " ".join(f"{self.result.out}\n{self.result.err}".split())
        return f"{self.command}\n    {self.result.code}: {said[:3000]}"


class Operator(Actor):
    """Runs one command after the other. commands: makes the next one."""

    def __init__(self, seed: str, store, commands):
        super().__init__(seed)
        self._store, self._commands = store, commands
        self.ended: list[Ended] = []

    def act(self) -> None:
        self.ended.append(run_command(self._store, self._commands(self.rng)))
        self.pause(0.0, 0.1)


def run_command(store, command: Command, timeout_s: float = 60) -> Ended:
    # Few attempts, so that a fault that stays is given up soon.
    running = Running(store, *command.arguments, env=clean_environment(store, "/tmp", AWS_MAX_ATTEMPTS="3"))
    if command.ending:
        deadline = time.monotonic() + command.after_s
        while not running.ended and time.monotonic() < deadline:
            time.sleep(0.005)
        running.signal(ENDINGS[command.ending])
    return Ended(command, running.wait(timeout_s))


def files_below(folder: str) -> dict[str, bytes]:
    """What a restore to a directory left there under the keys' own names."""
    found = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            with open(path, "rb") as opened:
                found[os.path.relpath(path, folder)] = opened.read()
    return found


def bodies_of(client, bucket: str) -> dict[str, bytes]:
    return {key: client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in listed(client, bucket)}
