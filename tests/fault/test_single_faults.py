"""Every fault by itself, where it hurts most, on the small job: what the run must make of it, and that the same command then
ends cleanly. (Storms mix them; the crash test kills; tests/e2e/test_faults.py has what needs somebody to act in the middle.)"""

from harness.load import Original
from harness.sim_control import SimControl
from harness.small_job import DAYS, SmallJob
from harness.stores import start_sim
from harness.suite import StoreCase, main, on_stores

GET = {"operation": "GetObject", "key": "sources/*"}
VICTIM = f"{DAYS[0]}e.xml"
PART = {"operation": "UploadPart", "key": "*.zip"}
COMPLETE = {"operation": "CompleteMultipartUpload", "key": "*.zip"}
HEAD = {"operation": "HeadObject", "key": "*.zip"}
INDEX = {"operation": "PutObject", "key": "s3compress_catalog/index/*"}
MANIFEST = {"operation": "PutObject", "key": "s3compress_catalog/manifest/*"}
DELETE = {"operation": "DeleteObjects", "key": "sources/*"}
LISTING = {"operation": "ListObjectsV2", "key": "sources/*"}
ABORT = {"operation": "AbortMultipartUpload", "key": "*.zip"}
CREATE = {"operation": "CreateMultipartUpload", "key": "*.zip"}
READBACK = ("--verify", "readback")
# Everything that changes something in the archive bucket.
WRITES = {"part": PART, "complete": COMPLETE, "index": INDEX, "manifest": MANIFEST, "create": CREATE}


