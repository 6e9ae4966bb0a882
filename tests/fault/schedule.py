"""Random schedules of trouble, each made from a seed alone: the same seed is the same schedule, on every machine.

What is left out on purpose, because no client can stand it and the promise doesn't claim it (docs/safety.md): a store that
answers a HEAD of an existing archive with 404, that honours a condition in one request and ignores it in the next, or that
changes the text of a listing so that it still reads well. A rule that takes a power away therefore holds from the first
request on, so that the probe can see it."""

import dataclasses
import random

READS = ("GetObject", "HeadObject", "ListObjectsV2")
WRITES = ("PutObject", "CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload", "AbortMultipartUpload",
          "DeleteObjects")
EVERYTHING = READS + WRITES
# Faults of our own making must not teach the probe a power that the store doesn't have, nor hit the writer's PUTs.
ONLY_AT = {"CompleteMultipartUpload": "*.zip", "DeleteObjects": "sources/*", "PutObject": "s3compress_catalog/*"}
MAX_LATE_MS = 300


@dataclasses.dataclass
class Schedule:
    seed: int
    profile: str
    rules: list[dict]
    flags: tuple[str, ...] = ()
    streamed: bool = False
    starts_ms: tuple[int, ...] = (0,)  # one run each, that much after the first
    kill: tuple[int, str] | None = None  # all runs, at that request, before or after its effect
    interrupt_ms: int | None = None  # SIGINT to the first run
    writer: bool = False  # somebody overwrites and adds source objects meanwhile
    complete_listings: bool = True  # no rule hides source objects from a listing

    def __str__(self) -> str:
        parts = [f"{len(self.starts_ms)} run(s) {' '.join(self.flags)}"]
        parts += ["streamed"] * self.streamed + ["writer"] * self.writer
        parts += [f"killed {self.kill[1]} request {self.kill[0]}"] if self.kill else []
        parts += [f"interrupted after {self.interrupt_ms} ms"] if self.interrupt_ms is not None else []
        return ", ".join(parts) + "".join(f"\n    {rule}" for rule in self.rules)


def operation(rng: random.Random, choice: tuple[str, ...]) -> dict:
    name = rng.choice(choice)
    return {"operation": name} | ({"key": ONLY_AT[name]} if name in ONLY_AT else {})


def moment(rng: random.Random) -> dict:
    kind = rng.random()
    if kind < 0.4:
        return {"nth": rng.randint(1, 10)}
    if kind < 0.7:
        return {"from": rng.randint(1, 10), "times": rng.randint(1, 6)}
    if kind < 0.9:
        return {"probability": rng.choice((0.02, 0.05, 0.1, 0.3))}
    return {"from": rng.randint(1, 30)}  # and for ever


def an_error(rng: random.Random) -> dict:
    status, code = rng.choice(((500, "InternalError"), (503, "SlowDown"), (503, "ServiceUnavailable"),
                               (400, "RequestTimeout"), (403, "AccessDenied"), (403, "ExpiredToken"),
                               (409, "OperationAborted"), (412, "PreconditionFailed")))
    return {**operation(rng, EVERYTHING), **moment(rng), "fault": "error", "status": status, "code": code}


def not_there(rng: random.Random) -> dict:
    where = rng.choice(({"operation": "GetObject", "key": "sources/*", "code": "NoSuchKey"},
                        {"operation": "UploadPart", "code": "NoSuchUpload"},
                        {**operation(rng, ("CompleteMultipartUpload",)), "code": "NoSuchUpload"}))
    return {**where, **moment(rng), "fault": "error", "status": 404}


def error_after(rng: random.Random) -> dict:
    return {**operation(rng, WRITES), **moment(rng), "fault": "error_after", "status": rng.choice((500, 503)),
            "code": "InternalError"}


def error_in_200(rng: random.Random) -> dict:
    return {**operation(rng, ("UploadPartCopy", "CompleteMultipartUpload", "DeleteObjects")), **moment(rng), "fault": "error_in_200",
            "code": rng.choice(("InternalError", "SlowDown")), "after_effect": rng.random() < 0.5}


def delay(rng: random.Random) -> dict:
    return {**operation(rng, EVERYTHING), **moment(rng), "fault": "delay", "ms": rng.randint(1, 120)}


def stall(rng: random.Random) -> dict:
    return {"operation": "GetObject", "nth": rng.randint(1, 10), "fault": "stall", "after_bytes": rng.randint(0, 40),
            "ms": 150}


def broken_connection(rng: random.Random) -> dict:
    return {**operation(rng, EVERYTHING), **moment(rng), "fault": rng.choice(("reset", "lost_reply"))}


