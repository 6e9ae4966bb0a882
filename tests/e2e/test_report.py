"""--report: the page of each command, looked at in a headless Chromium: what it says, its charts, light, dark and on a
telephone; nothing is requested, nothing is logged, and a key that is a script stays text."""

import json
import os
import signal
import subprocess
import tempfile
import time

from harness import browser
from harness.load import Original
from harness.program import Running, clean_environment, run
from harness.sim_control import SimControl
from harness.suite import StoreCase, main, on_stores

SCRIPT = "sources/2018/04/02/<script>document.title='hacked'</script>\"'&.xml"
TELEPHONE = 360
# For a person who wants to look at the pages: a folder for pictures of them.
PICTURES = os.environ.get("S3C_PICTURES")


@on_stores("full")
class Report(StoreCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser = None
        if browser.is_there():
            cls.browser = cls.enterClassContext(browser.Browser())

    def setUp(self):
        super().setUp()
        self.control = SimControl(self.store)
        self.addCleanup(self.control.clear_faults)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.page = os.path.join(self.folder, "report.html")
        self.put({f"sources/2018/04/{day:02}/{name}.xml": Original(b"<order status='shipped'/>" * 150)
                  for day in range(1, 13) for name in range(day + 2)} | {SCRIPT: Original(b"<x/>" * 1500)})

    def command(self, *arguments: str, code: int = 0):
        result = run(self.store, *arguments, "--arch-bucket", self.archive, "--bucket", self.source, "--report", self.page)
        self.assertEqual(code, result.code, str(result))
        return result

    def look(self, name: str, page: str | None = None) -> str:
        """Opens the page in every form, and returns its text. Every page must hold to this."""
        if self.browser is None:
            self.skipTest("Chromium isn't there: install Debian's chromium and chromium-driver")
        page = page or self.page
        colors = {}
        for form, width, dark in (("light", 1000, False), ("dark", 1000, True), ("telephone", TELEPHONE, False)):
            self.browser.open(page, width, dark=dark)
            if PICTURES:
                self.browser.picture(os.path.join(PICTURES, f"{name}-{form}.png"))
            self.assertEqual([f"file://{page}"], self.browser.requests(), "a request left the page")
            self.assertEqual([], self.browser.messages())
            page_width, window_width = self.browser.run(
                "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
            self.assertEqual(window_width, page_width, f"{form}: it scrolls sideways")
            self.assertGreater(window_width, width - 20, "less than a scroll bar is missing")
            colors[form] = self.browser.run(
                "return [document.body, document.querySelector('h1'), document.querySelector('section')]"
                ".map(e => getComputedStyle(e)).map(s => [s.backgroundColor, s.color])")
        self.assertEqual(colors["light"], colors["telephone"])
        for light, dark in zip(colors["light"], colors["dark"]):
            self.assertNotEqual(light, dark)
        self.assertEqual(0, self.browser.run(
            "return document.querySelectorAll('a, script, link, img, iframe, form, object, [src], [href]').length"))
        self.assertTrue(self.browser.run("return document.title").startswith("s3compress "))
        # The text of what is folded, too.
        self.browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
        return self.browser.run("return document.body.innerText")

    def heights(self, chart: str, shape: str = "rect.bar") -> list[float]:
        """Of the shapes of the chart whose name starts so, as they are painted."""
        return self.browser.run(f"return [...document.querySelectorAll('svg[aria-label^=\"{chart}\"] {shape}')]"
                                ".map(r => r.getBoundingClientRect().height)")

    def widths(self, section: str) -> list[float]:
        """Of the lying bars of a section."""
        return self.browser.run(
            f"return [...[...document.querySelectorAll('section')].find(s => s.querySelector('h2').innerText == '{section}')"
            ".querySelectorAll('svg.lying rect:last-child')].map(r => r.getBoundingClientRect().width)")

    def assert_all_in(self, text: str, *parts: str) -> None:
        for part in parts:
            self.assertIn(part, text)

    def test_archive_tells_what_was_done_left_and_throttled(self):
        # The delay makes the run last more than two seconds: a shorter one has no course.
        self.control.set_faults([
            {"operation": "GetObject", "key": SCRIPT, "fault": "error", "status": 403, "code": "AccessDenied"},
            {"operation": "GetObject", "key": "sources/2018/04/1*", "times": 30, "fault": "error", "status": 503, "code": "SlowDown"},
            {"operation": "DeleteObjects", "fault": "delay", "ms": 1500}])
        result = self.command("archive", "--output", "json", code=3)
        text = self.look("archive")
        archived = len(self.originals) - 1
        self.assert_all_in(
            text, "s3compress archive", f"{self.source} → {self.archive}", f"{archived}\nobjects of 12 groups, in 12 volumes",
            "Objects archived, by day", "2018-04-01", "2018-04-12", "Cost of storage", "before: the objects",
            "after: their archives", "us-east-1", "Skipped, and why", "could not be read", SCRIPT, "Slowest groups",
            "The store asked to slow down 30 times.", "of these refused with SlowDown", f"--arch-bucket {self.archive}",
            "s3compress archive --output json", "libcurl")
        heights = self.heights("Objects archived")
        self.assertEqual(12, len(heights))
        self.assertGreater(heights[-1], 3 * heights[0], "14 objects beside 3")
        self.assertGreater(len(self.heights("Requests per second", "rect.bad")), 0)
        before, after = self.widths("Size")
        self.assertLess(after, before / 2)
        # What the page says is what the document says.
        document = result.json()
        self.assertEqual(30, document["requests"]["throttled"])
        self.assertEqual([f"2018-04-{day:02}" for day in range(1, 13)], [day["day"] for day in document["by_day"]])
        self.assertGreater(document["costs"]["request_dollars"], 0)
        self.control.clear_faults()
        self.look_at_the_rest()

    def look_at_the_rest(self):
        """verify and restore of what was archived."""
        self.command("verify", code=0)
        self.assert_all_in(self.look("verify"), "s3compress verify", "12 volumes", "Objects in whole volumes, by day",
                           "s3compress verify --arch-bucket")
        self.assertEqual(12, len(self.heights("Objects in whole volumes")))
        out = os.path.join(self.folder, "out")
        self.command("restore", "--to", out, "--yes", "--from", "2018-04-03", "--until", "2018-04-06", code=4)
        self.assert_all_in(self.look("restore-waiting"), "waiting for a thaw", "4 volumes", "20180403.zip")
        self.command("restore", "--to", out, "--yes", "--from", "2018-04-03", "--until", "2018-04-06")
        self.assert_all_in(self.look("restore"), "26\nobjects", "Objects to bring back, by day", "2018-04-06")
        self.assertEqual(4, len(self.widths("Objects to bring back, by day")))

    def test_plan_shows_the_cost_before_and_after(self):
        self.command("plan", "--exclude", "*script*")
        text = self.look("plan")
        self.assert_all_in(text, "s3compress plan", "Objects to archive, by day", "Cost of storage", "with a lifecycle rule",
                           "saved a month", "pays after", "not wanted: --include", "What speaks against it")
        self.assertEqual(12, len(self.heights("Objects to archive")))
        self.assertEqual(3, len(self.widths("Cost of storage")))

    def test_tasks_of_an_array_have_one_page(self):
        files = []
        for shard in range(2):
            files.append(os.path.join(self.folder, f"report-{shard}.json"))
            result = run(self.store, *self.arguments("--shard", f"{shard}/2", "--output", "json"))
            self.assertEqual(0, result.code, str(result))
            with open(files[-1], "w", encoding="utf-8") as opened:
                opened.write(result.out)
        result = run(None, "report", "merge", "--report", self.page, *files)
        self.assertEqual(0, result.code, str(result))
        text = self.look("merged")
        self.assert_all_in(text, "s3compress archive: 2 tasks", f"{len(self.originals)}\nobjects of 12 groups",
                           "Objects archived, by day", "Cost of storage", "Slowest groups", "Tasks", "report-1.json")
        self.assertEqual(12, len(self.heights("Objects archived")))

    def test_a_run_that_fails_or_is_interrupted_has_a_page_too(self):
        self.assertEqual(2, run(self.store, *self.arguments("--report", self.page), "--prefix", "sources", "--years", "2018",
                                "--bucket", "no-such-bucket").code)
        self.assert_all_in(self.text_of_page(), "refused", "no-such-bucket", "What went wrong")
        self.control.set_faults([{"operation": "GetObject", "fault": "delay", "ms": 700}])
        running = Running(self.store, *self.arguments("--report", self.page))
        time.sleep(0.4)
        running.process.send_signal(signal.SIGINT)
        self.assertEqual(130, running.wait().code)
        self.assert_all_in(self.text_of_page(), ">interrupted</span>")

    def test_passwords_are_not_in_it(self):
        self.command("archive", "--dry-run", "--metrics-push", "http://user:secret-word@127.0.0.1:9")
        page = self.text_of_page()
        self.assertNotIn("secret-word", page)
        self.assertIn("http://...@127.0.0.1:9", page)

    def test_a_place_that_cant_be_written_is_refused_before_anything_is_done(self):
        result = run(self.store, *self.arguments("--report", os.path.join(self.folder, "nowhere", "report.html")))
        self.assertEqual(2, result.code, str(result))
        self.assertIn("--report", result.err)
        self.assert_nothing_deleted()
        self.assertEqual(set(), self.archives())

    def test_the_page_takes_the_place_of_nothing_that_the_run_makes(self):
        self.command("archive", "--storage-class", "STANDARD")
        place = os.path.join(self.folder, "back")
        self.page = os.path.join(place, "sources/2018/04/02/0.xml")
        os.makedirs(os.path.dirname(self.page))
        body = self.originals["sources/2018/04/02/0.xml"].body
        # The page was there first, so the member doesn't come back, and the run says so.
        result = self.command("restore", "--to", place, "sources/2018/04/02/*", "--output", "json", code=3)
        self.assertEqual(3, result.json()["exit_code"])
        self.assert_all_in(self.text_of_page(), ">left</span>", "sources/2018/04/02/0.xml")
        # The member takes the page's place, as the user said: then it stays, and the page is lost.
        result = self.command("restore", "--to", place, "sources/2018/04/02/*", "--overwrite", "--output", "json", code=1)
        self.assertEqual(("failed", 1), (result.json()["outcome"], result.json()["exit_code"]))
        self.assertIn("another file has come there", result.err)
        with open(self.page, "rb") as opened:
            self.assertEqual(body, opened.read())
        # What is no page is never replaced.
        self.assertIn("no page of --report", self.command("archive", "--dry-run", code=2).err)
        with open(self.page, "rb") as opened:
            self.assertEqual(body, opened.read())

    def test_the_page_is_no_manifest_of_a_split(self):
        self.page = os.path.join(self.folder, "task-0000-of-0002.csv.gz")
        result = self.command("plan", "--split", "2", "--out", self.folder, code=2)
        self.assertIn("a manifest of an earlier split is there", result.err)
        self.assertEqual(["task-0000-of-0002.csv.gz"], os.listdir(self.folder), "none was written")

    def test_all_documents_tell_the_exit_code_of_the_process(self):
        full = os.path.join(self.folder, "full")
        os.symlink("/dev/full", full)
        result = self.command("archive", "--events", full, "--output", "json", code=1)
        self.assertEqual(("failed", 1), (result.json()["outcome"], result.json()["exit_code"]))
        self.assert_all_in(self.text_of_page(), ">failed</span>")
        report, metrics = (os.path.join(self.folder, name) for name in ("report.json", "m.prom"))
        with open(report, "w", encoding="utf-8") as opened:
            opened.write(result.out)
        self.assertEqual(1, run(None, "report", "merge", report, "--metrics-file", metrics).code)
        self.assertIn("last_run_exit_code", self.text_of(metrics))
        # A result that can't be printed is in the page and in the metrics.
        command = [os.environ["S3C_PROGRAM"], "report", "merge", report, "--report", self.page, "--metrics-file", metrics]
        with open("/dev/full", "w", encoding="utf-8") as closed:
            done = subprocess.run(command, env=clean_environment(None, self.folder), stdout=closed, stderr=subprocess.PIPE, text=True,
                                  timeout=60, check=False)
        self.assertEqual(1, done.returncode, done.stderr)
        self.assert_all_in(self.text_of_page(), "standard output", ">failed</span>")

    def test_the_last_document_of_a_terminals_log_counts(self):
        good = self.command("archive", "--output", "json").out
        bad = run(None, "archive", "--bucket", "b", "--arch-bucket", "a", "--output", "json").out
        self.assertEqual(2, json.loads(bad)["exit_code"], bad)
        log = os.path.join(self.folder, "log")
        with open(log, "w", encoding="utf-8", newline="") as opened:
            opened.write((good + bad).replace("\n", "\r\n"))
        self.assertEqual(2, run(None, "report", "merge", log).code)

    def test_a_merge_that_is_refused_leaves_no_success_in_the_metrics(self):
        report, metrics, empty = (os.path.join(self.folder, name) for name in ("report.json", "m.prom", "empty.json"))
        with open(report, "w", encoding="utf-8") as opened:
            opened.write(self.command("archive", "--output", "json").out)
        self.assertEqual(0, run(None, "report", "merge", report, "--metrics-file", metrics).code)
        self.assertRegex(self.text_of(metrics), r'last_run_exit_code\{command="archive",.*\} 0\n')
        os.link(report, os.path.join(self.folder, "again.json"))
        for files in ((report, os.path.join(self.folder, "again.json")), (empty,)):
            open(empty, "w", encoding="utf-8").close()
            result = run(None, "report", "merge", *files, "--metrics-file", metrics)
            self.assertEqual(2, result.code, str(result))
            self.assertRegex(self.text_of(metrics), r'last_run_exit_code\{command="archive",.*\} 2\n')
            self.assertIn("last_success_timestamp_seconds", self.text_of(metrics))

    @staticmethod
    def text_of(name: str) -> str:
        with open(name, encoding="utf-8") as opened:
            return opened.read()

    def text_of_page(self) -> str:
        with open(self.page, encoding="utf-8") as opened:
            return opened.read()


if __name__ == "__main__":
    main()
