"""The checker itself: buckets made by hand pass it, and each planted loss or lie is found."""

import base64
import datetime
import gzip
import hashlib
import io
import json
import struct
import unittest
import zipfile
import zlib

from harness import checker
from harness.load import Original, day_objects
from harness.suite import main

SOURCE, ARCHIVE = "source", "archive"
PART = 5 << 20
NOON = datetime.datetime(2018, 4, 1, 12, tzinfo=datetime.timezone.utc)


class Shelf:
    """As much of a boto3 client as the checker uses, on a dict."""

    def __init__(self):
        self.buckets = {SOURCE: {}, ARCHIVE: {}}

    def put(self, bucket, key, body, storage_class="STANDARD", metadata=None, etag=None):
        self.buckets[bucket][key] = {"Body": body, "StorageClass": storage_class, "Metadata": metadata or {},
                                     "ETag": f'"{etag or hashlib.md5(body).hexdigest()}"', "ContentLength": len(body)}

    def get_paginator(self, _):
        return self

    def paginate(self, Bucket, Prefix=""):
        return [{"Contents": [{"Key": k, "Size": o["ContentLength"], "ETag": o["ETag"], "LastModified": NOON}
                              for k, o in self.buckets[Bucket].items() if k.startswith(Prefix)]}]

    def head_object(self, Bucket, Key):
        return self.buckets[Bucket][Key]

    def get_object(self, Bucket, Key):
        found = self.buckets[Bucket][Key]
        return found | {"Body": io.BytesIO(found["Body"])}


class Store:
    def __init__(self):
        self.shelf = Shelf()

    def client(self):
        return self.shelf


def pack(shelf: Shelf, objects: dict[str, Original], name: str, volume_id: str, *, change_row=None, change_manifest=None,
         leave_out=(), corrupt_archive=None, reverse_index=False, manifest_digest=None) -> None:
    """A volume as docs/format.md describes it, with room for one planted fault."""
    rows, buffer = [], io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        for key, original in objects.items():
            info = zipfile.ZipInfo(key)
            info.compress_type = zipfile.ZIP_DEFLATED
            if key not in leave_out:
                opened.writestr(info, original.body)
            offset = getattr(info, "header_offset", 0)
            row = {"key": key, "size": len(original.body), "etag": original.md5, "last_modified": "2018-04-01T12:00:00.000Z",
                   "crc32": f"{zlib.crc32(original.body):08x}", "method": "deflate", "offset": offset,
                   "data_offset": offset + 30 + len(key.encode()), "compressed_size": info.compress_size}
            if change_row:
                change_row(row)
            rows.append(row)
        rows.sort(key=lambda row: row["key"].encode(), reverse=reverse_index)
        text = "".join(json.dumps(row) + "\n" for row in rows).encode()
        opened.writestr(checker.INDEX_ENTRY, text)
    data = buffer.getvalue()
    etag = checker.multipart_etag(data, PART)
    key = f"{SOURCE}/{name}"
    index = gzip.compress(text)
    index_key = f"{checker.CATALOG}index/{key}/{volume_id}.jsonl.gz"
    manifest = {
        "id": volume_id,
        "archive": {"key": key, "size": len(data), "etag": etag, "part_size": PART, "parts": 1, "storage_class": "GLACIER",
                    "checksum": {"value": base64.b64encode(struct.pack(">I", zlib.crc32(data))).decode()}},
        "source": {"bucket": SOURCE, "group_prefix": "sources/2018/04/01/", "objects": len(rows), "size": sum(row["size"] for row in rows),
                   "first_key": rows[0]["key"], "last_key": rows[-1]["key"]},
        "index": {"key": index_key, "size": len(index), "sha256": hashlib.sha256(index).hexdigest(),
                  "blocks": [{"first_key": rows[0]["key"], "offset": 0, "length": len(index), "rows": len(rows),
                              "sha256": hashlib.sha256(index).hexdigest()}]},
    }
    if change_manifest:
        change_manifest(manifest)
    if corrupt_archive:
        data = corrupt_archive(data)
        etag = checker.multipart_etag(data, PART)
    shelf.put(ARCHIVE, key, data, "GLACIER", {"s3compress-id": volume_id}, etag)
    shelf.put(ARCHIVE, index_key, index)
    text = json.dumps(manifest).encode()[:-1]
    digest = hashlib.sha256(text).hexdigest() if manifest_digest is None else manifest_digest
    shelf.put(ARCHIVE, f"{checker.CATALOG}manifest/{key}/{volume_id}.json",
              text + f',\n  "manifest_sha256": "{digest}"\n}}\n'.encode())


