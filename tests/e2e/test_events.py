"""--events: what a run tells while it works, as another program reads it."""

import json
import os
import subprocess
import tempfile

from harness.load import Original
from harness.program import clean_environment, run
from harness.sim_control import SimControl
from harness.suite import StoreCase, main, on_stores

DAY = "sources/2018/04/01/"
MASKED = {"time": "TIME", "run": "RUN", "version": "VERSION", "seconds": 0, "archive_bytes": 0, "requests": 0}


def masked(event: dict) -> dict:
    return {name: masked(value) if isinstance(value, dict) else MASKED.get(name, value) for name, value in event.items()}


@on_stores("full")
class Events(StoreCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "events.jsonl")
        self.put({f"{DAY}{name}.xml": Original(b"<x/>" * 50) for name in "abc"})

    def events(self) -> list[dict]:
        with open(self.file, encoding="ascii") as file:
            return [json.loads(line) for line in file]

    def tell(self, *arguments: str, code: int = 0) -> list[dict]:
        result = run(self.store, *arguments, "--arch-bucket", self.archive, "--events", self.file)
        self.assertEqual(code, result.code, str(result))
        return self.events()

    def test_a_run_tells_what_it_does(self):
        control = SimControl(self.store)
        # Each object is refused twice, whichever comes first.
        control.set_faults([{"operation": "GetObject", "key": "sources/*", "times": 6, "fault": "error", "status": 503,
                             "code": "SlowDown"}])
        self.addCleanup(control.clear_faults)
        self.run_archive("--events", self.file)
        self.check(all_archived=True)
        events = self.events()
        times = [event["time"] for event in events]
        self.assertEqual(sorted(times), times)
        self.assertEqual(1, len({event["run"] for event in events}))
        with open(self.file, encoding="ascii") as file:
            self.assertNotIn(self.store.secret_key, file.read())
        volume = f"{self.source}/20180401.zip"
        storm = next(event for event in events if event["event"] == "retry_storm")  # whenever the look at it comes
        self.assertEqual("GetObject", storm["operation"])
        self.assertIn(storm["failed_tries"], range(3, 7))
        self.assertIn("SlowDown", storm["error"])
        counts = {"groups": 1, "groups_failed": 0, "volumes_committed": 1, "objects_archived": 3, "source_bytes": 600,
                  "archive_bytes": 0, "objects_deleted": 3, "objects_left": 0, "objects_restored": 0, "thaws_asked": 0,
                  "volumes_verified": 0, "damages": 0, "records_made": 0, "garbage_removed": 0, "warnings": 0, "errors": 0,
                  "requests": 0, "retries": 6}
        golden = [
            {"event": "run_started", "command": "archive", "version": "VERSION", "dry_run": False, "bucket": self.source,
             "arch_bucket": self.archive, "prefix": "sources"},
            {"event": "group_started", "group": DAY},
            {"event": "volume_committed", "group": DAY, "volume": volume, "objects": 3, "source_bytes": 600,
             "archive_bytes": 0},
            {"event": "sources_deleted", "group": DAY, "volume": volume, "deleted": 3, "left": 0},
            {"event": "group_finished", "group": DAY, "volumes": 1, "objects": 3, "deleted": 3, "left": 0, "error": None},
            {"event": "run_finished", "exit_code": 0, "exit": "done", "seconds": 0, "error": None, "counts": counts},
        ]
        told = [masked(event) for event in events if event["event"] != "retry_storm"]
        self.assertEqual([{"time": "TIME", "run": "RUN"} | event for event in golden], told)

    def test_the_other_commands_tell_too(self):
        self.run_archive()
        volume = f"{self.source}/20180401.zip"

        def names(events: list[dict]) -> list[str]:
            return [event["event"] for event in events]

        verified = self.tell("verify", "--bucket", self.source)
        self.assertEqual(["run_started", "volume_verified", "run_finished"], names(verified))
        self.assertEqual((volume, "whole"), (verified[1]["volume"], verified[1]["result"]))
        thaw = self.tell("restore", "--bucket", self.source, "--years", "2018", code=4)
        self.assertEqual(["run_started", "restore_planned", "thaw_asked", "run_finished"], names(thaw))
        SimControl(self.store).advance_thaws(48 * 3600)
        restored = self.tell("restore", "--bucket", self.source, "--years", "2018")
        self.assertEqual(["run_started", "restore_planned", "volume_opened", "run_finished"], names(restored))
        self.assertEqual(3, restored[-1]["counts"]["objects_restored"])
        rebuilt = self.tell("catalog", "rebuild", "--bucket", self.source, volume)
        self.assertEqual(["run_started", "records_made", "run_finished"], names(rebuilt))
        self.client.create_multipart_upload(Bucket=self.archive, Key=volume.replace("0401", "0402"))
        removed = self.tell("gc", "--bucket", self.source, "--garbage-age", "0")
        self.assertEqual(["run_started", "garbage_found", "run_finished"], names(removed))
        self.assertEqual(("upload", "removed"), (removed[1]["kind"], removed[1]["result"]))

    def test_a_run_that_fails_tells_why(self):
        events = self.tell("verify", "--bucket", self.source, "--region", "not a region", code=2)
        self.assertEqual(["run_started", "run_finished"], [event["event"] for event in events])
        self.assertEqual(2, events[-1]["exit_code"])
        self.assertIn("region", events[-1]["error"]["message"])

    def test_on_standard_output_the_result_makes_way(self):
        result = self.run_archive("--events", "-")
        self.assertEqual("run_finished", [json.loads(line) for line in result.out.splitlines()][-1]["event"])
        self.assertIn("3 objects", result.err)

    def test_a_reader_that_goes_does_not_stop_the_run(self):
        with subprocess.Popen([os.environ["S3C_PROGRAM"], *self.arguments("--events", "-")], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=clean_environment(self.store, "/tmp")) as program:
            program.stdout.close()
            told = program.stderr.read().decode()
        self.assertEqual(1, program.returncode, told)
        self.assertIn("--events: nobody reads them any more", told)
        self.check(all_archived=True)
        self.assertEqual(set(), self.sources_left())


if __name__ == "__main__":
    main()
