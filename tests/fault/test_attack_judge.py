"""The judge of attacks itself: buckets made by hand on a simulator pass it, and each planted breach is named."""

import gzip
import io
import json
import time
import unittest
import zipfile

from fault.attack_judge import CATALOG, COMMIT_MARKS, INDEX_ENTRY, Judge, everything, listed, read_archive
from fault.attack_journal import Journal, Sight, Write, md5
from harness.stores import start_sim
from harness.suite import main

A, B = "sources/2018/04/01/a.xml", "sources/2018/04/01/b.xml"
OLD, NEW, OTHER = b"<old/>", b"<new/>", b"<other/>"


class JudgeFinds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.store = start_sim()
        cls.client = cls.store.client()

    @classmethod
    def tearDownClass(cls):
        cls.store.stop()

    def setUp(self):
        self.source, self.archive = self.store.new_bucket("source"), self.store.new_bucket("archive")
        self.journal = Journal()
        self.day = f"{self.source}/20180401.zip"
        self.conditional_deletes = True

    # --- what writers, archivers and other people do

    def versioned(self, bucket: str, status: str = "Enabled") -> None:
        self.client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})

    def write(self, key: str, body: bytes | None, seconds_ago: float = 0) -> Write:
        if body is None:
            answer = self.client.delete_object(Bucket=self.source, Key=key)
        else:
            answer = self.client.put_object(Bucket=self.source, Key=key, Body=body)
        then = time.time() - seconds_ago
        self.journal.add(key, Write(body, then, then, answer.get("VersionId") if body else None))
        return self.journal.writes[key][-1]

    def put(self, key: str, body: bytes, **more) -> None:
        self.client.put_object(Bucket=self.archive, Key=key, Body=body, **more)

    def pack(self, members: dict[str, tuple[bytes, float]], name: str = "", volume_id: str = "ID1") -> None:
        """A volume with the bytes and last-modified of each key, its record and its mark."""
        key = name or self.day
        rows = [{"key": member, "last_modified": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(modified))}
                for member, (_, modified) in members.items()]
        text = "".join(json.dumps(row) + "\n" for row in rows).encode()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as opened:
            for member, (body, _) in members.items():
                opened.writestr(member, body)
            opened.writestr(INDEX_ENTRY, text)
        self.put(f"{CATALOG}index/{key}/{volume_id}.jsonl.gz", gzip.compress(text))
        self.put(f"{CATALOG}manifest/{key}/{volume_id}.json", json.dumps({"id": volume_id, "archive": {"key": key}}).encode())
        self.put(f"{COMMIT_MARKS}{key}/{volume_id}.json", b"{}")
        self.put(key, buffer.getvalue(), Metadata={"s3compress-id": volume_id})

    def archive_all(self) -> None:
        """As a good run would: what is current, and then the sources go."""
        self.pack({key: (writes[-1].body, writes[-1].started) for key, writes in self.journal.writes.items()})
        for key in self.journal.writes:
            self.client.delete_object(Bucket=self.source, Key=key)

    def others_remove(self, key: str) -> None:
        self.journal.touched.add(key)
        self.journal.removed.append(read_archive(self.client, self.archive, key))
        self.client.delete_object(Bucket=self.archive, Key=key)

    def forget(self, key: str) -> None:
        self.client.delete_object(Bucket=self.archive, Key=key)

    def see(self, *, archives: bool = False) -> None:
        now = time.time()
        sight = Sight(now, now, listed(self.client, self.archive if archives else self.source))
        (self.journal.archives_seen if archives else self.journal.sources_seen).append(sight)

    def judge(self) -> Judge:
        return Judge(self.client, self.source, self.archive, self.journal, conditional_deletes=self.conditional_deletes)

    def assert_fine(self) -> None:
        self.assertEqual([], self.judge().verdict())

    def assert_found(self, *words: str) -> None:
        problems = self.judge().verdict()
        for word in words:
            self.assertTrue(any(word in problem for problem in problems), f"{word!r} is not in {problems}")

    # --- nothing wrong

    def test_in_the_source(self):
        self.write(A, OLD)
        self.write(A, NEW)
        self.write(B, OTHER)
        self.write(B, None)
        self.see()
        self.assert_fine()

    def test_archived(self):
        self.write(A, NEW)
        self.archive_all()
        self.see(archives=True)
        self.assert_fine()

    def test_removed_with_its_record_standing(self):
        self.write(A, NEW)
        self.archive_all()
        self.others_remove(self.day)
        self.assert_fine()
        self.assertEqual([self.day], self.judge().missed())

    # --- losses

    def test_lost(self):
        self.write(A, NEW)
        self.client.delete_object(Bucket=self.source, Key=A)
        self.assert_found(f"LOST: {A}")

    def test_only_older_bytes_archived(self):
        first = self.write(A, OLD)
        self.pack({A: (OLD, first.started)})
        self.write(A, NEW)
        self.client.delete_object(Bucket=self.source, Key=A)
        self.assert_found(f"LOST: {A}")

    def test_other_keys_bytes(self):
        self.write(A, NEW)
        wrote = self.write(B, OTHER)
        self.pack({A: (OTHER, wrote.started), B: (OTHER, wrote.started)})
        self.client.delete_object(Bucket=self.source, Key=A)
        self.assert_found("bytes that were never in the source", f"LOST: {A}")

    def test_version_lost(self):
        self.versioned(self.source)
        first = self.write(A, OLD)
        self.write(A, NEW)
        self.assert_fine()
        self.client.delete_object(Bucket=self.source, Key=A, VersionId=first.version)
        self.assert_found(f"LOST: {A}")

    def test_hidden_below_a_marker(self):
        self.versioned(self.source)
        self.write(A, NEW)
        self.client.delete_object(Bucket=self.source, Key=A)
        self.assert_found(f"LOST: {A}")
        self.conditional_deletes = False
        self.assert_fine()

    def test_older_version_of_before_versioning_was_suspended(self):
        self.versioned(self.source)
        first = self.write(A, OLD)
        self.versioned(self.source, "Suspended")
        self.write(A, OTHER)
        self.write(A, NEW)
        self.assert_fine()
        self.client.delete_object(Bucket=self.source, Key=A, VersionId=first.version)
        self.assert_found(f"LOST: {A}")

    def test_deleted_on_the_word_of_an_archive_that_was_gone(self):
        self.write(A, NEW)
        self.pack({A: (NEW, time.time())})
        self.others_remove(self.day)
        self.see()
        self.journal.quiet = self.journal.sources_seen[-1]
        self.client.delete_object(Bucket=self.source, Key=A)
        self.assert_found("was deleted long after its archive")

    # --- records

    def test_record_gone(self):
        for lost in (f"{CATALOG}manifest/%s/ID1.json", f"{CATALOG}index/%s/ID1.jsonl.gz", f"{COMMIT_MARKS}%s/ID1.json"):
            with self.subTest(lost):
                self.setUp()
                self.write(A, NEW)
                self.archive_all()
                self.others_remove(self.day)
                self.forget(lost % self.day)
                self.assert_found("RECORD LOST")

    def test_record_gone_after_a_copy_without_metadata(self):
        self.write(A, NEW)
        self.archive_all()
        self.journal.touched.add(self.day)
        self.journal.removed.append(read_archive(self.client, self.archive, self.day))
        self.client.copy_object(Bucket=self.archive, Key=self.day, CopySource={"Bucket": self.archive, "Key": self.day},
                                MetadataDirective="REPLACE")
        self.assert_fine()
        self.forget(f"{CATALOG}manifest/{self.day}/ID1.json")
        self.assert_found("RECORD LOST")

    def test_archive_without_record(self):
        self.write(A, NEW)
        self.archive_all()
        self.forget(f"{CATALOG}manifest/{self.day}/ID1.json")
        self.assert_found("stands without its manifest")

    def test_deleted_without_a_mark(self):
        self.write(A, NEW)
        self.archive_all()
        self.forget(f"{COMMIT_MARKS}{self.day}/ID1.json")
        self.assert_found("no commit mark")

    def test_mark_removed(self):
        self.write(A, NEW)
        self.archive_all()
        self.see(archives=True)
        self.forget(f"{COMMIT_MARKS}{self.day}/ID1.json")
        self.assert_found("a commit mark was removed")

    # --- resurrections

    def test_overwritten_bytes_are_served_again(self):
        self.write(A, OLD, seconds_ago=2)
        self.write(A, NEW, seconds_ago=1)
        self.client.put_object(Bucket=self.source, Key=A, Body=OLD)
        self.see()
        self.assert_found(f"RESURRECTED: {A}")
        self.journal.brought_back.add(A)
        self.assertNotIn("RESURRECTED", str(self.judge().verdict()))

    def test_older_version_is_current_again(self):
        self.versioned(self.source)
        wrote = [self.write(A, OLD, seconds_ago=2), self.write(A, NEW, seconds_ago=1)]
        self.pack({A: (NEW, wrote[1].started)})
        self.client.delete_object(Bucket=self.source, Key=A, VersionId=wrote[1].version)
        self.assert_found(f"RESURRECTED: {A}")

    def test_seen_only_for_a_moment(self):
        self.write(A, OLD, seconds_ago=2)
        self.write(A, None, seconds_ago=1)
        self.client.put_object(Bucket=self.source, Key=A, Body=OLD)
        self.see()
        self.client.delete_object(Bucket=self.source, Key=A)
        self.assert_found(f"RESURRECTED: {A}")

    def test_what_is_being_overwritten_may_be_seen(self):
        old = Write(OLD, 10, 11)
        self.journal.add(A, old)
        self.journal.add(A, Write(NEW, 20, 22))
        possible = [(19, 19.5, [OLD]), (19, 21, [OLD, NEW]), (21, 21.5, [OLD, NEW]), (22.1, 23, [NEW]), (9, 9.5, [])]
        for started, ended, bodies in possible:
            with self.subTest(started=started, ended=ended):
                found = self.journal.can_be_current(A, Sight(started, ended, {}))
                self.assertEqual(bodies, [write.body for write in found])

    def test_bytes_and_times_nobody_wrote(self):
        self.write(A, NEW)
        self.client.put_object(Bucket=self.source, Key=A, Body=b"nobody's")
        self.pack({A: (NEW, time.time() - 100)})
        self.assert_found("serves bytes that nobody wrote", "a last-modified at which nobody wrote these bytes")

    # --- overwriting

    def test_archive_overwritten(self):
        for versioned in (False, True):
            with self.subTest(versioned=versioned):
                self.setUp()
                if versioned:
                    self.versioned(self.archive)
                wrote = self.write(A, NEW)
                self.write(B, OTHER)
                self.pack({A: (NEW, wrote.started)})
                if not versioned:
                    self.see(archives=True)
                self.pack({A: (NEW, wrote.started), B: (OTHER, wrote.started)}, volume_id="ID2")
                self.assert_found(f"OVERWRITTEN: {self.day}")

    def test_archive_removed_by_nobody(self):
        self.write(A, NEW)
        self.archive_all()
        self.see(archives=True)
        self.client.delete_object(Bucket=self.archive, Key=self.day)
        self.assert_found("an archive was removed, and not by other people", f"LOST: {A}")

    def test_damaged_archive(self):
        self.write(A, NEW)
        self.archive_all()
        body = self.client.get_object(Bucket=self.archive, Key=self.day)["Body"].read()
        self.put(self.day, body.replace(NEW, OLD), Metadata={"s3compress-id": "ID1"})
        self.assert_found("can't be read", f"LOST: {A}")

    # --- readers

    def test_what_comes_back(self):
        now = time.time()
        self.write(A, OLD, seconds_ago=5)
        self.write(A, NEW)
        self.client.delete_object(Bucket=self.source, Key=A)
        self.pack({A: (OLD, now - 5)})
        self.pack({A: (NEW, now)}, name=f"{self.source}/20180401-2.zip", volume_id="ID2")
        judge = self.judge()
        self.assertEqual([], judge.judge_back({A: NEW}))
        self.assertIn("not the newest", str(judge.judge_back({A: OLD})))
        self.assertIn("did not come back", str(judge.judge_back({})))
        self.assertIn("never archived", str(judge.judge_back({A: NEW, B: OTHER})))
        self.others_remove(f"{self.source}/20180401-2.zip")
        self.assertEqual([], self.judge().judge_back({}))
        self.assertIn("not the newest", str(self.judge().judge_back({A: OLD})))

    def test_same_second(self):
        now = time.time()
        self.write(A, OLD)
        self.write(A, NEW)
        self.pack({A: (OLD, now)})
        self.pack({A: (NEW, now)}, name=f"{self.source}/20180401-2.zip", volume_id="ID2")
        for body in (OLD, NEW):
            self.assertEqual([], self.judge().judge_back({A: body}))

    # --- what dry runs must not change

    def test_every_change_is_seen(self):
        self.versioned(self.archive)
        self.put("x", b"1")
        changes = (lambda: self.put("x", b"1"), lambda: self.client.delete_object(Bucket=self.archive, Key="x"),
                   lambda: self.client.create_multipart_upload(Bucket=self.archive, Key="x"))
        for change in changes:
            before = everything(self.client, self.archive)
            change()
            self.assertNotEqual(before, everything(self.client, self.archive))

    def test_md5_is_the_listings_etag(self):
        self.put("x", OLD)
        self.assertEqual({"x": md5(OLD)}, listed(self.client, self.archive))


if __name__ == "__main__":
    main()
