"""plan against the simulator's bill: a run makes the requests that were planned, and costs what was planned. And the worked
example of docs/costs.md, recomputed."""

import json
import os
import pathlib
import re
import unittest

from harness.load import Original, day_objects
from harness.program import run
from harness.sim_control import SimControl
from harness.stores import start_sim
from harness.suite import StoreCase, main, on_stores

ROOT = pathlib.Path(__file__).resolve().parents[2]
READS = {"GetObject", "HeadObject", "ListObjectsV2", "ListObjectVersions"}
PRICES = str(ROOT / "prices" / "us-east-1.json")


@on_stores("full")
class Plan(StoreCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sim = SimControl(cls.store)

    def plan(self, *more: str, code: int = 0):
        result = run(self.store, "plan", "--bucket", self.source, "--arch-bucket", self.archive, *more)
        self.assertEqual(code, result.code, str(result))
        return result

    def expect_bill(self, *more: str) -> dict:
        """Plans, archives, and compares the plan with the bill. Returns the plan."""
        self.sim.reset_bill()
        plan = self.plan("--output", "json", *more).json()
        self.assertEqual(set(), set(self.sim.bill()["requests"]) - READS)
        self.sim.reset_bill()
        done = run(self.store, "archive", "--bucket", self.source, "--arch-bucket", self.archive, "--output", "json", *more)
        bill = self.sim.bill()
        total = plan["total"]
        self.assertEqual(bill["requests"], total["requests"])
        self.assertAlmostEqual(bill["dollars"]["total"] - bill["dollars"]["retrieval"], total["request_dollars"], places=9)
        self.assertAlmostEqual(bill["dollars"]["retrieval"], total["retrieval_dollars"], places=9)
        archived = done.json()["total"]
        self.assertEqual((archived["objects_archived"], archived["volumes"]), (total["objects"], total["volumes"]))
        for name in ("objects", "bytes", "volumes", "archive_bytes"):
            self.assertEqual(total[name], sum(group[name] for group in plan["groups"]), name)
        return plan

    def test_the_bill_of_a_run_is_what_was_planned(self):
        self.put(day_objects(30, days=3))
        plan = self.expect_bill()
        self.assertEqual([f"sources/2018/04/0{day}/" for day in (1, 2, 3)], [group["group"] for group in plan["groups"]])
        self.assertGreater(plan["total"]["request_dollars"], 0)
        self.assertEqual({"now", "lifecycle", "archived"}, set(plan["total"]["monthly_dollars"]))
        # Late arrivals beside what was archived and kept, in classes that bill what is read; one is streamed. The powers are
        # stated, because it depends on chance which group's object they would be tried on.
        self.put(day_objects(5, days=2))
        self.assertEqual(0, run(self.store, *self.arguments("--keep-sources")).code)
        for day, storage_class, size in ((1, "STANDARD_IA", 300), (1, "GLACIER_IR", 200_000), (1, "STANDARD", 5 << 20)):
            self.client.put_object(Bucket=self.source, Key=f"sources/2018/04/0{day}/late-{storage_class}", Body=os.urandom(size),
                                   StorageClass=storage_class)
        plan = self.expect_bill("--storage-class", "DEEP_ARCHIVE", "--delete-batch", "2", "--max-objects", "2",
                                "--store-powers", "full")
        self.assertEqual(5, plan["total"]["already_archived"]["objects"])
        self.assertGreater(plan["total"]["retrieval_dollars"], 0)
        self.assertTrue(any("younger than the minimum" in warning for warning in plan["warnings"]), plan["warnings"])

    def test_the_bill_of_groups_by_time(self):
        by_day = ("--prefix", "photos", "--group-by", "last-modified")
        self.addCleanup(self.sim.write_in_the_past, 0)
        # Three objects of each of thirty days lie far apart: each is looked at by itself. Two days have a hundred each.
        for ago in range(10, 40):
            self.sim.write_in_the_past(ago * 24 * 60 * 60)
            count = 100 if ago < 12 else 3
            self.put({f"photos/{n:03}-{ago}.jpg": Original(b"photo" * n) for n in range(count)})
        self.sim.write_in_the_past(0)
        plan = self.expect_bill(*by_day)
        self.assertEqual([100, 100], [group["objects"] for group in plan["groups"] if group["objects"] > 3])
        self.assertEqual(30, len(plan["groups"]))
        self.assertRegex(plan["groups"][0]["group"], r"^photos/ \d{4}-\d\d-\d\d$")
        self.assertGreater(plan["total"]["requests"]["HeadObject"], 28 * 3)
        self.assertLess(plan["total"]["requests"]["HeadObject"], 28 * 3 + 200)
        # A frozen object is known by the listing that is sorted, and what is archived and kept is deleted later.
        self.sim.write_in_the_past(10 * 24 * 60 * 60)
        self.put({"photos/kept.jpg": Original(b"kept")})
        self.assertEqual(0, run(self.store, "archive", "--bucket", self.source, "--arch-bucket", self.archive, *by_day, "--keep-sources").code)
        self.client.put_object(Bucket=self.source, Key="photos/cold.jpg", Body=b"x" * 100, StorageClass="DEEP_ARCHIVE")
        self.put({"photos/late.jpg": Original(b"late")})
        self.sim.write_in_the_past(0)
        plan = self.expect_bill(*by_day, "--store-powers", "full")
        self.assertEqual((1, 1, 1), (plan["total"]["frozen"]["objects"], plan["total"]["already_archived"]["objects"], plan["total"]["objects"]))
        # As on a store that ignores conditions.
        for ago, count in ((10, 50), (20, 2)):
            self.sim.write_in_the_past(ago * 24 * 60 * 60)
            self.put({f"photos/{n:03}-{ago}.jpg": Original(b"photo" * n) for n in range(count)})
        self.sim.write_in_the_past(0)
        self.expect_bill(*by_day, "--store-powers", "none")

    def test_says_what_it_leaves_and_when_not_to(self):
        cold, warm = "sources/2018/04/01/cold", "sources/2018/04/01/warm"
        self.put({"sources/readme.txt": Original(b"x")})
        self.client.put_object(Bucket=self.source, Key=cold, Body=b"x" * 100, StorageClass="DEEP_ARCHIVE")
        self.client.put_object(Bucket=self.source, Key=warm, Body=os.urandom(2 << 20))
        plan = self.expect_bill()
        self.assertEqual((1, 1), (plan["total"]["frozen"]["objects"], plan["total"]["objects"]))
        self.assertEqual(["sources/readme.txt"], plan["outside_layout"]["named_objects"])
        for words in ("already large", "frozen", "fits no group", "a lifecycle rule to GLACIER is enough", "not in S3"):
            self.assertTrue(any(words in warning for warning in plan["warnings"]), (words, plan["warnings"]))

    def test_nothing_to_archive_is_a_plan_too(self):
        plan = self.expect_bill()
        self.assertEqual([], plan["groups"])
        self.assertEqual((0, None), (plan["total"]["objects"], plan["total"]["break_even_days"]))
        self.assertIn("plan: nothing to archive under", self.plan().out)

    def test_prices_that_are_wrong_are_named(self):
        with open(PRICES, encoding="utf-8") as file:
            prices = json.load(file)
        prices["classes"]["GLACIER"]["put_per_1000"] = -1
        path = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / f"prices-{os.getpid()}.json"
        self.addCleanup(path.unlink)
        path.write_text(json.dumps(prices), encoding="utf-8")
        error = self.plan("--prices", str(path), code=2).err
        self.assertIn("classes.GLACIER.put_per_1000: must be between 0", error)
        self.assertIn(str(path), error)
        self.assertIn("there are no prices for", self.plan("--storage-class", "FROSTY", code=2).err)


class Page(unittest.TestCase):
    def test_the_worked_example_of_the_page_is_what_plan_says(self):
        page = (ROOT / "docs" / "costs.md").read_text(encoding="utf-8")
        spec = re.search(r"--synthetic (\S+)", page)[1]
        words = re.search(r"\$ s3compress (plan .*)", page)[1].split()
        shown = re.search(r"\$ s3compress plan .*\n((?:    .*\n|\n)+)", page)[1]
        store = start_sim("full", 0, "--synthetic", spec)
        self.addCleanup(store.stop)
        store.client().create_bucket(Bucket=words[words.index("--arch-bucket") + 1])
        out = run(store, *(PRICES if word.startswith("prices/") else word for word in words)).out
        without_day = lambda text: re.sub(r"(pays:.* on )[-\d]+", r"\1DAY", text)
        self.assertEqual(without_day("".join(line.removeprefix("    ") for line in shown.splitlines(True))).strip(),
                         without_day(out).strip())
        self.assertLessEqual(max(map(len, out.splitlines())), 80)

    def test_the_figures_by_hand_are_what_they_come_to(self):
        page = (ROOT / "docs" / "costs.md").read_text(encoding="utf-8")
        rows = re.findall(r"^\| ([^|]+) \| `([-+*/()\d_. ]+)` \| \$?([\d.]+) \|$", page, re.MULTILINE)
        self.assertGreater(len(rows), 8)
        for what, computed, figure in rows:
            value = eval(computed)  # digits and operators only
            digits = len(figure.partition(".")[2])
            self.assertEqual(figure, f"{value:.{digits}f}", what)


if __name__ == "__main__":
    main()
