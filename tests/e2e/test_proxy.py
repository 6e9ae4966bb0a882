"""The proxy itself: what isn't asked for passes unchanged, and each kind of interference happens exactly as often as asked."""

import unittest

import botocore.exceptions

from harness.load import Original, load, odd_keys
from harness.proxy import Proxy
from harness.stores import Store, start_sim
from harness.suite import main


class ProxyWorks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.store = start_sim()

    @classmethod
    def tearDownClass(cls):
        cls.store.stop()

    def setUp(self):
        self.bucket = self.store.new_bucket("proxied")
        self.direct = self.store.client()
        self.direct.put_object(Bucket=self.bucket, Key="k", Body=b"body")
        self.proxy = Proxy(self.store.endpoint)
        self.proxy.__enter__()
        self.addCleanup(lambda: self.proxy.__exit__(None, None, None))
        behind = Store("proxied", self.proxy.endpoint, self.store.access_key, self.store.secret_key, "", "")
        self.behind = behind
        self.client = behind.client()

    def get(self, key: str = "k") -> bytes:
        return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def test_everything_passes(self):
        objects = odd_keys() | {"big": Original(b"0123456789" * 700_000)}
        load(self.behind, self.bucket, objects)
        for key, original in objects.items():
            self.assertEqual(original.body, self.get(key))
        self.assertEqual(7_000_000, self.client.head_object(Bucket=self.bucket, Key="big")["ContentLength"])
        self.client.delete_objects(Bucket=self.bucket, Delete={"Objects": [{"Key": "big"}]})
        self.assertEqual(len(objects), self.proxy.count("PutObject"))
        self.assertEqual(1, self.proxy.count("DeleteObjects", self.bucket))
        self.assertEqual(0, self.proxy.count("DeleteObjects", "another"))

    def test_operations_are_told_apart(self):
        upload = self.client.create_multipart_upload(Bucket=self.bucket, Key="m")["UploadId"]
        etag = self.client.upload_part(Bucket=self.bucket, Key="m", UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
        self.client.list_multipart_uploads(Bucket=self.bucket)
        self.client.complete_multipart_upload(Bucket=self.bucket, Key="m", UploadId=upload,
                                              MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
        upload = self.client.create_multipart_upload(Bucket=self.bucket, Key="m")["UploadId"]
        self.client.abort_multipart_upload(Bucket=self.bucket, Key="m", UploadId=upload)
        self.client.list_objects_v2(Bucket=self.bucket, Prefix="m")
        self.client.delete_object(Bucket=self.bucket, Key="m")
        self.client.head_bucket(Bucket=self.bucket)
        self.assertEqual(["CreateMultipartUpload", "UploadPart", "ListMultipartUploads", "CompleteMultipartUpload",
                          "CreateMultipartUpload", "AbortMultipartUpload", "ListObjectsV2", "DeleteObject", "HeadBucket"],
                         self.proxy.operations())

    def test_a_hook_runs_before_the_request_or_behind_it(self):
        self.proxy.on("GetObject", key="k", before=lambda _: self.direct.put_object(Bucket=self.bucket, Key="k", Body=b"new"))
        self.proxy.on("GetObject", key="k", first=2,
                      after=lambda _: self.direct.put_object(Bucket=self.bucket, Key="k", Body=b"newer"))
        self.assertEqual([b"new", b"new", b"newer"], [self.get(), self.get(), self.get()])

    def test_an_answer_of_our_own_the_second_and_third_time(self):
        self.proxy.on("GetObject", key="k", first=2, times=2, answer=lambda _: (200, b"ours"))
        self.assertEqual([b"body", b"ours", b"ours", b"body"], [self.get() for _ in range(4)])

    def test_a_changed_body(self):
        self.proxy.on("GetObject", key="k", change_body=lambda body: body.upper())
        self.assertEqual([b"BODY", b"body"], [self.get(), self.get()])

    def test_a_body_cut_short(self):
        self.proxy.on("GetObject", key="k", times=None, change_body=lambda body: body[:2])
        with self.assertRaises((botocore.exceptions.IncompleteReadError, botocore.exceptions.ResponseStreamingError)):
            self.get()

    def test_a_lost_reply(self):
        rule = self.proxy.on("PutObject", key="n", lose_reply=True)
        with self.assertRaises(Exception):
            load(self.behind, self.bucket, {"n": Original(b"arrived")})
        self.assertEqual(1, rule.seen)
        self.assertEqual(b"arrived", self.direct.get_object(Bucket=self.bucket, Key="n")["Body"].read())

    def test_a_failing_hook_is_not_forgotten(self):
        with self.assertRaises(ZeroDivisionError):
            with Proxy(self.store.endpoint) as proxy:
                proxy.on("*", before=lambda _: 1 // 0)
                load(Store("p", proxy.endpoint, self.store.access_key, self.store.secret_key, "", ""), self.bucket,
                     {"x": Original(b"")}, 1)


if __name__ == "__main__":
    main()
