"""Stores that behave unlike S3, each in a way that was seen on a store in use: docs/s3sim.md lists the switches."""

import threading

from harness.load import Original, day_objects
from harness.program import run
from harness.sim_control import SimControl
from harness.stores import start_sim
from harness.suite import StoreCase, main, on_stores

DAY = "sources/2018/04/01/"


class OtherStore(StoreCase):
    SWITCHES: tuple[str, ...] = ()

    @classmethod
    def setUpClass(cls):
        cls.store = start_sim("full", 0, *cls.SWITCHES)

    def call(self, *args: str, code: int = 0):
        result = run(self.store, args[0], "--arch-bucket", self.archive, "--bucket", self.source, *args[1:])
        self.assertEqual(code, result.code, str(result))
        return result

    def with_faults(self, rules: list[dict]) -> None:
        SimControl(self.store).set_faults(rules)
        self.addCleanup(SimControl(self.store).clear_faults)

    def uploads(self, key: str) -> list[dict]:
        return self.client.list_multipart_uploads(Bucket=self.archive, Prefix=key).get("Uploads", [])


@on_stores("full")
class OrderOfUtf16(OtherStore):
    SWITCHES = ("--without", "key-order")

    def test_such_a_listing_is_refused(self):
        self.put({f"{DAY}{name}.txt": Original(b"x") for name in ("\uff21", "\U0001f600", "a")})
        refused = self.run_archive(code=2)
        self.assertIn("in the order of their bytes", refused.out + refused.err)
        self.assertNotIn("run the same command again", refused.out + refused.err)
        self.assert_nothing_deleted()

    def test_names_that_both_orders_sort_alike_are_archived(self):
        self.put({f"{DAY}{name}.txt": Original(b"x") for name in ("ä", "\uff21", "a")})
        self.run_archive()
        self.check(all_archived=True)


@on_stores("full")
class ListingsWithoutEtags(OtherStore):
    SWITCHES = ("--without", "list-etags")

    def test_nothing_is_archived(self):
        self.client.put_object(Bucket=self.source, Key=f"{DAY}a", Body=b"x")
        refused = self.run_archive(code=2)
        self.assertIn(f'no ETag for "{DAY}a"', refused.err)
        self.assertEqual(["a"], [o["Key"].removeprefix(DAY) for o in self.client.list_objects_v2(Bucket=self.source)["Contents"]])


@on_stores("full")
class ListingsWithoutEncoding(OtherStore):
    SWITCHES = ("--without", "encoding-type")

    def test_keys_that_xml_can_hold_are_archived(self):
        self.put({f"{DAY}{name}": Original(b"x") for name in ("a b", "a+b", "a%20b", "<&>", "ü", "line\nend")})
        self.run_archive()
        self.check(all_archived=True)


@on_stores("full")
class SomeGetsWithoutEtags(OtherStore):
    def test_those_objects_are_left_with_the_true_reason(self):
        self.put(day_objects(5, days=1, max_bytes=300) | {f"{DAY}large": Original(b"x" * (5 << 20))})
        victims = {min(self.originals), f"{DAY}large"}
        rules = [{"operation": ["GetObject", "HeadObject"], "key": key, "fault": "drop_headers", "response": ["etag"]} for key in victims]
        self.with_faults(rules)
        left = self.run_archive(code=3)
        self.assertEqual(2, left.out.count("the store tells no ETag"), left.out)
        self.assertNotIn("checksum", left.out.split("LEFT")[-1])
        self.assertEqual(victims, self.sources_left())


@on_stores("full")
class CompletesThatOvertakeAborts(OtherStore):
    SWITCHES = ("--abort", "overtaken")

    def test_the_record_is_made_again(self):
        """The archive appears after the run aborted its upload and took the record back."""
        self.put(day_objects(5, days=1, max_bytes=300))
        key = f"{self.source}/*"
        self.with_faults([{"operation": "CompleteMultipartUpload", "key": key, "nth": 1, "fault": "late", "ms": 300},
                          {"operation": "CompleteMultipartUpload", "key": key, "fault": "error", "status": 503, "code": "SlowDown"}])
        healed = self.run_archive("--storage-class", "STANDARD", "--max-attempts", "1")
        self.assertIn("its record was made again", healed.err)
        self.assertEqual({"20180401.zip"}, self.archives(), "nothing was archived twice")
        self.check(all_archived=True, storage_class="STANDARD")
        self.call("verify", "--deep")


