"""IAM policies as S3 applies them, as far as the policies of docs/iam go: which actions a request needs, and whether a policy
allows them. A request that isn't allowed never reaches the store."""

import dataclasses
import json
import re
import threading
import xml.etree.ElementTree as ElementTree
from urllib.parse import unquote

from .proxy import Exchange, Proxy

DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
LOCK_HEADERS = {"x-amz-object-lock-mode": "Retention", "x-amz-object-lock-legal-hold": "LegalHold"}

# Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3"; S3 User Guide, "Required
# permissions for Amazon S3 API operations".
ON_BUCKET = {"HeadBucket": "s3:ListBucket", "ListObjectsV2": "s3:ListBucket", "ListMultipartUploads": "s3:ListBucketMultipartUploads"}
ON_KEY = {"UploadPart": "s3:PutObject", "CompleteMultipartUpload": "s3:PutObject", "AbortMultipartUpload": "s3:AbortMultipartUpload",
          "ListParts": "s3:ListMultipartUploadParts", "RestoreObject": "s3:RestoreObject"}


@dataclasses.dataclass(frozen=True)
class Need:
    action: str
    resource: str  # "bucket" or "bucket/key"


def deleted(exchange: Exchange) -> list[Need]:
    """S3 checks each key of a DeleteObjects on its own. A condition lets the caller learn about the object: it must be
    readable."""
    needs = []
    for item in ElementTree.fromstring(exchange.body):
        fields = {child.tag.split("}")[-1]: child.text or "" for child in item}
        if "Key" in fields:
            resource = f"{exchange.bucket}/{fields['Key']}"
            needs.append(Need("s3:DeleteObjectVersion" if fields.get("VersionId") else "s3:DeleteObject", resource))
            if "ETag" in fields:
                needs.append(Need("s3:GetObject", resource))
    return needs


def needs_of(exchange: Exchange) -> list[Need]:
    operation, headers, query = exchange.operation, exchange.headers, exchange.query
    resource = f"{exchange.bucket}/{exchange.key}"
    version = "Version" if query.get("versionId") else ""
    if operation in ON_BUCKET:
        return [Need(ON_BUCKET[operation], exchange.bucket)]
    if operation == "GetBucket" and "versions" in query:
        return [Need("s3:ListBucketVersions", exchange.bucket)]
    if operation == "DeleteObjects":
        return deleted(exchange)
    needs = []
    if operation in ("GetObject", "HeadObject"):
        needs.append(Need(f"s3:GetObject{version}", resource))
    elif operation == "GetObjectTagging":
        needs.append(Need(f"s3:GetObject{version}Tagging", resource))
    elif operation in ("PutObject", "CreateMultipartUpload"):
        needs.append(Need("s3:PutObject", resource))
        if "x-amz-tagging" in headers:
            needs.append(Need("s3:PutObjectTagging", resource))
        if "x-amz-acl" in headers:
            needs.append(Need("s3:PutObjectAcl", resource))
        needs += [Need(f"s3:PutObject{what}", resource) for header, what in LOCK_HEADERS.items() if header in headers]
    elif operation == "DeleteObject":
        needs.append(Need(f"s3:DeleteObject{version}", resource))
    elif operation in ON_KEY:
        needs.append(Need(ON_KEY[operation], resource))
    else:
        raise AssertionError(f"what does {operation} need?")
    if "If-Match" in headers and operation in ("DeleteObject", "CompleteMultipartUpload"):
        needs.append(Need("s3:GetObject", resource))
    if source := headers.get("x-amz-copy-source"):
        needs.append(Need("s3:GetObject", unquote(source).lstrip("/")))
    return needs


class Policy:
    """The statements of a policy, for some buckets at a time. Remembers what was used of it and what was denied."""

    def __init__(self, text: str):
        self.rights = {(action, resource.removeprefix("arn:aws:s3:::"))
                       for statement in json.loads(text)["Statement"]
                       for action in statement["Action"]
                       for resource in [statement["Resource"]]}
        self.used: set[tuple[str, str]] = set()
        self.denied: set[tuple[str, Need]] = set()
        self._names: dict[str, str] = {}
        self._locked: dict[str, set[str]] = {}  # which locks the objects were made with
        self._lock = threading.Lock()

    def add(self, action: str, resource: str) -> None:
        self.rights.add((action, resource))

    def covers(self, right: tuple[str, str], need: Need) -> bool:
        pattern = right[1]
        for placeholder, name in self._names.items():
            pattern = pattern.replace(placeholder, name)
        wanted = ".*".join(re.escape(piece) for piece in pattern.split("*"))
        return right[0] == need.action and re.fullmatch(wanted, need.resource, re.DOTALL) is not None

    def refuses(self, exchange: Exchange) -> bool:
        refused = False
        with self._lock:
            for need in needs_of(exchange):
                covering = [right for right in self.rights if self.covers(right, need)]
                self.used.update(covering)
                if not covering:
                    self.denied.add((exchange.operation, need))
                    refused = True
            self._note_lock(exchange)
        return refused

    def _note_lock(self, exchange: Exchange) -> None:
        """HEAD tells a lock only to those who may read it: so what the program sees of it is a use."""
        resource = f"{exchange.bucket}/{exchange.key}"
        if exchange.operation == "CreateMultipartUpload":
            self._locked[resource] = {what for header, what in LOCK_HEADERS.items() if header in exchange.headers}
        if exchange.operation == "HeadObject":
            for what in self._locked.get(resource, ()):
                self.used.update(r for r in self.rights if self.covers(r, Need(f"s3:GetObject{what}", resource)))

    def hold(self, proxy: Proxy, source: str, archive: str) -> None:
        """From now on the requests to this proxy must be allowed."""
        self._names = {"SOURCE-BUCKET": source, "ARCHIVE-BUCKET": archive}
        proxy.deny(self.refuses, DENIED)
