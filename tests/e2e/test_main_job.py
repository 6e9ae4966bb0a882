"""The job the program exists for, by the command line of its first version, on every store."""

import random
import re

from harness.checker import list_bucket, multipart_etag
from harness.load import Original, day_objects, odd_keys
from harness.suite import StoreCase, main, on_stores

DAY = "sources/2018/04/01/"


@on_stores("full", "lesser", "rgw")
class MainJob(StoreCase):
    def test_days_become_volumes_and_the_sources_go(self):
        self.put(day_objects(400))
        result = self.run_archive()
        self.check(all_archived=True)
        self.assertEqual({f"2018040{day}.zip" for day in range(1, 6)}, self.archives())
        self.assertEqual(set(), self.sources_left())
        self.assertIn("400", result.out)

    def test_a_second_run_does_nothing_and_says_so(self):
        self.put(day_objects(60))
        self.run_archive()
        before = list_bucket(self.client, self.archive)
        result = self.run_archive()
        self.assertRegex(result.out.lower(), r"nothing to do|nothing to archive|no source objects")
        self.assertEqual(before, list_bucket(self.client, self.archive))

    def test_an_empty_bucket_is_no_error(self):
        self.run_archive()
        self.assertEqual({}, list_bucket(self.client, self.archive))

    def test_odd_keys_byte_for_byte(self):
        self.put(odd_keys())
        self.run_archive()
        self.check(all_archived=True)
        self.assertEqual({"20180401.zip"}, self.archives())

    def test_keys_that_flatten_to_one_name_are_two_members(self):
        # The first version of this program wrote both to one file and deleted both.
        self.put({DAY + "a/b_c": Original(b"one"), DAY + "a_b/c": Original(b"other")})
        self.run_archive()
        self.assertEqual(2, len(self.check(all_archived=True).archived))

    def test_late_arrivals_get_a_volume_of_their_own(self):
        # The first version of this program overwrote the archive with the late objects alone.
        self.put({DAY + f"{i}": Original(b"on time %d" % i) for i in range(30)})
        self.run_archive()
        first = self.client.head_object(Bucket=self.archive, Key=f"{self.source}/20180401.zip")
        first_bytes = self.check(all_archived=True).volumes[f"{self.source}/20180401.zip"].bytes
        self.put({DAY + f"late-{i}": Original(b"late %d" % i) for i in range(7)})
        self.run_archive()
        found = self.check(all_archived=True)
        self.assertEqual({"20180401.zip", "20180401-2.zip"}, self.archives())
        again = self.client.head_object(Bucket=self.archive, Key=f"{self.source}/20180401.zip")
        self.assertEqual((first["ETag"], first["LastModified"]), (again["ETag"], again["LastModified"]))
        self.assertEqual(first_bytes, found.volumes[f"{self.source}/20180401.zip"].bytes)
        self.assertEqual(7, len(found.volumes[f"{self.source}/20180401-2.zip"].rows))

    def test_a_key_that_comes_back_with_other_bytes(self):
        key = DAY + "again"
        old = Original(b"first life")
        self.put({key: old})
        self.run_archive()
        self.put({key: Original(b"second life")})
        self.run_archive()
        found = self.check(all_archived=True, earlier={key: [old]})
        self.assertEqual({"20180401.zip", "20180401-2.zip"}, self.archives())
        self.assertEqual([b"first life", b"second life"],
                         [self.member(found, volume, key) for volume in ("20180401.zip", "20180401-2.zip")])

    def member(self, found, volume: str, key: str) -> bytes:
        held = found.volumes[f"{self.source}/{volume}"]
        row = held.rows[key]
        self.assertEqual("stored", row["method"])  # too short to get smaller
        return held.bytes[row["data_offset"]:row["data_offset"] + row["size"]]

    def test_what_a_restore_needs_is_in_the_index(self):
        tags = {"team": "billing", "odd key": "a+b/c=d:e@f"} if self.STORE != "rgw" else {"team": "billing"}
        self.put({DAY + "rich": Original(
            b"{}", content_type="application/json; charset=utf-8",
            headers={"cache-control": "max-age=7", "content-disposition": 'attachment; filename="x y.json"',
                     "content-encoding": "identity", "content-language": "de"},
            metadata={"origin": "sensor 7", "note": "a=b;c"}, tags=tags), DAY + "plain": Original(b"plain")})
        self.run_archive()
        self.check(all_archived=True)

    def test_only_what_lies_in_a_day_of_the_year(self):
        others = {key: Original(key.encode()) for key in (
            "sources/2017/04/01/x", "sources/2019/04/01/x", "sources/2018/04/x", "sources/2018/13/01/x", "sources/2018/02/30/x",
            "sources/2018/4/1/x", "sources/20180401/x", "other/2018/04/01/x", "sources2018/04/01/x", "sources/2018/04/01")}
        self.put(day_objects(20) | others)
        self.run_archive()
        self.assertEqual(set(others), self.sources_left())
        self.assertEqual(20, len(self.check().archived))

    def test_an_object_uploaded_in_parts(self):
        # Its ETag is no MD5 of its bytes; a check that takes it for one would refuse the object for ever.
        body = b"part by part " * 500_000
        parts = []
        upload = self.client.create_multipart_upload(Bucket=self.source, Key=DAY + "parts")["UploadId"]
        for number, at in enumerate(range(0, len(body), 5 << 20), 1):
            etag = self.client.upload_part(Bucket=self.source, Key=DAY + "parts", UploadId=upload, PartNumber=number,
                                           Body=body[at:at + (5 << 20)])["ETag"]
            parts.append({"PartNumber": number, "ETag": etag})
        self.client.complete_multipart_upload(Bucket=self.source, Key=DAY + "parts", UploadId=upload,
                                              MultipartUpload={"Parts": parts})
        self.originals[DAY + "parts"] = Original(body, multipart_etag=multipart_etag(body, 5 << 20))
        self.run_archive()
        self.check(all_archived=True)

    def test_a_volume_of_many_parts(self):
        self.put({DAY + f"{i}": Original(i.to_bytes(8, "big") + self.noise(1 << 20)) for i in range(24)})
        self.run_archive()
        found = self.check(all_archived=True)
        self.assertTrue(re.search(r"-(?!1$)\d+$", found.volumes[f"{self.source}/20180401.zip"].manifest["archive"]["etag"]))

    @staticmethod
    def noise(size: int) -> bytes:
        return random.Random(size).randbytes(size)

    def test_nothing_is_left_of_the_upload(self):
        self.put(day_objects(30))
        self.run_archive()
        self.assertEqual([], self.client.list_multipart_uploads(Bucket=self.archive).get("Uploads", []))
        self.assertEqual([], self.client.list_multipart_uploads(Bucket=self.source).get("Uploads", []))


if __name__ == "__main__":
    main()
