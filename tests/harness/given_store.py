"""What scripts/test --endpoint needs of the store that it is given.

usage: python3 -m harness.given_store powers|remove

powers: prints what the store can do, as S3C_GIVEN_POWERS takes it, and check-store's table on standard error.
remove: removes all buckets that begin with S3C_GIVEN_BUCKET_PREFIX, and says so.
"""

import os
import sys

import botocore.exceptions

from .program import run
from .stores import Store, given_store

ERRORS = (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError)
# The powers of check-store that tests/contract distinguishes.
POWERS = ("conditional-complete", "conditional-delete", "conditional-single-delete", "checksums", "upload-tags", "key-encodings")


def storage_classes(store: Store, bucket: str) -> bool:
    client = store.client()
    try:
        client.put_object(Bucket=bucket, Key="class", Body=b"x", StorageClass="GLACIER")
        return client.head_object(Bucket=bucket, Key="class").get("StorageClass") == "GLACIER"
    except ERRORS:
        return False


def versions(store: Store) -> bool:
    try:
        store.client().put_bucket_versioning(Bucket=store.new_bucket("versions"), VersioningConfiguration={"Status": "Enabled"})
    except ERRORS:
        return False
    return True


def strict(store: Store, bucket: str) -> bool:
    """Whether it answers as S3 does where the protocol doesn't depend on it: it refuses an eleventh tag."""
    try:
        store.client().put_object(Bucket=bucket, Key="tags", Body=b"", Tagging="&".join(f"tag{n}=x" for n in range(11)))
    except ERRORS:
        return True
    return False


def restores(store: Store, bucket: str) -> bool:
    """Whether it freezes what is in GLACIER, and thaws it."""
    client = store.client()
    try:
        client.put_object(Bucket=bucket, Key="frozen", Body=b"x", StorageClass="GLACIER")
        client.restore_object(Bucket=bucket, Key="frozen", RestoreRequest={"Days": 1, "GlacierJobParameters": {"Tier": "Bulk"}})
    except ERRORS:
        return False
    return True


def powers(store: Store) -> list[str]:
    bucket = store.new_bucket("powers")
    print(run(store, "check-store", "--arch-bucket", bucket).out, file=sys.stderr)
    result = run(store, "check-store", "--arch-bucket", bucket, "--output", "json")
    if result.code != 0:
        sys.exit(f"archive can't run on this store: {result}")
    found = {power["power"] for power in result.json()["powers"] if power["found"] == "yes"}
    tried = {
        "restores": restores(store, bucket),
        "storage-classes": storage_classes(store, bucket),
        "versions": versions(store),
        "strict": strict(store, bucket),
    }
    return [power for power in POWERS if power in found] + [power for power, there in tried.items() if there]


def empty(client, bucket: str) -> None:
    for upload in client.list_multipart_uploads(Bucket=bucket).get("Uploads", []):
        client.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", []):
            client.delete_object(Bucket=bucket, Key=found["Key"])
    try:
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for found in page.get("Versions", []) + page.get("DeleteMarkers", []):
                client.delete_object(Bucket=bucket, Key=found["Key"], VersionId=found["VersionId"])
    except ERRORS:
        pass  # not every store has versions; if any are left, the bucket can't be deleted, and is named


def remove(store: Store) -> int:
    """Returns how many are left."""
    client, left = store.client(), 0
    for bucket in [found["Name"] for found in client.list_buckets()["Buckets"]]:
        if not bucket.startswith(store.bucket_prefix):
            continue
        try:
            empty(client, bucket)
            client.delete_bucket(Bucket=bucket)
        except ERRORS as error:
            left += 1
            print(f"LEFT BEHIND: bucket {bucket}: {error}", file=sys.stderr)
    return left


if __name__ == "__main__":
    if len(os.environ["S3C_GIVEN_BUCKET_PREFIX"]) < 8:
        sys.exit("S3C_GIVEN_BUCKET_PREFIX is too short to remove buckets by")
    if sys.argv[1:] == ["powers"]:
        print(",".join(powers(given_store())))
    elif sys.argv[1:] == ["remove"]:
        sys.exit(1 if remove(given_store()) else 0)
    else:
        sys.exit(__doc__)
