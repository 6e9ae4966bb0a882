"""The judge of an attack (attack.py). It shares no line with the program, nor with the other tests' checker: it reads buckets with
boto3, zipfile, gzip and json, and compares them with the journal of the attackers. A Judge is made when nobody is at work in the buckets."""

import dataclasses
import datetime
import gzip
import io
import json
import re
import zipfile

from fault.attack_journal import Archive, Journal, Sight, Write, md5

CATALOG = "s3compress_catalog/"
COMMIT_MARKS = f"{CATALOG}commit/"
RECORDS = (f"{CATALOG}manifest/", f"{CATALOG}index/", COMMIT_MARKS)  # not probes and staged copies, which come and go
INDEX_ENTRY = "s3compress-index.jsonl"


@dataclasses.dataclass(frozen=True)
class Member:
    archive: Archive
    key: str
    md5: str
    second: int  # of its last-modified, as the archive's own index has it


def pages(client, operation: str, bucket: str, part: str, **more) -> list[dict]:
    return [one for page in client.get_paginator(operation).paginate(Bucket=bucket, **more) for one in page.get(part, [])]


def listed(client, bucket: str, prefix: str = "") -> dict[str, str]:
    """The ETag of each key."""
    found = pages(client, "list_objects_v2", bucket, "Contents", Prefix=prefix)
    return {one["Key"]: one["ETag"].strip('"') for one in found}


def everything(client, bucket: str) -> set[tuple]:
    """All that a request could change in a bucket: versions, delete markers and unfinished uploads."""
    versions = pages(client, "list_object_versions", bucket, "Versions")
    markers = pages(client, "list_object_versions", bucket, "DeleteMarkers")
    uploads = pages(client, "list_multipart_uploads", bucket, "Uploads")
    return ({("version", v["Key"], v["VersionId"], v["ETag"], v["IsLatest"]) for v in versions}
            | {("marker", m["Key"], m["VersionId"]) for m in markers} | {("upload", u["Key"], u["UploadId"]) for u in uploads})


def read_archive(client, bucket: str, key: str) -> Archive:
    got = client.get_object(Bucket=bucket, Key=key)
    return Archive(key, got["Metadata"].get("s3compress-id"), got["Body"].read())


def members_of(archive: Archive) -> list[Member]:
    """Raises zipfile.BadZipFile, KeyError or ValueError if this is no whole volume."""
    with zipfile.ZipFile(io.BytesIO(archive.body)) as opened:
        rows = [json.loads(line) for line in opened.read(INDEX_ENTRY).splitlines()]
        names = set(opened.namelist()) - {INDEX_ENTRY} - {row.get("entry_name", row["key"]) for row in rows}
        if names:
            raise ValueError(f"entries without a row: {sorted(names)}")
        return [Member(archive, row["key"], md5(opened.read(row.get("entry_name", row["key"]))), second_of(row["last_modified"]))
                for row in rows]


def second_of(time: str) -> int:
    return int(datetime.datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp())


def day_of(archive_key: str) -> str:
    """The archives of a day are bucket/20180401.zip, bucket/20180401-2.zip and so on."""
    return re.sub(r"(-\d+)?\.zip$", "", archive_key)


def newest(members: list[Member]) -> set[str]:
    """The MD5s of which each may be the newest: the store tells times by the second."""
    last = max(member.second for member in members)
    return {member.md5 for member in members if member.second == last}


