"""Buckets that aren't laid out by day: customers, devices, Hive folders, several prefixes."""

import json

from harness.checker import list_bucket
from harness.load import Original
from harness.program import run
from harness.suite import StoreCase, main, on_stores

CUSTOMERS = ("acme", "acme-2", "acme-2018", "a b+c", "ümlaut", ".", "..", "x%2Fy", "c\nd\x7f", "l" * 880)


@on_stores("full")
class Layouts(StoreCase):
    NAMES = ("--layout", "{prefix}/{customer}/{yyyy}/{m}/", "--archive-name", "{bucket}/{customer}/{yyyy}{mm}.zip")

    def run_with(self, *command: str, code: int = 0, names=NAMES):
        result = run(self.store, *command, "--bucket", self.source, "--arch-bucket", self.archive, *names)
        self.assertEqual(code, result.code, str(result))
        return result

    def lines(self, *more: str, **options) -> list[dict]:
        return [json.loads(line) for line in self.run_with(*more, "--output", "json", **options).out.splitlines()]

    def test_customers_and_unpadded_months(self):
        months = [(customer, 4) for customer in CUSTOMERS] + [("acme", 12), ("..", 12)]
        self.put({f"sources/{customer}/2018/{month}/{n}": Original(f"{customer}{month}{n}".encode())
                  for customer, month in months for n in range(2)})
        strangers = {"sources/acme/2018/04/padded": Original(b"p"), "sources/beside": Original(b"b"), "sources//2018/4/x": Original(b"e"),
                     f"sources/{'m' * 940}/2018/4/x": Original(b"m")}
        self.put(strangers)
        named = self.run_with("archive", "--max-objects", "1", "--storage-class", "STANDARD")
        for folder in ("sources/acme/2018/04/", "sources//", "sources/beside", "sources/mmm"):
            self.assertIn(folder, named.err)
        self.check(storage_class="STANDARD")
        self.assertEqual(set(strangers), self.sources_left())
        self.assertEqual({f"{customer}/2018{month:02}{n}.zip" for customer, month in months for n in ("", "-2")}, self.archives())
        # A late arrival goes to the next volume, and nothing else changes.
        late = {"sources/acme-2/2018/4/late": Original(b"late")}
        self.put(late)
        before = self.archives()
        self.run_with("archive", "--storage-class", "STANDARD")
        self.check(storage_class="STANDARD")
        self.assertEqual({"acme-2/201804-3.zip"}, self.archives() - before)
        # Reading: by date, by key, and what was there before.
        april = self.lines("find", "--until", "2018-04-30", "*")
        self.assertEqual(sorted(set(self.originals) - set(strangers) - {k for k in self.originals if "/12/" in k}), sorted(row["key"] for row in april))
        self.assertEqual(["sources/../2018/4/1"], [row["key"] for row in self.lines("find", "sources/../2018/4/1")])
        self.run_with("verify")
        self.run_with("gc", "--dry-run")
        # The catalog's record of a volume is made again out of the volume.
        volume = f"{self.source}/../201812-2.zip"
        records = [key for key in list_bucket(self.client, self.archive, f"s3compress_catalog/manifest/{volume}/")]
        manifest = json.loads(self.client.get_object(Bucket=self.archive, Key=records[0])["Body"].read())
        self.assertEqual({"customer": "..", "yyyy": "2018", "mm": "12"}, manifest["source"]["group"])
        self.client.delete_object(Bucket=self.archive, Key=records[0])
        self.run_with("verify", code=5)
        self.run_with("catalog", "rebuild", volume)
        self.run_with("verify")
        self.check(storage_class="STANDARD")

    def test_several_prefixes(self):
        self.put({f"{prefix}/dt=2018-04-0{day}/{n}": Original(b"x" * n) for prefix in ("logs", "team/events") for day in (1, 2) for n in range(3)})
        names = ("--layout", "{prefix}/dt={yyyy}-{mm}-{dd}/", "--prefix", "logs", "--prefix", "team/events/")
        refused = self.run_with("archive", code=2, names=names)
        self.assertIn("team/events/dt=", refused.err)
        self.assertIn("let two groups collide", refused.err)
        self.assert_nothing_deleted()
        names += ("--archive-name", "{bucket}/{prefix}/{yyyy}{mm}{dd}.zip")
        report = json.loads(self.run_with("archive", "--output", "json", names=names).out)
        self.assertEqual(["logs", "team/events"], report["prefix"])
        self.check(all_archived=True)
        self.assertEqual({f"{p}/2018040{d}.zip" for p in ("logs", "team/events") for d in (1, 2)}, self.archives())
        self.assertEqual(12, len(self.lines("find", "*", names=names)))
        self.assertEqual(6, len(self.lines("find", "*", "--from", "2018-04-02", names=names)))
        self.run_with("verify", names=names)

    def test_groups_without_a_date(self):
        self.put({f"sources/{device}/{n}": Original(device.encode() * n) for device in ("d", "d-2") for n in range(1, 3)})
        names = ("--layout", "{prefix}/{device}/", "--archive-name", "{bucket}/{device}.zip")
        refused = self.run_with("archive", code=2, names=names)
        self.assertIn("sources/x-2/ and sources/x/ (volume 2) would both be archived as", refused.err)
        names = (*names[:3], "{bucket}/{device}/all.zip")
        self.assertIn("has no {yyyy}", self.run_with("archive", "--years", "2018", code=2, names=names).err)
        self.run_with("archive", "--max-objects", "1", names=names)
        self.check(all_archived=True)
        self.assertEqual({f"{d}/all{n}.zip" for d in ("d", "d-2") for n in ("", "-2")}, self.archives())
        self.assertIn("has no {yyyy}", self.run_with("restore", "--from", "2018-01-01", "*", code=2, names=names).err)
        # Without the layout the records know no date either, so no range of days has them.
        self.assertEqual(3, run(self.store, "find", "--arch-bucket", self.archive, "--from", "2018-01-01", "*").code)


    def test_two_layouts_that_share_names_but_not_the_names_of_fields(self):
        """What a volume is called and what its keys are counts; what a layout calls its fields does not."""
        first = ("--layout", "{prefix}/{customer}/{yyyy}/", "--archive-name", "{bucket}/{customer}/{yyyy}/all.zip")
        second = ("--layout", "{prefix}/{client}/{year}/", "--archive-name", "{bucket}/{client}/{year}/all.zip")
        self.put({f"sources/{customer}/2018/{n}": Original(f"{customer}{n}".encode()) for customer in ("acme", "other") for n in range(3)})
        self.run_with("archive", "--storage-class", "STANDARD", names=first)
        self.put({"sources/acme/2018/late": Original(b"late")})
        self.run_with("archive", "--storage-class", "STANDARD", names=second)
        self.check(storage_class="STANDARD", all_archived=True)
        for names in (first, second):
            self.run_with("verify", "--deep", names=names)
            self.assertEqual(7, len(self.lines("find", "*", names=names)))
            self.assertEqual(1, len(self.lines("find", "sources/acme/2018/late", names=names)))
        # Where only one of the two has a date, the name tells it.
        self.assertEqual(7, len(self.lines("find", "--years", "2018", "*", names=first)))
        self.run_with("find", "--years", "2017", "*", names=first, code=3)

    def test_a_layout_whose_names_mean_other_days_is_refused(self):
        swapped = ("--archive-name", "{bucket}/{yyyy}{dd}{mm}.zip")
        self.put({"sources/2018/04/01/x": Original(b"April 1")})
        self.run_with("archive", "--storage-class", "STANDARD", names=())
        january = {"sources/2018/01/04/x": Original(b"January 4")}
        self.put(january)
        refused = self.run_with("archive", "--storage-class", "STANDARD", names=swapped, code=2)
        self.assertIn("was archived with another layout and archive_name: its mm is 04 there, and 01 in sources/2018/01/04/", refused.out + refused.err)
        self.assertEqual(set(january), self.sources_left())
        self.run_with("verify", names=())
        self.assertIn("its manifest says mm 04, but its name says 01", self.run_with("verify", names=swapped, code=5).err + self.run_with("verify", names=swapped, code=5).out)
        self.run_with("archive", "--storage-class", "STANDARD", names=())
        self.check(storage_class="STANDARD", all_archived=True)


if __name__ == "__main__":
    main()
