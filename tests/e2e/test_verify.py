"""verify in the built program: damage is named and the exit code says so; a volume that is frozen is no damage."""

import json
import random

from harness.checker import list_bucket, read_archive
from harness.load import Original, day_objects
from harness.program import run
from harness.sim_control import SimControl
from harness.suite import StoreCase, main, on_stores


@on_stores("full", "lesser", "rgw")
class Verify(StoreCase):
    def setUp(self):
        super().setUp()
        self.put(day_objects(60, days=3, max_bytes=3000))
        self.run_archive("--storage-class", "GLACIER" if self.STORE == "rgw" else "STANDARD")
        self.volume = f"{self.source}/20180402.zip"

    def verify(self, *more: str, code: int = 0) -> dict:
        result = run(self.store, "verify", "--arch-bucket", self.archive, "--bucket", self.source, "--output", "json",
                     "--garbage-age", "0", *more)
        self.assertEqual(code, result.code, str(result))
        return result.json()

    def assert_damaged(self, what: str, *more: str) -> None:
        report = self.verify(*more, code=5)
        self.assertEqual((1, {self.volume}), (report["damaged"], {d["volume"] for d in report["damages"]["named"]}))
        self.assertIn(what, " ".join(d["what"] for d in report["damages"]["named"]))
        self.assertEqual(2, report["whole"])

    def assert_quiet_tells_damage(self) -> None:
        quiet = run(self.store, "verify", "--arch-bucket", self.archive, "--bucket", self.source, "--quiet")
        self.assertEqual((5, ""), (quiet.code, quiet.out), str(quiet))
        self.assertIn(f"DAMAGED: 1 volume\n  {self.volume}", quiet.err)

    def record(self, kind: str) -> str:
        return next(iter(list_bucket(self.client, self.archive, f"s3compress_catalog/{kind}/{self.volume}/")))

    def put_back(self, body: bytes, keep_id: bool = True) -> None:
        metadata = self.client.head_object(Bucket=self.archive, Key=self.volume)["Metadata"] if keep_id else {}
        self.client.put_object(Bucket=self.archive, Key=self.volume, Body=body, Metadata=metadata)

    def test_whole(self):
        report = self.verify()
        self.assertEqual((3, 3, 60), (report["volumes"], report["whole"], report["objects"]))
        # A HEAD of each archive, for its id, and of each index; a store without checksums has it read.
        reads = 3 if self.STORE == "full" else 6
        self.assertEqual({"ListObjectsV2": 4, "GetObject": reads, "HeadObject": 6}, report["requests"]["by_operation"])
        deep = self.verify("--deep")
        self.assertEqual((3, 60), (deep["whole"], deep["objects_read"]))
        self.assertEqual(1, self.verify(self.volume)["volumes"])
        text = run(self.store, "verify", "--arch-bucket", self.archive, "--bucket", self.source).out
        self.assertIn("whole: 3 of 3 volumes, 60 objects", text)

    def test_every_damage(self):
        body = read_archive(self.client, self.archive, self.volume)
        flipped = bytearray(body)
        flipped[200] ^= 1
        self.put_back(bytes(flipped))
        self.assert_damaged("checksum is not what the manifest says")
        self.put_back(body[:-1])
        self.assert_damaged("bytes, the manifest says")
        self.put_back(b"another object", keep_id=False)
        self.assert_damaged("an object without a volume's id")
        self.client.delete_object(Bucket=self.archive, Key=self.volume)
        self.assert_damaged("its archive is gone")
        self.assert_quiet_tells_damage()

    def test_damaged_records(self):
        index = self.record("index")
        good = self.client.get_object(Bucket=self.archive, Key=index)["Body"].read()
        bad = bytearray(good)
        bad[30] ^= 1
        self.client.put_object(Bucket=self.archive, Key=index, Body=bytes(bad))
        self.assert_damaged("another SHA-256")
        self.assert_damaged("another SHA-256", "--deep")
        self.client.delete_object(Bucket=self.archive, Key=index)
        self.assert_damaged("its index is not there")
        self.client.put_object(Bucket=self.archive, Key=index, Body=good)
        self.client.delete_object(Bucket=self.archive, Key=self.record("manifest"))
        self.assert_damaged("the catalog has no manifest of it")

    def created(self) -> dict[str, str]:
        found = run(self.store, "ls", "--arch-bucket", self.archive, "--bucket", self.source, "--output", "json")
        return {row["volume"]: row["created_at"] for row in map(json.loads, found.out.splitlines())}

    def test_records_that_are_made_again(self):
        created = self.created()
        for key in list_bucket(self.client, self.archive, "s3compress_catalog/"):
            self.client.delete_object(Bucket=self.archive, Key=key)
        self.assertEqual(3, self.verify(code=5)["damaged"])
        archives = [f"{self.source}/2018040{day}.zip" for day in (1, 2, 3)]
        base = ("catalog", "rebuild", "--arch-bucket", self.archive, "--bucket", self.source)
        result = run(self.store, *base, *archives)
        self.assertEqual(0, result.code, str(result))
        self.assertEqual(3, result.out.count("manifest, index and commit mark made again"), str(result))
        self.assertEqual(3, self.verify("--deep")["whole"])
        self.assertIn("are there and right", run(self.store, *base, archives[0]).out)
        # A volume is as old as it was: of a key in two volumes the newer one's object comes back.
        self.assertEqual({key: at[:19] for key, at in created.items()}, {key: at[:19] for key, at in self.created().items()})
        # They are as good as the first ones: everything comes back by them.
        self.assertEqual(0, run(self.store, "restore", "--arch-bucket", self.archive, "--bucket", self.source, "*").code)
        for key, original in self.originals.items():
            self.assertEqual(original.body, self.client.get_object(Bucket=self.source, Key=key)["Body"].read())

    def test_what_no_records_are_made_of(self):
        base = ("catalog", "rebuild", "--arch-bucket", self.archive, "--bucket", self.source)
        body = read_archive(self.client, self.archive, self.volume)
        self.assertIn("there is no such archive", run(self.store, *base, f"{self.source}/20190101.zip").err)
        self.assertIn("give them as they were given to archive", run(self.store, *base[:-1], "other", self.volume).err)
        self.put_back(body)
        self.assertIn("not uploaded in parts", run(self.store, *base, self.volume).err)
        self.put_back(body, keep_id=False)
        self.assertIn("the copy lost the metadata", run(self.store, *base, self.volume).err)
        self.assertIn("needs the word rebuild", run(self.store, "catalog", self.volume).err)

    def test_mistakes(self):
        result = run(self.store, "verify", "--arch-bucket", self.archive, f"{self.source}/20190101.zip", self.volume)
        self.assertEqual(3, result.code)
        self.assertIn(f'NOT FOUND in archive bucket "{self.archive}": 1 volume', result.out)
        self.assertIn("whole: 1 of 1 volume", result.out)
        for typo in (("--bucket", "scr"), ("--bucket", self.source, "--years", "2081"), (f"{self.source}/20190101.zip",)):
            result = run(self.store, "verify", "--arch-bucket", self.archive, *typo)
            self.assertEqual(3, result.code, str(result))
            self.assertIn(f'archive bucket "{self.archive}"', result.out)
        self.assertIn("NOTHING VERIFIED", run(self.store, "verify", "--arch-bucket", self.archive, "--bucket", "scr").out)


