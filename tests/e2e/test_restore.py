"""restore: every object comes back byte for byte and with all it had, nothing that is there is overwritten, and whatever
happens the same command goes on."""

import json
import os
import queue
import random
import re
import shlex
import tempfile
import time

from harness.checker import list_bucket
from harness.load import Original, day_objects
from harness.program import Running, run
from harness.proxy import Proxy
from harness.sim_control import SimControl
from harness.suite import StoreCase, main, on_stores

DAY = "sources/2018/04/01/"
ODD = [f"{DAY}{name}" for name in ("ümlaut €.xml", "a b+c&d=e.xml", "x/../y", "a//b", "trailing/", "UPPER", "upper", "tab\there",
                                   "quote\"s", "*", "back\\slash", "con", "empty")]
ATTRIBUTES = {
    f"{DAY}with-everything.json": Original(b'{"a": 1}', content_type="application/json",
                                           headers={"cache-control": "max-age=60", "content-encoding": "identity",
                                                    "content-disposition": 'attachment; filename="a.json"',
                                                    "content-language": "de"},
                                           metadata={"who": "me", "when": "long ago"}, tags={"team": "logs", "a b": "c/d"}),
}


def originals() -> dict[str, Original]:
    objects = day_objects(80, days=3, max_bytes=5000) | {key: Original(key.encode()) for key in ODD} | ATTRIBUTES
    objects[f"{DAY}empty"] = Original(b"")
    objects[f"{DAY}large.bin"] = Original(random.Random(6).randbytes(20 << 20))
    return objects


class RestoreCase(StoreCase):
    CLASS = "STANDARD"

    def archive_all(self, *more: str, **options) -> None:
        self.run_archive("--storage-class", "GLACIER" if self.STORE == "rgw" else self.CLASS, *more, **options)
        self.assertEqual(set(), self.sources_left())

    def restore(self, *more: str, code: int = 0, **options):
        result = run(self.store, "restore", "--arch-bucket", self.archive, "--bucket", self.source, "--output", "json", *more,
                     **options)
        self.assertEqual(code, result.code, str(result))
        return result.json()

    def assert_back(self, bucket: str, wanted: dict[str, Original], prefix: str = "") -> None:
        self.assertEqual({prefix + key for key in wanted}, set(list_bucket(self.client, bucket, prefix)))
        for key, original in wanted.items():
            got = self.client.get_object(Bucket=bucket, Key=prefix + key)
            self.assertEqual(original.body, got["Body"].read(), key)
            self.assertEqual(original.metadata, got["Metadata"], key)
            if original.content_type:
                self.assertEqual(original.content_type, got["ContentType"], key)
            for name, value in original.headers.items():
                self.assertEqual(value, got["ResponseMetadata"]["HTTPHeaders"].get(name), key)
            if original.tags:
                tags = self.client.get_object_tagging(Bucket=bucket, Key=prefix + key)["TagSet"]
                self.assertEqual(original.tags, {tag["Key"]: tag["Value"] for tag in tags}, key)


