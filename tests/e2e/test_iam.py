"""The policies of docs/iam: each command works under its policy, and the policy allows nothing that isn't used. What features
add is read from the table in docs/iam/README.md. The program believes that it talks to AWS: a proxy leads to the simulator."""

import collections
import pathlib
import queue
import re
import tempfile

from harness.iam import Need, Policy
from harness.load import Original, day_objects
from harness.program import Result, Running, clean_environment, run
from harness.proxy import Exchange, Proxy
from harness.suite import StoreCase, main, on_stores

IAM = pathlib.Path(__file__).parents[2] / "docs" / "iam"
DAY = "sources/2018/04/01/"
BROKEN = (500, b"<Error><Code>InternalError</Code><Message>scripted</Message></Error>")
LARGE = Original(bytes(range(256)) * (36 << 10))  # 9 MiB: restored in an upload in parts


def added_rights() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """The table "What features add": (command with flags, policy) to actions and their resources."""
    added = collections.defaultdict(list)
    for line in (IAM / "README.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and cells[1].endswith(".json"):
            for action in re.findall(r"`(s3:\w+)`", cells[2]):
                added[cells[0].strip("`"), cells[1]].append((action, cells[3].strip("`")))
    return added


@on_stores("full")
class Iam(StoreCase):
    def setUp(self):
        super().setUp()
        self.proxy = Proxy(self.store.endpoint)
        self.proxy.__enter__()
        self.addCleanup(lambda: self.proxy.__exit__(None, None, None))

    def policy(self, name: str) -> Policy:
        return Policy((IAM / name).read_text(encoding="ascii"))

    def environment(self, **more: str) -> dict[str, str]:
        return clean_environment(self.store, "/nonexistent", "http://s3.us-east-1.amazonaws.com", http_proxy=self.proxy.endpoint,
                                 AWS_ENDPOINT_URL_STS="http://127.0.0.1:1", NO_PROXY="127.0.0.1", **more)

    def runs(self, policy: Policy | None, *args: str, code: int = 0, **more: str) -> Result:
        """With the buckets of the moment, under the policy if there is one."""
        if policy:
            policy.hold(self.proxy, self.source, self.archive)
        result = run(self.store, *args, "--addressing-style", "path", env=self.environment(**more))
        self.proxy.deny(lambda _: False, b"")
        self.assertEqual(code, result.code, f"{args} {result}")
        return result

    def archives(self, policy: Policy | None, *flags: str, code: int = 0, **more: str) -> Result:
        return self.runs(policy, *self.arguments("--storage-class", "STANDARD", *flags), code=code, **more)

    def places(self) -> tuple[str, ...]:
        return "--bucket", self.source, "--arch-bucket", self.archive

    def new_buckets(self, versions: bool = False, lock: bool = False) -> None:
        self.source, self.archive = self.store.new_bucket("source"), self.store.new_bucket("archive")
        if versions:
            self.client.put_bucket_versioning(Bucket=self.source, VersioningConfiguration={"Status": "Enabled"})
        if lock:
            self.archive = f"locked-{self.archive}"
            self.client.create_bucket(Bucket=self.archive, ObjectLockEnabledForBucket=True)

    def leave_killed_run(self) -> None:
        self.put(day_objects(3, days=1))
        started: queue.Queue[Running] = queue.Queue()

        def kill(_: Exchange) -> tuple[int, bytes]:
            started.get(timeout=60).kill()
            return BROKEN

        self.proxy.on("CompleteMultipartUpload", key_prefix=f"{self.source}/", answer=kill)
        running = Running(self.store, *self.arguments("--addressing-style", "path"), env=self.environment())
        started.put(running)
        running.wait()

    def lose_id(self) -> None:
        """As a copy in parts does it."""
        place = {"Bucket": self.archive, "Key": f"{self.source}/20180401.zip"}
        upload = place | {"UploadId": self.client.create_multipart_upload(**place, Tagging="team=blue")["UploadId"]}
        copied = self.client.upload_part_copy(**upload, PartNumber=1, CopySource=place)
        self.client.complete_multipart_upload(
            **upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": copied["CopyPartResult"]["ETag"]}]})

    def missing(self, policy: Policy) -> set[tuple[str, Need]]:
        """After a 412 the program asks whether a delete marker was the cause. On AWS it never is: no policy allows it."""
        return {(operation, need) for operation, need in policy.denied if need.action != "s3:ListBucketVersions"}

    def assert_fits(self, policy: Policy) -> None:
        self.assertEqual(set(), self.missing(policy), "missing in the policy")
        self.assertEqual(set(), policy.rights - policy.used, "allowed, but never used")

    def test_archive(self):
        policy = self.policy("archive.json")
        self.assertFalse([right for right in policy.rights if right[0].startswith("s3:Put") and "SOURCE" in right[1]])
        self.put(day_objects(4, days=1) | {f"{DAY}tagged": Original(b"t", tags={"team": "blue"})})
        # A Complete that fails so is followed by the question whether its upload is still there.
        self.proxy.on("CompleteMultipartUpload", key_prefix=f"{self.source}/", answer=lambda _: BROKEN)
        self.archives(policy)
        self.check(all_archived=True, storage_class="STANDARD")
        self.put({"sources/2018/04/02/late": Original(b"late")})
        self.archives(policy, "--verify", "readback")
        self.new_buckets(versions=True)
        self.client.put_object(Bucket=self.source, Key=f"{DAY}tagged", Body=b"t", Tagging="team=blue")
        self.archives(policy)
        self.assert_fits(policy)

    def test_gc(self):
        policy = self.policy("gc.json")
        self.leave_killed_run()
        self.assertNotIn("removed: nothing", self.runs(policy, "gc", *self.places(), "--garbage-age", "0").out)
        self.assertNotIn("Uploads", self.client.list_multipart_uploads(Bucket=self.archive))
        self.archives(None)
        volume = f"{self.source}/20180401.zip"
        for key in [k["Key"] for k in self.client.list_objects_v2(Bucket=self.archive)["Contents"]]:
            if "/manifest/" in key:
                self.client.delete_object(Bucket=self.archive, Key=key)
        self.runs(policy, "catalog", "rebuild", *self.places(), volume)
        self.client.delete_object(Bucket=self.archive, Key=volume)
        self.runs(policy, "catalog", "forget", "--arch-bucket", self.archive, volume, "--yes")
        self.assert_fits(policy)

    def test_read_only(self):
        policy = self.policy("read-only.json")
        self.put(day_objects(3, days=1))
        self.archives(None)
        key = sorted(self.originals)[0]
        for words in (("ls",), ("find", key), ("cat", key), ("verify", "--deep")):
            self.runs(policy, words[0], *self.places(), *words[1:])
        self.assert_fits(policy)

    def test_check_store(self):
        policy = self.policy("check-store.json")
        for bucket in (self.source, self.archive):
            self.client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        # A killed restore may leave such an upload in the source bucket.
        self.client.create_multipart_upload(Bucket=self.source, Key="s3compress_catalog/probe/01CPHZRVG00000000000000000-left")
        self.runs(policy, "check-store", *self.places())
        self.assertNotIn("Uploads", self.client.list_multipart_uploads(Bucket=self.source))
        self.assert_fits(policy)

    def test_restore(self):
        policy = self.policy("restore.json")
        self.put({f"{DAY}tagged": Original(b"t", tags={"team": "blue"}), f"{DAY}large": LARGE})
        self.runs(None, *self.arguments("--storage-class", "GLACIER"))
        self.runs(policy, "thaw", *self.places(), "*", "--yes", code=4)
        self.proxy.on("CompleteMultipartUpload", bucket=self.source, answer=lambda _: BROKEN)
        self.runs(policy, "restore", *self.places(), "*", "--yes")
        self.assertEqual(set(self.originals), self.sources_left())
        # An upload that fails where another object stands: whether it may be aborted is tried on a small object first.
        self.client.put_object(Bucket=self.source, Key=f"{DAY}large", Body=b"another")
        self.proxy.on("UploadPart", bucket=self.source, key_prefix="sources/", answer=lambda _: BROKEN)
        self.runs(policy, "restore", *self.places(), f"{DAY}large", "--overwrite", "--yes", code=1, AWS_MAX_ATTEMPTS="1")
        self.assert_fits(policy)

    def test_what_features_add(self):
        table = added_rights()
        self.assertGreaterEqual(len(table), 8)
        for (words, name), rights in table.items():
            with self.subTest(words):
                policy = self.policy(name)
                for action, resource in rights:
                    policy.add(action, resource)
                command, *flags = words.split()
                flag = flags[-1]
                self.new_buckets(versions=flag == "--delete-versions", lock=flag in ("--object-lock-mode", "--legal-hold"))
                values = {"--tagging": ("team=blue",), "--acl": ("bucket-owner-full-control",),
                          "--object-lock-mode": ("GOVERNANCE", "--retain-days", "1"), "--sample": ("2",), "--split": ("2",)}.get(flag, ())
                getattr(self, f"use_{command}")(policy, *flags, *values)
                self.assertEqual(set(), self.missing(policy), "missing in policy and table")
                self.assertEqual(set(), set(rights) - policy.used, "in the table, but never used")

    def use_archive(self, policy: Policy, *flags: str) -> None:
        self.put(day_objects(2, days=1))
        self.archives(policy, *flags)

    def use_gc(self, policy: Policy, *flags: str) -> None:
        self.leave_killed_run()
        self.runs(policy, "gc", *self.places(), "--garbage-age", "0", *flags)

    def use_restore(self, policy: Policy, *flags: str) -> None:
        self.put(day_objects(2, days=1))
        self.archives(None)
        self.runs(policy, "restore", *self.places(), "*", "--yes", *flags)

    def use_plan(self, policy: Policy, *flags: str) -> None:
        self.put(day_objects(2, days=1))
        self.archives(None, "--keep-sources")
        self.put({f"{DAY}late": Original(b"late")})
        if "--split" in flags:
            flags += "--out", f"s3://{self.archive}/lists/", "--temp-dir", tempfile.gettempdir()
        self.runs(policy, "plan", *self.places(), *flags)

    def use_verify(self, policy: Policy, *flags: str) -> None:
        self.put(day_objects(2, days=1))
        self.archives(None, "--tagging", "team=blue")
        self.lose_id()
        self.runs(policy, "verify", *self.places(), *flags)


if __name__ == "__main__":
    main()
