"""Judges what a run left in the buckets, from the store's answers alone, with zipfile, json and hashlib: it shares no code
with the program. It collects everything that is wrong before it fails, because the second finding often explains the first.

The formats it holds the program to are those of docs/format.md.
"""

import base64
import dataclasses
import gzip
import hashlib
import io
import json
import struct
import time
import zipfile
import zlib

import botocore.exceptions

from .load import Original

CATALOG = "s3compress_catalog/"
INDEX_ENTRY = "s3compress-index.jsonl"
ROWS_PER_BLOCK = 4096
METHODS = {"stored": zipfile.ZIP_STORED, "deflate": zipfile.ZIP_DEFLATED}


@dataclasses.dataclass
class Listed:
    """A source object as the listing before the run showed it."""
    size: int
    etag: str
    last_modified: int  # seconds since 1970


@dataclasses.dataclass
class Volume:
    key: str
    manifest: dict
    rows: dict[str, dict]
    bytes: bytes


@dataclasses.dataclass
class Findings:
    volumes: dict[str, Volume]
    left: set[str]  # keys still in the source bucket
    archived: dict[str, str]  # key → volume
    garbage: list[str]  # catalog objects no committed volume claims
    problems: list[str]


def list_bucket(client, bucket: str, prefix: str = "") -> dict[str, Listed]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {o["Key"]: Listed(o["Size"], o["ETag"].strip('"'), int(o["LastModified"].timestamp()))
            for page in pages for o in page.get("Contents", [])}


def read_archive(client, bucket: str, key: str) -> bytes:
    """The bytes of an archive; thaws it first where the store insists."""
    for attempt in range(200):
        try:
            return client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except botocore.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "InvalidObjectState" or attempt == 199:
                raise
            if attempt > 0:
                time.sleep(0.05)
            else:
                client.restore_object(Bucket=bucket, Key=key, RestoreRequest={
                    "Days": 1, "GlacierJobParameters": {"Tier": "Expedited"}})
    raise AssertionError("unreachable")


def multipart_etag(data: bytes, part_size: int) -> str:
    digests = [hashlib.md5(data[at:at + part_size]).digest() for at in range(0, len(data), part_size)]
    return f"{hashlib.md5(b''.join(digests)).hexdigest()}-{len(digests)}"


def timestamp(text: str) -> int:
    """Seconds of 2018-04-01T00:00:00Z, with or without a fraction."""
    return int(time.mktime(time.strptime(text[:19] + " UTC", "%Y-%m-%dT%H:%M:%S %Z"))) - time.timezone


def digest_line(before: bytes) -> bytes:
    """How a manifest ends that begins with these bytes."""
    return b',\n  "manifest_sha256": "' + hashlib.sha256(before).hexdigest().encode() + b'"\n}\n'


