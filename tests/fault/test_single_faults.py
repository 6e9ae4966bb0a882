"""Every fault by itself, where it hurts most, on the small job: what the run must make of it, and that the same command then
ends cleanly. (Storms mix them; the crash test kills; tests/e2e/test_faults.py has what needs somebody to act in the middle.)

A run that meets a fault mostly waits, so the cases of one test run at once, each on a simulator of its own."""

import contextlib
import functools
import queue
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from harness.load import Original
from harness.sim_control import SimControl
from harness.small_job import DAYS, SmallJob
from harness.stores import STARTERS, Store, start_sim
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


CASES_AT_ONCE = 6


class FaultCase(StoreCase):
    idle: queue.SimpleQueue[Store]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.idle = queue.SimpleQueue()
        for store in (cls.store, *(STARTERS[cls.STORE]() for _ in range(CASES_AT_ONCE - 1))):
            store.client()  # boto3 must not make two at once
            cls.idle.put(store)

    @classmethod
    def tearDownClass(cls):
        while not cls.idle.empty():
            cls.idle.get().stop()

    @contextlib.contextmanager
    def a_store(self) -> Iterator[tuple[Store, SimControl]]:
        """One that nobody else uses meanwhile, and its controls."""
        store = self.idle.get()
        control = SimControl(store)
        try:
            yield store, control
        finally:
            control.clear_faults()
            self.idle.put(store)

    def meets(self, *rules: dict, codes: tuple[int, ...] = (0,), streamed: bool = False, flags: tuple[str, ...] = (),
              left: set[str] | None = None) -> dict:
        """One disturbed run of the small job, judged; then the clean end. Returns the disturbed run's report.
        left: the keys that must be the only ones left, and named."""
        with self.a_store() as (store, control):
            job = SmallJob(store, *flags, streamed=streamed)
            control.set_faults(list(rules))
            result = job.start("--output", "json").wait()
            fired = [rule["fired"] for rule in control.faults()["rules"]]
            control.clear_faults()
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

    def case(self, *rules: dict, **options) -> Callable[[], dict]:
        return functools.partial(self.meets, *rules, **options)

    def all_meet(self, cases: dict[str, Callable[[], dict]]) -> None:
        """Runs the cases, some at once. Each that fails is told with its name."""
        with ThreadPoolExecutor(CASES_AT_ONCE) as pool:
            running = {name: pool.submit(case) for name, case in cases.items()}
        for name, case in running.items():
            with self.subTest(case=name):
                case.result()

    def each(self, places: dict[str, dict], fault: dict, **options) -> None:
        self.all_meet({name: self.case({**where, **fault}, **options) for name, where in places.items()})

    def each_of(self, faults: tuple[dict, ...], where: dict, **options) -> None:
        self.all_meet({str(fault): self.case({**where, **fault}, **options) for fault in faults})


