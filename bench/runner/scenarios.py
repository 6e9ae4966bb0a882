"""Named sets of settings for scripts/bench; each option given on the command line wins over them."""

import dataclasses

ALL = "s3compress,s3compress-fast,s3compress-before,s5cmd,python,awscli,rclone"
OURS = "s3compress,s3compress-fast"


@dataclasses.dataclass(frozen=True)
class Scenario:
    purpose: str
    contenders: str = ALL
    objects: int = 100_000
    days: int = 1
    data: str = "orders"
    latency: int = 20
    rate: int = 0
    tls: bool = False
    way_back: bool = False  # restore, find, ls and verify instead of archive

    def settings(self) -> dict:
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name != "purpose"}


SCENARIOS = {
    "default": Scenario("one day of 100,000 orders, everybody"),
    "year": Scenario("366 days of 200 orders: do groups overlap?", OURS + ",python", objects=366 * 200, days=366),
    "one-day": Scenario("a million orders in one day: does one prefix keep up, does memory stay?", "s3compress", objects=1_000_000),
    "tls": Scenario("the default over TLS, with the system's authorities and one more", tls=True),
    "logs": Scenario("one day of 100,000 JSON documents of 1 KB", data="logs"),
    "mixed": Scenario("one day of 10,000 objects of 1 to 256 KB", objects=10_000, data="mixed"),
    "way-back": Scenario("restore, find, ls and verify of one day of 60,000 orders, beside download and unzip", "", objects=60_000,
                         way_back=True),
    "slow-down": Scenario("the store refuses more than 5,500 GETs a second", OURS, rate=5_500),
}


def describe() -> str:
    return "\n".join(f"  {name:10} {scenario.purpose}" for name, scenario in SCENARIOS.items())
