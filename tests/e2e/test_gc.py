"""gc: what killed runs leave goes, and nothing else does; nobody is harmed who works beside it."""

import queue
import datetime
import uuid
from concurrent.futures import ThreadPoolExecutor

from harness.checker import list_bucket
from harness.load import Original, day_objects
from harness.program import Running, clean_environment, run
from harness.proxy import Exchange, Proxy
from harness.suite import StoreCase, main, on_stores

CATALOG = "s3compress_catalog/"
DENIED = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>scripted</Message></Error>"


def denied(_: Exchange) -> tuple[int, bytes]:
    return 403, DENIED


@on_stores("full", "lesser", "rgw")
class Gc(StoreCase):
    def setUp(self):
        super().setUp()
        self.proxy = Proxy(self.store.endpoint)
        self.proxy.__enter__()
        self.addCleanup(lambda: self.proxy.__exit__(None, None, None))
        self.put(day_objects(12, days=1, max_bytes=2000))
        self.day = f"{self.source}/20180401.zip"
        # Everybody else's, each nearly ours.
        self.strangers = [f"{self.source}/notes.zip", f"{self.source}/20181301.zip", f"{self.source}/201804011.zip",
                          f"{self.source}/20180401-1.zip", f"x{self.source}/20180401.zip", "other/20180401.zip",
                          "s3compress_catalogue/x"]
        for key in self.strangers:
            self.upload(key)
        self.strange_objects = {"other/20180401.zip": b"other", f"{self.source}/notes.txt": b"notes"}
        for key, body in self.strange_objects.items():
            self.client.put_object(Bucket=self.archive, Key=key, Body=body)

    def upload(self, key: str) -> None:
        self.client.create_multipart_upload(Bucket=self.archive, Key=key)

    def uploads(self) -> list[str]:
        pages = self.client.get_paginator("list_multipart_uploads").paginate(Bucket=self.archive)
        return sorted(upload["Key"] for page in pages for upload in page.get("Uploads", []))

    def snapshot(self):
        return list_bucket(self.client, self.archive), self.uploads()

    def environment(self, attempts: int = 2) -> dict[str, str]:
        return clean_environment(self.store, "/tmp", endpoint=self.proxy.endpoint, AWS_MAX_ATTEMPTS=str(attempts))

    def gc_arguments(self, *more: str) -> list[str]:
        return ["gc", "--arch-bucket", self.archive, "--bucket", self.source, "--output", "json", *more]

    def gc(self, *more: str, code: int = 0, **options) -> dict:
        result = run(self.store, *self.gc_arguments(*more), **options)
        self.assertEqual(code, result.code, str(result))
        return result.json()

    def names(self, things: dict) -> list[tuple[str, str]]:
        return [(thing["kind"], thing["key"]) for thing in things["named"]]

    def assert_nothing_but_committed_volumes(self, **options) -> None:
        """And what belongs to strangers."""
        self.assertEqual(sorted(self.strangers), self.uploads())
        found = self.check(**options)
        expected = set(self.strange_objects) | set(found.volumes)
        for volume in found.volumes.values():
            expected |= {volume.manifest["index"]["key"], f"{CATALOG}manifest/{volume.key}/{volume.manifest['id']}.json"}
        marks = {f"{CATALOG}commit/{volume.key}/{volume.manifest['id']}.json" for volume in found.volumes.values()}
        there = {key for key in list_bucket(self.client, self.archive) if not key.startswith(f"{CATALOG}layouts/")}
        self.assertEqual(expected, there - marks)
        if not self.sources_left():
            self.assertLessEqual(marks, there)
        for key, body in self.strange_objects.items():
            self.assertEqual(body, self.client.get_object(Bucket=self.archive, Key=key)["Body"].read())

    # --- runs that were killed

    def kill_at(self, operation: str, when: str, **where) -> None:
        """when: "before" the request takes effect, which it then never does, or "after"."""
        # The request may come before the start has returned: then the proxy's thread waits for the program to kill.
        started: queue.SimpleQueue[Running] = queue.SimpleQueue()

        def kill(_: Exchange) -> tuple[int, bytes]:
            started.get(timeout=60).kill()
            return 500, b""

        self.proxy.on(operation, **{"answer" if when == "before" else "after": kill}, **where)
        running = self.start(env=self.environment())
        started.put(running)
        result = running.wait()
        self.assertEqual(-9, result.code, str(result))

    def goes_after_a_kill_at(self, operation: str, when: str, garbage: set[str], **where) -> None:
        self.kill_at(operation, when, **where)
        before = self.snapshot()
        planned = self.gc("--garbage-age", "0", "--dry-run")
        self.assertEqual([], self.names(self.gc()["removed"]), "nothing is a week old")
        self.assertEqual(before, self.snapshot())
        self.assertTrue(garbage <= {kind for kind, _ in self.names(planned["removed"])}, planned["removed"])
        done = self.gc("--garbage-age", "0")
        self.assertEqual(self.names(planned["removed"]), self.names(done["removed"]))
        self.assertEqual((0, 0, 0), tuple(done[name]["count"] for name in ("left", "damaged", "waiting")))
        self.assert_nothing_but_committed_volumes()
        self.assertEqual(0, self.gc("--garbage-age", "0")["removed"]["count"])
        self.run_archive()
        self.assert_nothing_but_committed_volumes(all_archived=True)

    def test_killed_in_the_probe(self):
        self.goes_after_a_kill_at("CreateMultipartUpload", "after", {"upload"}, key_prefix=f"{CATALOG}probe/")

    def test_killed_behind_the_probe_object(self):
        self.goes_after_a_kill_at("CompleteMultipartUpload", "after", {"probe"}, key_prefix=f"{CATALOG}probe/")

    def test_killed_when_the_upload_was_created(self):
        self.goes_after_a_kill_at("CreateMultipartUpload", "after", {"upload"}, key_prefix=f"{self.source}/")

    def test_killed_in_the_upload(self):
        self.goes_after_a_kill_at("UploadPart", "after", {"upload"}, key_prefix=f"{self.source}/")

    def test_killed_behind_the_index(self):
        self.goes_after_a_kill_at("PutObject", "after", {"upload", "index"}, key_prefix=f"{CATALOG}index/")

    def test_killed_behind_the_manifest(self):
        self.goes_after_a_kill_at("PutObject", "after", {"upload", "index", "manifest"}, key_prefix=f"{CATALOG}manifest/")

    def test_killed_before_the_commit(self):
        self.goes_after_a_kill_at("CompleteMultipartUpload", "before", {"upload", "index", "manifest"},
                                  key_prefix=f"{self.source}/")

    def test_killed_behind_the_commit(self):
        self.goes_after_a_kill_at("CompleteMultipartUpload", "after", set(), key=self.day)

    def test_killed_before_the_delete(self):
        self.goes_after_a_kill_at("DeleteObjects", "before", set(), bucket=self.source)

    def test_without_the_source_bucket_only_what_the_catalog_names_goes(self):
        self.kill_at("CompleteMultipartUpload", "before", key_prefix=f"{self.source}/")
        self.upload(f"{self.source}/20180409.zip")
        before = self.uploads()
        result = run(self.store, "gc", "--arch-bucket", self.archive, "--garbage-age", "0", "--output", "json").json()
        kinds = {kind for kind, _ in self.names(result["removed"])}
        self.assertEqual({"upload", "manifest", "index"}, kinds)
        self.assertIn(f"{self.source}/20180409.zip", self.uploads())
        self.assertLess(len(self.uploads()), len(before), "the manifest's upload went with it")
        self.gc("--garbage-age", "0")
        self.assert_nothing_but_committed_volumes()

    def test_ages_go_by_the_stores_clock(self):
        self.upload(f"{self.source}/20180409.zip")
        before = self.uploads()
        with Proxy(self.store.endpoint, clock_behind=datetime.timedelta(days=8)) as proxy:
            young = run(self.store, *self.gc_arguments("--garbage-age", "7d"), endpoint=proxy.endpoint).json()
        self.assertEqual((0, before), (young["removed"]["count"], self.uploads()))

    def test_text_output_names_every_thing(self):
        self.kill_at("CompleteMultipartUpload", "before", key=self.day)
        result = run(self.store, "gc", "--arch-bucket", self.archive, "--garbage-age", "0", "--dry-run")
        self.assertEqual(0, result.code, str(result))
        self.assertIn("dry run: would remove: ", result.out)
        for key in list_bucket(self.client, self.archive, f"{CATALOG}manifest/{self.day}"):
            self.assertIn(f"manifest  {key}", result.out)

    # --- beside jobs that work

    def harmless_beside(self, operation: str, when: str, **where) -> None:
        """gc at age 0 in the middle of a run: at the worst the run makes its volume again."""
        self.proxy.on(operation, **{when: lambda _: self.gc("--garbage-age", "0")}, **where)
        result = self.start(env=self.environment()).wait()
        self.assertEqual(0, result.code, str(result))
        self.assertGreater(self.proxy.count(operation), 0)
        self.check(all_archived=True, garbage_allowed=True)
        self.gc("--garbage-age", "0")
        self.assert_nothing_but_committed_volumes(all_archived=True)

    def test_beside_an_upload(self):
        self.harmless_beside("UploadPart", "before", key=self.day)

    def test_beside_a_finished_upload(self):
        self.harmless_beside("PutObject", "before", key_prefix=f"{CATALOG}index/{self.day}")

    def test_beside_an_index_without_its_manifest(self):
        self.harmless_beside("PutObject", "before", key_prefix=f"{CATALOG}manifest/{self.day}")

    def test_beside_a_manifest(self):
        self.harmless_beside("PutObject", "after", key_prefix=f"{CATALOG}manifest/{self.day}")

    def test_beside_a_commit(self):
        self.harmless_beside("CompleteMultipartUpload", "before", key=self.day)

    def test_behind_a_commit(self):
        self.harmless_beside("CompleteMultipartUpload", "after", key=self.day)

    def test_two_at_once(self):
        self.kill_at("CompleteMultipartUpload", "before", key_prefix=f"{self.source}/")
        both = [Running(self.store, *self.gc_arguments("--garbage-age", "0")) for _ in range(2)]
        results = [gc.wait() for gc in both]
        self.assertEqual([0, 0], [result.code for result in results], "\n".join(map(str, results)))
        self.assert_nothing_but_committed_volumes()

    # --- size

    def test_more_uploads_than_a_page_holds(self):
        if self.STORE == "lesser":
            self.skipTest("it lists uploads as the full one does")
        keys = [f"{self.source}/2018{month:02}{day:02}{volume}.zip" for month in range(1, 13) for day in range(1, 29)
                for volume in ("", "-2", "-14")]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self.upload, keys))
        done = self.gc("--garbage-age", "0")
        self.assertEqual(sorted(keys), [key for _, key in self.names(done["removed"])])
        self.assertEqual(sorted(self.strangers), self.uploads())

    # --- what can go wrong

    def test_what_is_refused_is_named(self):
        self.kill_at("CompleteMultipartUpload", "before", key=self.day)
        before = list_bucket(self.client, self.archive)
        self.proxy.on("AbortMultipartUpload", key=self.day, times=None, answer=denied)
        result = self.gc("--garbage-age", "0", code=3, env=self.environment())
        left = self.names(result["left"])
        self.assertIn(("upload", self.day), left)
        self.assertIn("manifest", [kind for kind, _ in left])
        self.assertIn("AccessDenied", result["left"]["named"][0]["why"])
        self.assertEqual(before, list_bucket(self.client, self.archive), "without the abort no record may go")
        # Where nothing may be aborted at all, nobody can tell what an abort does.
        self.proxy.on("AbortMultipartUpload", times=None, answer=denied)
        result = run(self.store, "gc", "--arch-bucket", self.archive, "--min-age", "0", env=self.environment())
        self.assertEqual(2, result.code, str(result))
        self.assertIn("s3:AbortMultipartUpload", result.err)
        self.assertEqual(before, list_bucket(self.client, self.archive))

    def test_uploads_that_may_not_be_listed(self):
        self.kill_at("CompleteMultipartUpload", "before", key=self.day)
        self.proxy.on("ListMultipartUploads", times=None, answer=denied)
        result = run(self.store, "gc", "--arch-bucket", self.archive, "--garbage-age", "0", env=self.environment())
        self.assertEqual(2, result.code, str(result))
        self.assertIn("s3:ListBucketMultipartUploads", result.out)
        self.assertNotEqual({}, list_bucket(self.client, self.archive, f"{CATALOG}manifest/{self.day}"), "it may be in the making")
        # A run only warns: its own work doesn't depend on it.
        result = self.start(env=self.environment()).wait()
        self.assertEqual(0, result.code, str(result))
        self.assertIn("stays behind", result.err)

    def test_interrupted(self):
        for day in range(1, 29):
            self.upload(f"{self.source}/201805{day:02}.zip")
        started: queue.SimpleQueue[Running] = queue.SimpleQueue()
        self.proxy.on("AbortMultipartUpload", before=lambda _: started.get(timeout=60).interrupt())
        running = Running(self.store, *self.gc_arguments("--garbage-age", "0", "--threads", "1"), env=self.environment())
        started.put(running)
        result = running.wait()
        self.assertEqual(130, result.code, str(result))
        self.assertEqual("interrupted", result.json()["outcome"])
        self.gc("--garbage-age", "0")
        self.assert_nothing_but_committed_volumes()

    def test_mistakes(self):
        absent = f"absent-{uuid.uuid4().hex}"
        for arguments, word in ((["gc"], "--arch-bucket is missing"), (["gc", "--arch-bucket", absent], absent),
                                (["gc", "--arch-bucket", self.archive, "--level", "3"], "--level is no flag of gc"),
                                (["gc", "--arch-bucket", self.archive, "--prefix", "x"], "--prefix needs --bucket")):
            result = run(self.store, *arguments)
            self.assertEqual(2, result.code, str(result))
            self.assertIn(word, result.err)

    def test_a_versioned_bucket_keeps_what_went(self):
        self.client.put_bucket_versioning(Bucket=self.archive, VersioningConfiguration={"Status": "Enabled"})
        self.kill_at("CompleteMultipartUpload", "before", key=self.day)
        removed = self.names(self.gc("--garbage-age", "0")["removed"])
        self.assert_nothing_but_committed_volumes()
        versions = self.client.list_object_versions(Bucket=self.archive, Prefix=f"{CATALOG}manifest/{self.day}")
        self.assertEqual([key for kind, key in removed if kind == "manifest" and self.day in key],
                         [marker["Key"] for marker in versions["DeleteMarkers"]])
        self.assertEqual(1, len(versions["Versions"]))

    # --- the clean-up of a rerun

    def test_a_rerun_clears_the_groups_it_packs(self):
        self.kill_at("CompleteMultipartUpload", "before", key=self.day)
        self.run_archive()
        self.assertIn(f"{CATALOG}manifest/{self.day}", "".join(list_bucket(self.client, self.archive)), "younger than a week")
        self.put({f"sources/2018/04/01/late-{i}.xml": Original(b"late" * i) for i in range(5)})
        self.upload(f"{self.source}/20180401-9.zip")
        self.upload(f"{self.source}/20180701.zip")  # a group this run has nothing of
        self.run_archive("--garbage-age", "0")
        self.strangers.append(f"{self.source}/20180701.zip")
        self.assert_nothing_but_committed_volumes(all_archived=True)

    def test_a_rerun_leaves_a_group_whose_name_begins_like_its_own(self):
        names = [f"{self.source}/2018.zip", f"{self.source}/2018-2.zip", f"{self.source}/20180401.zip"]
        for key in names:
            self.upload(key)
        self.run_archive("--layout", "{prefix}/{yyyy}/", "--archive-name", "{bucket}/{yyyy}.zip", "--garbage-age", "0")
        self.strangers.append(names[2])
        self.assert_nothing_but_committed_volumes(all_archived=True)


if __name__ == "__main__":
    main()