@on_stores("full", "lesser")
class SingleFaults(FaultCase):
    # --- answers that are errors

    def test_passing_errors_are_met_with_patience(self):
        everywhere = (GET, PART, COMPLETE, INDEX, MANIFEST, DELETE, LISTING)
        cases = {}
        for status, code in ((500, "InternalError"), (503, "SlowDown"), (503, "ServiceUnavailable"), (400, "RequestTimeout"),
                             (409, "OperationAborted")):
            error = {"times": 2, "fault": "error", "status": status, "code": code}
            # The answer to a HEAD has no body: only its status can speak.
            cases[code] = self.case(*[{**where, **error} for where in (everywhere + (HEAD,) if status >= 500 else everywhere)])
        self.all_meet(cases)

    def test_errors_that_stay_end_the_group(self):
        self.each(WRITES, {"fault": "error", "status": 500, "code": "InternalError"}, codes=(1,))

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
        denied = {"fault": "error", "status": 403, "code": "AccessDenied"}
        faults = ({"fault": "error_after", "status": 500, "code": "InternalError"}, {"fault": "late", "ms": 60},
                  {"fault": "lost_reply"}, denied)
        self.all_meet({str(fault): self.case({**PART, **denied}, {**ABORT, "nth": 1, **fault}, codes=(2,)) for fault in faults})

    def test_an_error_in_a_200(self):
        cases = {}
        for after_effect in (False, True):
            error = {"nth": 1, "fault": "error_in_200", "code": "InternalError", "after_effect": after_effect}
            cases[f"{after_effect=}"] = self.case({**COMPLETE, **error}, {**DELETE, **error})
        self.all_meet(cases)

    # --- connections

    def test_resets_before_the_effect(self):
        reset = {"times": 2, "fault": "reset"}
        self.meets(*[{**where, **reset} for where in (GET, PART, COMPLETE, INDEX, MANIFEST, HEAD, DELETE, LISTING, CREATE)])

    def test_lost_replies(self):
        self.each({**WRITES, "delete": DELETE}, {"nth": 1, "fault": "lost_reply"})

    def test_requests_that_arrive_late(self):
        self.each({**WRITES, "delete": DELETE}, {"nth": 1, "fault": "late", "ms": 60})

    def test_requests_that_arrive_twice(self):
        self.all_meet({f"{ms=}": self.case(*[{**where, "fault": "duplicate", "ms": ms} for where in (*WRITES.values(), DELETE)])
                       for ms in (0, 80)})

    # --- bodies

    DAMAGES = ({"fault": "flip_byte"}, {"fault": "cut_body", "keep_ratio": 0.5}, {"fault": "short_body", "keep_ratio": 0.5})

    def test_bodies_that_are_damaged_once(self):
        self.each_of(self.DAMAGES, {**GET, "key": VICTIM, "nth": 1})

    def test_bodies_that_are_damaged_always(self):
        self.each_of(self.DAMAGES, {**GET, "key": VICTIM}, codes=(3,), left={VICTIM})

    def test_a_streamed_body_that_is_damaged(self):
        key = f"{DAYS[1]}streamed.bin"
        self.each_of(({"fault": "flip_byte", "at": -5}, {"fault": "short_body", "keep_ratio": 0.5}), {**GET, "key": key},
                     codes=(3,), left={key}, streamed=True)

    def test_xml_that_ends_in_the_middle(self):
        # Any answer that can't be read is no answer.
        self.each({"listing": LISTING, "complete": COMPLETE, "delete": DELETE, "create": CREATE}, {"nth": 1, "fault": "truncate_xml"},
                  codes=(0, 1))

    def test_wrong_etags(self):
        # "times", not "nth": which group's HEAD comes first, one that finds an archive or one that doesn't, is chance.
        self.each({"part": PART, "complete": COMPLETE, "head": HEAD, "get": GET, "index": INDEX}, {"times": 1, "fault": "wrong_etag"},
                  codes=(0, 1, 3))

    # --- deletes

    def test_keys_that_are_not_deleted(self):
        self.each_of(({"code": "AccessDenied"}, {"code": "MethodNotAllowed"}), {**DELETE, "fault": "delete_errors", "match": VICTIM},
                     codes=(3,), left={VICTIM})

    def test_keys_that_are_not_deleted_at_first(self):
        self.each_of(({"code": "InternalError"}, {"code": "SlowDown"}), {**DELETE, "nth": [1, 2], "fault": "delete_errors", "match": "*"})

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


