"""The small restore that crash and storm tests run over and over. What is restored is archived once: the volumes of the small
archive job, and members with metadata, tags and a past. Each restore has a place of its own, where somebody's objects lie."""

import random

from .load import Original
from .program import Running, clean_environment
from .restored import PLACES
from .sim_control import SimControl
from .small_job import DAYS, SmallJob, small
from .suite import StoreCase

# At names where something else lies already; the last is the same, and only has to be left alone.
TAKEN = {f"{DAYS[0]}b.xml": Original(b"somebody's"), f"{DAYS[1]}j.xml": Original(b"x" * 30), f"{DAYS[0]}c.xml": None}
AGAIN = f"{DAYS[0]}a.xml"  # archived, written anew, and archived once more
WITH_EVERYTHING = Original(b'{"a": 1}' * 9, content_type="application/json",
                           headers={"cache-control": "max-age=60", "content-disposition": 'attachment; filename="a.json"'},
                           metadata={"who": "me"}, tags={"team": "logs", "a b": "c/d"})
# What can be restored: the arguments that name it, and whether a key is meant.
MEMBERS = {"all": (("*",), lambda key: True),
           "small": (("*.xml", "*.json", "*/empty"), lambda key: not key.endswith(".bin")),
           "streamed": ((f"{DAYS[1]}streamed.bin",), lambda key: key.endswith(".bin"))}
# Stored as it is: of these a flipped bit gives other bytes, where DEFLATE mostly gives an error.
NOISE = {f"{day}noise.xml": Original(random.Random(day).randbytes(6000)) for day in DAYS}
DAY_S = 24 * 3600
THAWED_DAYS = 3  # --days' default


class Archived:
    """Three volumes of two groups, in a class that has to be thawed where the store knows such; the sources are gone."""

    def __init__(self, store):
        job = SmallJob(store)
        job.put({f"{DAYS[1]}everything.json": WITH_EVERYTHING, f"{DAYS[1]}empty": Original(b""),
                 AGAIN: Original(b"<the newer one/>" * 4), **NOISE})
        job.expect_code(job.run(), 0)
        job.check(all_archived=True)
        self.store, self.job, self.originals, self.control = store, job, job.originals, SimControl(store)
        self.older = {AGAIN: small(DAYS[0], "a")[AGAIN]}
        self._as_made = self._everything()
        assert len(job.archives()) >= 4, "a restore out of few volumes proves little"

    def _everything(self) -> dict[str, tuple]:
        pages = self.store.client().get_paginator("list_objects_v2").paginate(Bucket=self.job.archive)
        return {o["Key"]: (o["Size"], o["ETag"], o["LastModified"], o["StorageClass"])
                for page in pages for o in page.get("Contents", [])}

    def freeze(self) -> None:
        """The days of all thawed copies are over."""
        self.control.advance_thaws((THAWED_DAYS + 2) * DAY_S)

    def problems(self) -> list[str]:
        return [] if self._everything() == self._as_made else ["the archive bucket was changed"]


class ArchivedCase(StoreCase):
    """A test of what is read from one archive, whose store is as it was before each test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.archived = Archived(cls.store)
        cls.control = cls.archived.control

    def setUp(self):
        super().setUp()
        self.addCleanup(self.control.clear_faults)
        self.addCleanup(self.control.go_on)


class RestoreJob:
    def __init__(self, archived: Archived, kind: str, *flags: str, members: str = "all", attempts: int = 3):
        """kind: of place, "bucket" or "folder". members: of MEMBERS. attempts: how often a request is tried. A context manager: on leaving it the
        place goes."""
        archived.freeze()
        self.archived, self.kind, self.flags = archived, kind, flags
        self.place = PLACES[kind](archived.store)
        self._attempts = attempts
        self.names, is_meant = MEMBERS[members]
        taken = {key: original or archived.originals[key] for key, original in TAKEN.items() if is_meant(key)}
        self.place.put(taken)
        self.others = {key for key in taken if TAKEN[key]}
        self._wanted = {key: original for key, original in archived.originals.items() if is_meant(key)} | taken
        self._as_put = self.place.stamps()

    def __enter__(self) -> "RestoreJob":
        return self

    def __exit__(self, *_) -> None:
        self.place.discard()

    def start(self, *more: str) -> Running:
        job = self.archived.job
        # The environment of its own gives every run the attempts, and a HOME that holds nothing.
        return Running(job.store, "restore", "--arch-bucket", job.archive, "--bucket", job.source, "--to", self.place.argument,
                       "--threads", "4", "--output", "json", *self.flags, *self.names, *more,
                       env=clean_environment(job.store, "/tmp", AWS_MAX_ATTEMPTS=str(self._attempts)))

    @property
    def count(self) -> int:
        """Of all that is at the place in the end."""
        return len(self._wanted)

    def thaw(self) -> None:
        """By somebody else."""
        client, archive = self.archived.store.client(), self.archived.job.archive
        for key in self.archived.job.archives():
            try:
                client.restore_object(Bucket=archive, Key=key, RestoreRequest={"Days": THAWED_DAYS})
            except client.exceptions.ClientError:
                return  # a store that has no RestoreObject reads all classes
        self.thaw_ends()

    def thaw_ends(self) -> None:
        self.archived.control.advance_thaws(DAY_S)

    def check(self, older_allowed: bool = False, killed: bool = False) -> set[str]:
        """Whatever happened: under a real name lies the whole member or what lay there before. Returns the keys that aren't
        back yet. A killed run may leave the object with which it tried what the store's aborts do."""
        stamps = self.place.stamps()
        problems = self.archived.problems()
        problems += [f"{key}: was overwritten or removed" for key, was in self._as_put.items() if stamps.get(key) != was]
        problems += [f"{key}: nobody asked for it" for key in stamps.keys() - self._wanted.keys()
                     if not (killed and key.startswith("s3compress_catalog/probe/"))]
        for key in stamps.keys() & self._wanted.keys():
            wrong = self.place.differences(key, self._wanted[key])
            if wrong and older_allowed and key in self.archived.older:
                wrong = self.place.differences(key, self.archived.older[key])
            problems += [f"{key}: wrong {', '.join(wrong)}"] if wrong else []
        if problems:
            raise AssertionError("\n".join(problems))
        return self._wanted.keys() - stamps.keys()

    def older_ones(self) -> set[str]:
        """What a listing that hid the newer volume has brought back."""
        return {key for key in self.archived.older
                if key in self.place.stamps() and self.place.differences(key, self._wanted[key])}

    def run_to_the_end(self):
        """The same command, undisturbed, as often as thaws make it necessary. Returns the last run's result."""
        for _ in range(3):
            result = self.start().wait()
            if result.code != 4:
                return result
            self.thaw_ends()
        raise AssertionError(f"waits for ever: {result}")

    def finish(self, older_allowed: bool = False) -> None:
        """Then everything is back, what was there is named, and nothing else remains."""
        result = self.run_to_the_end()
        others = self.others | self.older_ones() if older_allowed else self.others
        if result.code != (3 if others else 0) or {one["key"] for one in result.json()["named"]} != others:
            raise AssertionError(f"not only {sorted(others)} are left out: {result}")
        missing = self.check(older_allowed)
        problems = [f"not back: {key}" for key in missing]
        problems += [f"remains: {what}" for what in self.place.remains()]
        if problems:
            raise AssertionError("\n".join(problems))
