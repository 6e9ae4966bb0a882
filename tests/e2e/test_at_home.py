"""Buckets of other people: one that everybody may read, ones whose readers pay, and ones that must be a certain account's."""

from harness.checker import list_bucket
from harness.load import day_objects, load
from harness.program import Result, run
from harness.sim_control import SimControl
from harness.stores import start_sim
from harness.suite import StoreCase, main, on_stores

OURS, THEIRS = "111111111111", "222222222222"  # the accounts of s3sim's two users
THEIR_KEYS = ("E2ETHEIRKEY1", "e2e/their+secret/1")


class Buckets(StoreCase):
    def setUp(self):
        super().setUp()
        self.control = SimControl(self.store)

    def runs(self, *args: str, code: int = 0) -> Result:
        result = run(self.store, *args)
        self.assertEqual(code, result.code, f"{args} {result}")
        return result

    def archives(self, *flags: str, code: int = 0) -> Result:
        return self.runs(*self.arguments("--storage-class", "STANDARD", *flags), code=code)

    def places(self) -> tuple[str, ...]:
        return "--bucket", self.source, "--arch-bucket", self.archive


@on_stores("full")
class Public(Buckets):
    """The source is in a store that doesn't know our keys: a request that is signed with them is refused there."""
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = start_sim(keys=THEIR_KEYS)

    @classmethod
    def tearDownClass(cls):
        cls.other.stop()
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        self.client = self.other.client()
        self.source = self.other.new_bucket("source")
        self.originals = day_objects(20, days=1, max_bytes=500)
        load(self.other, self.source, self.originals)
        self.control = SimControl(self.other)
        self.control.set_public(self.source)
        self.flags = ["--source-endpoint-url", self.other.endpoint, "--no-sign-request", "--keep-sources"]

    def test_it_is_read_without_credentials_and_archived_with_them(self):
        before = list_bucket(self.client, self.source)
        self.assertIn("InvalidAccessKeyId", self.archives(*self.flags[:2], "--keep-sources", code=2).err)
        self.archives(*self.flags, "--without-tags")
        self.assertEqual(before, list_bucket(self.client, self.source))
        for key, original in self.originals.items():
            self.assertEqual(original.body, self.runs("cat", *self.places(), key).raw_out)

    def test_tags_are_not_everybodys(self):
        refused = self.archives(*self.flags, code=2)
        self.assertIn(f"doesn't allow everybody s3:GetObjectTagging on arn:aws:s3:::{self.source}/", refused.err)
        self.assertIn("--without-tags", refused.err)
        self.assertEqual(set(), self.archives_there())

    def test_a_bucket_that_is_not_public(self):
        self.control.set_public(self.source, False)
        refused = self.archives(*self.flags, "--without-tags", code=2)
        self.assertIn(f"bucket \"{self.source}\" doesn't allow everybody s3:ListBucket", refused.err)
        self.assertIn("leave --no-sign-request out", refused.err)

    def archives_there(self) -> set[str]:
        return {key for key in list_bucket(self.store.client(), self.archive) if key.endswith(".zip")}


@on_stores("full")
class ReadersPay(Buckets):
    def test_every_request_says_who_pays(self):
        self.put(day_objects(20, days=1, max_bytes=500))
        for bucket in (self.source, self.archive):
            self.control.set_requester_pays(bucket)
        self.archives(code=2)
        self.assertIn("would archive 20 objects", self.archives("--dry-run", "--request-payer", "requester").out)
        self.archives("--request-payer", "requester")
        pays = [*self.places(), "--request-payer", "requester"]
        for words in (["verify", "--deep"], ["find", "*"], ["gc"], ["check-store"]):
            self.runs(words[0], *pays, *words[1:])
        self.runs("restore", *pays, "*", "--yes")
        for bucket in (self.source, self.archive):
            self.control.set_requester_pays(bucket, False)
        self.assert_nothing_deleted()
        self.assertEqual(1, len(self.archives_of_source()))

    def archives_of_source(self) -> set[str]:
        return {key for key in list_bucket(self.client, self.archive) if key.endswith(".zip")}


@on_stores("full")
class Owners(Buckets):
    def test_the_right_owner_is_no_hindrance(self):
        self.put(day_objects(20, days=1, max_bytes=500))
        # Readback copies within the archive bucket.
        self.archives("--expected-bucket-owner", OURS, "--verify", "readback")
        self.assertEqual(set(), self.sources_left())
        self.runs("restore", *self.places(), "*", "--yes", "--source-expected-bucket-owner", OURS,
                  "--archive-expected-bucket-owner", OURS)
        self.assert_nothing_deleted()

    def test_another_owner_is_told_with_bucket_and_flag(self):
        self.put(day_objects(4, days=1, max_bytes=500))
        for flag, bucket in (("--source-expected-bucket-owner", self.source), ("--archive-expected-bucket-owner", self.archive),
                             ("--expected-bucket-owner", self.source)):
            with self.subTest(flag):
                refused = self.archives(flag, THEIRS, code=2).err
                self.assertIn(bucket, refused)
                self.assertIn(f"perhaps because account {THEIRS} doesn't own the bucket ({flag})", refused)
        self.assert_nothing_deleted()
        self.archives()
        elsewhere = self.store.new_bucket("elsewhere")
        refused = self.runs("restore", *self.places(), "*", "--yes", "--to", f"s3://{elsewhere}/", "--target-expected-bucket-owner",
                            THEIRS, code=2).err
        self.assertIn(elsewhere, refused)
        self.assertIn("--target-expected-bucket-owner", refused)
        self.assertEqual({}, list_bucket(self.client, elsewhere))


if __name__ == "__main__":
    main()
