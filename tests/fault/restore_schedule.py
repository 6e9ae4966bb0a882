"""Random schedules of trouble for restores, each made from a seed alone. As in schedule.py what no client can stand is left
out: a store that denies an object it has, or changes the text of a listing so that it still reads well."""

import dataclasses
import random

from fault.schedule import MAX_LATE_MS, moment

READS = ("GetObject", "HeadObject", "ListObjectsV2")
WRITES = ("PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload", "RestoreObject")
EVERYTHING = READS + WRITES
# What GET is asked for, each damaged for itself: members, rows, records.
READ_KEYS = ("*.zip", "*.zip", "s3compress_catalog/index/*", "s3compress_catalog/manifest/*", "*")


@dataclasses.dataclass
class RestoreSchedule:
    seed: int
    profile: str
    rules: list[dict]
    place: str = "bucket"
    members: str = "all"
    flags: tuple[str, ...] = ()
    thawed: bool = False  # before the disturbed runs
    starts_ms: tuple[int, ...] = (0,)  # one run each, that much after the first
    kill: tuple[int, str] | None = None  # all runs, at that request, before or after its effect
    interrupt_ms: int | None = None  # SIGINT to the first run
    complete_listings: bool = True  # no rule hides records from a listing

    def __str__(self) -> str:
        parts = [f"{len(self.starts_ms)} run(s), {self.members} to a {self.place} {' '.join(self.flags)}"]
        parts += ["thawed"] * self.thawed
        parts += [f"killed {self.kill[1]} request {self.kill[0]}"] if self.kill else []
        parts += [f"interrupted after {self.interrupt_ms} ms"] if self.interrupt_ms is not None else []
        return ", ".join(parts) + "".join(f"\n    {rule}" for rule in self.rules)


def some(rng: random.Random, operations: tuple[str, ...]) -> dict:
    return {"operation": rng.choice(operations), **moment(rng)}


def an_error(rng: random.Random) -> dict:
    status, code = rng.choice(((500, "InternalError"), (503, "SlowDown"), (503, "ServiceUnavailable"),
                               (400, "RequestTimeout"), (403, "AccessDenied"), (403, "ExpiredToken"),
                               (409, "OperationAborted"), (412, "PreconditionFailed")))
    return {**some(rng, EVERYTHING), "fault": "error", "status": status, "code": code}


def frozen_again(rng: random.Random) -> dict:
    status, code, operation = rng.choice(((403, "InvalidObjectState", "GetObject"), (409, "RestoreAlreadyInProgress", "RestoreObject"),
                                          (503, "SlowDown", "RestoreObject")))
    return {"operation": operation, "key": "*.zip", **moment(rng), "fault": "error", "status": status, "code": code}


def not_there(rng: random.Random) -> dict:
    code, operation = rng.choice((("NoSuchUpload", "UploadPart"), ("NoSuchUpload", "CompleteMultipartUpload"),
                                  ("NoSuchBucket", "PutObject"), ("NoSuchKey", "RestoreObject")))
    return {"operation": operation, **moment(rng), "fault": "error", "status": 404, "code": code}


def error_after(rng: random.Random) -> dict:
    return {**some(rng, WRITES), "fault": "error_after", "status": rng.choice((500, 503)), "code": "InternalError"}


def error_in_200(rng: random.Random) -> dict:
    return {"operation": "CompleteMultipartUpload", **moment(rng), "fault": "error_in_200",
            "code": rng.choice(("InternalError", "SlowDown")), "after_effect": rng.random() < 0.5}


def delay(rng: random.Random) -> dict:
    return {**some(rng, EVERYTHING), "fault": "delay", "ms": rng.randint(1, 120)}


def stall(rng: random.Random) -> dict:
    return {"operation": "GetObject", "nth": rng.randint(1, 40), "fault": "stall", "after_bytes": rng.randint(0, 4000), "ms": 150}