@on_stores("full")
class RefusalsOverDeleteMarkers(OtherStore):
    SWITCHES = ("--without", "create-over-marker")

    def test_restore_goes_on_and_says_it(self):
        self.client.put_bucket_versioning(Bucket=self.source, VersioningConfiguration={"Status": "Enabled"})
        self.put(day_objects(3, days=1, max_bytes=300) | {f"{DAY}large": Original(b"x" * (9 << 20))})
        self.run_archive("--storage-class", "STANDARD")
        restored = self.call("restore", "*")
        self.assertIn("over a delete marker", restored.err)
        self.assertEqual(set(self.originals), self.sources_left())

    def test_an_archives_name_under_a_marker_is_named(self):
        self.client.put_bucket_versioning(Bucket=self.archive, VersioningConfiguration={"Status": "Enabled"})
        self.put(day_objects(3, days=1, max_bytes=300))
        name = f"{self.source}/20180401.zip"
        self.client.put_object(Bucket=self.archive, Key=name, Body=b"x")
        self.client.delete_object(Bucket=self.archive, Key=name)
        refused = self.run_archive(code=2)
        self.assertIn("where a delete marker stands", refused.out + refused.err)
        self.assert_nothing_deleted()


class PartCopies(OtherStore):
    def read_back(self) -> None:
        self.put(day_objects(3, days=1, max_bytes=300) | {f"{DAY}large": Original(bytes(range(256)) * (9 << 12))})
        self.run_archive("--verify", "readback")
        self.check(all_archived=True)


@on_stores("full")
class PartCopiesRefuseChecksums(PartCopies):
    SWITCHES = ("--part-copy", "refuses-checksum")

    def test_readback(self):
        self.read_back()


@on_stores("full")
class PartCopiesWantChecksums(PartCopies):
    SWITCHES = ("--part-copy", "wants-checksum")

    def test_readback(self):
        self.read_back()


@on_stores("full")
class PartCopiesAnswerAsCopies(PartCopies):
    SWITCHES = ("--part-copy", "object-result")

    def test_readback(self):
        self.read_back()


@on_stores("full")
class UnknownHeaders(OtherStore):
    SWITCHES = ("--without", "object-size-header", "--without", "optional-attributes")

    def test_they_are_left_out(self):
        self.put(day_objects(3, days=1, max_bytes=300))
        self.run_archive()
        self.check(all_archived=True)
        self.assertIn("20180401.zip", self.call("ls").out)


@on_stores("full")
class UploadsByWholeKeys(OtherStore):
    SWITCHES = ("--without", "upload-prefixes")

    def test_gc_asks_by_name_and_says_what_it_cannot_see(self):
        self.put(day_objects(3, days=1, max_bytes=300))
        self.run_archive()
        second, unseen = f"{self.source}/20180401-2.zip", f"{self.source}/20180402.zip"
        for key in (second, unseen):
            self.client.create_multipart_upload(Bucket=self.archive, Key=key)
        cleared = self.call("gc", "--garbage-age", "0", code=3)
        self.assertIn("NOT SEEN", cleared.out)
        self.assertEqual(([], 1), (self.uploads(second), len(self.uploads(unseen))))
        self.put(day_objects(3, days=2, max_bytes=200))
        self.run_archive("--garbage-age", "0")
        self.assertEqual([], self.uploads(unseen), "its own group's run asks for that name")


@on_stores("full")
class GcBesideARun(OtherStore):
    def test_the_run_starts_again(self):
        self.put(day_objects(40, days=4, max_bytes=300))
        done = threading.Event()
        codes: list[int] = []

        def collect() -> None:
            while not done.is_set():
                codes.append(run(self.store, "gc", "--arch-bucket", self.archive, "--bucket", self.source, "--garbage-age", "0").code)

        collector = threading.Thread(target=collect)
        collector.start()
        try:
            result = run(self.store, *self.arguments(), timeout_s=60)
        finally:
            done.set()
            collector.join()
        self.assertIn(result.code, (0, 1), str(result))
        self.assertNotIn("in trouble", result.err)
        self.assertLessEqual(set(codes), {0, 1})
        self.run_archive()
        self.check(all_archived=True)


if __name__ == "__main__":
    main()
