"""Source buckets that keep versions, and sources that can't be deleted or read: locked, held, or themselves in Glacier."""

import datetime

from botocore.exceptions import ClientError

from harness.load import Original, day_objects
from harness.program import run
from harness.proxy import Proxy
from harness.sim_control import SimControl
from harness.suite import StoreCase, main, on_stores


@on_stores("full", "lesser", "rgw")
class Versions(StoreCase):
    def setUp(self):
        super().setUp()
        self.enable_versioning("Enabled")

    def enable_versioning(self, status: str) -> None:
        self.client.put_bucket_versioning(Bucket=self.source, VersioningConfiguration={"Status": status})

    def versions(self) -> dict[str, list[str]]:
        """Key → version ids, newest first."""
        found: dict[str, list[str]] = {}
        for page in self.client.get_paginator("list_object_versions").paginate(Bucket=self.source):
            for version in page.get("Versions", []):
                found.setdefault(version["Key"], []).append(version["VersionId"])
        return found

    def markers(self) -> set[str]:
        pages = self.client.get_paginator("list_object_versions").paginate(Bucket=self.source)
        return {marker["Key"] for page in pages for marker in page.get("DeleteMarkers", [])}

    def test_a_plain_run_leaves_markers_and_old_versions(self):
        self.put(day_objects(12, days=2, max_bytes=2000))
        before = self.versions()
        self.run_archive()
        found = self.check(all_archived=True)
        self.assertEqual(before, self.versions())
        self.assertEqual(set(self.originals), self.markers())
        # What was archived can be named for ever.
        ids = {key: row.get("version_id") for volume in found.volumes.values() for key, row in volume.rows.items()}
        self.assertEqual({key: versions[0] for key, versions in before.items()}, ids)

    def test_delete_versions_leaves_markers_over_nothing(self):
        self.put(day_objects(12, days=2, max_bytes=2000))
        self.run_archive("--delete-versions")
        self.check(all_archived=True)
        self.assertEqual({}, self.versions())
        self.assertEqual(set(self.originals), self.markers())

    def test_nothing_old_comes_back_night_after_night(self):
        key = "sources/2018/04/01/thrice.xml"
        for body in (b"the first bytes", b"the second", b"the third"):
            self.put({key: Original(body)})
        older = self.versions()[key][1:]
        for night in range(3):
            result = self.run_archive("--delete-versions", "--output", "json").json()["total"]
            self.assertEqual((1 if night == 0 else 0, 1 if night == 0 else 0, 2, 25),
                             (result["volumes"], result["versions_deleted"], result["versions_kept"], result["versions_kept_bytes"]))
            self.assertEqual(set(), self.sources_left())
            self.assertEqual(older, self.versions()[key])
        self.check()

    def test_a_rerun_finds_what_lies_under_markers(self):
        self.put(day_objects(12, days=2, max_bytes=2000))
        summary = self.run_archive().out
        self.assertIn("12 delete markers were added", summary)
        self.assertIn("12 versions", summary)
        self.assertIn("stored and billed", summary)
        self.run_archive("--delete-versions")
        self.assertEqual({}, self.versions())

    def overwritten_before_the_delete(self, *flags: str) -> tuple[str, str, str]:
        """Returns the key, the version that was archived and the one that came behind."""
        self.put(day_objects(12, days=2, max_bytes=2000))
        key = sorted(self.originals)[3]
        archived, newer = self.versions()[key][0], []

        def overwrite(_) -> None:
            newer.append(self.client.put_object(Bucket=self.source, Key=key, Body=b"newer bytes")["VersionId"])

        with Proxy(self.store.endpoint) as proxy:
            proxy.on("DeleteObjects", bucket=self.source, body_has=key, before=overwrite)
            self.run_archive(*flags, code=3 if self.STORE == "full" else 0, endpoint=proxy.endpoint)
        return key, archived, newer[0]

    def test_a_newer_version_survives_delete_versions(self):
        key, archived, newer = self.overwritten_before_the_delete("--delete-versions")
        if self.STORE == "full":
            self.assertEqual(b"newer bytes", self.client.get_object(Bucket=self.source, Key=key)["Body"].read())
        # Where the store ignores the condition a marker may come to lie over it; the bytes are still there.
        self.assertIn(newer, self.versions()[key])
        if self.STORE != "full":
            return
        self.run_archive("--delete-versions")
        self.assertEqual({}, self.versions())

    def test_a_newer_version_survives_a_plain_delete(self):
        key, archived, newer = self.overwritten_before_the_delete()
        # Where the store ignores the condition a marker may come to lie over it; the bytes are still there.
        self.assertEqual([newer, archived], self.versions()[key])
        if self.STORE == "full":
            self.assertEqual(b"newer bytes", self.client.get_object(Bucket=self.source, Key=key)["Body"].read())

    def test_suspended_versioning(self):
        old = "sources/2018/04/01/old.xml"
        self.put({old: Original(b"overwritten long ago")})
        ids = self.versions()[old]
        self.enable_versioning("Suspended")
        self.put(day_objects(6, days=1, max_bytes=500) | {old: Original(b"newer")})
        for _ in range(2):
            self.run_archive("--delete-versions")
            self.check(all_archived=True)
            self.assertEqual(set(), self.sources_left())
            self.assertEqual({old: ids}, self.versions())

    def test_a_versioned_archive_bucket(self):
        self.client.put_bucket_versioning(Bucket=self.archive, VersioningConfiguration={"Status": "Enabled"})
        self.put(day_objects(12, days=2, max_bytes=2000))
        self.run_archive()
        self.check(all_archived=True)