def broken_connection(rng: random.Random) -> dict:
    return {**some(rng, EVERYTHING), "fault": rng.choice(("reset", "lost_reply"))}


def late(rng: random.Random) -> dict:
    return {**some(rng, WRITES), "fault": "late", "ms": rng.randint(5, MAX_LATE_MS)}


def duplicate(rng: random.Random) -> dict:
    return {**some(rng, WRITES), "fault": "duplicate", "ms": rng.choice((0, rng.randint(1, MAX_LATE_MS)))}


def damaged_body(rng: random.Random) -> dict:
    fault = rng.choice(("flip_byte", "flip_byte", "cut_body", "short_body"))
    more = {} if fault == "flip_byte" else {"keep_ratio": round(rng.random(), 2)}
    return {"operation": "GetObject", "key": rng.choice(READ_KEYS), **moment(rng), "fault": fault, **more}


def truncated_xml(rng: random.Random) -> dict:
    return {**some(rng, ("ListObjectsV2", "CompleteMultipartUpload", "CreateMultipartUpload")), "fault": "truncate_xml"}


def bad_listing(rng: random.Random) -> dict:
    return {"operation": "ListObjectsV2", **moment(rng), "fault": "omit_key", "match": rng.choice(("*.json", "*-2.zip*", "*20180402*"))}


def wrong_etag(rng: random.Random) -> dict:
    names = ("UploadPart", "GetObject", "HeadObject", "CompleteMultipartUpload", "PutObject")
    return {"operation": rng.choice(names), "nth": rng.randint(1, 20), "fault": "wrong_etag"}


def lesser_store(rng: random.Random) -> dict:
    return rng.choice((
        {"operation": "CompleteMultipartUpload", "fault": "drop_headers", "request": ["if-none-match"]},
        {"operation": ["HeadObject"], "fault": "drop_headers", "response": ["x-amz-checksum-*"]},
        {"operation": ["HeadObject"], "fault": "drop_headers", "response": ["x-amz-restore"]}))


def rate_limit(rng: random.Random) -> dict:
    return {"operation": ["GetObject", "HeadObject", "PutObject"], "fault": "rate_limit", "per_second": rng.choice((60, 120, 300)),
            "prefix_segments": 1}


TROUBLE = ((an_error, 8), (frozen_again, 3), (not_there, 2), (error_after, 4), (error_in_200, 2), (delay, 4), (stall, 2),
           (broken_connection, 8), (late, 5), (duplicate, 4), (damaged_body, 12), (truncated_xml, 3), (bad_listing, 2),
           (wrong_etag, 2), (lesser_store, 2), (rate_limit, 1))


def make_schedule(seed: int, profile: str) -> RestoreSchedule:
    rng = random.Random(f"restore-{profile}-{seed}")
    makers, weights = zip(*TROUBLE)
    schedule = RestoreSchedule(seed, profile, [maker(rng) for maker in rng.choices(makers, weights, k=rng.randint(1, 4))])
    schedule.place = rng.choice(("bucket", "folder"))
    schedule.members = rng.choices(("small", "all", "streamed"), (75, 15, 10))[0]
    schedule.thawed = rng.random() < 0.5
    flags: list[str] = []
    if rng.random() < 0.2:
        flags += ["--threads", str(rng.choice((1, 32)))]
    if rng.random() < 0.3:
        flags += ["--wait", "--poll", "1s"]
    schedule.flags = tuple(flags)
    runs = rng.choices((1, 2, 3), (70, 20, 10))[0]
    schedule.starts_ms = (0,) + tuple(rng.choice((0, rng.randint(1, 200))) for _ in range(runs - 1))
    ending = rng.random()
    if ending < 0.25:
        schedule.kill = (rng.randint(1, 40 + 40 * runs), rng.choice(("before", "after")))
    elif ending < 0.35:
        schedule.interrupt_ms = rng.randint(0, 200)
    schedule.complete_listings = not any(rule["fault"] == "omit_key" for rule in schedule.rules)
    return schedule
