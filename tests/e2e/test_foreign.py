"""Archives of the original program: records are made of them, everything that reads works on them, nothing deletes by them."""

import hashlib
import io
import json
import os
import random
import tempfile
import warnings
import zipfile

from boto3.s3.transfer import TransferConfig

from harness.checker import list_bucket, read_archive
from harness.load import day_objects
from harness.program import clean_environment, run
from harness.proxy import Proxy
from harness.sim_control import SimControl
from harness.suite import StoreCase, main, on_stores

PART_BYTES = 5 << 20


class Unseekable(io.RawIOBase):
    """A pipe, for all that zipfile knows: sizes go behind the data."""

    def __init__(self):
        self.bytes = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.bytes += data
        return len(data)


def zip_of(bodies: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, streamed: bool = False, zip64: bool = False) -> bytes:
    """As the original made it. zip64: as if a member could have had 2 GiB."""
    out = Unseekable() if streamed else io.BytesIO()
    with zipfile.ZipFile(out, "w", method, allowZip64=True) as archive:
        for name, body in bodies.items():
            with archive.open(name, "w", force_zip64=zip64) as entry:
                entry.write(body)
    return bytes(out.bytes) if streamed else out.getvalue()


@on_stores("full", "lesser", "rgw")
class Foreign(StoreCase):
    def setUp(self):
        super().setUp()
        self.volume = f"{self.source}/20180401.zip"
        self.keys = day_objects(20, days=1, max_bytes=3000)
        self.bodies = {key.replace("/", "_"): original.body for key, original in self.keys.items()}

    def call(self, *args: str, code: int = 0, **options):
        result = run(self.store, args[0], "--arch-bucket", self.archive, "--bucket", self.source, *args[1:], **options)
        self.assertEqual(code, result.code, str(result))
        return result

    def rebuild(self, *more: str, code: int = 0):
        return self.call("catalog", "rebuild", self.volume, *more, code=code)

    def forget(self) -> None:
        result = run(self.store, "catalog", "forget", "--arch-bucket", self.archive, self.volume, "--yes")
        self.assertEqual(0, result.code, str(result))

    def put_archive(self, body: bytes, **more) -> None:
        self.client.put_object(Bucket=self.archive, Key=self.volume, Body=body, **more)

    def upload_archive(self, body: bytes) -> None:
        config = TransferConfig(multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=2)
        self.client.upload_fileobj(io.BytesIO(body), self.archive, self.volume, Config=config)

    def verify(self, *more: str, code: int = 0, **options) -> dict:
        return self.call("verify", "--output", "json", "--garbage-age", "0", *more, code=code, **options).json()

    def records(self) -> list[str]:
        return [key for key in list_bucket(self.client, self.archive, "s3compress_catalog/") if "/layouts/" not in key]

    def assert_everything_reads(self) -> None:
        listed = self.call("ls", "--output", "json").json()
        self.assertEqual((self.volume, "committed", True, len(self.bodies)),
                         (listed["volume"], listed["state"], listed["foreign"], listed["objects"]))
        self.assertRegex(self.call("ls").out, rf"(?m)^{self.volume}  .*  \(foreign\)$")
        self.assertEqual(sorted(self.bodies), sorted(self.call("ls", self.volume).out.splitlines()))
        name = min(self.bodies)
        self.assertIn(name, self.call("find", "*" + name[-8:]).out)
        self.assertEqual(self.bodies[name], self.call("cat", name).raw_out)
        with tempfile.TemporaryDirectory() as folder:
            self.call("restore", "--to", folder, "*")
            self.assertEqual(self.bodies, {f: open(os.path.join(folder, f), "rb").read() for f in os.listdir(folder)})
        self.call("restore", "*")
        self.assertEqual(set(self.bodies), self.sources_left())
        for key, body in self.bodies.items():
            got = self.client.get_object(Bucket=self.source, Key=key)
            self.assertEqual((body, {}, "binary/octet-stream"), (got["Body"].read(), got["Metadata"], got["ContentType"]))
        self.assertIn(str(len(self.bodies)), self.call("restore", "*").out, "and again: all are there")
        self.assertEqual((1, 0), (self.verify()["whole"], self.verify()["foreign"]["count"]))
        deep = self.verify("--deep")
        self.assertEqual((1, len(self.bodies)), (deep["whole"], deep["objects_read"]))

    def test_in_one_put(self):
        self.put_archive(zip_of(self.bodies))
        self.assertEqual(1, self.verify(code=3)["foreign"]["count"], "nothing of ours, so nothing was verified")
        made = self.rebuild()
        self.assertIn("20 objects, manifest and index made again", made.out)
        self.assertIn("foreign: this program didn't make it", made.out)
        self.assert_everything_reads()
        again = self.rebuild("--output", "json").json()
        self.assertEqual((True, False, False), (again["foreign"], again["index_written"], again["manifest_written"]))
        self.assertEqual(2, len(self.records()))

    def test_in_parts(self):
        rng = random.Random(1)
        self.bodies["large"] = rng.randbytes(2 * PART_BYTES)
        self.bodies["another"] = b"z" * (9 << 20)
        self.upload_archive(zip_of(self.bodies))
        self.assertIn("-", self.client.head_object(Bucket=self.archive, Key=self.volume)["ETag"])
        self.rebuild()
        self.assert_everything_reads()

    def test_the_id_is_made_of_etag_and_size(self):
        body = zip_of(self.bodies)
        self.put_archive(body)
        self.rebuild()
        bits = int.from_bytes(hashlib.sha256(f"{hashlib.md5(body).hexdigest()} {len(body)}".encode()).digest()[:10], "big")
        alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        random_part = "".join(alphabet[bits >> shift & 31] for shift in range(75, -1, -5))
        self.assertIn(f"s3compress_catalog/manifest/{self.volume}/0000000000{random_part}.json", self.records())
        # A copy in place is the same archive, though its last-modified is another.
        self.client.copy_object(Bucket=self.archive, Key=self.volume, CopySource={"Bucket": self.archive, "Key": self.volume},
                                MetadataDirective="REPLACE")
        self.assertEqual(1, self.verify("--deep")["whole"])
        self.call("cat", min(self.bodies))

    def test_every_way_that_zipfile_writes(self):
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            for streamed in (False, True):
                for zip64 in (False, True):
                    with self.subTest(method=method, streamed=streamed, zip64=zip64):
                        for key in self.records():  # of the one before, which is about to be overwritten
                            self.client.delete_object(Bucket=self.archive, Key=key)
                        body = zip_of({"empty": b"", "a_b": b"x" * 999, "ä": b"1234"}, method, streamed, zip64)
                        self.put_archive(body)
                        self.rebuild()
                        self.assertEqual(b"x" * 999, self.call("cat", "a_b").raw_out)
                        self.assertEqual(b"", self.call("cat", "empty").raw_out)
                        self.assertEqual(b"1234", self.call("cat", "ä").raw_out)
                        self.assertEqual((1, 2), (self.verify("--deep")["whole"], len(self.records())))

    def test_the_limits_of_zip64_are_those_of_python(self):
        limit = zipfile.ZIP64_LIMIT
        self.addCleanup(lambda: setattr(zipfile, "ZIP64_LIMIT", limit))
        zipfile.ZIP64_LIMIT = 500  # as if this archive of a few KB had 2 GiB
        self.put_archive(zip_of(self.bodies, zip64=True))
        self.rebuild()
        self.assert_everything_reads()

    def test_names_that_only_unzip_reaches(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, body in (("twice", b"first"), ("folder/", b""), ("x" * 1025, b"long"), ("twice", b"last"), ("once", b"1")):
                archive.writestr(name, body)
        self.put_archive(out.getvalue())
        made = self.rebuild("--output", "json").json()
        self.assertEqual({"directories": 1, "shadowed": 1, "no_keys": 1}, {k: v for k, v in made["unlisted"].items() if k != "named"})
        self.assertEqual(["twice", "x" * 1024], sorted(made["unlisted"]["named"]))
        self.assertEqual(["once", "twice"], self.call("ls", self.volume).out.splitlines())
        self.assertEqual(b"last", self.call("cat", "twice").raw_out)
        text = self.rebuild().out
        for line in ("1 entry for directories", "1 entry with a name that a later one has too", "    twice\n"):
            self.assertIn(line, text)
        self.assertEqual(1, self.verify("--deep")["whole"])

    def test_a_damaged_byte(self):
        body = bytearray(zip_of(self.bodies, zipfile.ZIP_STORED))
        self.put_archive(bytes(body))
        self.rebuild()
        members = map(json.loads, self.call("ls", self.volume, "--output", "json").out.splitlines())
        member = max(members, key=lambda row: row["size"])
        at = member["data_offset"]
        with Proxy(self.store.endpoint) as proxy:
            def damaged(got: bytes) -> bytes:  # of the range that begins where the archive does
                return got[:at] + bytes([got[at] ^ 1]) + got[at + 1:] if got[:30] == body[:30] else got

            proxy.on("GetObject", key=self.volume, times=None, change_body=damaged)
            environment = clean_environment(self.store, "/tmp", endpoint=proxy.endpoint)
            found = self.verify("--deep", code=5, env=environment)
        self.assertEqual(1, found["damaged"])
        self.assertIn(member["key"], [d["key"] for d in found["damages"]["named"]])
        # No record is made of a damaged one.
        for key in self.records():
            self.client.delete_object(Bucket=self.archive, Key=key)
        body[at] ^= 1
        self.put_archive(bytes(body))
        self.assertIn("no record was made", self.rebuild(code=5).err)
        self.assertEqual([], self.records())

    def test_an_archive_run_beside_it(self):
        # The worst names there can be: the very keys. What has one of them is archived all the same.
        bodies = {key: original.body for key, original in self.keys.items()}
        flat = zip_of(bodies)
        self.put_archive(flat)
        self.rebuild()
        self.put(self.keys)
        self.run_archive("--storage-class", "STANDARD")
        self.assertEqual({"20180401.zip", "20180401-2.zip"}, self.archives())
        self.assertEqual(flat, read_archive(self.client, self.archive, self.volume))
        findings = self.check(storage_class="STANDARD", garbage_allowed=True)  # the foreign record, which it doesn't know
        self.assertEqual(([], set()), (findings.problems, findings.left))
        self.assertEqual(set(self.keys), set(findings.archived))
        report = self.verify("--deep")
        self.assertEqual((2, 2), (report["volumes"], report["whole"]))
        # The newer of both has the last word on a key, and has its attributes.
        self.call("restore", "*")
        self.assertEqual(set(self.keys), self.sources_left())

    def test_nothing_clears_its_record(self):
        self.put_archive(zip_of(self.bodies))
        self.rebuild()
        before = self.records()
        self.assertEqual(2, len(before))
        self.client.create_multipart_upload(Bucket=self.archive, Key=self.volume)
        cleared = self.call("gc", "--garbage-age", "0", "--output", "json").json()
        self.assertEqual(["upload"], [thing["kind"] for thing in cleared["removed"]["named"]])
        self.assertEqual(before, self.records())
        self.client.delete_object(Bucket=self.archive, Key=self.volume)
        self.assertIn("its archive is gone", json.dumps(self.verify(code=5)))
        self.call("gc", "--garbage-age", "0", code=5)
        self.assertEqual(before, self.records())
        self.forget()
        self.assertEqual([], self.records())

    def test_one_that_was_overwritten(self):
        self.put_archive(zip_of(self.bodies))
        self.rebuild()
        self.put_archive(zip_of({"other": b"other"}))
        self.assertIn("an object without a volume's id", json.dumps(self.verify(code=5)))
        self.assertNotEqual(0, run(self.store, "cat", "--arch-bucket", self.archive, "--bucket", self.source, min(self.bodies)).code)
        self.rebuild()
        self.assertEqual(4, len(self.records()))
        self.assertEqual(b"other", self.call("cat", "other").raw_out, "the record that is the archive's own")
        self.forget()
        self.assertEqual((1, 2), (self.verify("--deep")["whole"], len(self.records())))

    def test_what_no_records_are_made_of(self):
        refused = lambda text, *more, code=2: self.assertIn(text, self.rebuild(*more, code=code).err)
        self.put_archive(zip_of({"folder/": b""}))
        refused("no entry that can be an object")
        self.put_archive(b"no ZIP at all, but long enough to be one")
        refused("no end record at the end")
        self.put_archive(zip_of(self.bodies)[:-1])
        refused("no end record at the end")
        self.put_archive(zip_of(self.bodies | {"s3compress-index.jsonl": b"{}"}))
        refused("the copy lost the metadata")
        self.put_archive(zip_of(self.bodies))
        refused("its name doesn't fit", "--archive-name", "{bucket}/{yyyy}-{mm}-{dd}.zip")
        self.assertEqual([], self.records())


@on_stores("full")
class Frozen(StoreCase):
    def test_it_must_be_thawed_first(self):
        volume = f"{self.source}/20180401.zip"
        self.client.put_object(Bucket=self.archive, Key=volume, Body=zip_of({"a_b": b"body"}), StorageClass="GLACIER")
        base = ("--arch-bucket", self.archive, "--bucket", self.source)
        def read_without_record(code: int):
            for command in (("ls", volume), ("find", "*", "--volume", volume), ("cat", "a_b", "--volume", volume),
                            ("restore", "--volume", volume, "--yes"), ("thaw", "--volume", volume, "--yes")):
                result = run(self.store, command[0], *base, *command[1:])
                self.assertEqual((code, True), (result.code, "has no record of it: catalog rebuild" in result.err), result)

        read_without_record(4)
        asks = run(self.store, "catalog", "rebuild", *base, volume)
        self.assertEqual((4, True), (asks.code, "--thaw" in asks.err), asks)
        self.assertIn("frozen", run(self.store, "catalog", "rebuild", *base, "--dry-run").out)
        asks = run(self.store, "catalog", "rebuild", *base, "--thaw")
        self.assertEqual((4, True), (asks.code, "asked for its thaw" in asks.out), asks)
        SimControl(self.store).advance_thaws(3600)
        read_without_record(3)
        self.assertEqual(0, run(self.store, "catalog", "rebuild", *base, volume).code)
        self.assertEqual(b"body", run(self.store, "cat", *base, "a_b").raw_out)

    def test_each_archive_counts_for_itself(self):
        """One of them is frozen: the others are read."""
        base = ("--arch-bucket", self.archive, "--bucket", self.source)
        bodies = {day: zip_of({f"sources_2018_04_{day}_a": day.encode()}) for day in ("01", "02", "03")}
        for day, body in bodies.items():
            self.client.put_object(Bucket=self.archive, Key=f"{self.source}/201804{day}.zip", Body=body)
        self.assertEqual(0, run(self.store, "catalog", "rebuild", *base).code)
        self.client.put_object(Bucket=self.archive, Key=f"{self.source}/20180402.zip", Body=bodies["02"], StorageClass="GLACIER")
        with tempfile.TemporaryDirectory() as out:
            result = run(self.store, "restore", *base, "*", "--to", out, "--output", "json")
            self.assertEqual((4, 2), (result.code, result.json()["restored"]), result)
            self.assertEqual([f"{self.source}/20180402.zip"], [one["volume"] for one in result.json()["waiting"]])
            self.assertEqual(["sources_2018_04_01_a", "sources_2018_04_03_a"], sorted(os.listdir(out)))


if __name__ == "__main__":
    main()