def late(rng: random.Random) -> dict:
    return {**operation(rng, WRITES), **moment(rng), "fault": "late", "ms": rng.randint(5, MAX_LATE_MS)}


def duplicate(rng: random.Random) -> dict:
    return {**operation(rng, WRITES), **moment(rng), "fault": "duplicate", "ms": rng.choice((0, rng.randint(1, MAX_LATE_MS)))}


def damaged_body(rng: random.Random) -> dict:
    fault = rng.choice(("flip_byte", "cut_body", "short_body"))
    more = {} if fault == "flip_byte" else {"keep_ratio": round(rng.random(), 2)}
    return {"operation": "GetObject", "key": rng.choice(("sources/*", "*")), **moment(rng), "fault": fault, **more}


def truncated_xml(rng: random.Random) -> dict:
    names = ("ListObjectsV2", "CompleteMultipartUpload", "DeleteObjects", "CreateMultipartUpload", "UploadPartCopy",
             "ListMultipartUploads")
    return {**operation(rng, names), **moment(rng), "fault": "truncate_xml"}


def bad_listing(rng: random.Random) -> dict:
    fault = rng.choice(("skip_page", "repeat_page", "omit_key"))
    more = {"match": f"*{rng.choice('defghijk')}.xml"} if fault == "omit_key" else {}
    return {"operation": "ListObjectsV2", "key": "sources/*", **moment(rng), "fault": fault, **more}


def refused_deletes(rng: random.Random) -> dict:
    return {"operation": "DeleteObjects", "key": "sources/*", **moment(rng), "fault": "delete_errors",
            "match": f"*{rng.choice('abdefghijk*')}.xml",
            "code": rng.choice(("AccessDenied", "InternalError", "SlowDown", "PreconditionFailed"))}


def wrong_etag(rng: random.Random) -> dict:
    names = ("UploadPart", "UploadPartCopy", "GetObject", "HeadObject", "CompleteMultipartUpload", "PutObject")
    return {**operation(rng, names), "nth": rng.randint(1, 10), "fault": "wrong_etag"}


def lesser_store(rng: random.Random) -> dict:
    return rng.choice((
        {"operation": "CompleteMultipartUpload", "fault": "drop_headers", "request": ["if-none-match"]},
        {"operation": "HeadObject", "fault": "drop_headers",
         "response": ["x-amz-checksum-crc32", "x-amz-checksum-type"]},
        {"operation": ["GetObject"], "key": "sources/*", "fault": "drop_headers",
         "response": ["x-amz-checksum-crc64nvme", "x-amz-checksum-crc32", "x-amz-checksum-type"]}))


def rate_limit(rng: random.Random) -> dict:
    return {"operation": ["GetObject", "HeadObject"], "fault": "rate_limit", "per_second": rng.choice((60, 120, 300)), "prefix_segments": 1}


TROUBLE = ((an_error, 8), (not_there, 2), (error_after, 4), (error_in_200, 3), (delay, 5), (stall, 1),
           (broken_connection, 8), (late, 6), (duplicate, 5), (damaged_body, 5), (truncated_xml, 4), (bad_listing, 2),
           (refused_deletes, 3), (wrong_etag, 2), (lesser_store, 2), (rate_limit, 1))


def make_schedule(seed: int, profile: str) -> Schedule:
    rng = random.Random(f"{profile}-{seed}")
    makers, weights = zip(*TROUBLE)
    rules = [maker(rng) for maker in rng.choices(makers, weights, k=rng.randint(1, 5))]
    schedule = Schedule(seed, profile, rules)
    schedule.writer = rng.random() < 0.3
    schedule.streamed = rng.random() < 0.15
    flags: list[str] = []
    if rng.random() < 0.3:
        flags += ["--delete-batch", str(rng.randint(1, 4))]
    if rng.random() < 0.2:
        flags += ["--threads", str(rng.choice((1, 32)))]
    if rng.random() < 0.25:
        flags += ["--verify", "readback"]
    schedule.flags = tuple(flags)
    runs = rng.choices((1, 2, 3), (60, 25, 15))[0]
    schedule.starts_ms = (0,) + tuple(rng.choice((0, rng.randint(1, 200))) for _ in range(runs - 1))
    ending = rng.random()
    if ending < 0.35:
        schedule.kill = (rng.randint(1, 60 + 40 * runs), rng.choice(("before", "after")))
    elif ending < 0.45:
        schedule.interrupt_ms = rng.randint(0, 300)
    schedule.complete_listings = not any(rule["fault"] in ("skip_page", "omit_key", "repeat_page") for rule in rules)
    return schedule