class CheckerFinds(unittest.TestCase):
    def setUp(self):
        self.objects = {key: original for key, original in day_objects(20, days=1, max_bytes=2000).items() if original.body}
        self.victim = next(iter(self.objects))
        self.store = Store()

    def check(self, **options):
        return checker.check(self.store, SOURCE, ARCHIVE, self.objects, **options)

    def assert_found(self, words: str, **options):
        with self.assertRaises(AssertionError) as raised:
            self.check(**options)
        self.assertIn(words, str(raised.exception))

    def pack(self, name="20180401.zip", volume_id="A", objects=None, **fault):
        pack(self.store.shelf, self.objects if objects is None else objects, name, volume_id, **fault)

    def test_nothing_wrong(self):
        self.pack()
        found = self.check(all_archived=True)
        self.assertEqual(self.objects.keys(), found.archived.keys())

    def test_all_in_the_source(self):
        for key, original in self.objects.items():
            self.store.shelf.put(SOURCE, key, original.body)
        self.check()
        self.assert_found("was not archived", all_archived=True)

    def test_not_yet_deleted(self):
        self.pack()
        self.store.shelf.put(SOURCE, self.victim, self.objects[self.victim].body)
        self.check()
        self.assert_found("still in the source", all_archived=True)

    def test_deleted_without_an_archive(self):
        self.assert_found("LOST")

    def test_deleted_with_an_archive_of_the_others(self):
        self.pack(objects={k: o for k, o in self.objects.items() if k != self.victim})
        self.assert_found(f"LOST: {self.victim!r}")

    def test_archived_but_uncommitted(self):
        self.pack()
        self.store.shelf.buckets[ARCHIVE][f"{SOURCE}/20180401.zip"]["Metadata"]["s3compress-id"] = "B"
        self.assert_found("LOST")

    def test_no_manifest(self):
        self.pack()
        del self.store.shelf.buckets[ARCHIVE][f"{checker.CATALOG}manifest/{SOURCE}/20180401.zip/A.json"]
        self.assert_found("has an id and no manifest")

    def test_a_manifest_that_was_edited(self):
        self.pack(manifest_digest="0" * 64)
        self.assert_found("its own SHA-256")

    def test_swapped_byte(self):
        def swap(data):
            at = data.index(self.victim.encode()) + len(self.victim.encode()) + 1
            return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
        self.pack(corrupt_archive=swap)
        self.assert_found("checksum")
        self.assert_found("can't be read")

    def test_missing_member(self):
        self.pack(leave_out=(self.victim,))
        self.assert_found(f"no entry {self.victim!r}")

    def test_bytes_of_another_object(self):
        wrong = dict(self.objects)
        wrong[self.victim] = Original(b"not what was there")
        self.pack(objects=wrong)
        self.assert_found("bytes that were never in the source")
        self.assert_found("LOST")

    def test_overwritten_object_deleted(self):
        self.pack()
        newer = Original(b"newer")
        old, self.objects[self.victim] = self.objects[self.victim], newer
        self.assert_found("LOST", earlier={self.victim: [old]})
        self.store.shelf.put(SOURCE, self.victim, newer.body)
        self.check(earlier={self.victim: [old]})

    def test_lies_in_a_row(self):
        for field, lie in (("size", 1), ("offset", 1), ("data_offset", 1), ("compressed_size", 1), ("crc32", "00000000"),
                           ("etag", "0" * 32), ("method", "stored")):
            with self.subTest(field):
                self.store = Store()
                self.pack(change_row=lambda row: row.update({field: lie}) if row["key"] == self.victim else None)
                self.assert_found("problems in the buckets")

    def test_wrong_time_in_a_row(self):
        self.pack(change_row=lambda row: row.update(last_modified="2018-04-01T12:00:07.000Z"))
        listed = {key: checker.Listed(len(o.body), o.md5, int(NOON.timestamp())) for key, o in self.objects.items()}
        self.assert_found("last modified", listed=listed)

    def test_index_out_of_order(self):
        self.pack(reverse_index=True)
        self.assert_found("order of key bytes")

    def test_lies_in_a_manifest(self):
        for section, field, lie in (("archive", "size", 1), ("archive", "etag", "x-1"), ("archive", "part_size", 100),
                                    ("archive", "storage_class", "STANDARD"), ("archive", "parts", 2),
                                    ("archive", "checksum", {"value": "AAAAAA=="}), ("source", "objects", 1),
                                    ("source", "size", 1), ("source", "bucket", "x"), ("source", "first_key", "x"),
                                    ("source", "group_prefix", "sources/2018/04/02/"),
                                    ("index", "size", 1), ("index", "sha256", "0"), ("index", "blocks", [])):
            with self.subTest(f"{section}.{field}"):
                self.store = Store()
                self.pack(change_manifest=lambda manifest: manifest[section].update({field: lie}))
                self.assert_found("problems in the buckets")

    def test_a_lie_about_a_block_of_the_index(self):
        self.pack(change_manifest=lambda manifest: manifest["index"]["blocks"][0].update(sha256="0" * 64))
        self.assert_found("a block's checksum")

    def test_same_object_twice(self):
        self.pack()
        self.pack(name="20180401-2.zip", volume_id="B")
        self.assert_found("archived twice")

    def test_wrong_storage_class(self):
        self.pack()
        self.store.shelf.buckets[ARCHIVE][f"{SOURCE}/20180401.zip"]["StorageClass"] = "STANDARD"
        self.assert_found("storage class")

    def test_garbage_in_the_catalog(self):
        self.pack()
        self.store.shelf.put(ARCHIVE, f"{checker.CATALOG}index/{SOURCE}/20180401.zip/B.jsonl.gz", b"")
        self.assert_found("left in the catalog")
        self.check(garbage_allowed=True)

    def test_unsafe_entry_name(self):
        self.objects["sources/2018/04/01/../up"] = Original(b"up")
        self.pack()
        self.assert_found("unsafe entry name")

    def test_names_equal_up_to_case(self):
        self.objects |= {"sources/2018/04/01/A": Original(b"1"), "sources/2018/04/01/a": Original(b"2")}
        self.pack()
        self.assert_found("distinct up to case")


if __name__ == "__main__":
    main()
