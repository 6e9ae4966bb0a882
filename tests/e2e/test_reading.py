"""ls, find and cat: what lies in an archive bucket is listed, found and read without a thaw of anything that needs none."""

import json
import os
import signal
import subprocess
import tempfile

from harness.load import Original, day_objects
from harness.program import clean_environment, run
from harness.sim_control import SimControl
from harness.suite import StoreCase, main, on_stores

ODD = {f"sources/2018/04/01/{name}": Original(name.encode()) for name in
       ("ümlaut €.xml", "a b+c&d=e.xml", "..", "x/../y", "a//b", "trailing/", "UPPER", "upper", "tab\there", "quote\"s", "*", "[x]")}


@on_stores("full", "lesser", "rgw")
class Reading(StoreCase):
    def setUp(self):
        super().setUp()
        self.put(day_objects(60, days=3, max_bytes=4000) | ODD)
        self.run_archive("--storage-class", "STANDARD" if self.STORE != "rgw" else "GLACIER")

    def read(self, command: str, *more: str, code: int = 0):
        result = run(self.store, command, "--arch-bucket", self.archive, "--bucket", self.source, *more)
        self.assertEqual(code, result.code, str(result))
        return result

    def lines(self, command: str, *more: str, **options) -> list[dict]:
        return [json.loads(line) for line in self.read(command, "--output", "json", *more, **options).out.splitlines()]

    def test_volumes(self):
        volumes = self.lines("ls")
        self.assertEqual([f"{self.source}/2018040{d}.zip" for d in (1, 2, 3)], [v["volume"] for v in volumes])
        self.assertEqual({"committed"}, {v["state"] for v in volumes})
        self.assertEqual(len(self.originals), sum(v["objects"] for v in volumes))
        text = self.read("ls").out
        self.assertTrue(text.startswith("VOLUME "), text)
        self.assertEqual(4, len(text.splitlines()))
        self.assertIn("CREATED", self.read("ls", "-l").out)
        self.assertEqual([f"{self.source}/20180402.zip"], [v["volume"] for v in self.lines("ls", "--from", "2018-04-02", "--until", "2018-04-02")])
        # Without a bucket, and with archives of somebody else.
        self.client.put_object(Bucket=self.archive, Key="other/20180401.zip", Body=b"other")
        every = run(self.store, "ls", "--arch-bucket", self.archive, "--output", "json")
        self.assertEqual(3, len(every.out.splitlines()), str(every))

    def test_volumes_and_buckets_as_people_write_them(self):
        volume = f"{self.source}/20180402.zip"
        members = self.read("ls", volume).out
        for place in (self.archive, f"s3://{self.archive}"):  # as the summary of archive prints it, and as aws takes it
            for command in (("ls",), ("find", "*", "--volume"), ("verify",)):
                plain, other = (self.read(*command, name).out for name in (volume, f"{place}/{volume}"))
                self.assertEqual(*(text.partition("requests:")[0] for text in (plain, other)))
        self.assertIn("is no volume of the archive bucket", self.read("ls", f"s3://other/{volume}", code=2).err)
        for bucket in (self.source, f"s3://{self.source}/", f"{self.archive}/{self.source}", f"s3://{self.archive}/"):
            listed = run(self.store, "ls", "--arch-bucket", self.archive, "--output", "json", bucket)
            self.assertEqual(self.lines("ls"), [json.loads(line) for line in listed.out.splitlines()], bucket)
        self.assertIn("no volume in", run(self.store, "ls", "--arch-bucket", self.archive, "no-such-bucket").err)
        self.assertIn("two source buckets", self.read("ls", "other-bucket", code=2).err)
        self.assertEqual(3, run(self.store, "restore", "--arch-bucket", self.archive, "--volume", self.source, "--dry-run").code,
                         "the folder of a bucket's volumes is no volume")
        # A key is a key: this volume's own key begins with the archive bucket's name.
        self.put({"sources/2018/04/02/late": Original(b"late")})
        self.run_archive("--storage-class", "STANDARD" if self.STORE != "rgw" else "GLACIER",
                         "--archive-name", f"{self.archive}/{self.source}/{{yyyy}}{{mm}}{{dd}}.zip", "--keep-sources")
        self.assertEqual("sources/2018/04/02/late\n", self.read("ls", f"{self.archive}/{volume}").out)

    def test_a_closed_pipe_ends_a_command_that_reads_without_a_word(self):
        """As in find ... | head -2: the reader has what it wanted."""
        reads, writes = os.pipe()
        os.close(reads)
        scope = ("--arch-bucket", self.archive, "--bucket", self.source)
        with tempfile.TemporaryDirectory() as home, os.fdopen(writes, "wb") as pipe:
            def ends(*arguments, stdout=pipe):
                ended = subprocess.run([os.environ["S3C_PROGRAM"], *arguments], stdout=stdout, stderr=subprocess.PIPE,
                                       env=clean_environment(self.store, home), check=False)
                return ended.returncode, ended.stderr.decode()

            for words in (("find", *scope, "*"), ("ls", *scope), ("cat", *scope, next(key for key, one in self.originals.items() if one.body)), ("verify", *scope), ("help",)):
                with self.subTest(command=words[0]):
                    self.assertEqual((128 + signal.SIGPIPE, ""), ends(*words))
            self.assertEqual((128 + signal.SIGPIPE, ""), ends("gc", *scope, "--dry-run"))
            code, err = ends("gc", *scope)
            self.assertEqual(1, code)
            self.assertIn("only the result could not be written", err)
            with open("/dev/full", "wb") as full:
                code, err = ends("--version", stdout=full)
                self.assertEqual((1, False), (code, "the work is done" in err), err)

    def test_a_volume_without_its_archive_or_its_record(self):
        self.client.delete_object(Bucket=self.archive, Key=f"{self.source}/20180401.zip")
        manifests = self.client.list_objects_v2(Bucket=self.archive, Prefix=f"s3compress_catalog/manifest/{self.source}/20180402.zip/")
        self.client.delete_object(Bucket=self.archive, Key=manifests["Contents"][0]["Key"])
        states = {v["volume"].rsplit("/", 1)[1]: v["state"] for v in self.lines("ls", code=5)}
        self.assertEqual({"20180401.zip": "lost", "20180402.zip": "no_manifest", "20180403.zip": "committed"}, states)
        for day, what in (("01", "lost: its archive is gone"), ("02", "the manifest of a committed volume is gone")):
            self.assertIn(what, self.read("ls", f"{self.source}/201804{day}.zip", code=5).err)
            self.assertIn(f"201804{day}.zip", self.read("ls", code=5).err)

    def test_a_record_that_rotted_passes_no_older_object_off_as_the_newest(self):
        key, other = "sources/2018/04/01/upper", "sources/2018/04/01/UPPER"
        self.put({key: Original(b"newer"), other: Original(b"newer")})
        self.run_archive("--storage-class", "STANDARD" if self.STORE != "rgw" else "GLACIER")
        volume = f"{self.source}/20180401-2.zip"
        [manifest, index] = [one["Key"] for kind in ("manifest", "index") for one in self.client.list_objects_v2(
            Bucket=self.archive, Prefix=f"s3compress_catalog/{kind}/{volume}/")["Contents"]]
        right, rows = (self.client.get_object(Bucket=self.archive, Key=one)["Body"].read() for one in (manifest, index))
        with tempfile.TemporaryDirectory() as home:
            readers = (("find", key), ("cat", key), ("restore", key, "--to", home, "--yes"), ("ls",), ("verify",))
            narrowed = right.replace(f'"last_key": "{key}"'.encode(), f'"last_key": "{other}Z"'.encode())
            self.assertNotEqual(right, narrowed)
            self.client.put_object(Bucket=self.archive, Key=manifest, Body=narrowed)
            for command in (*readers, ("verify", "--deep")):
                self.assertIn(volume, self.read(*command, code=5).err)
            self.client.put_object(Bucket=self.archive, Key=manifest, Body=right.replace(b'"format": 1', b'"format": 9', 1))
            self.assertIn("use a newer version", self.read("verify", code=2).err)
            self.client.put_object(Bucket=self.archive, Key=manifest, Body=right)
            self.client.put_object(Bucket=self.archive, Key=index, Body=b"")
            for command in (*readers, ("ls", volume)):
                self.assertIn("catalog rebuild", self.read(*command, code=5).err, str(command))
            self.client.put_object(Bucket=self.archive, Key=index, Body=rows)
            self.assertEqual([], os.listdir(home))
            self.assertEqual("newer", self.read("cat", key).out)

    def test_members(self):
        volume = f"{self.source}/20180401.zip"
        wanted = sorted(key for key in self.originals if key.startswith("sources/2018/04/01/"))
        rows = self.lines("ls", volume)
        self.assertEqual(sorted(wanted, key=str.encode), [row["key"] for row in rows])
        self.assertEqual({volume}, {row["volume"] for row in rows})
        self.assertEqual(len(wanted), len(self.read("ls", volume).out.splitlines()))
        self.assertIn(rows[0]["etag"], self.read("ls", "-l", volume).out)
        self.assertIn("no volume of that name", self.read("ls", f"{self.source}/20190101.zip", code=3).err)
        for command in (("ls",), ("verify",), ("catalog", "rebuild")):
            named = run(self.store, *command, "--arch-bucket", self.archive, "--bucket", self.source, "20180401.zip")
            self.assertEqual(3, named.code, str(named))
            self.assertIn(f"did you mean {volume}", named.err, str(command))
        self.assertIn(f"ls --arch-bucket {self.archive} lists", self.read("ls", "20190101.zip", code=3).err)
        self.assertIn(f"--volume {volume} '*'", self.read("cat", volume, code=3).err)
        self.assertIn("'*/file' looks in every folder", self.read("cat", "file", code=3).err)
        self.assertIn("'sources/*.none' tells the keys", self.read("cat", "sources/*.none", code=3).err)
        self.assertIn("the year 2081", self.read("ls", "--years", "2081", code=3).err)

    def test_find(self):
        for key in ODD:
            if any(c in key for c in "*?["):
                continue
            with self.subTest(key=key):
                found = self.lines("find", "--", key)
                self.assertEqual([(f"{self.source}/20180401.zip", key)], [(f["volume"], f["key"]) for f in found])
        some = [key for key in self.originals if "file-00001" in key]
        self.assertEqual(sorted(some), sorted(f["key"] for f in self.lines("find", "*file-00001*")))
        self.assertEqual(set(self.originals), {f["key"] for f in self.lines("find", "*")})
        self.assertIn("not found: sources/2018/04/01/none", self.read("find", "sources/2018/04/01/none", code=3).err)
        self.assertIn("nothing matches", self.read("find", "*.none", code=3).err)
        self.assertEqual([], self.lines("find", "*", "--years", "2019", code=3))

    def test_keys_from_a_file(self):
        keys = sorted(self.originals)[:20]
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
            file.write("\n".join([*keys, "sources/2018/04/01/none", ""]))
            file.flush()
            result = self.read("find", "--keys-from", file.name, "--output", "json", code=3)
        self.assertEqual(set(keys), {json.loads(line)["key"] for line in result.out.splitlines()})
        self.assertIn("not found: sources/2018/04/01/none", result.err)
        self.assertIn("can't be opened", self.read("find", "--keys-from", "/none", code=2).err)

    def test_cat(self):
        for key in [*ODD, *list(self.originals)[:10]]:
            with self.subTest(key=key):
                got = run(self.store, "cat", "--arch-bucket", self.archive, "--bucket", self.source, "--", key)
                self.assertEqual((0, self.originals[key].body), (got.code, got.raw_out), str(got))
        self.assertIn("no volume holds this key", self.read("cat", "sources/2018/04/01/none", code=3).err)

    def test_cat_of_what_was_overwritten(self):
        key = "sources/2018/04/01/UPPER"
        self.put({key: Original(b"the newer one")})
        self.run_archive("--storage-class", "STANDARD" if self.STORE != "rgw" else "GLACIER")
        self.assertEqual({f"{self.source}/20180401-2.zip\t{key}", f"{self.source}/20180401.zip\t{key}\tolder"},
                         set(self.read("find", key).out.splitlines()))
        self.assertEqual({f"{self.source}/20180401-2.zip": True, f"{self.source}/20180401.zip": False},
                         {row["volume"]: row["newest"] for row in self.lines("find", key)})
        self.assertEqual("the newer one", self.read("cat", key).out)
        self.assertEqual("UPPER", self.read("cat", "--volume", f"{self.source}/20180401.zip", key).out)

    def test_mistakes(self):
        self.assertIn("cat needs a key", self.read("cat", code=2).err)
        self.assertIn("find needs a key or a glob", self.read("find", code=2).err)
        self.assertIn("unexpected argument", self.read("cat", "a", "b", code=2).err)
        self.assertIn("--arch-bucket is missing", run(self.store, "ls").err)


