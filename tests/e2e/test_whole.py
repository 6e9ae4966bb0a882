"""What restore promises to bring back is archived whole, or its source stays; and every object that is written is encrypted as asked, and has the
ACL that was asked for."""

import json
import os
import tempfile

from harness.load import Original, day_objects
from harness.program import clean_environment, run
from harness.proxy import Proxy
from harness.sim_control import SimControl
from harness.suite import StoreCase, main, on_stores

DAY = "sources/2018/04/01/"
SSE = ("--sse", "AES256", "--acl", "bucket-owner-full-control")


@on_stores("full")
class Whole(StoreCase):
    def setUp(self):
        super().setUp()
        self.control = SimControl(self.store)
        self.addCleanup(self.control.clear_faults)

    def test_tags_that_may_not_be_read(self):
        self.put({f"{DAY}a": Original(b"a", tags={"team": "blue"}), f"{DAY}b": Original(b"b")})
        # S3 doesn't tell a number of tags to those who may not read tags.
        self.control.set_faults([
            {"operation": "GetObjectTagging", "fault": "error", "status": 403, "code": "AccessDenied"},
            {"operation": ["GetObject", "HeadObject"], "fault": "drop_headers", "response": ["x-amz-tagging-count"]}])
        result = self.run_archive(code=2)
        self.assertIn("s3:GetObjectTagging", result.out + result.err)
        self.assertIn("--without-tags", result.out + result.err)
        self.assert_nothing_deleted()
        self.assertEqual(set(), self.archives())
        self.run_archive("--without-tags")
        self.assertEqual(set(), self.sources_left())

    def test_a_store_that_never_tells_of_tags(self):
        self.put({f"{DAY}a": Original(b"a"), f"{DAY}b": Original(b"b", tags={"team": "blue"})})
        self.control.set_faults([
            {"operation": ["GetObject", "HeadObject"], "fault": "drop_headers", "response": ["x-amz-tagging-count"]}])
        report = self.run_archive("--output", "json").json()
        self.assertEqual(2, report["untold_tag_requests"])
        self.check(all_archived=True)

    def test_metadata_that_could_not_be_written_again(self):
        self.put({f"{DAY}a": Original(b"a", metadata={"who": "J\u00fcrgen"}), f"{DAY}b": Original(b"b")})
        result = self.run_archive(code=3)
        self.assertEqual({f"{DAY}a"}, self.sources_left())
        self.assertIn(f"{DAY}a: its metadata or tags could not be restored as they are: x-amz-meta-who", result.err)

    def test_every_object_that_is_left_is_named_in_a_file(self):
        left = {f"{DAY}{name}": Original(b"a", metadata={"who": "J\u00fcrgen"}) for name in ("a", "odd\n\u2028\u202e\"")}
        self.put(left | {f"{DAY}b": Original(b"b")})
        with tempfile.TemporaryDirectory() as folder:
            name = f"{folder}/left.jsonl"
            result = self.run_archive("--left-to", f"{folder}/none/left.jsonl", code=2)
            self.assertIn("none/left.jsonl can't be written: No such file", result.err)
            self.run_archive("--left-to", name, "--dry-run")
            result = self.run_archive("--left-to", "/dev/full", code=1)  # a disk that is full
            self.assertIn("/dev/full: No space left on device", result.err)
            self.assertEqual(set(self.originals), self.sources_left())
            self.assertEqual([], os.listdir(folder))
            report = self.run_archive("--left-to", name, "--output", "json", code=3).json()["left"]
            with open(name, encoding="ascii") as file:
                lines = [json.loads(line) for line in file]
            self.assertEqual((sorted(left), {"not_restorable"}), (sorted(line["key"] for line in lines), {line["reason"] for line in lines}))
            self.assertEqual((2, name), (report["count"], report["file"]))
            self.assertEqual(set(left), self.sources_left())

    def test_every_object_is_encrypted_and_has_its_acl_as_asked(self):
        """As a bucket's policy demands it that refuses every object without the headers."""
        self.put(day_objects(20, days=1))
        naked = []

        def look(exchange):
            told = exchange.headers.get("x-amz-server-side-encryption"), exchange.headers.get("x-amz-acl")
            if exchange.bucket == self.archive and told != ("AES256", "bucket-owner-full-control"):
                naked.append((exchange.operation, exchange.key))

        with Proxy(self.store.endpoint) as proxy:
            for operation in ("PutObject", "CreateMultipartUpload"):
                proxy.on(operation, times=None, before=look)
            self.run_archive(*SSE, "--verify", "readback", "--storage-class", "STANDARD", endpoint=proxy.endpoint)
            self.assertGreaterEqual(proxy.count("PutObject"), 3)
            self.assertEqual([], naked)
            volume = f"{self.source}/20180401.zip"
            for key in [k["Key"] for k in self.client.list_objects_v2(Bucket=self.archive)["Contents"]]:
                if "/manifest/" in key:
                    self.client.delete_object(Bucket=self.archive, Key=key)
            both = ("--bucket", self.source, "--arch-bucket", self.archive)
            for args in (("catalog", "rebuild", *both, volume), ("gc", *both, "--garbage-age", "0"),
                         ("restore", *both, "*", "--to", f"s3://{self.archive}/back/", "--yes")):
                result = run(self.store, *args, *SSE, endpoint=proxy.endpoint)
                self.assertEqual(0, result.code, f"{args} {result}")
        self.assertEqual([], naked)

    def test_a_class_that_the_store_changes(self):
        self.put(day_objects(5, days=1))
        self.control.set_faults([{"operation": "CreateMultipartUpload", "fault": "drop_headers", "request": ["x-amz-storage-class"]}])
        result = self.run_archive(code=3)
        self.assertIn("storage class STANDARD instead of GLACIER", result.out)
        self.assertEqual(set(), self.sources_left())
        self.put(day_objects(5, days=2))
        self.run_archive("--accept-class")

    def test_classes_that_aws_does_not_know(self):
        """On AWS the class is refused before any request; the credentials of this test mean nothing there."""
        environment = clean_environment(self.store, "/nonexistent")
        del environment["AWS_ENDPOINT_URL"]
        result = run(self.store, *self.arguments("--storage-class", "COLD"), env=environment)
        self.assertEqual(2, result.code, str(result))
        self.assertIn('--storage-class "COLD" is none of GLACIER', result.err)
        self.put(day_objects(1, days=1))
        result = run(self.store, *self.arguments("--storage-class", "COLD"))
        self.assertIn("AWS has no such class", result.err)

    def test_requests_and_deletes_are_logged(self):
        self.put(day_objects(3, days=1))
        result = self.run_archive("-vv")
        self.assertRegex(result.err, rf"deleted from {self.source}: 3 of 3 objects, from {DAY}\S+ to {DAY}\S+")
        self.assertRegex(result.err, r"GetObject: GET \S+: 200, request id \S+, \d+ ms")
        for secret in (self.store.secret_key, "Signature", "Credential"):
            self.assertNotIn(secret, result.err)

    def test_what_fits_no_group(self):
        self.put(day_objects(2, days=1))
        for key in ("sources/2018/13/41/x", "sources/2018/4/1/x", "sources/readme"):
            self.client.put_object(Bucket=self.source, Key=key, Body=b"x")
        result = self.run_archive("--output", "json")
        self.assertEqual({"objects": 1, "folders": 2, "named_objects": ["sources/readme"],
                          "named_folders": ["sources/2018/13/", "sources/2018/4/"]}, result.json()["outside_layout"])
        self.assertIn("sources/2018/13/", result.err)


if __name__ == "__main__":
    main()
