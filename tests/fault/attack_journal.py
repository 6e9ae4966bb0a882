"""What the attackers of one round (attack.py) did and saw, in the order of time. The judge (attack_judge.py) compares the buckets
with it. Times are seconds since the epoch by this machine's clock, which is the simulator's, too."""

import dataclasses
import hashlib


def md5(body: bytes) -> str:
    return hashlib.md5(body).hexdigest()


@dataclasses.dataclass(frozen=True)
class Write:
    """One acknowledged write into the source bucket. All writes of a key come from one thread, one after the other."""
    body: bytes | None  # None: the key was deleted
    started: float
    ended: float
    version: str | None = None

    @property
    def md5(self) -> str | None:
        return None if self.body is None else md5(self.body)


@dataclasses.dataclass(frozen=True)
class Sight:
    """One listing of a bucket: what it showed, key by key, and when it was asked for."""
    started: float
    ended: float
    etags: dict[str, str]


@dataclasses.dataclass(frozen=True)
class Archive:
    """An archive as it was read: by the judge, or by the person who then removed it."""
    key: str
    id: str | None  # None: it has lost its user metadata
    body: bytes


@dataclasses.dataclass
class Journal:
    """Each field has one thread that writes it. The judge reads it when all attackers have ended."""
    writes: dict[str, list[Write]] = dataclasses.field(default_factory=dict)
    sources_seen: list[Sight] = dataclasses.field(default_factory=list)
    archives_seen: list[Sight] = dataclasses.field(default_factory=list)  # the whole archive bucket, records too
    # What other people removed and did not bring back, or robbed of its id by a copy; as it was before. They never touch a record.
    removed: list[Archive] = dataclasses.field(default_factory=list)
    touched: set[str] = dataclasses.field(default_factory=set)  # names of archives that other people removed, moved or copied
    # Keys that a restore was told to bring back into the source bucket: of these, older bytes can be current again.
    brought_back: set[str] = dataclasses.field(default_factory=set)
    quiet: Sight | None = None  # of the source bucket, after the attack and before the last runs

    def add(self, key: str, write: Write) -> None:
        self.writes.setdefault(key, []).append(write)

    def bodies(self, key: str) -> dict[str, bytes]:
        """All bytes that were ever written to the key, by their MD5."""
        return {write.md5: write.body for write in self.writes.get(key, []) if write.body is not None}

    def can_be_current(self, key: str, sight: Sight) -> list[Write]:
        """The writes that one listing may show. It shows what was current at one moment while it was asked for."""
        writes = self.writes.get(key, [])
        first = max((n for n, write in enumerate(writes) if write.ended < sight.started), default=0)
        return [write for write in writes[first:] if write.started <= sight.ended]
