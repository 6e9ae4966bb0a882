"""Groups out of an S3 Inventory or a manifest, without a listing of the source bucket."""

import gzip
import hashlib
import json
import os
import subprocess
import tempfile
import time
from urllib.parse import quote_plus

from harness.checker import list_bucket
from harness.load import Original, day_objects
from harness.program import Running, clean_environment, run
from harness.suite import StoreCase, main, on_stores

ODD = {f"sources/2018/04/01/{name}": Original(name.encode()) for name in ("a b+c%2B", "ümlaut,\"q\"", "x\ny")}


def has_open(pid: int, path: str) -> bool:
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            if os.readlink(f"/proc/{pid}/fd/{fd}") == path:
                return True
        except FileNotFoundError:  # closed meanwhile
            pass
    return False


@on_stores("full")
class Inventory(StoreCase):
    def setUp(self):
        super().setUp()
        self.put(day_objects(60, days=3, max_bytes=2000) | ODD)
        self.inventories = self.store.new_bucket("inventories")

    def rows(self) -> list[tuple]:
        return [(listed["Key"], listed["Size"], listed["LastModified"].isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z", listed["ETag"].strip('"'))
                for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.source)
                for listed in page.get("Contents", [])]

    def write_inventory(self, rows, files: int = 3, format: str = "CSV", bucket: str | None = None, md5: str = "") -> str:
        """The files have the rows in turn, so no file is a range of keys. Returns the place of manifest.json."""
        described = []
        for n in range(files):
            text = "".join(f'"{self.source}","{quote_plus(key, safe="/*")}","","true","false","{size}","{modified}","{etag}","STANDARD"\n'
                           for key, size, modified, etag in rows[n::files])
            if n == 0:
                text += f'"{self.source}","sources/2018/04/01/old","v1","false","false","9","2018-04-01T00:00:00.000Z","aa","STANDARD"\n'
                text += f'"{self.source}","sources/2018/04/01/gone","v2","true","true","","2018-04-01T00:00:00.000Z","",""\n'
            body = gzip.compress(text.encode())
            key = f"inv/data/{n}.csv.gz"
            self.client.put_object(Bucket=self.inventories, Key=key, Body=body)
            described.append({"key": key, "size": len(body), "MD5checksum": md5 or hashlib.md5(body).hexdigest()})
        manifest = {"sourceBucket": bucket or self.source, "destinationBucket": f"arn:aws:s3:::{self.inventories}", "version": "2016-11-30",
                    "creationTimestamp": "1514944800000", "fileFormat": format, "files": described,
                    "fileSchema": "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass"}
        self.client.put_object(Bucket=self.inventories, Key="inv/manifest.json", Body=json.dumps(manifest).encode())
        return f"s3://{self.inventories}/inv/manifest.json"

    def test_inventory(self):
        rows = self.rows()
        place = self.write_inventory(rows)
        changed, gone = (key for key, *_ in rows[:2])
        self.client.delete_object(Bucket=self.source, Key=gone)
        del self.originals[gone]
        self.put({changed: Original(b"newer"), "sources/2018/04/02/late": Original(b"late")})
        with tempfile.TemporaryDirectory() as folder:
            report = self.run_archive("--inventory", place, "--temp-dir", folder, "--output", "json", code=3).json()
            self.assertEqual([], os.listdir(folder))
        self.assertEqual({"rows": len(rows) + 2, "elsewhere": 0, "versions": 2, "stale_gone": 1, "stale_changed": 1}, report["rows"])
        self.check()
        self.assertEqual({changed, "sources/2018/04/02/late"}, self.sources_left())
        self.assertEqual({"20180401.zip", "20180402.zip", "20180403.zip"}, self.archives())
        # The same command again: nothing is archived twice. A listing takes what is left.
        before = list_bucket(self.client, self.archive)
        again = self.run_archive("--inventory", place, code=3)
        self.assertIn("2 stale: 1 gone, 1 changed since", again.out)
        self.assertEqual(before, list_bucket(self.client, self.archive))
        self.run_archive()
        self.check(all_archived=True)

    def test_what_can_not_be_used_is_refused_before_anything_is_done(self):
        rows = self.rows()
        for code, message, place in (
                (2, "it is an inventory of bucket", lambda: self.write_inventory(rows, bucket="other")),
                (2, "UNLOAD (SELECT bucket, key", lambda: self.write_inventory(rows, format="Parquet")),
                (1, "but the inventory's manifest says", lambda: self.write_inventory(rows, md5="0" * 32)),
                (2, "no place of a manifest.json", lambda: "manifest.json")):
            result = self.run_archive("--inventory", place(), code=code)
            self.assertIn(message, result.out + result.err)
        self.assertIn("exclude each other", self.run_archive("--inventory", "s3://a/b", "--manifest", "-", code=2).err)
        place = self.write_inventory(rows)
        self.assertIn("no temporary file can be made there", self.run_archive("--inventory", place, "--temp-dir", "/no/such", code=2).err)
        self.assert_nothing_deleted()
        self.assertEqual({}, list_bucket(self.client, self.archive))
        self.assertIn("a dry run doesn't look", self.run_archive("--inventory", place, "--dry-run").out)
        self.assertEqual({}, list_bucket(self.client, self.archive))

    def test_manifests(self):
        keys = [key for key, *_ in self.rows()]
        with tempfile.TemporaryDirectory() as folder:
            listed = os.path.join(folder, "listed.jsonl")
            with open(listed, "w", encoding="utf-8") as file:
                file.writelines(json.dumps({"bucket": self.source, "key": key}) + "\n" for key in keys if "/04/02/" in key)
            csv = "bucket,key\n" + "".join(f'{self.source},"{key.replace(chr(34), chr(34) * 2)}"\n' for key in keys if "/04/01/" in key)
            self.client.put_object(Bucket=self.inventories, Key="rows/1.csv.gz", Body=gzip.compress(csv.encode()))
            self.run_archive("--manifest", listed, "--manifest", f"s3://{self.inventories}/rows/")
            self.check()
            self.assertEqual({key for key in keys if "/04/03/" in key}, self.sources_left())
            # The rest through a pipe, as aws s3api and jq would write it.
            command = [os.environ["S3C_PROGRAM"], *self.arguments("--manifest", "-")]
            text = "".join(json.dumps({"bucket": self.source, "key": key}) + "\n" for key in keys if "/04/03/" in key)
            done = subprocess.run(command, input=text.encode(), env=clean_environment(self.store, folder), cwd=folder, capture_output=True, timeout=60)
            self.assertEqual(0, done.returncode, done.stderr.decode())
        self.check(all_archived=True)

    def archive_rows(self, text: str, code: int = 0, *more: str) -> dict:
        with tempfile.TemporaryDirectory() as folder:
            place = os.path.join(folder, "rows")
            with open(place, "w", encoding="utf-8") as file:
                file.write(text)
            return self.run_archive("--manifest", place, "--output", "json", *more, code=code).json()

    def test_whatever_a_row_tells_counts(self):
        """Rows that tell one, two or three things of older objects: each of these objects was overwritten since."""
        rows = self.rows()
        time.sleep(1.1)
        newer = {key: Original(body + b", newer and longer") for key, body in ((key, self.originals[key].body) for key, *_ in rows)}
        self.put(newer)
        names = ("size", "last_modified", "etag")
        for tells in range(1, 8):
            text = "".join(json.dumps({"bucket": self.source, "key": key} | {name: value for n, (name, value) in enumerate(zip(names, told)) if tells >> n & 1}) + "\n"
                           for key, *told in rows)
            report = self.archive_rows(text, 3)
            self.assertEqual((len(rows), 0), (report["rows"]["stale_changed"], report["total"]["objects_archived"]), tells)
            # One GET of each finds that out (and one is a probe's): nothing is tried again.
            self.assertLessEqual(report["requests"]["by_operation"].get("GetObject", 0), len(rows) + 1, tells)
        self.assert_nothing_deleted()
        self.assertEqual({}, {key: size for key, size in list_bucket(self.client, self.archive).items() if key.endswith(".zip")})

    def test_a_row_of_an_older_version_is_not_of_the_newest(self):
        self.client.put_bucket_versioning(Bucket=self.source, VersioningConfiguration={"Status": "Enabled"})
        keys = [f"sources/2018/04/05/{n}" for n in range(3)]
        older = {key: self.client.put_object(Bucket=self.source, Key=key, Body=b"older")["VersionId"] for key in keys}
        newest = {key: self.client.put_object(Bucket=self.source, Key=key, Body=b"newest")["VersionId"] for key in keys}
        for more in ((), ("--delete-versions",)):
            report = self.archive_rows("".join(f"{self.source},{key},{version}\n" for key, version in older.items()), 3, *more)
            self.assertEqual((3, 0, 0), (report["rows"]["stale_changed"], report["total"]["objects_archived"], report["total"]["objects_deleted"]))
            self.assertIn(f"the row tells of version {older[keys[0]]}, but version {newest[keys[0]]} is the newest", json.dumps(report["left"]))
            listed = self.client.list_object_versions(Bucket=self.source, Prefix="sources/2018/04/05/")
            self.assertEqual(({*older.values(), *newest.values()}, []), ({version["VersionId"] for version in listed["Versions"]}, listed.get("DeleteMarkers", [])))
        report = self.archive_rows("".join(f"{self.source},{key},{version}\n" for key, version in newest.items()))
        self.assertEqual((0, 3), (report["rows"]["stale_changed"], report["total"]["objects_archived"]))

    def test_rows_that_are_not_there_are_an_error(self):
        self.client.put_object(Bucket=self.inventories, Key="empty/", Body=b"")
        for place in (f"s3://{self.inventories}/none.jsonl", f"s3://{self.inventories}/none/", f"s3://{self.inventories}/empty/"):
            self.assertIn(place, self.run_archive("--manifest", place, code=2).err)
        self.assertIn("it isn't there", self.run_archive("--inventory", f"s3://{self.inventories}/none/manifest.json", code=2).err)
        place = self.write_inventory(self.rows())
        self.client.delete_object(Bucket=self.inventories, Key="inv/data/1.csv.gz")
        self.assertIn("inv/data/1.csv.gz", self.run_archive("--inventory", place, code=2).err)
        closed = subprocess.run([os.environ["S3C_PROGRAM"], *self.arguments("--manifest", "-")], env=clean_environment(self.store, tempfile.gettempdir()),
                                preexec_fn=lambda: os.close(0), capture_output=True, timeout=60)
        self.assertEqual(2, closed.returncode, closed)
        self.assertIn(b"standard input", closed.stderr)
        self.assertIn(b"it is closed", closed.stderr)
        self.assert_nothing_deleted()

    def test_a_file_of_rows_is_not_written_over(self):
        text = "".join(json.dumps({"bucket": self.source, "key": key}) + "\n" for key, *_ in self.rows())
        with tempfile.TemporaryDirectory() as folder:
            rows, link, config = (os.path.join(folder, name) for name in ("rows", "link", "config.toml"))
            os.symlink(rows, link)
            for path, content in ((rows, text), (config, "keep-sources = true\n")):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(content)
            for flag in ("--events", "--left-to", "--metrics-file"):
                for inputs in (("--manifest", rows), ("--manifest", link), ("--manifest", rows, "--config", config)):
                    for output in (inputs[-1], rows, link):
                        self.assertIn("would write over the file", self.run_archive(*inputs, flag, output, code=2).err)
            refused = self.run_archive("--manifest", rows, "--metrics-file", os.path.join(folder, "none", "m.prom"), code=2)
            self.assertIn("nothing was done", refused.err)
            self.assertNotIn("the run goes on", refused.err)
            self.assertIn("--config is given twice", self.run_archive("--config", config, "--config", config, code=2).err)
            with open(rows, encoding="utf-8") as file:
                self.assertEqual(text, file.read())
            with open(config, encoding="utf-8") as file:
                self.assertEqual("keep-sources = true\n", file.read())
        self.assert_nothing_deleted()

    def test_a_pipe_that_nobody_feeds_does_not_keep_the_run(self):
        with tempfile.TemporaryDirectory() as folder:
            fifo = os.path.join(folder, "rows")
            os.mkfifo(fifo)
            running = Running(self.store, *self.arguments("--manifest", fifo))
            while not running.ended and not has_open(running.pid, fifo):
                time.sleep(0.01)
            running.interrupt()
            self.assertEqual(130, running.wait().code)
        self.assert_nothing_deleted()


if __name__ == "__main__":
    main()