@on_stores("full")
class Requests(StoreCase):
    """What a lookup costs does not depend on the size of the volume."""

    def test_one_key_of_many(self):
        self.put({f"sources/2018/04/01/{i:05}": Original(b"%d" % i) for i in range(9000)})
        self.run_archive("--storage-class", "STANDARD")
        for key in ("sources/2018/04/01/00000", "sources/2018/04/01/04096", "sources/2018/04/01/08999"):
            control = SimControl(self.store)
            control.stop_at(1_000_000, "before")
            self.assertEqual(str(int(key.rsplit("/", 1)[1])), run(self.store, "cat", "--arch-bucket", self.archive, "--bucket", self.source, key).out)
            self.assertEqual(7, control.stop_state()["requests"], "LISTs of notes, archives, marks and manifests; manifest, a block of the index, the member")
            control.go_on()

    def test_a_frozen_volume(self):
        self.put(day_objects(5, days=1, max_bytes=400))
        self.run_archive()
        key = next(key for key, original in self.originals.items() if original.body)
        result = run(self.store, "cat", "--arch-bucket", self.archive, "--bucket", self.source, key)
        self.assertEqual((4, ""), (result.code, result.out), str(result))
        self.assertIn("is frozen in class GLACIER", result.err)
        volume = json.loads(run(self.store, "ls", "--arch-bucket", self.archive, "--output", "json").out)
        self.assertEqual("frozen", volume["thaw"])
        self.client.restore_object(Bucket=self.archive, Key=f"{self.source}/20180401.zip",
                                   RestoreRequest={"Days": 1, "GlacierJobParameters": {"Tier": "Bulk"}})
        thawed = run(self.store, "cat", "--arch-bucket", self.archive, "--bucket", self.source, key)
        self.assertEqual((0, self.originals[key].body), (thawed.code, thawed.raw_out), str(thawed))


if __name__ == "__main__":
    main()
