"""The source objects: which, and where their archives belong. s3sim computes them from their keys, the same in every run."""

import dataclasses
import datetime

PREFIX = "sources"
KINDS = ("orders", "logs", "mixed")


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

    def synthetic(self, bucket: str) -> str:
        """What s3sim's --synthetic takes to have these objects in that bucket."""
        return (f"bucket={bucket},prefix={PREFIX},first-day={self.first_day},days={self.days},"
                f"objects={self.objects_per_day},data={self.kind}")
