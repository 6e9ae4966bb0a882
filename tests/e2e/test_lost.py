"""An archive that somebody deletes: its record stays, everybody names it, and only a person removes it."""

import io
import json
import zipfile
import zlib

from harness import stores
from harness.checker import list_bucket
from harness.load import Original, day_objects
from harness.program import run
from harness.suite import StoreCase, main, on_stores


class LostArchive(StoreCase):
    def catalog(self) -> set[str]:
        """Without the layout notes, which stay."""
        return {key for key in list_bucket(self.client, self.archive, "s3compress_catalog/") if "/layouts/" not in key}

    def call(self, command: str, *more: str, code: int = 0):
        scope = [] if command == "catalog forget" else ["--bucket", self.source]
        result = run(self.store, *command.split(), "--arch-bucket", self.archive, *scope, *more)
        self.assertEqual(code, result.code, str(result))
        return result

    def test_it_is_named_until_it_is_forgotten(self):
        self.put(day_objects(5, days=1, max_bytes=300))
        self.run_archive()
        volume = f"{self.source}/20180401.zip"
        before = self.catalog()
        self.assertEqual({"manifest", "index", "commit"}, {key.split("/")[1] for key in before})
        self.assertIn("its archive is there", self.call("catalog forget", volume, "--yes", code=2).err)
        self.client.delete_object(Bucket=self.archive, Key=volume)

        self.assertIn("its archive is gone", self.call("verify", code=5).out, "whatever its age")
        self.assertIn("its archive is gone", self.call("gc", "--garbage-age", "0", code=5).out)
        self.assertEqual(before, self.catalog())
        self.put({"sources/2018/04/01/late.xml": Original(b"late")})
        result = self.run_archive("--garbage-age", "0", code=5)
        self.assertIn("LOST: 1 archive", result.out)
        self.assertEqual({"20180401-2.zip"}, self.archives(), "its name is taken")
        self.assertLess(before, self.catalog())
        found = self.call("find", "*", code=5)
        self.assertEqual(6, len(found.out.splitlines()), "they are found all the same")
        self.assertIn("its archive is gone", found.err)
        states = [json.loads(line)["state"] for line in self.call("ls", "--output", "json", code=5).out.splitlines()]
        self.assertEqual(["committed", "lost"], sorted(states))

        self.assertIn("--yes", self.call("catalog forget", volume, code=2).err, "nobody was there to ask")
        self.assertLess(before, self.catalog())
        # Of several names all are looked at before one is forgotten.
        standing = next(f"{self.source}/{name}" for name in sorted(self.archives()) if f"{self.source}/{name}" != volume)
        refused = self.call("catalog forget", volume, standing, "--yes", code=2)
        self.assertIn("nothing was forgotten", refused.err)
        self.assertIn(standing, refused.err)
        self.assertIn("5 objects", self.call("catalog forget", volume, "--yes").out)
        self.assertEqual(set(), before & self.catalog())
        self.call("verify")
        self.call("catalog forget", volume, "--yes", code=3)


def zip_of(body: bytes, row: dict) -> bytes:
    """A volume of one stored member, whose index has the row with what the ZIP says of the body."""
    row = row | {"size": len(body), "crc32": f"{zlib.crc32(body):08x}", "method": "stored", "offset": 0,
                 "data_offset": 30 + len(row["key"]), "compressed_size": len(body)}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(row["key"], body)
        made.writestr("s3compress-index.jsonl", json.dumps(row) + "\n", zipfile.ZIP_DEFLATED)
    return file.getvalue()


@on_stores("full")
class Forged(StoreCase):
    """An archive with an id of ours and no record, as one that a run finds and makes the record of."""

    KEY = "sources/2018/04/01/a.xml"
    catalog = LostArchive.catalog
    call = LostArchive.call

    def plant(self, body: bytes) -> None:
        self.put({self.KEY: Original(b"the object")})
        source = self.client.list_objects_v2(Bucket=self.source)["Contents"][0]
        kind = self.client.head_object(Bucket=self.source, Key=self.KEY)["ContentType"]
        row = {"key": self.KEY, "content_type": kind, "etag": source["ETag"].strip('"'),
               "last_modified": source["LastModified"].isoformat(timespec="milliseconds").replace("+00:00", "Z")}
        place = {"Bucket": self.archive, "Key": f"{self.source}/20180401.zip"}
        upload = self.client.create_multipart_upload(**place, Metadata={"s3compress-id": "01B8J3Z7Q40000000000000001"})
        part = self.client.upload_part(**place, UploadId=upload["UploadId"], PartNumber=1, Body=zip_of(body, row))
        self.client.complete_multipart_upload(**place, UploadId=upload["UploadId"],
                                              MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})

    def test_other_bytes_than_the_objects_are_no_licence_to_delete(self):
        self.plant(b"no object!")
        result = self.call("catalog rebuild", f"{self.source}/20180401.zip", code=5)
        self.assertIn("the bytes have MD5", result.out + result.err)
        self.assertEqual(set(), self.catalog())
        self.run_archive(code=5)
        self.assertEqual({self.KEY}, self.sources_left())

    def test_the_objects_bytes_are(self):
        self.plant(b"the object")
        self.run_archive()
        self.assertEqual(set(), self.sources_left())
        self.assertEqual("the object", self.call("cat", self.KEY).out)


@on_stores("full")
class Lost(LostArchive):
    pass


class Aborts(LostArchive):
    """Stores whose answer to an abort says nothing, or that do more than they are asked to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store.stop()
        cls.store = stores.start_sim("full", 0, "--abort", "acknowledged")

    def test_a_store_whose_aborts_remove_objects_is_not_written_to(self):
        store = stores.start_sim("full", 0, "--abort", "removes-object")
        self.addCleanup(store.stop)
        client = store.client()
        for bucket in ("src", "arch"):
            client.create_bucket(Bucket=bucket)
        client.put_object(Bucket="src", Key="sources/2018/04/01/a.xml", Body=b"a")
        for powers in ((), ("--store-powers", "conditional-complete,checksums,conditional-delete")):
            result = run(store, "archive", "--bucket", "src", "--arch-bucket", "arch", *powers)
            self.assertEqual(2, result.code, str(result))
            self.assertIn("AbortMultipartUpload on this store removes the finished object", result.err + result.out)
            self.assertNotIn("Contents", client.list_objects_v2(Bucket="arch"))
            self.assertIn("Contents", client.list_objects_v2(Bucket="src"))
        # An archive, and an upload to its name that a killed run left.
        client.put_object(Bucket="arch", Key="src/20180401.zip", Body=b"an archive")
        client.create_multipart_upload(Bucket="arch", Key="src/20180401.zip")
        result = run(store, "gc", "--bucket", "src", "--arch-bucket", "arch", "--min-age", "0")
        self.assertEqual(2, result.code, str(result))
        self.assertIn("no unfinished upload was aborted", result.err)
        self.assertEqual({"src/20180401.zip"}, set(list_bucket(client, "arch")))


del LostArchive

if __name__ == "__main__":
    main()
