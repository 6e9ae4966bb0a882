"""The source objects: which, under which keys, with which bytes. The same in every run, and made from the key alone."""

import dataclasses
import datetime
import random

from harness.load import Original, load_in_processes

PREFIX = "sources"


@dataclasses.dataclass(frozen=True)
class Day:
    """One group: what its keys start with, and where its archive belongs."""
    date: datetime.date
    prefix: str
    archive_key: str

    @property
    def name(self) -> str:
        return f"{self.date:%Y%m%d}"


@dataclasses.dataclass(frozen=True)
class DataSet:
    kind: str
    days: int
    objects_per_day: int
    first_day: datetime.date = datetime.date(2018, 1, 1)

    @property
    def objects(self) -> int:
        return self.days * self.objects_per_day

    def share(self, ratio: float) -> "DataSet":
        """Fewer objects of the same kind: fewer days where there are many, else fewer objects of the day."""
        if self.days > 1:
            return dataclasses.replace(self, days=max(1, round(self.days * ratio)))
        return dataclasses.replace(self, objects_per_day=max(1, round(self.objects_per_day * ratio)))

    def list_days(self, bucket: str) -> list[Day]:
        dates = [self.first_day + datetime.timedelta(days=i) for i in range(self.days)]
        return [Day(date, f"{PREFIX}/{date:%Y/%m/%d}/", f"{bucket}/{date:%Y%m%d}.zip") for date in dates]

    def load(self, store, bucket: str) -> None:
        """PUTs every object; returns when all were acknowledged."""
        days = self.list_days(bucket)
        suffix, make = KINDS[self.kind]

        def make_object(i: int):
            day, number = divmod(i, self.objects_per_day)
            key = f"{days[day].prefix}{number // 3600:02}/{number // 60 % 60:02}/{number:08}.{suffix}"
            return key, Original(make(random.Random(key)))

        # Many connections: each waits the simulator's latency for every object.
        load_in_processes(store, bucket, make_object, self.objects, processes=2, connections=48)


WORDS = ("invoice pallet harbour customs delayed inspection berth manifest returned damaged priority standard carrier departure "
         "arrival warehouse accepted rejected pending weighed sealed container forklift express").split()


def _item(rng: random.Random) -> str:
    return (f'  <item sku="{rng.randrange(10**9)}">\n    <quantity>{rng.randrange(1, 41)}</quantity>\n'
            f'    <price currency="EUR">{rng.randrange(900)}.{rng.randrange(100):02}</price>\n'
            f'    <note>{" ".join(rng.choices(WORDS, k=5))}</note>\n  </item>\n')


def _until(size: int, head: str, make_piece, tail: str) -> bytes:
    pieces, length = [head], len(head)
    while length < size:
        pieces.append(make_piece())
        length += len(pieces[-1])
    return "".join([*pieces, tail]).encode()


def order(rng: random.Random) -> bytes:
    """An order of about 4 KB as XML."""
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<order id="{rng.getrandbits(64):016x}">\n'
    return _until(4000, head, lambda: _item(rng), "</order>\n")


def _log_line(rng: random.Random) -> str:
    return (f'{{"time":"2018-01-01T{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}Z",'
            f'"request_id":"{rng.getrandbits(64):016x}","client":"10.{rng.randrange(256)}.{rng.randrange(256)}.7",'
            f'"duration_ms":{rng.randrange(2000)},"message":"{" ".join(rng.choices(WORDS, k=6))}"}}\n')


def logs(rng: random.Random) -> bytes:
    """About 1 KB of log lines, each a JSON document."""
    return _until(1000, "", lambda: _log_line(rng), "")


def mixed(rng: random.Random) -> bytes:
    """64 KB: a half that compresses as logs do, and one that doesn't compress."""
    return _until(32_000, "", lambda: _log_line(rng), "") + rng.randbytes(32_000)


KINDS = {"orders": ("xml", order), "logs": ("json", logs), "mixed": ("bin", mixed)}