@on_stores("full")
class SingleFaultsOnAnyStore(FaultCase):
    """What doesn't depend on the powers that the lesser store lacks: conditions on Complete and on deletes, checksums."""

    def test_an_object_that_is_forbidden_stays(self):
        self.meets({"operation": "GetObject", "key": VICTIM, "fault": "error", "status": 403, "code": "AccessDenied"},
                   codes=(3,), left={VICTIM})

    def test_an_object_that_changed_stays(self):
        self.meets({"operation": "GetObject", "key": VICTIM, "fault": "error", "status": 412, "code": "PreconditionFailed"},
                   codes=(3,), left={VICTIM})

    def test_an_object_that_is_listed_and_answers_404_stays(self):
        report = self.meets({"operation": "GetObject", "key": VICTIM, "fault": "error", "status": 404, "code": "NoSuchKey"},
                            codes=(3,), left={VICTIM})
        self.assertEqual(0, report["total"]["objects_vanished"])

    # --- connections

    def test_delays(self):
        self.meets({"probability": 0.5, "fault": "delay", "ms": 40})

    def test_stalls_in_a_body(self):
        self.meets({**GET, "times": 3, "fault": "stall", "after_bytes": 20, "ms": 200})

    def test_a_stall_in_a_streamed_body(self):
        self.meets({"operation": "GetObject", "key": "*streamed.bin", "nth": 1, "fault": "stall", "after_bytes": 3 << 20,
                    "ms": 200}, streamed=True)

    def test_a_store_with_a_rate_limit(self):
        report = self.meets({"operation": ["GetObject", "HeadObject"], "fault": "rate_limit", "per_second": 5,
                             "prefix_segments": 1}, codes=(0, 3), flags=("--max-attempts", "10"))
        self.assertGreater(report["requests"]["retries"], 0)

    # --- listings

    def pages(self, rule: dict, codes: tuple[int, ...]) -> None:
        """A group of three pages."""
        with self.a_store() as (store, control):
            job = SmallJob(store, "--max-objects", "10000", streamed=False)
            job.put({f"{DAYS[0]}many/{i:04}": Original(b"%d" % i) for i in range(2500)})
            control.set_faults([{**LISTING, "key": f"{DAYS[0]}*", **rule}])
            result = job.run("--output", "json")
            fired = control.faults()["rules"][0]["fired"]
            control.clear_faults()
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
        with self.a_store() as (store, control):
            job = SmallJob(store, streamed=False)
            job.put({"sources/2018/05/01/m.xml": Original(b"<may/>")})
            control.set_faults([{"operation": "ListObjectsV2", "key": "sources/2018/05/", "fault": "error", "status": 403,
                                 "code": "AccessDenied"}])
            result = job.run("--output", "json")
            control.clear_faults()
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
        faults_of = (
            (complete, ({"fault": "error_in_200", "code": "InternalError"}, {"fault": "lost_reply"},
                        {"fault": "error_after", "status": 500, "code": "InternalError"})),
            (read, ({"fault": "reset"}, {"fault": "cut_body", "keep_ratio": 0.5}, {"fault": "error", "status": 503, "code": "SlowDown"})),
            (copy, ({"fault": "error_in_200", "code": "InternalError"}, {"fault": "truncate_xml"}, {"fault": "lost_reply"},
                    {"fault": "error", "status": 404, "code": "NoSuchUpload"}, {"fault": "error", "status": 404, "code": "NoSuchKey"})),
        )
        rules = [{**where, "nth": 1, **fault} for where, faults in faults_of for fault in faults]
        self.all_meet({str(rule): self.case(rule, flags=READBACK) for rule in rules})

    def test_a_copy_that_can_not_be_made_or_read(self):
        staging = "s3compress_catalog/staging/*"
        cases = (({"operation": "UploadPartCopy", "fault": "error", "status": 501, "code": "NotImplemented"}, 2),
                 ({"operation": "UploadPartCopy", "nth": 1, "fault": "wrong_etag"}, 1),
                 ({"operation": "GetObject", "key": staging, "nth": 1, "fault": "flip_byte"}, 1),
                 ({"operation": "GetObject", "key": staging, "fault": "error", "status": 500, "code": "InternalError"}, 1),
                 ({"operation": "HeadObject", "key": staging, "times": 1, "fault": "wrong_etag"}, 1))
        self.all_meet({str(rule): self.case(rule, codes=(0, code), flags=READBACK) for rule, code in cases})


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