@on_stores("full", "rgw")
class Locked(StoreCase):
    """Object Lock: the archived version can't be removed, and the run says so key by key."""

    def setUp(self):
        super().setUp()
        self.source = f"locked-{self.source}"
        self.client.create_bucket(Bucket=self.source, ObjectLockEnabledForBucket=True)
        self.put(day_objects(8, days=1, max_bytes=500))
        self.held, self.retained, *_ = sorted(self.originals)
        self.client.put_object_legal_hold(Bucket=self.source, Key=self.held, LegalHold={"Status": "ON"})
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
        self.client.put_object_retention(Bucket=self.source, Key=self.retained,
                                         Retention={"Mode": "COMPLIANCE", "RetainUntilDate": until})

    def test_delete_versions_names_what_is_locked(self):
        result = self.run_archive("--delete-versions", "--output", "json", code=3)
        left = {entry["key"]: entry for entry in result.json()["left"]["named"]}
        self.assertEqual({self.held, self.retained}, set(left))
        for entry in left.values():
            self.assertEqual("not_deleted", entry["reason"])
            self.assertIn("AccessDenied", entry["detail"])
        self.check()
        self.assertEqual(set(), self.sources_left(), "delete markers hide them")
        volumes = self.archives()
        # Again, while it is still locked: named again, and nothing is archived twice.
        self.run_archive("--delete-versions", code=3)
        self.assertEqual(volumes, self.archives())

    def test_a_plain_delete_is_no_removal(self):
        self.run_archive()
        self.check(all_archived=True)