@on_stores("full", "lesser")
class SingleFaults(StoreCase):
    def setUp(self):
        super().setUp()
        self.control = SimControl(self.store)
        self.addCleanup(self.control.clear_faults)

    def meets(self, *rules: dict, codes: tuple[int, ...] = (0,), streamed: bool = False, flags: tuple[str, ...] = (),
              left: set[str] | None = None) -> dict:
        """One disturbed run of the small job, judged; then the clean end. Returns the disturbed run's report.
        left: the keys that must be the only ones left, and named."""
        job = SmallJob(self.store, *flags, streamed=streamed)
        self.control.set_faults(list(rules))
        result = job.start("--output", "json").wait()
        fired = [rule["fired"] for rule in self.control.faults()["rules"]]
        self.control.clear_faults()
        self.assertTrue(all(fired), f"never met: {fired}")
        job.expect_code(result, *codes)
        report = result.json()
        found = job.check(garbage_allowed=True)
        if 3 not in codes and result.code == 0:
            self.assertEqual(set(), found.left, str(result))
        if left is not None:
            self.assertEqual(left, found.left)
            self.assertEqual(left, {entry["key"] for entry in report["left"]["named"]})
        job.finish()
        job.discard()
        return report

    def each(self, cases: dict[str, dict], fault: dict, **options) -> None:
        for name, where in cases.items():
            with self.subTest(where=name):
                self.meets({**where, **fault}, **options)

    # --- answers that are errors

    def test_passing_errors_are_met_with_patience(self):
        everywhere = (GET, PART, COMPLETE, INDEX, MANIFEST, DELETE, LISTING)
        for status, code in ((500, "InternalError"), (503, "SlowDown"), (503, "ServiceUnavailable"), (400, "RequestTimeout"),
                             (409, "OperationAborted")):
            with self.subTest(code=code):
                error = {"times": 2, "fault": "error", "status": status, "code": code}
                # The answer to a HEAD has no body: only its status can speak.
                self.meets(*[{**where, **error} for where in (everywhere + (HEAD,) if status >= 500 else everywhere)])

    def test_errors_that_stay_end_the_group(self):
        self.each(WRITES, {"fault": "error", "status": 500, "code": "InternalError"}, codes=(1,))

    def test_an_object_that_is_forbidden_stays(self):
        self.meets({"operation": "GetObject", "key": VICTIM, "fault": "error", "status": 403, "code": "AccessDenied"},
                   codes=(3,), left={VICTIM})

    def test_an_object_that_changed_stays(self):
        self.meets({"operation": "GetObject", "key": VICTIM, "fault": "error", "status": 412, "code": "PreconditionFailed"},
                   codes=(3,), left={VICTIM})

    def test_an_object_that_is_gone_is_counted(self):
        report = self.meets({"operation": "GetObject", "key": VICTIM, "fault": "error", "status": 404, "code": "NoSuchKey"},
                            codes=(0, 3))
        self.assertEqual(1, report["total"]["objects_vanished"])

    def test_an_upload_that_somebody_ended(self):
        # A lifecycle rule, gc with a small age, a run that fenced us: the volume is made again.
        gone = {"nth": 1, "fault": "error", "status": 404, "code": "NoSuchUpload"}
        self.each({"part": PART, "complete": COMPLETE}, gone)

    def test_a_412_that_nobody_else_caused(self):
        self.meets({**COMPLETE, "nth": 1, "fault": "error", "status": 412, "code": "PreconditionFailed"})

    def test_errors_behind_the_effect(self):
        self.each({**WRITES, "delete": DELETE}, {"nth": 1, "fault": "error_after", "status": 500, "code": "InternalError"})

    def test_an_abort_that_falters(self):
        # Nothing can be uploaded: the upload is given up, and that doesn't go smoothly either.
        for fault in ({"fault": "error_after", "status": 500, "code": "InternalError"}, {"fault": "late", "ms": 60},
                      {"fault": "lost_reply"}, {"fault": "error", "status": 403, "code": "AccessDenied"}):
            with self.subTest(**fault):
                self.meets({**PART, "fault": "error", "status": 403, "code": "AccessDenied"}, {**ABORT, "nth": 1, **fault},
                           codes=(2,))

    def test_an_error_in_a_200(self):
        for after_effect in (False, True):
            with self.subTest(after_effect=after_effect):
                error = {"nth": 1, "fault": "error_in_200", "code": "InternalError", "after_effect": after_effect}
                self.meets({**COMPLETE, **error}, {**DELETE, **error})

    # --- connections

    def test_delays(self):
        self.meets({"probability": 0.5, "fault": "delay", "ms": 40})

    def test_stalls_in_a_body(self):
        self.meets({**GET, "times": 3, "fault": "stall", "after_bytes": 20, "ms": 200})

    def test_a_stall_in_a_streamed_body(self):
        self.meets({"operation": "GetObject", "key": "*streamed.bin", "nth": 1, "fault": "stall", "after_bytes": 3 << 20,
                    "ms": 200}, streamed=True)

    def test_resets_before_the_effect(self):
        reset = {"times": 2, "fault": "reset"}
        self.meets(*[{**where, **reset} for where in (GET, PART, COMPLETE, INDEX, MANIFEST, HEAD, DELETE, LISTING, CREATE)])

    def test_lost_replies(self):
        self.each({**WRITES, "delete": DELETE}, {"nth": 1, "fault": "lost_reply"})

    def test_requests_that_arrive_late(self):
        self.each({**WRITES, "delete": DELETE}, {"nth": 1, "fault": "late", "ms": 60})

    def test_requests_that_arrive_twice(self):
        for ms in (0, 80):
            with self.subTest(ms=ms):
                self.meets(*[{**where, "fault": "duplicate", "ms": ms} for where in (*WRITES.values(), DELETE)])

    # --- bodies

    def test_bodies_that_are_damaged_once(self):
        for fault in ({"fault": "flip_byte"}, {"fault": "cut_body", "keep_ratio": 0.5}, {"fault": "short_body", "keep_ratio": 0.5}):
            with self.subTest(**fault):
                self.meets({**GET, "key": VICTIM, "nth": 1, **fault})

    def test_bodies_that_are_damaged_always(self):
        for fault in ({"fault": "flip_byte"}, {"fault": "cut_body", "keep_ratio": 0.5}, {"fault": "short_body", "keep_ratio": 0.5}):
            with self.subTest(**fault):
                self.meets({**GET, "key": VICTIM, **fault}, codes=(3,), left={VICTIM})

    def test_a_streamed_body_that_is_damaged(self):
        key = f"{DAYS[1]}streamed.bin"
        for fault in ({"fault": "flip_byte", "at": -5}, {"fault": "short_body", "keep_ratio": 0.5}):
            with self.subTest(**fault):
                self.meets({**GET, "key": key, **fault}, codes=(3,), left={key}, streamed=True)

    def test_xml_that_ends_in_the_middle(self):
        # Any answer that can't be read is no answer.
        cut = {"nth": 1, "fault": "truncate_xml"}
        for name, where in {"listing": LISTING, "complete": COMPLETE, "delete": DELETE, "create": CREATE}.items():
            with self.subTest(where=name):
                self.meets({**where, **cut}, codes=(0, 1))

    def test_wrong_etags(self):
        # "times", not "nth": which group's HEAD comes first, one that finds an archive or one that doesn't, is chance.
        wrong = {"times": 1, "fault": "wrong_etag"}
        for name, where in {"part": PART, "complete": COMPLETE, "head": HEAD, "get": GET, "index": INDEX}.items():
            with self.subTest(where=name):
                self.meets({**where, **wrong}, codes=(0, 1, 3))

    # --- listings

    def pages(self, rule: dict, codes: tuple[int, ...]) -> None:
        """A group of three pages."""
        job = SmallJob(self.store, "--max-objects", "10000", streamed=False)
        job.put({f"{DAYS[0]}many/{i:04}": Original(b"%d" % i) for i in range(2500)})
        self.control.set_faults([{**LISTING, "key": f"{DAYS[0]}*", **rule}])
        result = job.run("--output", "json")
        fired = self.control.faults()["rules"][0]["fired"]
        self.control.clear_faults()
        self.assertGreater(fired, 0)
        job.expect_code(result, *codes)
        job.check(garbage_allowed=True)
        job.finish()
        job.discard()

    def test_a_page_that_is_missing(self):
        # What isn't listed isn't archived now; nothing is deleted for it.
        self.pages({"nth": 1, "fault": "skip_page"}, (0,))

    def test_a_page_that_comes_twice(self):
        self.pages({"nth": 2, "fault": "repeat_page"}, (1,))

    def test_a_page_that_comes_again_and_again(self):
        self.pages({"from": 2, "fault": "repeat_page"}, (1,))

    def test_a_key_that_is_missing(self):
        self.pages({"fault": "omit_key", "match": "*17"}, (0,))

    def test_groups_that_can_not_be_found(self):
        # The days of April are archived; that May could not be looked into is no end like any other.
        job = SmallJob(self.store, streamed=False)
        job.put({"sources/2018/05/01/m.xml": Original(b"<may/>")})
        self.control.set_faults([{"operation": "ListObjectsV2", "key": "sources/2018/05/", "fault": "error", "status": 403,
                                  "code": "AccessDenied"}])
        result = job.run("--output", "json")
        self.control.clear_faults()
        job.expect_code(result, 2)
        self.assertEqual("AccessDenied", result.json()["error"]["code"])
        self.assertEqual({"sources/2018/05/01/m.xml"}, job.check().left)
        job.finish()
        job.discard()

    # --- readback

    def test_a_copy_that_is_hard_to_make_and_to_read(self):
        staging = "s3compress_catalog/staging/*"
        complete = {"operation": "CompleteMultipartUpload", "key": staging}
        read = {"operation": "GetObject", "key": staging}
        copy = {"operation": "UploadPartCopy"}
        for where, faults in {
            "complete": (complete, ({"fault": "error_in_200", "code": "InternalError"}, {"fault": "lost_reply"},
                                    {"fault": "error_after", "status": 500, "code": "InternalError"})),
            "read": (read, ({"fault": "reset"}, {"fault": "cut_body", "keep_ratio": 0.5},
                            {"fault": "error", "status": 503, "code": "SlowDown"})),
            "copy": (copy, ({"fault": "error_in_200", "code": "InternalError"}, {"fault": "truncate_xml"}, {"fault": "lost_reply"},
                            {"fault": "error", "status": 404, "code": "NoSuchUpload"},
                            {"fault": "error", "status": 404, "code": "NoSuchKey"})),
        }.items():
            for fault in faults[1]:
                with self.subTest(where=where, **fault):
                    self.meets({**faults[0], "nth": 1, **fault}, flags=READBACK)

    def test_a_copy_that_can_not_be_made_or_read(self):
        staging = "s3compress_catalog/staging/*"
        for rule, code in (({"operation": "UploadPartCopy", "fault": "error", "status": 501, "code": "NotImplemented"}, 2),
                           ({"operation": "UploadPartCopy", "nth": 1, "fault": "wrong_etag"}, 1),
                           ({"operation": "GetObject", "key": staging, "nth": 1, "fault": "flip_byte"}, 1),
                           ({"operation": "GetObject", "key": staging, "fault": "error", "status": 500, "code": "InternalError"}, 1),
                           ({"operation": "HeadObject", "key": staging, "times": 1, "fault": "wrong_etag"}, 1)):
            with self.subTest(**rule):
                self.meets(rule, codes=(0, code), flags=READBACK)

    # --- deletes

    def test_keys_that_are_not_deleted(self):
        for code in ("AccessDenied", "MethodNotAllowed"):
            with self.subTest(code=code):
                self.meets({**DELETE, "fault": "delete_errors", "match": VICTIM, "code": code}, codes=(3,), left={VICTIM})

    def test_keys_that_are_not_deleted_at_first(self):
        for code in ("InternalError", "SlowDown"):
            with self.subTest(code=code):
                self.meets({**DELETE, "nth": [1, 2], "fault": "delete_errors", "match": "*", "code": code})

    # --- stores of lesser powers

    def test_a_store_without_a_condition_on_complete(self):
        self.meets({"operation": "CompleteMultipartUpload", "fault": "drop_headers", "request": ["if-none-match"]})

    def test_a_store_without_checksums(self):
        if self.STORE == "lesser":
            self.skipTest("it tells none anyway")
        checksums = ["x-amz-checksum-crc32", "x-amz-checksum-crc64nvme", "x-amz-checksum-type"]
        self.meets({"fault": "drop_headers", "response": checksums})

    def test_a_store_that_ignores_conditions_on_get(self):
        self.meets({**GET, "fault": "drop_headers", "request": ["if-match"]})

    def test_a_store_that_tells_no_etag(self):
        self.meets({**GET, "key": VICTIM, "fault": "drop_headers", "response": ["etag"]}, codes=(3,), left={VICTIM})

    def test_a_store_with_a_rate_limit(self):
        report = self.meets({"operation": ["GetObject", "HeadObject"], "fault": "rate_limit", "per_second": 5,
                             "prefix_segments": 1}, codes=(0, 3), flags=("--max-attempts", "10"))
        self.assertGreater(report["requests"]["retries"], 0)


@on_stores("full")
class EvenParts(StoreCase):
    """A store that insists on parts of equal size but for the last, as Cloudflare's R2 does."""

    def test_parts_are_even(self):
        store = start_sim("full", 0, "--even-parts")
        self.addCleanup(store.stop)
        job = SmallJob(store)
        job.run()
        job.check(all_archived=True)


if __name__ == "__main__":
    main()