@on_stores("full", "lesser", "rgw")
class Restore(RestoreCase):
    def test_there_and_back(self):
        self.put(originals())
        self.archive_all("--max-objects", "30")
        report = self.restore("*")
        self.assertEqual(len(self.originals), report["restored"])
        self.assert_back(self.source, self.originals)
        # Fewer GETs than members: neighbours come together.
        self.assertLess(report["requests"]["by_operation"]["GetObject"], len(self.originals) / 2)
        again = self.restore("*")
        self.assertEqual((0, len(self.originals)), (again["restored"], again["equal"]))
        self.assertNotIn("PutObject", again["requests"]["by_operation"])

    def test_some_days_keys_and_globs(self):
        self.put(day_objects(60, days=3, max_bytes=500))
        self.archive_all()
        day = {key for key in self.originals if key.startswith("sources/2018/04/02/")}
        self.restore("--from", "2018-04-02", "--until", "2018-04-02")
        self.assertEqual(day, self.sources_left())
        some = {key for key in self.originals if "file-00003" in key}
        self.restore("*file-00003*")
        self.assertEqual(day | some, self.sources_left())
        keys = sorted(set(self.originals) - day - some)[:7]
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
            file.write("\n".join([*keys, f"{DAY}none"]))
            file.flush()
            self.restore("--keys-from", file.name, code=3)
        self.assertEqual(day | some | set(keys), self.sources_left())

    def test_nothing_is_overwritten(self):
        self.put(day_objects(20, days=1, max_bytes=500))
        self.archive_all()
        victim = sorted(self.originals)[3]
        self.client.put_object(Bucket=self.source, Key=victim, Body=b"newer")
        report = self.restore("*", code=3)
        self.assertEqual((19, 1, [victim]), (report["restored"], report["existing"], [n["key"] for n in report["named"]]))
        self.assertEqual(b"newer", self.client.get_object(Bucket=self.source, Key=victim)["Body"].read())
        self.assertEqual(1, self.restore("*", "--overwrite")["restored"])
        self.assert_back(self.source, self.originals)

    def test_to_another_bucket_and_to_files(self):
        self.put(originals())
        self.archive_all()
        other = self.store.new_bucket("other")
        self.restore("*", "--to", f"s3://{other}/back/")
        self.assert_back(other, self.originals, "back/")
        with tempfile.TemporaryDirectory() as folder:
            self.restore("*", "--to", folder)
            files = {os.path.relpath(os.path.join(where, name), folder) for where, _, names in os.walk(folder) for name in names}
            self.assertEqual(len(self.originals), len(files))
            plain = {key: o for key, o in self.originals.items() if key in files}
            self.assertGreater(len(plain), len(files) - len(ODD))
            for key, original in plain.items():
                with open(os.path.join(folder, key), "rb") as file:
                    self.assertEqual(original.body, file.read(), key)
            with open(os.path.join(folder, sorted(plain)[0]), "wb") as file:
                file.write(b"mine")
            report = self.restore("*", "--to", folder, code=3)
            self.assertEqual((0, 1, len(files) - 1), (report["restored"], report["existing"], report["equal"]))
            with open(os.path.join(folder, sorted(plain)[0]), "rb") as file:
                self.assertEqual(b"mine", file.read())

    def test_of_several_versions_the_newest_comes_back(self):
        key = f"{DAY}again.xml"
        for body in (b"first", b"second", b"third"):
            self.put({key: Original(body), f"{DAY}{body.decode()}.xml": Original(body)})
            self.archive_all()
        report = self.restore("*")
        self.assertEqual((4, 0), (report["restored"], report["existing"]))
        self.assert_back(self.source, self.originals)

    def test_no_archivers_clock_tells_what_is_newest(self):
        key = f"{DAY}again.xml"
        self.put({key: Original(b"first")})
        self.archive_all()
        # As if that machine's clock had been decades ahead.
        [manifest] = list_bucket(self.client, self.archive, "s3compress_catalog/manifest/")
        record = json.loads(self.client.get_object(Bucket=self.archive, Key=manifest)["Body"].read())
        record["created_at"] = "2099-01-01T00:00:00.000Z"
        del record["manifest_sha256"]  # it was of other bytes
        self.client.put_object(Bucket=self.archive, Key=manifest, Body=json.dumps(record).encode())
        time.sleep(1.05 if self.STORE == "rgw" else 0)
        self.put({key: Original(b"second")})
        self.archive_all()
        self.restore("*")
        self.assert_back(self.source, self.originals)

    def test_two_that_are_equally_new(self):
        key = f"{DAY}05/again.xml"
        hours = ("--layout", "{prefix}/{yyyy}/{mm}/{dd}/{hh}/", "--archive-name", "{bucket}/{yyyy}{mm}{dd}-h{hh}.zip")
        with Proxy(self.store.endpoint) as proxy:
            proxy.on("ListObjectsV2", times=None, bucket=self.source, change_body=lambda body: re.sub(
                rb"<LastModified>[^<]+", b"<LastModified>2018-04-02T00:00:00.000Z", body))
            for body, layout in ((b"by day", ()), (b"by hour", hours)):
                self.put({key: Original(body)})
                # Not tried out: the trial asks HEAD, whose time nobody changes here.
                self.archive_all(*layout, "--source-powers", "conditional-delete", endpoint=proxy.endpoint)
        volumes = [f"{self.source}/20180401.zip", f"{self.source}/20180401-h05.zip"]
        call = lambda verb, *more: run(self.store, verb, "--arch-bucket", self.archive, *more, key)
        cat, find, restore = call("cat"), call("find", "--output", "json"), call("restore")
        for result in (cat, find, restore):
            self.assertEqual(3, result.code, str(result))
        for volume in volumes:
            for text in (cat.err, find.out, restore.out):
                self.assertIn(volume, text)
        self.assertEqual("", cat.out)
        self.assertEqual([None, None], [json.loads(line)["newest"] for line in find.out.splitlines()])
        self.assertEqual(set(), self.sources_left())
        # A volume that is named decides.
        self.assertEqual((0, "by day"), (call("cat", "--volume", volumes[0]).code, call("cat", "--volume", volumes[0]).out))
        found = call("find", "--volume", volumes[1])
        self.assertEqual((0, f"{volumes[1]}\t{key}\n"), (found.code, found.out))
        whole = lambda volume: run(self.store, "restore", "--arch-bucket", self.archive, "--volume", volume)
        self.assertEqual(3, whole(volumes[0] + "x").code, "a typo is not green")
        self.assertEqual(0, whole(volumes[1]).code)
        self.assert_back(self.source, self.originals)

    def test_killed_and_gone_on(self):
        self.put(day_objects(300, days=2, max_bytes=3000))
        self.archive_all()
        running = Running(self.store, "restore", "--arch-bucket", self.archive, "--bucket", self.source, "--threads", "2", "*")
        deadline = time.monotonic() + 60
        while len(self.sources_left()) < 20 and not running.ended and time.monotonic() < deadline:
            time.sleep(0.002)
        running.kill()
        running.wait()
        self.restore("*")
        self.assert_back(self.source, self.originals)

    def test_mistakes(self):
        self.assertIn("to know what is meant", str(self.restore(code=2)))
        self.assertIn("the last day is --until", str(self.restore("*", "--to", "2018-04-01", code=2)))
        self.assertIn("names no bucket", str(self.restore("*", "--to", "s3://", code=2)))
        self.assertIn("s3://bucket/prefix/", str(self.restore("*", "--to", "s3:/bucket/", code=2)))
        self.assertIn("Bulk, Standard, Expedited", str(self.restore("*", "--tier", "Slow", code=2)))
        self.put(day_objects(2, days=1, max_bytes=50))
        self.archive_all()
        for more in ((), ("--dry-run",)):
            report = self.restore("*", "--to", "s3://no-such-bucket-anywhere/", *more, code=2)
            self.assertEqual("NoSuchBucket", report["error"]["code"], "one error, not one for each object")
            self.assertIn("a file is where a directory is needed", str(self.restore("*", "--to", "/dev/null/x", *more, code=2)))

    def test_a_key_is_a_key_and_what_find_prints_comes_back(self):
        keys = [DAY + name for name in ("br[1].txt", "br1.txt", "new\nline", "turn\u202earound", "line\u2028end", "*")]
        self.put({key: Original(key.encode()) for key in keys})
        self.archive_all()
        self.assertEqual(1, self.restore(DAY + "br[1].txt")["restored"])
        self.assertEqual({DAY + "br[1].txt"}, self.sources_left())
        self.assertEqual(1, self.restore("--glob", DAY + "br[1].txt")["restored"])
        self.assertEqual({DAY + "br[1].txt", DAY + "br1.txt"}, self.sources_left())
        places = ("--arch-bucket", self.archive, "--bucket", self.source)
        self.assertNotIn("\u202e", run(self.store, "find", *places, "*").out)
        found = run(self.store, "find", *places, "--output", "json", "*")
        self.assertEqual(len(keys), len(found.out.splitlines()), "splitlines() ends a line at U+2028 too")
        with tempfile.NamedTemporaryFile("wb") as file:
            file.write(found.raw_out)
            file.flush()
            report = self.restore("--keys-from", file.name)
            self.assertEqual((4, 2), (report["restored"], report["equal"]))
        self.assert_back(self.source, self.originals)


