"""Keys without a date: groups by last-modified, from the first run to the restore."""

import datetime
import json
import tempfile
import time

from harness.checker import list_bucket
from harness.load import Original
from harness.program import run
from harness.proxy import Proxy
from harness.sim_control import SimControl
from harness.suite import StoreCase, main, on_stores

DAY_S = 24 * 60 * 60


@on_stores("full")
class ByTime(StoreCase):
    BY_DAY = ("--prefix", "photos", "--group-by", "last-modified:day")

    def setUp(self):
        super().setUp()
        self.control = SimControl(self.store)
        self.addCleanup(self.control.write_in_the_past, 0)
        # Noon, so that no test sees another day at midnight.
        now = datetime.datetime.now(datetime.timezone.utc)
        self.noon_s = int((now - now.replace(hour=12, minute=0, second=0)).total_seconds())

    def put_ago(self, days: int, objects: dict[str, Original], seconds: int = 0) -> str:
        """Last modified so many days ago, about noon. Returns that day, as in an archive's name."""
        self.control.write_in_the_past(days * DAY_S + self.noon_s - seconds)
        self.put(objects)
        self.control.write_in_the_past(0)
        return self.day(days)

    @staticmethod
    def day(ago: int, form: str = "%Y%m%d") -> str:
        return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=ago)).strftime(form)

    def photos(self, names: str, text: str = "") -> dict[str, Original]:
        return {f"photos/{name}/{name}-uuid.jpg": Original(f"photo {name} {text}".encode() * 9) for name in names}

    def run_with(self, *command: str, code: int = 0, names=BY_DAY):
        result = run(self.store, *command, "--bucket", self.source, "--arch-bucket", self.archive, *names)
        self.assertEqual(code, result.code, str(result))
        return result

    def lines(self, *more: str, **options) -> list[dict]:
        return [json.loads(line) for line in self.run_with(*more, "--output", "json", **options).out.splitlines()]

    def test_days_from_archive_to_restore(self):
        old = self.put_ago(20, self.photos("adg"))
        new = self.put_ago(10, self.photos("beh"))
        self.put_ago(10, {"elsewhere/x": Original(b"x")})
        dry = self.run_with("archive", "--dry-run")
        self.assertIn(f"photos/ {self.day(20, '%Y-%m-%d')}", dry.out)
        self.assert_nothing_deleted()
        with tempfile.TemporaryDirectory() as folder:
            report = json.loads(self.run_with("archive", "--temp-dir", folder, "--output", "json").out)
        self.assertEqual([f"photos/ {self.day(ago, '%Y-%m-%d')}" for ago in (20, 10)], [group["prefix"] for group in report["groups"]])
        self.check()
        self.assertEqual({"elsewhere/x"}, self.sources_left())
        self.assertEqual({f"{old}.zip", f"{new}.zip"}, self.archives())
        # A rerun does nothing. Late arrivals of a day go into its next volume; today is a day like any other.
        self.assertIn("nothing to do", self.run_with("archive").out)
        self.put_ago(10, self.photos("c"), seconds=60)
        self.put(self.photos("z"))
        self.run_with("archive")
        self.check()
        today = self.day(0)
        self.assertEqual({f"{old}.zip", f"{new}.zip", f"{new}-2.zip", f"{today}.zip"}, self.archives())
        self.put(self.photos("y"))
        self.run_with("archive")
        self.assertEqual({f"{today}-2.zip"}, self.archives() - {f"{old}.zip", f"{new}.zip", f"{new}-2.zip", f"{today}.zip"})
        # Reading.
        photos = sorted(key for key in self.originals if key.startswith("photos/"))
        self.assertEqual(photos, sorted(row["key"] for row in self.lines("find", "*")))
        self.assertEqual(["photos/e/e-uuid.jpg"], [row["key"] for row in self.lines("find", "photos/e/e-uuid.jpg")])
        self.assertEqual(sorted(self.photos("adg")), sorted(row["key"] for row in self.lines("find", "--until", self.day(15, "%Y-%m-%d"), "*")))
        self.assertEqual(sorted(self.photos("adg")), sorted(row["key"] for row in self.lines("find", "--until", self.day(15, "%Y-%m-%d"), "*", names=("--prefix", "photos"))))
        self.run_with("ls")
        self.run_with("verify")
        self.run_with("gc", "--dry-run")
        self.check()

    def test_the_newest_of_a_key_is_restored_whatever_day_it_is_of(self):
        """The newest object's archive has a name that comes before the older one's, too."""
        old = self.put_ago(9, self.photos("ab", "old"))
        self.run_with("archive", "--storage-class", "STANDARD")
        new = self.put_ago(3, self.photos("a", "new"))
        self.put_ago(15, self.photos("b", "older"))  # as a copy that keeps its time; the old one is newer
        self.run_with("archive", "--storage-class", "STANDARD")
        self.assertEqual(set(), self.sources_left())
        wanted = {"photos/a/a-uuid.jpg": self.photos("a", "new")["photos/a/a-uuid.jpg"], "photos/b/b-uuid.jpg": self.photos("b", "old")["photos/b/b-uuid.jpg"]}
        for names in (self.BY_DAY, ("--prefix", "photos")):
            for key, original in wanted.items():
                self.assertEqual(original.body.decode(), self.run_with("cat", key, names=names).out, key)
        # Of some days, it is the newest of these days.
        self.assertEqual(self.photos("a", "old")["photos/a/a-uuid.jpg"].body.decode(),
                         self.run_with("cat", "photos/a/a-uuid.jpg", "--until", self.day(5, "%Y-%m-%d")).out)
        self.run_with("restore", "*")
        for key, original in wanted.items():
            self.assertEqual(original.body, self.client.get_object(Bucket=self.source, Key=key)["Body"].read(), key)
        # Without its record, the newer day's archive may hold any key: nothing older passes for the newest.
        record = next(iter(list_bucket(self.client, self.archive, f"s3compress_catalog/manifest/{self.source}/{new}.zip/")))
        body = self.client.get_object(Bucket=self.archive, Key=record)["Body"].read()
        self.client.put_object(Bucket=self.archive, Key=record, Body=body[:50])
        for names in (self.BY_DAY, ("--prefix", "photos")):
            read = run(self.store, "cat", "photos/a/a-uuid.jpg", "--bucket", self.source, "--arch-bucket", self.archive, *names)
            self.assertNotEqual(0, read.code)
            self.assertEqual("", read.out)
            self.client.delete_object(Bucket=self.source, Key="photos/a/a-uuid.jpg")
            restored = run(self.store, "restore", "photos/*", "--bucket", self.source, "--arch-bucket", self.archive, *names)
            self.assertNotEqual(0, restored.code)
            self.assertNotIn("photos/a/a-uuid.jpg", self.sources_left())
        self.client.put_object(Bucket=self.archive, Key=record, Body=body)
        # Tasks share groups, but no keys: one of them would restore the older object.
        self.assertIn("--shard and --group-by exclude each other", self.run_with("restore", "*", "--shard", "0/2", code=2).err)
        codes = {run(self.store, "restore", "*", "--shard", f"{task}/2", "--bucket", self.source, "--arch-bucket", self.archive, "--prefix", "photos").code
                 for task in (0, 1)}
        self.assertTrue(codes & {1, 2}, codes)

    def test_a_record_is_made_again_out_of_the_archive(self):
        self.put_ago(9, self.photos("abc"))
        day = self.put_ago(8, self.photos("def"))
        self.run_with("archive", "--storage-class", "STANDARD")
        volume = f"{self.source}/{day}.zip"
        record = next(iter(list_bucket(self.client, self.archive, f"s3compress_catalog/manifest/{volume}/")))
        before = json.loads(self.client.get_object(Bucket=self.archive, Key=record)["Body"].read())["source"]
        self.assertEqual(("last-modified:day", "photos/"), (before["layout"], before["group_prefix"]))
        self.client.delete_object(Bucket=self.archive, Key=record)
        self.run_with("verify", code=5)
        # Without --group-by the keys don't fit; and of another period neither do the times.
        self.assertIn("give them as they were given to archive", self.run_with("catalog", "rebuild", volume, code=2, names=("--prefix", "photos")).err)
        self.run_with("catalog", "rebuild", volume)
        after = json.loads(self.client.get_object(Bucket=self.archive, Key=record)["Body"].read())["source"]
        self.assertEqual(before, after)
        self.run_with("verify")
        # A run finds the archive without its record, makes the record again and archives nothing twice.
        self.client.delete_object(Bucket=self.archive, Key=record)
        self.put_ago(8, self.photos("x"))
        self.run_with("archive", "--storage-class", "STANDARD")
        self.check(storage_class="STANDARD", all_archived=True)
        self.assertIn(f"{day}-2.zip", self.archives())

    def test_hours_and_months(self):
        self.put_ago(40, self.photos("ab"))
        self.put_ago(40, self.photos("cd"), seconds=3600)
        hours = ("--prefix", "photos", "--group-by", "last-modified:hour")
        self.run_with("archive", "--keep-sources", names=hours)
        self.assertEqual({f"{self.day(40)}{hour}.zip" for hour in (12, 13)}, self.archives())
        self.assertEqual(4, len(self.lines("find", "*", "--until", self.day(40, "%Y-%m-%d"), names=hours)))
        months = ("--prefix", "photos", "--group-by", "last-modified:month", "--archive-name", "{bucket}/month/{yyyy}-{mm}_all.zip")
        self.run_with("archive", names=months)
        self.assertEqual(set(), self.sources_left())
        self.assertIn(f"month/{self.day(40, '%Y-%m')}_all.zip", self.archives())
        self.run_with("verify", names=months)

    def test_a_reader_that_was_given_a_layout_finds_the_newest_by_key(self):
        """The archives of days have the same names either way. Looked for in its own day alone, the older object would be found."""
        layout, archive = ("--prefix", "photos"), ("archive", "--storage-class", "STANDARD")
        for number, first in enumerate((layout, self.BY_DAY)):
            with self.subTest(first=first):
                key = f"photos/2018/04/01/{number}.jpg"
                self.put_ago(20, {key: Original(b"old")})
                self.run_with(*archive, names=first)
                self.put_ago(5, {key: Original(b"corrected")})
                self.run_with(*archive)
                self.assertEqual(set(), self.sources_left())
                for names in (layout, self.BY_DAY):
                    self.assertEqual("corrected", self.run_with("cat", key, names=names).out)
                    self.assertEqual([False, True], sorted(row["newest"] for row in self.lines("find", key, names=names)))
                self.run_with("restore", key, "--yes", names=layout)
                self.assertEqual(b"corrected", self.client.get_object(Bucket=self.source, Key=key)["Body"].read())
                self.client.delete_object(Bucket=self.source, Key=key)

    def test_what_is_archived_by_time_while_a_restore_by_key_works(self):
        key, archive = "photos/2018/04/01/x.jpg", ("archive", "--storage-class", "STANDARD")
        self.put_ago(20, {key: Original(b"old")})
        self.run_with(*archive, names=("--prefix", "photos"))

        def archive_newer(_) -> None:
            self.put_ago(5, {key: Original(b"corrected")})
            self.run_with(*archive)
            time.sleep(0.5)  # restore lists again after 200 ms

        with Proxy(self.store.endpoint) as proxy:
            proxy.on("GetObject", bucket=self.archive, key_prefix=f"{self.source}/", before=archive_newer)
            result = run(self.store, "restore", "--arch-bucket", self.archive, "--bucket", self.source, "--prefix", "photos", "--yes", key,
                         endpoint=proxy.endpoint)
        self.assertEqual(1, result.code, str(result))
        self.assertIn("while this restore ran", result.err + result.out)
        self.assertEqual(set(), self.sources_left())

    def test_a_record_tells_no_period_that_its_objects_are_not_of(self):
        ago = 40 if self.day(40)[-2:] != "01" else 41
        self.put_ago(ago, self.photos("ab"))
        # A month's archive with a name that a day's could have.
        name = f"{self.day(ago, '%Y%m')}01.zip"
        self.run_with("archive", "--storage-class", "STANDARD",
                      names=("--prefix", "photos", "--group-by", "last-modified:month", "--archive-name", "{bucket}/{yyyy}{mm}01.zip"))
        self.assertEqual({name}, self.archives())
        record = next(iter(list_bucket(self.client, self.archive, f"s3compress_catalog/manifest/{self.source}/{name}/")))
        self.client.delete_object(Bucket=self.archive, Key=record)
        refused = self.run_with("catalog", "rebuild", f"{self.source}/{name}", code=2)
        self.assertIn("the time of photos/a/a-uuid.jpg doesn't fit", refused.out + refused.err)

    def test_what_can_not_be_is_refused(self):
        self.put(self.photos("a"))
        for message, names in (
                ("--group-by and --layout exclude each other", ("--group-by", "last-modified", "--layout", "{prefix}/{yyyy}/")),
                ("is not last-modified, last-modified:day,", ("--group-by", "created")),
                ("exclude each other: the groups share their prefix", ("--group-by", "last-modified", "--delete-versions")),
                ("would get one archive", ("--group-by", "last-modified:hour", "--archive-name", "{bucket}/{yyyy}{mm}{dd}.zip")),
                ("let two groups collide: clips/", ("--prefix", "clips", "--prefix", "photos", "--group-by", "last-modified"))):
            for command in ("archive", "plan"):
                self.assertIn(message, self.run_with(command, code=2, names=names).err)
        self.assertIn("no temporary file can be made there", self.run_with("archive", "--temp-dir", "/no/such", code=2).err)
        self.assert_nothing_deleted()

    def test_an_inventory_is_grouped_likewise(self):
        self.put_ago(9, self.photos("ac"))
        self.put_ago(8, self.photos("bd"))
        rows = "".join(json.dumps({"bucket": self.source, "key": key}) + "\n" for key in [*self.originals, "photos/gone", "other/x"])
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write(rows)
            file.flush()
            report = json.loads(self.run_with("archive", "--manifest", file.name, "--output", "json").out)
        self.assertEqual({"rows": 6, "elsewhere": 1, "versions": 0, "stale_gone": 1, "stale_changed": 0}, report["rows"])
        self.check(all_archived=True)
        self.assertEqual({f"{self.day(9)}.zip", f"{self.day(8)}.zip"}, self.archives())


if __name__ == "__main__":
    main()
