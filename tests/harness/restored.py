"""Where restored members go, and what lies there as others see it: through boto3 and the file system, no line shared with the
program. A place is a bucket or a folder; both answer the same questions."""

import os
import re
import shutil
import tempfile

from .checker import list_bucket
from .load import Original, load

PREFIX = "back/"
TEMPORARY = re.compile(r"\.s3compress-[0-9A-HJKMNP-TV-Z]{26}\.tmp")


def differences(client, bucket: str, key: str, original: Original) -> list[str]:
    """In what the object isn't the original, brought back: bytes, content type, system headers, user metadata, tags."""
    got = client.get_object(Bucket=bucket, Key=key)
    wrong = [] if got["Body"].read() == original.body else ["bytes"]
    if got["Metadata"] != original.metadata:
        wrong.append(f"metadata {got['Metadata']}")
    if original.content_type and got["ContentType"] != original.content_type:
        wrong.append(f"content type {got['ContentType']}")
    sent = got["ResponseMetadata"]["HTTPHeaders"]
    wrong += [f"{name}: {sent.get(name)}" for name, value in original.headers.items() if sent.get(name) != value]
    if original.tags:
        tags = {tag["Key"]: tag["Value"] for tag in client.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]}
        if tags != original.tags:
            wrong.append(f"tags {tags}")
    return wrong


class BucketPlace:
    def __init__(self, store):
        self._store, self._client, self.bucket = store, store.client(), store.new_bucket("back")
        self.argument = f"s3://{self.bucket}/{PREFIX}"

    def put(self, objects: dict[str, Original]) -> None:
        load(self._store, self.bucket, {PREFIX + key: original for key, original in objects.items()})

    def stamps(self) -> dict[str, tuple]:
        """What there is, each with what tells it from one that was written over it."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return {o["Key"].removeprefix(PREFIX): (o["Size"], o["ETag"], o["LastModified"])
                for page in pages for o in page.get("Contents", [])}

    def differences(self, key: str, original: Original) -> list[str]:
        return differences(self._client, self.bucket, PREFIX + key, original)

    def remains(self) -> list[str]:
        """What killed runs left behind that isn't under a real name. An upload without parts holds nothing and costs nothing;
        nobody can tell whose it is."""
        uploads = self._client.list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])
        return [f"upload {u['UploadId']} of {u['Key']}" for u in uploads
                if self._client.list_parts(Bucket=self.bucket, Key=u["Key"], UploadId=u["UploadId"]).get("Parts")]

    def clear_remains(self) -> None:
        """As docs/restoring.md says: by hand, while no restore runs there, or by a lifecycle rule."""
        for upload in self._client.list_multipart_uploads(Bucket=self.bucket).get("Uploads", []):
            self._client.abort_multipart_upload(Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"])

    def discard(self) -> None:
        keys = list(list_bucket(self._client, self.bucket))
        if keys:
            self._client.delete_objects(Bucket=self.bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True})
        self.clear_remains()


class FolderPlace:
    def __init__(self, _store=None):
        self.argument = tempfile.mkdtemp(prefix="s3compress-restore-")

    def _path(self, key: str) -> str:
        return os.path.join(self.argument, key)

    def _files(self) -> list[str]:
        return [os.path.relpath(os.path.join(where, name), self.argument)
                for where, _, names in os.walk(self.argument) for name in names]

    def put(self, objects: dict[str, Original]) -> None:
        for key, original in objects.items():
            os.makedirs(os.path.dirname(self._path(key)), exist_ok=True)
            with open(self._path(key), "xb") as file:
                file.write(original.body)

    def stamps(self) -> dict[str, tuple]:
        found = {}
        for name in self._files():
            if not TEMPORARY.fullmatch(os.path.basename(name)):
                there = os.lstat(self._path(name))
                found[name] = (there.st_size, there.st_ino, there.st_mtime_ns)
        return found

    def differences(self, key: str, original: Original) -> list[str]:
        with open(self._path(key), "rb") as file:
            return [] if file.read() == original.body else ["bytes"]

    def remains(self) -> list[str]:
        return [name for name in self._files() if TEMPORARY.fullmatch(os.path.basename(name))]

    def bytes_of_remains(self) -> int:
        found = 0
        for name in self.remains():
            try:
                found += os.path.getsize(self._path(name))
            except FileNotFoundError:
                continue  # the file was whole meanwhile, and has its name now
        return found

    def clear_remains(self) -> None:
        """As docs/restoring.md says: find DIR -name '.s3compress-*.tmp' -delete, while no restore runs there."""
        for name in self.remains():
            os.unlink(self._path(name))

    def discard(self) -> None:
        shutil.rmtree(self.argument)


PLACES = {"bucket": BucketPlace, "folder": FolderPlace}