@on_stores("full")
class Interrupted(RestoreCase):
    def interrupted_at(self, operation: str, bucket: str, *flags: str) -> dict:
        """The report of a restore that is interrupted while the store answers."""
        started: queue.SimpleQueue[Running] = queue.SimpleQueue()

        def interrupt(_):
            started.get(timeout=60).interrupt()
            time.sleep(0.3)

        with Proxy(self.store.endpoint) as proxy:
            proxy.on(operation, bucket=bucket, first=1, before=interrupt)
            running = Running(self.store, "restore", "--arch-bucket", self.archive, "--bucket", self.source, "--output", "json",
                              "--threads", "1", *flags, "*", endpoint=proxy.endpoint)
            started.put(running)
            result = running.wait()
        self.assertEqual(130, result.code, str(result))
        return result.json()

    def test_ctrl_c_while_it_plans(self):
        self.put(day_objects(6, days=3, max_bytes=100))
        self.archive_all()
        report = self.interrupted_at("GetObject", self.archive)
        self.assertEqual(("interrupted", 0, []), (report["outcome"], report["restored"], report["waiting"]))

    def test_what_ctrl_c_left_out_does_not_wait_for_a_thaw(self):
        self.put(day_objects(6, days=3, max_bytes=100))
        self.archive_all()
        report = self.interrupted_at("PutObject", self.source)
        self.assertEqual(("interrupted", []), (report["outcome"], report["waiting"]))

    def test_ctrl_c_has_its_own_exit_code(self):
        self.put(day_objects(24, days=8, max_bytes=100))
        self.archive_all()
        started: queue.SimpleQueue[Running] = queue.SimpleQueue()
        with Proxy(self.store.endpoint) as proxy:
            proxy.on("PutObject", bucket=self.source, first=3, before=lambda _: started.get(timeout=60).interrupt())
            running = Running(self.store, "restore", "--arch-bucket", self.archive, "--bucket", self.source, "--output", "json",
                              "--threads", "1", "*", endpoint=proxy.endpoint)
            started.put(running)
            result = running.wait()
        self.assertEqual(130, result.code, str(result))
        self.assertEqual("interrupted", result.json()["outcome"])
        back = self.sources_left()
        self.assertLess(len(back), 24, "it went on to the end")
        self.assertEqual(len(back), result.json()["restored"])
        self.restore("*")
        self.assert_back(self.source, self.originals)


