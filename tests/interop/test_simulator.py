"""The simulator against a server that isn't ours: the same requests by boto3, and the same answers as from Ceph's gateway where
its "lesser" profile claims to be like it. Without a gateway nothing can be compared.

Not compared, because the gateway departs from S3's documentation there and the simulator doesn't follow: the ETag in the answer to
Complete (it sends none), the error of a Complete behind an Abort (500 InternalError instead of NoSuchUpload), "+" in
x-amz-tagging (it stays a plus), the ETag in the answer to a copy (it has no quotes, and is still the composite one when a multipart
object was copied whole), ranges of UploadPartCopy that S3 refuses (it takes open ones and those of small sources; beyond the source it
answers 416), and the error code for an object without retention or legal hold (ObjectLockConfigurationNotFoundError)."""

import datetime
import unittest
import uuid

import botocore.exceptions

from harness import stores
from harness.load import load, odd_keys
from harness.suite import main

MIB = 1 << 20


def answer(call, *fields: str):
    """What matters of an answer: the fields, or the status of the error."""
    try:
        got = call()
    except botocore.exceptions.ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]
    return {field: got.get(field) for field in fields}


class SimulatorAndGateway(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        gateway = stores.given_rgw()
        cls.stores = [stores.start_sim("lesser"), gateway]

    @classmethod
    def tearDownClass(cls):
        for store in cls.stores:
            store.stop()

    def assert_same(self, script) -> None:
        """script(client, bucket, store) makes requests and returns what it got."""
        ours, theirs = (script(store.client(), store.new_bucket("same"), store) for store in self.stores)
        self.assertEqual(theirs, ours)

    def test_listing(self):
        def script(client, bucket, store):
            load(store, bucket, odd_keys("p/"))
            pages = []
            for options in ({}, {"MaxKeys": 7}, {"Prefix": "p/a"}, {"Delimiter": "/"}, {"Prefix": "p/", "Delimiter": "/"},
                            {"Prefix": "p/", "Delimiter": "/", "MaxKeys": 5}, {"StartAfter": "p/dir"},
                            {"StartAfter": "p/dir", "Prefix": "p/d"}, {"Prefix": "none"}, {"MaxKeys": 0}):
                page = client.list_objects_v2(Bucket=bucket, **options)
                pages.append((options, [(o["Key"], o["Size"], o["ETag"]) for o in page.get("Contents", [])],
                              [p["Prefix"] for p in page.get("CommonPrefixes", [])], page["KeyCount"], page["IsTruncated"]))
            paged = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 7})
            pages.append([o["Key"] for page in paged for o in page["Contents"]])
            return pages
        self.assert_same(script)

    def test_objects(self):
        def script(client, bucket, store):
            client.put_object(Bucket=bucket, Key="k", Body=b"0123456789", ContentType="text/plain", CacheControl="max-age=1",
                              Metadata={"a": "b"}, StorageClass="GLACIER")
            etag = client.head_object(Bucket=bucket, Key="k")["ETag"]
            head = ("ContentLength", "ETag", "ContentType", "CacheControl", "Metadata", "StorageClass")
            return [
                answer(lambda: client.head_object(Bucket=bucket, Key="k"), *head),
                answer(lambda: client.head_object(Bucket=bucket, Key="none")),
                answer(lambda: client.get_object(Bucket=bucket, Key="none")),
                answer(lambda: client.get_object(Bucket="no-such-bucket-at-all", Key="k")),
                answer(lambda: client.put_object(Bucket=bucket, Key="k", Body=b"x", ContentMD5="AAAAAAAAAAAAAAAAAAAAAA==")),
                client.put_object(Bucket=bucket, Key="r", Body=b"0123456789")["ETag"],
                answer(lambda: client.get_object(Bucket=bucket, Key="r", Range="bytes=2-4"), "ContentLength", "ContentRange"),
                answer(lambda: client.get_object(Bucket=bucket, Key="r", Range="bytes=-3"), "ContentLength", "ContentRange"),
                answer(lambda: client.get_object(Bucket=bucket, Key="r", Range="bytes=99-"))[0],
                answer(lambda: client.get_object(Bucket=bucket, Key="r", IfMatch=etag), "ETag"),
                answer(lambda: client.get_object(Bucket=bucket, Key="r", IfMatch='"0"')),
                answer(lambda: client.put_object(Bucket=bucket, Key="c", Body=b"", StorageClass="GLACIER"), "ETag"),
            ]
        self.assert_same(script)

    def test_multipart(self):
        def script(client, bucket, store):
            def upload(key: str):
                return client.create_multipart_upload(Bucket=bucket, Key=key, Metadata={"id": "1"}, StorageClass="GLACIER")["UploadId"]

            def part(key: str, upload_id: str, number: int, body: bytes):
                etag = client.upload_part(Bucket=bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=body)["ETag"]
                return {"PartNumber": number, "ETag": etag}

            def complete(key: str, upload_id: str, parts: list):
                return answer(lambda: client.complete_multipart_upload(
                    Bucket=bucket, Key=key, UploadId=upload_id, MultipartUpload={"Parts": parts}), "Key")

            first = upload("m")
            parts = [part("m", first, 1, b"a" * 5 * MIB), part("m", first, 2, b"b")]
            got = [parts, len(client.list_multipart_uploads(Bucket=bucket)["Uploads"]), complete("m", first, parts),
                   client.list_multipart_uploads(Bucket=bucket).get("Uploads"),
                   answer(lambda: client.head_object(Bucket=bucket, Key="m"), "ContentLength", "ETag", "Metadata", "StorageClass")]
            small = upload("s")
            got.append(complete("s", small, [part("s", small, 1, b"too small"), part("s", small, 2, b"x")])[1])
            wrong = upload("w")
            part("w", wrong, 1, b"x")
            got.append(complete("w", wrong, [{"PartNumber": 1, "ETag": '"00000000000000000000000000000000"'}])[1])
            gone = upload("g")
            client.abort_multipart_upload(Bucket=bucket, Key="g", UploadId=gone)
            got.append(isinstance(complete("g", gone, [{"PartNumber": 1, "ETag": '"0"'}]), tuple))
            return got
        self.assert_same(script)

    def test_deletes(self):
        def script(client, bucket, store):
            load(store, bucket, odd_keys("d/"))
            # What XML can't carry is deleted one by one, by everybody.
            keys = [key for key in odd_keys("d/") if all(ord(c) >= 32 for c in key)]
            result = client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": k} for k in [*keys, "d/none"]]})
            rest = sorted(o["Key"] for o in client.list_objects_v2(Bucket=bucket).get("Contents", []))
            for key in rest:
                client.delete_object(Bucket=bucket, Key=key)
            return (sorted(d["Key"] for d in result["Deleted"]), result.get("Errors"), rest,
                    client.list_objects_v2(Bucket=bucket)["KeyCount"])
        self.assert_same(script)

    def test_copies(self):
        """Without powers, conditions on copies are ignored: on the source and on the target."""
        def script(client, bucket, store):
            def put_header(name, value):
                def put(request, **_):
                    request.headers[name] = value
                return put
            source = {"Bucket": bucket, "Key": "source"}
            etag = client.put_object(Bucket=bucket, Key="source", Body=b"S" + bytes(6 * MIB))["ETag"]
            client.put_object(Bucket=bucket, Key="cold", Body=b"cold", StorageClass="GLACIER")
            upload = client.create_multipart_upload(Bucket=bucket, Key="copy")["UploadId"]

            def copy_part(**more):
                return answer(lambda: client.upload_part_copy(
                    Bucket=bucket, Key="copy", UploadId=upload, PartNumber=1, **{"CopySource": source, **more}))
            got = [copy_part(), copy_part(CopySourceRange="bytes=0-0"), copy_part(CopySourceRange="bytes=0"),
                   copy_part(CopySourceRange="0-5"), copy_part(CopySourceIfMatch=etag), copy_part(CopySourceIfMatch='"0"'),
                   copy_part(CopySourceIfNoneMatch=etag), copy_part(CopySource={"Bucket": bucket, "Key": "none"}),
                   copy_part(CopySource={"Bucket": bucket, "Key": "cold"})]
            client.put_object(Bucket=bucket, Key="there", Body=b"there")
            client.meta.events.register("before-sign.s3.CopyObject", put_header("If-None-Match", "*"))
            for more in ({}, {"CopySourceIfMatch": '"0"'}):
                got.append(answer(lambda: client.copy_object(Bucket=bucket, Key="there", CopySource=source, **more)))
            got.append(client.get_object(Bucket=bucket, Key="there")["Body"].read(1))
            return got
        self.assert_same(script)

    def test_object_lock(self):
        def script(client, _, store):
            bucket = f"lock-{uuid.uuid4().hex[:12]}"
            client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
            until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=1)
            hour = datetime.timedelta(hours=1)
            versions = {
                key: client.put_object(Bucket=bucket, Key=key, Body=b"x", **lock)["VersionId"]
                for key, lock in {"kept": {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": until},
                                  "held": {"ObjectLockLegalHoldStatus": "ON"}, "free": {}}.items()}
            got = [answer(lambda: client.get_bucket_versioning(Bucket=bucket), "Status")]
            for key in versions:
                got.append(answer(lambda: client.head_object(Bucket=bucket, Key=key), "ObjectLockMode", "ObjectLockLegalHoldStatus"))
            got.append(answer(lambda: client.delete_object(Bucket=bucket, Key="kept", VersionId=versions["kept"])))
            got.append(answer(lambda: client.delete_object(Bucket=bucket, Key="held", VersionId=versions["held"],
                                                           BypassGovernanceRetention=True)))
            result = client.delete_objects(
                Bucket=bucket, Delete={"Objects": [{"Key": key, "VersionId": id} for key, id in versions.items()]})
            got.append(sorted((error["Key"], error["Code"], error["VersionId"] == versions[error["Key"]])
                              for error in result["Errors"]))
            got.append([deleted["Key"] for deleted in result["Deleted"]])
            got.append(answer(lambda: client.delete_object(Bucket=bucket, Key="kept"), "DeleteMarker"))
            got.append(answer(lambda: client.get_object(Bucket=bucket, Key="kept", VersionId=versions["kept"])))
            for mode, date in (("GOVERNANCE", until - hour), ("GOVERNANCE", until - datetime.timedelta(seconds=30)),
                               ("COMPLIANCE", until + hour), ("NONE", until + hour), ("GOVERNANCE", until + hour)):
                got.append(answer(lambda: client.put_object_retention(
                    Bucket=bucket, Key="kept", VersionId=versions["kept"], Retention={"Mode": mode, "RetainUntilDate": date})))
            client.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}})
            late = client.put_object(Bucket=bucket, Key="late", Body=b"x")["VersionId"]
            got.append(answer(lambda: client.head_object(Bucket=bucket, Key="late"), "ObjectLockMode"))
            client.put_object_legal_hold(Bucket=bucket, Key="held", VersionId=versions["held"], LegalHold={"Status": "OFF"})
            for key, version in (("late", late), ("kept", versions["kept"]), ("held", versions["held"])):
                got.append(answer(lambda: client.delete_object(Bucket=bucket, Key=key, VersionId=version,
                                                               BypassGovernanceRetention=True)))
            plain = store.new_bucket("plain")
            got.append(answer(lambda: client.get_object_lock_configuration(Bucket=plain)))
            got.append(answer(lambda: client.put_object(Bucket=plain, Key="k", Body=b"", ObjectLockLegalHoldStatus="ON")))
            return got
        self.assert_same(script)

    def test_tags(self):
        def script(client, bucket, store):
            client.put_object(Bucket=bucket, Key="t", Body=b"", Tagging="a=1&b=x%20y%2Fz")
            client.put_object(Bucket=bucket, Key="u", Body=b"")
            return [sorted((tag["Key"], tag["Value"]) for tag in client.get_object_tagging(Bucket=bucket, Key=key)["TagSet"])
                    for key in ("t", "u")]
        self.assert_same(script)


if __name__ == "__main__":
    main()