@on_stores("full")
class LockedArchives(StoreCase):
    """Object Lock of the archives: they get it, and nothing does that the protocol must be able to remove."""

    LOCK = ("--object-lock-mode", "COMPLIANCE", "--retain-days", "2", "--legal-hold")

    def setUp(self):
        super().setUp()
        self.put(day_objects(6, days=1, max_bytes=500))

    def test_only_the_archives_are_locked(self):
        self.archive = f"locked-{self.archive}"
        self.client.create_bucket(Bucket=self.archive, ObjectLockEnabledForBucket=True)
        begun = datetime.datetime.now(datetime.timezone.utc)
        # Its volume is read back from a copy, which is removed.
        self.run_archive(*self.LOCK, "--verify", "readback", "--storage-class", "STANDARD")
        self.check(all_archived=True, storage_class="STANDARD")
        volume = f"{self.source}/20180401.zip"
        head = self.client.head_object(Bucket=self.archive, Key=volume)
        self.assertAlmostEqual(2 * 86400, (head["ObjectLockRetainUntilDate"] - begun).total_seconds(), delta=300)
        for version in self.client.list_object_versions(Bucket=self.archive)["Versions"]:
            head = self.client.head_object(Bucket=self.archive, Key=version["Key"], VersionId=version["VersionId"])
            expected = ("COMPLIANCE", "ON") if version["Key"] == volume else (None, None)
            self.assertEqual(expected, (head.get("ObjectLockMode"), head.get("ObjectLockLegalHoldStatus")), version["Key"])
        with self.assertRaises(ClientError):
            version = self.client.head_object(Bucket=self.archive, Key=volume)["VersionId"]
            self.client.delete_object(Bucket=self.archive, Key=volume, VersionId=version)
        self.assertEqual(0, run(self.store, "verify", "--arch-bucket", self.archive, "--bucket", self.source, "--deep").code)

    def test_a_bucket_without_object_lock(self):
        result = self.run_archive(*self.LOCK, code=2)
        self.assertIn("the bucket takes neither retention nor legal hold (Bucket is missing ObjectLockConfiguration)", result.err)
        self.assertEqual(set(), self.archives())
        self.assert_nothing_deleted()

    def test_a_store_that_drops_the_lock(self):
        control = SimControl(self.store)
        self.addCleanup(control.clear_faults)
        control.set_faults([{"operation": "CreateMultipartUpload", "fault": "drop_headers", "request": ["x-amz-object-lock-*"]}])
        result = self.run_archive(*self.LOCK, code=3)
        self.assertRegex(result.out, r"retention none instead of COMPLIANCE until \S+, legal hold none instead of ON")

    def test_a_retention_that_is_over_before_it_begins(self):
        result = self.run_archive("--object-lock-mode", "GOVERNANCE", "--retain-until", "2020-01-01", code=2)
        self.assertIn("--retain-until 2020-01-01T00:00:00.000Z is over", result.err)
        self.assertEqual(set(), self.archives())


@on_stores("full")
class Frozen(StoreCase):
    """Sources in Glacier classes: GET refuses until they are thawed (Ceph's gateway knows the classes, but lets one read)."""

    def test_frozen_sources_are_named_and_stay(self):
        self.put(day_objects(6, days=1, max_bytes=500))
        frozen = {}
        for storage_class in ("GLACIER", "DEEP_ARCHIVE"):
            key = f"sources/2018/04/01/{storage_class}.xml"
            frozen[key] = Original(f"<in a='{storage_class}'/>".encode())
            self.client.put_object(Bucket=self.source, Key=key, Body=frozen[key].body, StorageClass=storage_class)
        self.originals |= frozen
        result = self.run_archive("--output", "json", code=3)
        left = {entry["key"]: entry["reason"] for entry in result.json()["left"]["named"]}
        self.assertEqual({key: "frozen" for key in frozen}, left)
        self.check()
        self.assertEqual(set(frozen), self.sources_left())
        thawed = "sources/2018/04/01/GLACIER.xml"
        self.client.restore_object(Bucket=self.source, Key=thawed,
                                   RestoreRequest={"Days": 1, "GlacierJobParameters": {"Tier": "Expedited"}})
        self.wait_until_thawed(thawed)
        self.run_archive(code=3)
        self.assertEqual(set(frozen) - {thawed}, self.sources_left())
        self.check()

    def wait_until_thawed(self, key: str) -> None:
        for _ in range(500):
            if 'ongoing-request="false"' in self.client.head_object(Bucket=self.source, Key=key).get("Restore", ""):
                return
        self.fail(f"{key} doesn't thaw")


if __name__ == "__main__":
    main()
