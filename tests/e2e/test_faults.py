"""What happens between the start and the end of a run: objects that change, a store that lies or falters, a program that is
killed anywhere, two programs at once. After each the promise is checked, and a rerun must reach the same end."""

import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape

from harness.load import Original, day_objects
from harness.program import clean_environment
from harness.proxy import Exchange, Proxy
from harness.suite import StoreCase, main, on_stores

DAY = "sources/2018/04/01/"
INTERNAL_ERROR = b"<?xml version='1.0'?><Error><Code>InternalError</Code><Message>scripted</Message></Error>"


def internal_error(_: Exchange) -> tuple[int, bytes]:
    return 500, INTERNAL_ERROR


def error_in_a_200(_: Exchange) -> tuple[int, bytes]:
    return 200, INTERNAL_ERROR


def denied(_: Exchange) -> tuple[int, bytes]:
    return 403, INTERNAL_ERROR.replace(b"InternalError", b"AccessDenied")


def every_delete_denied(exchange: Exchange) -> tuple[int, bytes]:
    """A 200 that is no success: each key has an error of its own."""
    keys = [e.text for e in ElementTree.fromstring(exchange.body).iter() if e.tag.endswith("Key")]
    errors = "".join(f"<Error><Key>{escape(key)}</Key><Code>AccessDenied</Code><Message>no</Message></Error>" for key in keys)
    return 200, f"<?xml version='1.0'?><DeleteResult>{errors}</DeleteResult>".encode()