@on_stores("full")
class Thaw(RestoreCase):
    CLASS = "GLACIER"

    def setUp(self):
        super().setUp()
        self.control = SimControl(self.store)
        self.addCleanup(self.control.clear_faults)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store.stop()
        from harness.stores import start_sim
        cls.store = start_sim("full", 0, "--thaw-time", "bulk=36000s,standard=14400s,expedited=2s")

    def test_a_thaw_and_a_later_run(self):
        self.put(day_objects(30, days=2, max_bytes=900))
        self.archive_all()
        plan = self.restore("*", "--dry-run")
        self.assertEqual((2, 30), (plan["plan"]["frozen_volumes"], plan["plan"]["objects"]))
        first = self.restore("*", code=4)
        self.assertEqual((2, 2, 0), (first["thaws_started"], len(first["waiting"]), first["restored"]))
        second = self.restore("*", code=4)  # on the way: asked for nothing anew
        self.assertEqual((0, 2), (second["thaws_started"], len(second["waiting"])))
        self.control.advance_thaws(36001)
        self.assertEqual(30, self.restore("*")["restored"])
        self.assert_back(self.source, self.originals)

    def test_waiting(self):
        self.put(day_objects(10, days=1, max_bytes=900))
        self.archive_all()
        report = self.restore("*", "--tier", "Expedited", "--wait", "--poll", "1s")
        self.assertEqual((1, 10), (report["thaws_started"], report["restored"]))
        self.assert_back(self.source, self.originals)

    def test_a_thaw_alone_and_the_command_that_cat_suggests(self):
        self.put(day_objects(4, days=2, max_bytes=900))
        self.archive_all()
        places = ("--arch-bucket", self.archive, "--bucket", self.source)
        key = sorted(key for key, original in self.originals.items() if original.body)[0]
        told = run(self.store, "cat", *places, key)
        command = next(line for line in told.err.splitlines() if line.startswith("  s3compress thaw "))
        words = shlex.split(command)[1:]
        self.assertIn("nothing was thawed", run(self.store, *words, "--dry-run", "--tier", "Expedited").out)
        asked = run(self.store, *words, "--tier", "Expedited", "--output", "json")
        self.assertEqual((4, 1), (asked.code, asked.json()["thaws_started"]), str(asked))
        time.sleep(2.2)
        self.assertEqual(0, run(self.store, *words).code)
        self.assertEqual(self.originals[key].body, run(self.store, "cat", *places, key).raw_out)
        self.assertEqual(3, run(self.store, "thaw", *places, "none").code)
        deep = run(self.store, "verify", *places, "--deep")
        command = next(line for line in deep.err.splitlines() if line.startswith("  s3compress verify "))
        self.assertIn("asked for the thaw of 1 volume", run(self.store, *shlex.split(command)[1:]).out)

    def test_an_expedited_thaw_without_capacity_is_no_reason_to_wait(self):
        self.put(day_objects(2, days=1, max_bytes=50))
        self.archive_all()
        self.control.set_faults([{"operation": "RestoreObject", "key": "*", "fault": "error", "status": 503,
                                  "code": "GlacierExpeditedRetrievalNotAvailable"}], 1)
        result = run(self.store, "restore", "--arch-bucket", self.archive, "--bucket", self.source, "--tier", "Expedited", "*")
        self.assertEqual(2, result.code, str(result))
        self.assertIn("choose another tier", result.out)
        self.assertRegex(result.out, r"RestoreObject 1[,)]")

    def test_what_is_thawed_comes_back_while_the_rest_waits(self):
        self.put(day_objects(10, days=2, max_bytes=900))
        self.archive_all()
        self.restore("--tier", "Expedited", "--from", "2018-04-01", "--until", "2018-04-01", code=4)
        time.sleep(2.2)
        report = self.restore("*", code=4)
        self.assertEqual((5, 1), (report["restored"], len(report["waiting"])))
        self.assertEqual({key for key in self.originals if key.startswith(DAY)}, self.sources_left())

    def test_an_older_object_is_no_stand_in_for_a_frozen_one(self):
        key = f"{DAY}again.xml"
        for body in (b"first", b"second"):
            self.put({key: Original(body)})
            self.archive_all()
        # Only the older one is thawed: its object was overwritten later, and must not come back as the newest.
        self.client.restore_object(Bucket=self.archive, Key=f"{self.source}/20180401.zip",
                                   RestoreRequest={"Days": 1, "GlacierJobParameters": {"Tier": "Expedited"}})
        time.sleep(2.2)
        self.restore("*", code=4)
        self.assertEqual(set(), self.sources_left())
        self.control.advance_thaws(36001)
        self.restore("*")
        self.assert_back(self.source, self.originals)


