"""What a server, or somebody who writes into the archive bucket, can make the program do is bounded: pages, waits, records."""

import threading
import time

from harness.load import day_objects
from harness.program import Result, Running, run
from harness.proxy import Exchange, Proxy
from harness.suite import StoreCase, main, on_stores

FAILED, DAMAGED, INTERRUPTED = 1, 5, 130
ENDLESS = b"""<ListBucketResult><Name>b</Name><KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType>
<IsTruncated>true</IsTruncated><NextContinuationToken>%s</NextContinuationToken></ListBucketResult>"""
ENDLESS_UPLOADS = b"""<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>
<NextUploadIdMarker>%s</NextUploadIdMarker></ListMultipartUploadsResult>"""


@on_stores("full")
class Bounds(StoreCase):
    def setUp(self):
        super().setUp()
        self.put(day_objects(4, days=2, max_bytes=100))
        self.proxy = Proxy(self.store.endpoint)
        self.proxy.__enter__()
        self.addCleanup(lambda: self.proxy.__exit__(None, None, None))

    def read(self, command: str, *more: str, **options):
        return run(self.store, command, "--arch-bucket", self.archive, "--bucket", self.source, *more, **options)

    def never_ends(self, operation: str, bucket: str, document: bytes, tokens: int = 1) -> None:
        """All but the looks at the start, which ask for one key, get a page that sends them on."""
        asked = iter(range(1_000_000))

        def page(_: Exchange) -> tuple[int, bytes]:
            return 200, document % b"t%d" % (next(asked) % tokens)

        self.proxy.on(operation, bucket=bucket, times=None, answer=page)

    def test_listings_of_the_source_that_do_not_move_on(self):
        for tokens in (1, 2):
            with self.subTest(tokens=tokens):
                with Proxy(self.store.endpoint) as self.proxy:
                    self.never_ends("ListObjectsV2", self.source, ENDLESS, tokens)
                    result = self.run_archive(code=FAILED, endpoint=self.proxy.endpoint)
                    self.assertIn("doesn't move on", result.out + result.err)
                    self.assertLess(self.proxy.count("ListObjectsV2"), 8)
        self.assert_nothing_deleted()

    def test_listings_of_the_archive_that_do_not_move_on(self):
        self.run_archive("--keep-sources")
        self.never_ends("ListObjectsV2", self.archive, ENDLESS)
        for command, more in (("find", ("*",)), ("ls", ()), ("verify", ()), ("gc", ())):
            with self.subTest(command=command):
                result = self.read(command, *more, endpoint=self.proxy.endpoint)
                self.assertEqual(FAILED, result.code, str(result))
                self.assertIn("doesn't move on", result.out + result.err)
        self.run_archive(code=FAILED, endpoint=self.proxy.endpoint)
        self.assert_nothing_deleted()

    def test_uploads_that_do_not_move_on(self):
        self.never_ends("ListMultipartUploads", self.archive, ENDLESS_UPLOADS, tokens=2)
        result = self.read("gc", endpoint=self.proxy.endpoint)
        self.assertEqual(FAILED, result.code, str(result))
        self.assertIn("doesn't move on", result.out + result.err)
        self.assertLess(self.proxy.count("ListMultipartUploads"), 8)

    def interrupted_while(self, operation: str, *command: str, **where) -> tuple[float, Result]:
        """Seconds from Ctrl-C to the end, while the store lets such requests wait."""
        reached, over = threading.Event(), threading.Event()
        with Proxy(self.store.endpoint) as proxy:
            proxy.on(operation, before=lambda _: (reached.set(), over.wait(60)), times=None, **where)
            running = Running(self.store, *(command or self.arguments()), endpoint=proxy.endpoint)
            try:
                self.assertTrue(reached.wait(20))
                start = time.monotonic()
                running.interrupt()
                result = running.wait()
                took = time.monotonic() - start
            finally:
                over.set()
        self.assertEqual(INTERRUPTED, result.code, str(result))
        return took, result

    def test_ctrl_c_ends_a_command_that_reads_at_once(self):
        self.run_archive("--keep-sources")
        for command, more in (("find", ("*",)), ("cat", (next(iter(self.originals)),)), ("verify", ()), ("ls", ())):
            with self.subTest(command=command):
                took, _ = self.interrupted_while("GetObject", command, "--arch-bucket", self.archive, "--bucket", self.source, *more,
                                              bucket=self.archive)
                self.assertLess(took, 1)

    def test_ctrl_c_is_told_whatever_the_store_answers(self):
        reached = threading.Event()
        self.proxy.on("ListObjectsV2", bucket=self.archive, times=None, answer=lambda _: (reached.set(), (503, b""))[1])
        running = Running(self.store, "gc", "--arch-bucket", self.archive, endpoint=self.proxy.endpoint)
        self.assertTrue(reached.wait(20))
        running.interrupt()
        result = running.wait()
        self.assertEqual(INTERRUPTED, result.code, str(result))

    def test_ctrl_c_ends_a_run_that_waits_for_the_store(self):
        took, result = self.interrupted_while("UploadPart", key_prefix=f"{self.source}/")
        self.assertLess(took, 5)
        self.assertIn("archived:", result.out, "the report is printed")
        self.assert_nothing_deleted()
        self.run_archive("--garbage-age", "0")
        self.check(all_archived=True)

    def test_a_record_that_is_a_bomb(self):
        """JSON that is expensive to read, in the place of one day's manifest: everything goes on with the other day."""
        self.run_archive("--keep-sources")
        manifests = [o["Key"] for o in self.client.list_objects_v2(
            Bucket=self.archive, Prefix="s3compress_catalog/manifest/")["Contents"] if "20180401.zip/" in o["Key"]]
        self.assertEqual(1, len(manifests))
        for document in (b'{"a":[' + b"{}," * 200_000 + b"{}]}", b" " * (8 << 20)):
            self.client.put_object(Bucket=self.archive, Key=manifests[0], Body=document)
            start = time.monotonic()
            found = self.read("find", "*")
            self.assertEqual(DAMAGED, found.code, str(found))
            self.assertEqual({key for key in self.originals if "/04/02/" in key}, {line.split("\t")[1] for line in found.out.splitlines()})
            self.assertIn("20180401.zip", found.err)
            self.assertIn("(unreadable: ", self.read("ls").out)
            self.assertEqual(DAMAGED, self.read("verify").code)
            self.run_archive(code=DAMAGED)
            self.assertEqual({key for key in self.originals if "/04/01/" in key}, self.sources_left())
            self.assertLess(found.peak_rss_bytes, 120 << 20)
            self.assertLess(time.monotonic() - start, 20)
            self.put({key: o for key, o in self.originals.items() if "/04/02/" in key})


if __name__ == "__main__":
    main()