@on_stores("full", "lesser", "rgw")
class Faults(StoreCase):
    def setUp(self):
        super().setUp()
        self.proxy = Proxy(self.store.endpoint)
        self.proxy.__enter__()
        self.addCleanup(lambda: self.proxy.__exit__(None, None, None))
        self.put(day_objects(40, days=2, max_bytes=4000))
        self.victim = sorted(self.originals)[3]

    def through_proxy(self, *more: str, codes=(0,), attempts: int = 4):
        """One run, with so few attempts that a fault that stays is given up soon."""
        running = self.start(*more, env=self.environment(attempts))
        result = running.wait()
        self.assertIn(result.code, codes, str(result))
        return result

    def environment(self, attempts: int) -> dict[str, str]:
        return clean_environment(self.store, "/tmp", endpoint=self.proxy.endpoint, AWS_MAX_ATTEMPTS=str(attempts))

    def archive_key_prefix(self) -> str:
        return f"{self.source}/"

    def converges(self, **options) -> None:
        """The same command again, nobody interfering: everything is archived, nothing else is left."""
        self.run_archive()
        self.check(all_archived=True, garbage_allowed=True, **options)

    # --- objects that change

    def overwrite_victim(self, _: Exchange | None = None) -> None:
        self.client.put_object(Bucket=self.source, Key=self.victim, Body=b"newer bytes")

    def survives_overwriting(self, operation: str, **where) -> None:
        old = self.originals[self.victim]
        self.proxy.on(operation, before=self.overwrite_victim, **where)
        result = self.through_proxy(codes=(0, 3))
        self.originals[self.victim] = Original(b"newer bytes")
        self.assertGreater(self.proxy.count(operation), 0)
        found = self.check(earlier={self.victim: [old]})
        if self.victim in found.left:
            self.assertEqual(3, result.code, str(result))
            self.assertIn(self.victim, result.out + result.err)
        self.converges(earlier={self.victim: [old]})

    def test_overwritten_before_its_get(self):
        self.survives_overwriting("GetObject", key=self.victim)

    def test_overwritten_before_the_commit(self):
        self.survives_overwriting("CompleteMultipartUpload", key=f"{self.source}/20180401.zip")

    def test_overwritten_before_the_delete(self):
        # The first version of this program deleted by key, whatever lay there by then.
        if self.STORE != "full":
            self.skipTest("this store ignores the condition on a delete: a window of milliseconds remains")
        self.survives_overwriting("DeleteObjects", bucket=self.source, body_has=self.victim)

    def test_an_archive_that_goes_while_late_arrivals_are_packed(self):
        self.run_archive("--keep-sources")
        late = "sources/2018/04/01/zz-late.xml"
        self.put({late: Original(b"late")})
        gone = f"{self.source}/20180401.zip"
        self.proxy.on("GetObject", key=late, before=lambda _: self.client.delete_object(Bucket=self.archive, Key=gone))
        members = {key for key in self.originals if "/2018/04/01/" in key} - {late}
        result = self.through_proxy(codes=(5,))
        self.assertIn(gone, result.out + result.err)
        self.assertLessEqual(members, self.sources_left(), "the only copies")

    def test_deleted_before_its_get(self):
        self.proxy.on("GetObject", key=self.victim,
                      before=lambda _: self.client.delete_object(Bucket=self.source, Key=self.victim))
        self.through_proxy(codes=(0, 3))
        del self.originals[self.victim]
        self.check(all_archived=True)

    # --- downloads that fail

    def stays_behind(self, **fault) -> None:
        self.proxy.on("GetObject", key=self.victim, times=None, **fault)
        result = self.through_proxy(codes=(3,), attempts=2)
        self.assertIn(self.victim, result.out + result.err)
        found = self.check()
        self.assertEqual({self.victim}, found.left)
        self.assertEqual(len(self.originals) - 1, len(found.archived))
        self.converges()

    def test_a_download_that_always_fails(self):
        # The first version of this program hung for ever here.
        self.stays_behind(answer=internal_error)

    def test_a_download_that_is_forbidden(self):
        self.stays_behind(answer=denied)

    def test_a_download_with_a_wrong_byte(self):
        self.stays_behind(change_body=lambda body: body[:-1] + bytes([body[-1] ^ 1]))

    def test_a_download_cut_short(self):
        self.stays_behind(change_body=lambda body: body[:-1])

    def test_downloads_that_fail_once(self):
        self.proxy.on("GetObject", bucket=self.source, first=3, times=5, answer=internal_error)
        self.proxy.on("GetObject", bucket=self.source, first=15, times=2, change_body=lambda body: body[:len(body) // 2])
        self.proxy.on("GetObject", bucket=self.source, first=25, times=2, lose_reply=True)
        self.through_proxy()
        self.check(all_archived=True)

    # --- commits that falter

    def test_the_reply_of_complete_is_lost(self):
        self.proxy.on("CompleteMultipartUpload", key_prefix=self.archive_key_prefix(), lose_reply=True)
        self.through_proxy()
        self.check(all_archived=True)
        self.assertEqual({"20180401.zip", "20180402.zip"}, self.archives())

    def test_complete_succeeds_and_says_it_failed(self):
        self.proxy.on("CompleteMultipartUpload", key_prefix=self.archive_key_prefix(), lose_reply=True)
        self.proxy.on("CompleteMultipartUpload", key_prefix=self.archive_key_prefix(), first=2, answer=internal_error)
        self.through_proxy()
        self.check(all_archived=True)
        self.assertEqual({"20180401.zip", "20180402.zip"}, self.archives())

    def test_complete_answers_200_with_an_error_once(self):
        self.proxy.on("CompleteMultipartUpload", key_prefix=self.archive_key_prefix(), answer=error_in_a_200)
        self.through_proxy()
        self.check(all_archived=True)

    def only_on_the_full_store(self) -> None:
        """For runs that try the group again until they give up, which takes some ten seconds. Errors that stay are met on the
        lesser store, too, in tests/fault/test_single_faults.py."""
        if self.STORE != "full":
            self.skipTest("what the program does here doesn't depend on the store")

    def test_complete_answers_200_with_an_error_always(self):
        self.only_on_the_full_store()
        self.proxy.on("CompleteMultipartUpload", key_prefix=self.archive_key_prefix(), times=None, answer=error_in_a_200)
        self.through_proxy(codes=(1,), attempts=2)
        self.assertEqual(set(), self.archives())
        self.assert_nothing_deleted()
        self.assertEqual(0, self.proxy.count("DeleteObjects", self.source))
        self.converges()

    def fails_before_anything_is_deleted(self, operation: str, **where) -> None:
        self.proxy.on(operation, times=None, answer=internal_error, **where)
        self.through_proxy(codes=(1,), attempts=2)
        self.assert_nothing_deleted()
        self.check(garbage_allowed=True)
        self.converges()

    def test_parts_that_never_arrive(self):
        self.fails_before_anything_is_deleted("UploadPart", bucket=self.archive)

    def test_a_manifest_that_never_arrives(self):
        self.only_on_the_full_store()
        self.fails_before_anything_is_deleted("PutObject", key_prefix="s3compress_catalog/manifest/")

    def test_an_index_that_never_arrives(self):
        self.only_on_the_full_store()
        self.fails_before_anything_is_deleted("PutObject", key_prefix="s3compress_catalog/index/")

    def test_a_head_that_never_answers(self):
        # Without it nothing proves the commit, whatever Complete said.
        self.fails_before_anything_is_deleted("HeadObject", key_prefix=self.archive_key_prefix())

    def test_somebody_elses_object_takes_the_name_at_the_last_moment(self):
        name = f"{self.source}/20180401.zip"

        def take_name(_: Exchange) -> None:
            self.client.put_object(Bucket=self.archive, Key=name, Body=b"somebody else's")

        # Where Complete has no condition the stranger comes behind it: then only the HEAD can tell.
        when = "before" if self.STORE == "full" else "after"
        self.proxy.on("CompleteMultipartUpload", key=name, **{when: take_name})
        self.through_proxy(codes=(0, 3))
        self.assertEqual(b"somebody else's", self.client.get_object(Bucket=self.archive, Key=name)["Body"].read())
        self.check(garbage_allowed=True)
        self.converges()
        self.assertEqual({"20180401.zip", "20180401-2.zip", "20180402.zip"}, self.archives())

    # --- deletes that falter

    def test_a_200_that_deleted_nothing(self):
        self.proxy.on("DeleteObjects", bucket=self.source, times=None, answer=every_delete_denied)
        result = self.through_proxy(codes=(3,), attempts=2)
        self.assertIn(self.victim, result.out + result.err)
        self.assert_nothing_deleted()
        volumes = self.archives()
        self.converges()
        self.assertEqual(volumes, self.archives())

    def test_the_reply_of_a_delete_is_lost(self):
        self.proxy.on("DeleteObjects", bucket=self.source, lose_reply=True)
        self.through_proxy(codes=(0, 3))
        self.check()
        self.converges()

    # --- two at once

    def test_two_runs_at_once(self):
        runs = [self.start(), self.start()]
        codes = [running.wait().code for running in runs]
        self.assertIn(0, codes)
        self.assertTrue(set(codes) <= {0, 3}, codes)
        self.check(garbage_allowed=True)
        self.converges()

    def test_a_second_run_inside_the_commit_of_the_first(self):
        codes = []
        self.proxy.on("CompleteMultipartUpload", key_prefix=self.archive_key_prefix(),
                      before=lambda _: codes.append(self.run_archive().code))
        self.through_proxy(codes=(0, 3))
        self.assertEqual([0], codes)
        self.check(all_archived=True, garbage_allowed=True)

    # --- ends of the program

    def test_interrupted(self):
        running = []
        self.proxy.on("GetObject", bucket=self.source, first=10, before=lambda _: running[0].interrupt())
        running.append(self.start("--threads", "2", env=self.environment(4)))
        result = running[0].wait(30)
        self.assertEqual(130, result.code, str(result))
        self.check(garbage_allowed=True)
        self.converges()

    def killed_at(self, operation: str, when: str, **where) -> None:
        running = []

        def kill(_: Exchange) -> None:
            running[0].kill()

        self.proxy.on(operation, **{when: kill}, **where)
        running.append(self.start(env=self.environment(4)))
        result = running[0].wait()
        self.assertEqual(-9, result.code, str(result))
        self.check(garbage_allowed=True)
        self.converges()

    def test_killed_at_the_first_listing(self):
        self.killed_at("ListObjectsV2", "before", bucket=self.source)

    def test_killed_in_the_downloads(self):
        self.killed_at("GetObject", "before", bucket=self.source, first=15)

    def test_killed_when_the_upload_was_created(self):
        self.killed_at("CreateMultipartUpload", "after", key_prefix=self.archive_key_prefix())

    def test_killed_in_the_upload(self):
        self.killed_at("UploadPart", "after", key_prefix=self.archive_key_prefix())

    def test_killed_behind_the_index(self):
        self.killed_at("PutObject", "after", key_prefix="s3compress_catalog/index/")

    def test_killed_behind_the_manifest(self):
        self.killed_at("PutObject", "after", key_prefix="s3compress_catalog/manifest/")

    def test_killed_before_the_commit(self):
        self.killed_at("CompleteMultipartUpload", "before", key_prefix=self.archive_key_prefix())

    def test_killed_behind_the_commit(self):
        self.killed_at("CompleteMultipartUpload", "after", key_prefix=self.archive_key_prefix())

    def test_killed_before_the_delete(self):
        self.killed_at("DeleteObjects", "before", bucket=self.source)

    def test_killed_behind_the_delete(self):
        self.killed_at("DeleteObjects", "after", bucket=self.source)


if __name__ == "__main__":
    main()