@on_stores("full", "lesser")
class Damaged(RestoreCase):
    def test_a_damaged_member_is_named_and_not_written(self):
        self.put(day_objects(30, days=1, max_bytes=900))
        self.archive_all()
        found = run(self.store, "find", "--arch-bucket", self.archive, "--bucket", self.source, "--output", "json", "*")
        rows = [json.loads(line) for line in found.out.splitlines()]
        victim = max(rows, key=lambda row: row["compressed_size"])
        place = {"Bucket": self.archive, "Key": f"{self.source}/20180401.zip"}
        whole = self.client.get_object(**place)
        body = whole["Body"].read()
        at = victim["data_offset"] + 5
        self.client.put_object(Body=body[:at] + bytes([body[at] ^ 1]) + body[at + 1:], Metadata=whole["Metadata"], **place)
        report = self.restore("*", code=5)
        self.assertEqual([victim["key"]], [one["key"] for one in report["named"]])
        self.assertGreater(report["failed"], 0)
        self.assertEqual(30, report["restored"] + report["failed"])
        for key in self.sources_left():
            self.assertEqual(self.originals[key].body, self.client.get_object(Bucket=self.source, Key=key)["Body"].read())
        self.client.put_object(Body=body, Metadata=whole["Metadata"], **place)
        self.restore("*")
        self.assert_back(self.source, self.originals)


if __name__ == "__main__":
    main()