class Checker:
    def __init__(self, store, source: str, archive: str, originals: dict[str, Original], *,
                 listed: dict[str, Listed] | None = None, earlier: dict[str, list[Original]] | None = None,
                 storage_class: str = "GLACIER"):
        """originals: what must be safe. listed: the source's listing before the run, for ETags and times.
        earlier: bodies a key had before, which an archive may hold as well."""
        self._client = store.client()
        self._source, self._archive = source, archive
        self._originals, self._listed, self._earlier = originals, listed or {}, earlier or {}
        self._storage_class = storage_class
        self._problems: list[str] = []

    def _expect(self, condition: bool, problem: str) -> bool:
        if not condition:
            self._problems.append(problem)
        return condition

    def _equal(self, found, expected, what: str) -> bool:
        if found == expected:  # before any text is made: this runs many times per object
            return True
        self._problems.append(f"{what}: {str(found)[:200]!r} instead of {str(expected)[:200]!r}")
        return False

    def findings(self) -> Findings:
        left = list_bucket(self._client, self._source)
        stored = list_bucket(self._client, self._archive)
        volumes: dict[str, Volume] = {}
        claimed: set[str] = set()
        for key in sorted(k for k in stored if k.startswith(f"{CATALOG}manifest/")):
            try:
                text = self._client.get_object(Bucket=self._archive, Key=key)["Body"].read()
                manifest = json.loads(text)
                volume = self._volume_if_committed(key, manifest, stored)
                if volume is not None:
                    before = text[:-len(digest_line(b""))]
                    self._equal(text[len(before):], digest_line(before), f"{key}: its own SHA-256")
            except (KeyError, IndexError, TypeError, ValueError, zipfile.BadZipFile, zlib.error, EOFError, struct.error) as error:
                self._problems.append(f"{key}: unreadable: {error!r}")
                continue
            if volume is not None:
                self._expect(volume.key not in volumes, f"{volume.key} has two committed manifests")
                volumes[volume.key] = volume
                mark = f"{CATALOG}commit/{volume.key}/{manifest['id']}.json"
                claimed |= {key, manifest["index"]["key"], volume.key, mark}
        for key in stored.keys() - claimed:
            # A reader trusts no catalog entry without its archive; an archive without its catalog entry would be lost.
            if not key.startswith(CATALOG) and self._id_of(key):
                self._problems.append(f"{key} has an id and no manifest")
        self._check_safety(left, volumes)
        archived: dict[str, str] = {}
        for volume in volumes.values():
            for key in volume.rows:
                twin = archived.setdefault(key, volume.key)
                if twin != volume.key:
                    same = volumes[twin].rows[key]["etag"] == volume.rows[key]["etag"]
                    same = same and volumes[twin].rows[key]["last_modified"] == volume.rows[key]["last_modified"]
                    self._expect(not same, f"{key!r} is archived twice, in {twin} and {volume.key}")
        garbage = sorted(k for k in stored.keys() - claimed if k.startswith(CATALOG) and not k.startswith(f"{CATALOG}layouts/"))
        return Findings(volumes, set(left), archived, garbage, self._problems)

    def _id_of(self, key: str) -> str | None:
        return self._client.head_object(Bucket=self._archive, Key=key)["Metadata"].get("s3compress-id")

    def _volume_if_committed(self, manifest_key: str, manifest: dict, stored: dict[str, Listed]) -> Volume | None:
        key, claim = manifest["archive"]["key"], manifest["archive"]
        if key not in stored:
            return None
        head = self._client.head_object(Bucket=self._archive, Key=key)
        if head["Metadata"].get("s3compress-id") != manifest["id"]:
            return None
        name = manifest_key.removeprefix(f"{CATALOG}manifest/").removesuffix(f"/{manifest['id']}.json")
        self._equal(name, key, f"{manifest_key}: the archive it names")
        self._equal(manifest["source"]["bucket"], self._source, f"{manifest_key}: source bucket")
        self._expect(key.startswith(f"{self._source}/"), f"{key} doesn't lie under the source bucket's name")
        self._equal(head.get("StorageClass", "STANDARD"), self._storage_class, f"{key}: storage class")
        self._equal(claim["storage_class"], self._storage_class, f"{manifest_key}: storage class")
        data = read_archive(self._client, self._archive, key)
        self._equal(claim["size"], len(data), f"{manifest_key}: archive size")
        self._equal(head["ContentLength"], len(data), f"{key}: HEAD's size")
        self._equal(claim["checksum"]["value"], base64.b64encode(struct.pack(">I", zlib.crc32(data))).decode(),
                    f"{manifest_key}: checksum")
        self._equal(claim["etag"], multipart_etag(data, claim["part_size"]), f"{manifest_key}: ETag by our own sum")
        self._equal(head["ETag"].strip('"'), claim["etag"], f"{key}: ETag")
        self._equal(claim["parts"], -(-len(data) // claim["part_size"]), f"{manifest_key}: number of parts")
        rows = self._check_index(manifest_key, manifest)
        self._check_zip(key, data, rows)
        return Volume(key, manifest, {row["key"]: row for row in rows}, data)

    def _check_index(self, manifest_key: str, manifest: dict) -> list[dict]:
        claim = manifest["index"]
        self._equal(claim["key"], manifest_key.replace("/manifest/", "/index/", 1).removesuffix(".json") + ".jsonl.gz",
                    f"{manifest_key}: index key")
        answer = self._client.get_object(Bucket=self._archive, Key=claim["key"])
        self._equal(answer.get("StorageClass", "STANDARD"), "STANDARD", f"{claim['key']}: storage class")
        data = answer["Body"].read()
        self._equal(claim["size"], len(data), f"{manifest_key}: index size")
        self._equal(claim["sha256"], hashlib.sha256(data).hexdigest(), f"{manifest_key}: index checksum")
        rows, at = [], 0
        for block in claim["blocks"]:
            self._equal(block["offset"], at, f"{manifest_key}: offset of the block of {block['first_key']!r}")
            # A block by itself must be a gzip file: that is what makes one ranged GET enough.
            packed = data[at:at + block["length"]]
            self._equal(block["sha256"], hashlib.sha256(packed).hexdigest(), f"{manifest_key}: a block's checksum")
            lines = gzip.decompress(packed).decode().splitlines()
            block_rows = [json.loads(line) for line in lines]
            self._expect(0 < len(block_rows) <= ROWS_PER_BLOCK, f"{manifest_key}: {len(block_rows)} rows in a block")
            self._equal(block["first_key"], block_rows[0]["key"], f"{manifest_key}: a block's first key")
            self._equal(block["rows"], len(block_rows), f"{manifest_key}: a block's rows")
            rows += block_rows
            at += block["length"]
        self._equal(at, len(data), f"{manifest_key}: sum of the blocks")
        keys = [row["key"].encode() for row in rows]
        self._expect(all(a < b for a, b in zip(keys, keys[1:])), f"{claim['key']} is not in the order of key bytes")
        source = manifest["source"]
        self._equal(source["objects"], len(rows), f"{manifest_key}: objects")
        self._equal(source["size"], sum(row["size"] for row in rows), f"{manifest_key}: bytes")
        self._equal(source["first_key"], rows[0]["key"], f"{manifest_key}: first key")
        strangers = [row["key"] for row in rows if not row["key"].startswith(source["group_prefix"])]
        self._equal(strangers, [], f"{manifest_key}: keys of another group")
        if source.get("layout", "").startswith("last-modified"):
            begin = "-".join(source["group"][field] for field in ("yyyy", "mm", "dd") if field in source["group"])
            begin += f"T{source['group']['hh']}" if "hh" in source["group"] else ""
            self._equal([row["key"] for row in rows if not row["last_modified"].startswith(begin)], [], f"{manifest_key}: times of another group")
        self._equal(source["last_key"], rows[-1]["key"], f"{manifest_key}: last key")
        return rows

    def _check_zip(self, key: str, data: bytes, rows: list[dict]) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            infos = opened.infolist()
            entries = {info.filename: info for info in infos}
            self._equal(len(entries), len(infos), f"{key}: distinct entry names")
            self._equal(len({name.casefold() for name in entries}), len(entries), f"{key}: names distinct up to case")
            self._equal(infos[-1].filename, INDEX_ENTRY, f"{key}: last entry")
            inside = [json.loads(line) for line in opened.read(INDEX_ENTRY).decode().splitlines()]
            self._expect(inside == rows, f"{key}: the index inside differs from the catalog's")
            names = {row.get("entry_name", row["key"]) for row in rows}
            self._equal(entries.keys() - names, {INDEX_ENTRY}, f"{key}: entries the index doesn't know")
            for name in names:
                parts = name.split("/")
                unsafe = "" in parts or "." in parts or ".." in parts or "\\" in name or any(ord(c) < 32 for c in name)
                self._expect(not unsafe, f"{key}: unsafe entry name {name!r}")
            for row in rows:
                name = row.get("entry_name", row["key"])
                info = entries.get(name)
                if not self._expect(info is not None, f"{key} has no entry {name!r}"):
                    continue
                try:
                    self._check_member(f"{key}: {row['key']!r}", data, row, info, opened.read(info))
                except (zipfile.BadZipFile, zlib.error, EOFError) as error:
                    self._problems.append(f"{key}: {name!r} can't be read: {error}")

    def _check_member(self, what: str, data: bytes, row: dict, info: zipfile.ZipInfo, body: bytes) -> None:
        self._equal(row["size"], len(body), f"{what}: size")
        self._equal(int(row["crc32"], 16), zlib.crc32(body), f"{what}: CRC-32")
        self._equal(METHODS[row["method"]], info.compress_type, f"{what}: method")
        self._equal(row["offset"], info.header_offset, f"{what}: offset")
        self._equal(row["compressed_size"], info.compress_size, f"{what}: compressed size")
        name_bytes, extra_bytes = struct.unpack_from("<HH", data, info.header_offset + 26)
        self._equal(row["data_offset"], info.header_offset + 30 + name_bytes + extra_bytes, f"{what}: data offset")
        # The index alone, without the ZIP's own directory, must lead to the bytes.
        raw = data[row["data_offset"]:row["data_offset"] + row["compressed_size"]]
        if row["method"] == "deflate":
            raw = zlib.decompress(raw, -15)
        self._expect(raw == body, f"{what}: the index leads to other bytes")
        self._expect(info.flag_bits & 0x800 or info.filename.isascii(), f"{what}: no UTF-8 flag")
        candidates = [self._originals.get(row["key"])] + self._earlier.get(row["key"], [])
        original = next((o for o in candidates if o is not None and o.body == body), None)
        if not self._expect(original is not None, f"{what}: bytes that were never in the source"):
            return
        self._equal(row["etag"], original.etag, f"{what}: ETag")
        for field, expected in (("metadata", original.metadata), ("tags", original.tags)):
            self._equal(row.get(field, {}), expected, f"{what}: {field}")
        if original.content_type:
            self._equal(row.get("content_type"), original.content_type, f"{what}: content type")
        for header, expected in original.headers.items():
            self._equal(row.get(header.replace("-", "_")), expected, f"{what}: {header}")
        listed = self._listed.get(row["key"])
        if listed is not None and listed.etag == row["etag"]:
            self._equal(timestamp(row["last_modified"]), listed.last_modified, f"{what}: last modified")

    def _check_safety(self, left: dict[str, Listed], volumes: dict[str, Volume]) -> None:
        """The promise: every original is in the source or in a committed volume, byte for byte."""
        for key, original in self._originals.items():
            if key in left:
                if (left[key].size, left[key].etag) == (len(original.body), original.etag):
                    continue
                self._problems.append(f"LOST: the source's {key!r} has other bytes")
                continue
            holders = [v for v in volumes.values() if key in v.rows and v.rows[key]["etag"] == original.etag]
            # That the rows lead to their bytes was checked volume by volume.
            self._expect(bool(holders), f"LOST: {key!r} is neither in the source nor in a committed volume")


def check(store, source: str, archive: str, originals: dict[str, Original], *, all_archived: bool = False,
          garbage_allowed: bool = False, **options) -> Findings:
    """Raises AssertionError with all problems; otherwise returns what was found.
    all_archived: every original must be in a volume and gone from the source."""
    found = Checker(store, source, archive, originals, **options).findings()
    problems = list(found.problems)
    if all_archived:
        for key in originals:
            if key not in found.archived:
                problems.append(f"{key!r} was not archived")
            elif key in found.left:
                problems.append(f"{key!r} is still in the source")
    if not garbage_allowed and found.garbage:
        problems.append(f"left in the catalog: {found.garbage}")
    if problems:
        more = f"\n… and {len(problems) - 20} more" if len(problems) > 20 else ""
        raise AssertionError(f"{len(problems)} problems in the buckets:\n" + "\n".join(problems[:20]) + more)
    return found
