"""check-store: finds what each store can do, and leaves both buckets as they were, whatever happens."""

from harness.load import Original
from harness.program import Running, run
from harness.proxy import Proxy
from harness.stores import start_sim
from harness.suite import StoreCase, main, on_stores

LESSER_LACKS = {"conditional-complete", "atomic-complete", "checksums", "conditional-delete", "conditional-single-delete", "upload-tags"}


class CheckStore(StoreCase):
    def setUp(self):
        super().setUp()
        for bucket in (self.source, self.archive):
            self.put({"theirs": Original(b"body"), "s3compress_catalog/probe/theirs": Original(b"body")}, bucket)

    def words(self, *more: str) -> list[str]:
        return ["check-store", "--arch-bucket", self.archive, "--bucket", self.source, *more]

    def check_store(self, *more: str, code: int = 0, **options):
        result = run(self.store, *self.words(*more), **options)
        self.assertEqual(code, result.code, str(result))
        self.assert_as_before()
        return result

    def found(self, *more: str, **options) -> dict[str, str]:
        report = self.check_store("--output", "json", *more, **options).json()
        self.assertEqual([], report["left"])
        return {power["power"]: power["found"] for power in report["powers"]}

    def assert_as_before(self) -> None:
        for bucket in (self.source, self.archive):
            versions = self.client.list_object_versions(Bucket=bucket)
            self.assertEqual(["s3compress_catalog/probe/theirs", "theirs"], [version["Key"] for version in versions["Versions"]])
            self.assertNotIn("DeleteMarkers", versions)
            self.assertNotIn("Uploads", self.client.list_multipart_uploads(Bucket=bucket))


@on_stores("full", "lesser")
class OnS3sim(CheckStore):
    def test_what_it_can(self):
        lacks = LESSER_LACKS if self.STORE == "lesser" else {"atomic-complete"}
        found = self.found()
        self.assertEqual(17, len(found))
        self.assertEqual(lacks, {power for power, answer in found.items() if answer != "yes"})
        self.assertEqual("unknown" if self.STORE == "full" else "no", found["atomic-complete"])

    def test_ctrl_c_leaves_nothing(self):
        with Proxy(self.store.endpoint) as proxy:
            started: list[Running] = []
            # Between two Completes at once, of a probe that has objects and uploads.
            proxy.on("CompleteMultipartUpload", before=lambda _: started[0].interrupt())
            started.append(Running(self.store, *self.words(), endpoint=proxy.endpoint))
            result = started[0].wait()
        self.assertEqual(130, result.code, str(result))
        self.assert_as_before()


@on_stores("full")
class Special(CheckStore):
    def test_a_dry_run_writes_nothing(self):
        with Proxy(self.store.endpoint) as proxy:
            result = self.check_store("--dry-run", endpoint=proxy.endpoint)
            self.assertEqual({"ListObjectsV2"}, {exchange.operation for exchange in proxy.log})
        self.assertIn("nothing was written", result.out)

    def test_versions_are_removed(self):
        for bucket in (self.source, self.archive):
            self.client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        self.found()

    def test_a_bucket_that_is_not_there(self):
        result = run(self.store, "check-store", "--arch-bucket", "not-there-at-all")
        self.assertEqual(2, result.code, str(result))
        self.assertIn("not-there-at-all", result.err)


@on_stores("full")
class Unsafe(CheckStore):
    @classmethod
    def setUpClass(cls):
        cls.store = start_sim("full", 0, "--abort", "removes-object", "--without", "batch-delete")

    def test_archive_is_not_safe(self):
        result = self.check_store(code=2)
        self.assertIn("NOT SAFE: don't run archive here, the store lacks harmless-aborts", result.out)
        self.assertIn("one request for each deleted object", result.out)


@on_stores("rgw")
class OnAGateway(CheckStore):
    def test_what_it_can(self):
        # What src/s3/known_stores.cpp says of it.
        found = self.found()
        self.assertEqual(LESSER_LACKS, {power for power, answer in found.items() if answer != "yes"})


if __name__ == "__main__":
    main()
