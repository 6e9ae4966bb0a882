"""The small archive job that crash, storm and race tests run over and over: everything the program does, in some eighty
requests. Two groups; one of them has a committed volume already and, as late arrivals, enough for two more; the other holds
an object that is streamed."""

import datetime
import random

from .checker import Findings, check, list_bucket
from .load import Original, load
from .program import Running, archive_arguments, clean_environment, run
from .sim_control import SimControl

DAYS = ("sources/2018/04/01/", "sources/2018/04/02/")
STREAMED_BYTES = 9 << 20  # larger than s3compress takes into memory, and than one part of an upload
# Made once: random bytes take longer than the job.
STREAMED = Original(random.Random(9).randbytes(STREAMED_BYTES))


def small(day: str, names: str) -> dict[str, Original]:
    return {f"{day}{name}.xml": Original(f"<order id='{day}{name}'/>".encode() * (3 + i)) for i, name in enumerate(names)}


class SmallJob:
    """Buckets of its own on the given store, filled up to the moment before the run that is to be disturbed."""

    def __init__(self, store, *flags: str, streamed: bool = True, attempts: int = 3):
        """attempts: how often a request is tried; few, so that a fault that stays is given up soon."""
        self.store, self.client = store, store.client()
        self.source, self.archive = store.new_bucket("source"), store.new_bucket("archive")
        self.flags = ("--threads", "4", "--max-objects", "4", *flags)
        self._attempts = attempts
        self.originals: dict[str, Original] = {}
        self.earlier: dict[str, list[Original]] = {}
        self.put(small(DAYS[0], "abc"))
        self.expect_code(self.run(), 0)
        self.put(small(DAYS[0], "defghi"))
        self.put(small(DAYS[1], "jk"))
        if streamed:
            self.put({f"{DAYS[1]}streamed.bin": STREAMED})

    def put(self, objects: dict[str, Original]) -> None:
        """From now on these are what must be safe under their keys; what was there before may be in an archive too."""
        for key in [key for key in objects if key in self.originals and self.originals[key] != objects[key]]:
            self.earlier.setdefault(key, []).append(self.originals[key])
        self.originals |= objects
        load(self.store, self.source, objects)

    def _environment(self) -> dict[str, str]:
        return clean_environment(self.store, "/tmp", AWS_MAX_ATTEMPTS=str(self._attempts))

    def start(self, *more: str) -> Running:
        return Running(self.store, *archive_arguments(self.source, self.archive, *self.flags, *more), env=self._environment())

    def run(self, *more: str):
        return self.start(*more).wait()

    def collect_garbage(self, *more: str):
        """gc with no mercy for age: whatever isn't committed goes."""
        return run(self.store, "gc", "--arch-bucket", self.archive, "--bucket", self.source, "--garbage-age", "0", *more,
                   env=self._environment())

    def expect_code(self, result, *codes: int) -> None:
        if result.code not in codes:
            raise AssertionError(f"not {codes}: {result}")

    def check(self, **options) -> Findings:
        return check(self.store, self.source, self.archive, self.originals, earlier=self.earlier, **options)

    def archives(self) -> dict[str, tuple]:
        """What tells a volume from one that was written over it."""
        listed = list_bucket(self.client, self.archive, f"{self.source}/")
        return {key: (o.size, o.etag, self.client.head_object(Bucket=self.archive, Key=key)["Metadata"].get("s3compress-id"))
                for key, o in listed.items()}

    def uploads(self) -> list[str]:
        return [upload["Key"] for upload in self.client.list_multipart_uploads(Bucket=self.archive).get("Uploads", [])]

    def finish(self, archives_before: dict[str, tuple] | None = None) -> None:
        """Whatever happened: the same command again, undisturbed, and gc. Then everything must be archived, nothing else
        be left, and no archive that was there have changed."""
        before = self.archives() if archives_before is None else archives_before
        self.expect_code(self.run(), 0)
        self.expect_code(self.collect_garbage(), 0)
        found = self.check(all_archived=True)
        after = self.archives()
        problems = [f"{key} was overwritten" for key, was in before.items() if after.get(key) != was]
        problems += [f"an upload dangles at {key}" for key in self.uploads()]
        problems += [f"still in the source: {key}" for key in found.left]
        if problems:
            raise AssertionError("\n".join(problems))

    def discard(self) -> None:
        """Frees what the simulator holds for it: thousands of jobs on one simulator would fill the memory."""
        for bucket in (self.source, self.archive):
            keys = list(list_bucket(self.client, bucket))
            if keys:
                self.client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True})


class TimedJob(SmallJob):
    """The same job with keys that tell no day: what the other one has below DAYS[n] was last modified on that day, and
    the keys of both days lie among each other."""

    def put(self, objects: dict[str, Original]) -> None:
        control = SimControl(self.store)
        noon = datetime.datetime(2018, 4, 1, 12, tzinfo=datetime.timezone.utc)
        for number, day in enumerate(DAYS):
            ago = datetime.datetime.now(datetime.timezone.utc) - noon - datetime.timedelta(days=number)
            control.write_in_the_past(int(ago.total_seconds()))
            super().put({f"sources/{key.removeprefix(day)}": original for key, original in objects.items() if key.startswith(day)})
        control.write_in_the_past(0)