@on_stores("full", "lesser")
class LostId(StoreCase):
    """An archive copied onto itself in parts, as `aws s3 cp --storage-class` does it: it has no metadata any more."""

    def copy_in_parts(self, key: str, part_size: int) -> None:
        place = {"Bucket": self.archive, "Key": key}
        size = self.client.head_object(**place)["ContentLength"]
        upload = place | {"UploadId": self.client.create_multipart_upload(**place, StorageClass="GLACIER_IR")["UploadId"]}
        parts = []
        for number, begin in enumerate(range(0, size, part_size), 1):
            copied = self.client.upload_part_copy(**upload, PartNumber=number, CopySource=place,
                                                  CopySourceRange=f"bytes={begin}-{min(begin + part_size, size) - 1}")
            parts.append({"PartNumber": number, "ETag": copied["CopyPartResult"]["ETag"]})
        self.client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})

    def test_it_is_told_read_and_mended(self):
        key = "sources/2018/04/01/noise.bin"
        self.put({key: Original(random.Random(6).randbytes(12 << 20))})
        self.run_archive("--storage-class", "STANDARD")
        volume = f"{self.source}/20180401.zip"
        whole = self.client.head_object(Bucket=self.archive, Key=volume)
        places = ("--arch-bucket", self.archive, "--bucket", self.source)
        self.assertIn("--mend needs --deep", run(self.store, "verify", *places, "--mend").err)
        for part_size in (8 << 20, 5 << 20):
            self.copy_in_parts(volume, part_size)
            same_parts = part_size == 8 << 20
            state = "lost_id" if same_parts or self.STORE == "full" else "unproven"
            listed = run(self.store, "ls", *places, "--output", "json")
            self.assertEqual(state, listed.json()["state"], str(listed))
            told = run(self.store, "verify", *places, "--output", "json")
            self.assertEqual(3, told.code, str(told))
            self.assertEqual([volume], told.json()[state]["named"])
            read = run(self.store, "cat", *places, key)
            if state == "lost_id":
                self.assertEqual(self.originals[key].body, read.raw_out)
            else:
                self.assertIn("can't be proven without reading", read.err)
                self.assertEqual(2, read.code)

            mended = run(self.store, "verify", *places, "--deep", "--mend", "--output", "json")
            self.assertEqual((0, [volume]), (mended.code, mended.json()["mended"]["named"]), str(mended))
            now = self.client.head_object(Bucket=self.archive, Key=volume)
            for what in ("ETag", "ContentLength", "Metadata"):
                self.assertEqual(whole[what], now[what])
            self.assertEqual("GLACIER_IR", now["StorageClass"], "as it was found")
            self.assertEqual(0, run(self.store, "verify", *places).code)
            self.assertEqual(self.originals[key].body, run(self.store, "cat", *places, key).raw_out)


@on_stores("full")
class Frozen(StoreCase):
    def test_a_frozen_volume_is_no_damage(self):
        self.put(day_objects(10, days=1, max_bytes=300))
        self.run_archive()
        base = ("verify", "--arch-bucket", self.archive, "--bucket", self.source)
        self.assertEqual(0, run(self.store, *base).code)
        deep = run(self.store, *base, "--deep")
        self.assertEqual(4, deep.code, str(deep))
        self.assertIn("not read, frozen: 1 volume", deep.out)
        self.assertIn("--thaw asks for their thaw", deep.out)

        self.assertIn("--thaw needs --deep", run(self.store, *base, "--thaw").err)
        thaw = (*base, "--deep", "--thaw", "--tier", "Standard")
        asked = run(self.store, *thaw)
        self.assertEqual(4, asked.code, str(asked))
        self.assertIn("asked for the thaw of 1 volume", asked.out)
        SimControl(self.store).advance_thaws(3600)
        thawed = run(self.store, *thaw)
        self.assertEqual(0, thawed.code, str(thawed))
        self.assertIn("read and decoded: 10 objects", thawed.out)


if __name__ == "__main__":
    main()