class Judge:
    def __init__(self, client, source: str, archive: str, journal: Journal, *, conditional_deletes: bool):
        """conditional_deletes: whether the store honours them. Where it doesn't, a newer object of a versioned bucket can end below a
        delete marker (docs/safety.md)."""
        self._client, self._source, self._archive, self.journal = client, source, archive, journal
        self._conditional_deletes = conditional_deletes
        self.problems: list[str] = []
        self._records = listed(client, archive, CATALOG)
        self._archive_keys = listed(client, archive, f"{source}/")
        self.standing: list[Member] = []
        for key in self._archive_keys:
            found = read_archive(client, archive, key)
            self.standing += self._members(found)
        self.removed = [member for archive in journal.removed for member in self._members(archive)]
        self.current = listed(client, source)

    def _members(self, archive: Archive) -> list[Member]:
        try:
            return members_of(archive)
        except (zipfile.BadZipFile, KeyError, ValueError) as error:
            self.problems.append(f"{archive.key}: can't be read: {error}")
            return []

    def verdict(self) -> list[str]:
        """All that is wrong; empty: nothing."""
        self._judge_sights()
        self._judge_members()
        self._judge_losses()
        self._judge_records()
        self._judge_overwriting()
        return self.problems

    # --- nothing comes back to life

    def _judge_sights(self) -> None:
        last = [] if self.journal.quiet is None else [self.journal.quiet]
        # By now everybody has ended: what is current now has been so for a while, or since the last run.
        ended = max((write.ended for writes in self.journal.writes.values() for write in writes), default=0.0)
        told: set[str] = set()
        for sight in [*self.journal.sources_seen, *last, Sight(ended + 1, ended + 1, self.current)]:
            for key in sight.etags.keys() - self.journal.brought_back - told:
                possible = {write.md5 for write in self.journal.can_be_current(key, sight)}
                if sight.etags[key] in possible:
                    continue
                told.add(key)
                if sight.etags[key] in self.journal.bodies(key):
                    self.problems.append(f"RESURRECTED: {key} serves bytes that were overwritten or deleted before")
                else:
                    self.problems.append(f"{key} serves bytes that nobody wrote")
        for key in self.current:
            body = self._client.get_object(Bucket=self._source, Key=key)["Body"].read()
            if md5(body) not in self.journal.bodies(key):
                self.problems.append(f"{key}: the source bucket holds bytes that nobody wrote")

    # --- members are what was written

    def _judge_members(self) -> None:
        for member in self.standing + self.removed:
            where = f"{member.archive.key}: {member.key}"
            writes = [write for write in self.journal.writes.get(member.key, []) if write.md5 == member.md5]
            if not writes:
                self.problems.append(f"{where}: bytes that were never in the source")
            elif member.key not in self.journal.brought_back \
                    and not any(int(write.started) <= member.second <= int(write.ended) for write in writes):
                self.problems.append(f"{where}: a last-modified at which nobody wrote these bytes")

    # --- nothing is lost

    def _judge_losses(self) -> None:
        """What is neither current nor a version any more, and its own writer has neither overwritten nor deleted, the program has deleted.
        Then an archive holds it, and the archive's whole record stands, whatever other people did to the archive itself."""
        versions = {(v["Key"], v["VersionId"]) for v in pages(self._client, "list_object_versions", self._source, "Versions")}
        lost_records: dict[str, list[str]] = {}
        for key, writes in self.journal.writes.items():
            for write in writes:
                is_last = write is writes[-1]
                has_version = write.version not in (None, "null")
                if write.body is None or is_last and self.current.get(key) == write.md5 or not is_last and not has_version:
                    continue
                if (key, write.version) in versions and not (is_last and self._conditional_deletes):
                    continue
                holders = [member.archive for member in self.standing + self.removed if (member.key, member.md5) == (key, write.md5)]
                if not holders:
                    self.problems.append(f"LOST: {key} ({write.body[:40]!r}) is neither in the source nor in an archive")
                elif is_last and not any(holder.key in self._archive_keys for holder in holders) and self._was_there_in_the_quiet(key, write):
                    self.problems.append(f"LOST: {key} was deleted long after its archive {holders[0].key} was removed")
                lacks = [self.record_lacks(holder, key) for holder in holders]
                if holders and all(lacks):
                    what = f"{holders[0].key} ({holders[0].id}): no {' and no '.join(lacks[0])}"
                    lost_records.setdefault(what, []).append(key)
        self.problems += [f"RECORD LOST: of {what}, and of it were deleted {sorted(set(keys))}" for what, keys in lost_records.items()]

    def _was_there_in_the_quiet(self, key: str, write: Write) -> bool:
        return self.journal.quiet is not None and self.journal.quiet.etags.get(key) == write.md5

    # --- records outlive archives

    def record_lacks(self, archive: Archive, key: str | None = None) -> list[str]:
        """What the catalog doesn't have of this archive. key: a member that the index must name, and that was deleted on its word."""
        of_it = f"{archive.key}/{archive.id}"
        manifest_key, index_key = f"{CATALOG}manifest/{of_it}.json", f"{CATALOG}index/{of_it}.jsonl.gz"
        lacks = []
        if manifest_key not in self._records:
            lacks.append("manifest")
        else:
            manifest = json.loads(self._get(manifest_key))
            if manifest["id"] != archive.id or manifest["archive"]["key"] != archive.key:
                lacks.append("manifest that names it")
        if index_key not in self._records:
            lacks.append("index")
        else:
            rows = [json.loads(line) for line in gzip.decompress(self._get(index_key)).splitlines()]
            if key is not None and key not in {row["key"] for row in rows}:
                lacks.append("row in its index")
        if key is not None and f"{COMMIT_MARKS}{of_it}.json" not in self._records:
            lacks.append("commit mark")
        return lacks

    def _get(self, key: str) -> bytes:
        return self._client.get_object(Bucket=self._archive, Key=key)["Body"].read()

    def _judge_records(self) -> None:
        """Of an archive that other people removed for a while the record may be gone, if nothing was deleted on its word."""
        for archive in {member.archive.key: member.archive for member in self.standing}.values():
            if archive.key not in self.journal.touched:
                self.problems += [f"{archive.key} ({archive.id}) stands without its {lack}" for lack in self.record_lacks(archive)]

    def missed(self) -> list[str]:
        """The removed archives that licensed deletes of what is nowhere else: a verification that doesn't name them isn't green."""
        elsewhere = {(member.key, member.md5) for member in self.standing} | set(self.current.items())
        wanted = {(key, writes[-1].md5) for key, writes in self.journal.writes.items() if writes[-1].body is not None}
        return sorted({member.archive.key for member in self.removed if (member.key, member.md5) in wanted - elsewhere})

    # --- nothing is overwritten

    def _is_ours(self, key: str) -> bool:
        return key.startswith((f"{self._source}/", *RECORDS))

    def _judge_overwriting(self) -> None:
        etags: dict[str, set[str]] = {}
        for sight in self.journal.archives_seen:
            for key, etag in sight.etags.items():
                if self._is_ours(key):
                    etags.setdefault(key, set()).add(etag)
        for key, etag in (self._records | self._archive_keys).items():
            if self._is_ours(key):
                etags.setdefault(key, set()).add(etag)
        for version in pages(self._client, "list_object_versions", self._archive, "Versions"):
            if self._is_ours(version["Key"]):
                etags.setdefault(version["Key"], set()).add(version["ETag"].strip('"'))
        for key in sorted(etags.keys() - self.journal.touched):
            if len(etags[key]) > 1:
                self.problems.append(f"OVERWRITTEN: {key}")
            if key.startswith(COMMIT_MARKS) and key not in self._records:
                self.problems.append(f"{key}: a commit mark was removed")
            if key.startswith(f"{self._source}/") and key not in self._archive_keys:
                self.problems.append(f"{key}: an archive was removed, and not by other people")

    # --- what readers bring back

    def judge_back(self, back: dict[str, bytes], all_of_it: bool = True) -> list[str]:
        """back: what restore or cat gave, key by key. It must be the newest that was archived. It may be nothing, but never
        something older, where other people touched an archive of the same day, and of two of the same second.
        all_of_it: whether every key that is archived has to come back."""
        problems = []
        touched_days = {day_of(archive_key) for archive_key in self.journal.touched}
        known = self.standing + [member for member in self.removed if not self.record_lacks(member.archive)]
        of_key: dict[str, list[Member]] = {}
        for member in known:
            of_key.setdefault(member.key, []).append(member)
        for key in back.keys() - of_key.keys():
            problems.append(f"{key} came back, and it was never archived")
        for key in of_key.keys() - self.journal.brought_back:
            right = newest(of_key[key])
            if key in back and md5(back[key]) not in right:
                problems.append(f"{key}: not the newest came back: {back[key][:40]!r}")
            untouched = not touched_days & {day_of(member.archive.key) for member in of_key[key]}
            if key not in back and untouched and len(right) == 1 and all_of_it:
                problems.append(f"{key}: archived, and it did not come back")
        return problems
