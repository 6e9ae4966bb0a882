"""Nothing that says --dry-run changes anything, whatever else is wrong on the command line; nor do commands that only read.
The simulator's bill is the witness: it shows every request that was made."""

import tempfile

from harness.checker import list_bucket
from harness.load import day_objects
from harness.program import clean_environment, run
from harness.sim_control import SimControl
from harness.suite import StoreCase, main, on_stores

READS = {"GetObject", "HeadObject", "HeadBucket", "ListObjectsV2", "ListMultipartUploads", "GetObjectTagging"}


@on_stores("full")
class DryRun(StoreCase):
    """Two archived days, frozen and with late arrivals, and what a killed run left: there is work for every command."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sim = SimControl(cls.store)

    def setUp(self):
        super().setUp()
        self.put(day_objects(6, days=2))
        self.run_archive()
        self.put(day_objects(8, days=2, prefix="sources"))
        self.upload_id = self.client.create_multipart_upload(
            Bucket=self.archive, Key=f"{self.source}/20180401-2.zip")["UploadId"]
        self.volume = f"{self.source}/20180401.zip"
        self.before = self.state()
        self.sim.reset_bill()

    def state(self):
        uploads = self.client.list_multipart_uploads(Bucket=self.archive).get("Uploads", [])
        return [list_bucket(self.client, bucket) for bucket in (self.source, self.archive)] + [[u["UploadId"] for u in uploads]]

    def look(self, *args: str, codes=(0,), names: str = "", variables: dict[str, str] | None = None) -> str:
        """Runs a command, which must end with one of codes and name names on standard error, and have changed nothing."""
        with tempfile.TemporaryDirectory() as home:
            result = run(self.store, *args, env=clean_environment(self.store, home, **(variables or {})))
        self.assertIn(result.code, codes, f"{args} {result}")
        self.assertIn(names, result.err, f"{args} {result}")
        requests = self.sim.bill()["requests"]
        self.assertEqual(set(), set(requests) - READS, args)
        return result.out

    def buckets(self, *more: str) -> list[str]:
        return ["--bucket", self.source, "--arch-bucket", self.archive, *more]

    def test_dry_runs_and_reading_commands(self):
        for name, more in (("archive", ()), ("gc", ("--garbage-age", "0")), ("restore", ("*",)), ("thaw", ("*",))):
            both = self.buckets(*more)
            plain = self.look(name, *both, "--dry-run")
            self.assertTrue(plain)
            # The same dry run, with what a shell makes of variables that aren't set.
            self.look(name, *both, "--region", "", "--ca-bundle=", "--dry-run")
            self.look(name, *both, variables={"S3COMPRESS_DRY_RUN": "1", "S3COMPRESS_PREFIX": ""})
        for more in ((), (self.volume,)):
            self.assertTrue(self.look("catalog", "rebuild", *self.buckets(*more), "--dry-run"))
        for args in (("ls",), ("find", "*"), ("verify",), ("verify", "--deep")):
            self.look(*args, *self.buckets(), codes=(0, 4))
        key = sorted(self.originals)[0]
        self.look("cat", key, *self.buckets(), codes=(0, 4))
        self.assertEqual(self.before, self.state())

    def test_wrong_command_lines_with_dry_run(self):
        both = self.buckets()
        for words in (("--exclude", ""), ("--exclude=",), ("--exclude",), ("--prefix", ""), ("--endpoint-url", "")):
            self.look("archive", *both, *words, "--dry-run", codes=(2,), names=words[0].rstrip("="))
        self.look("archive", *both, "--exclude", "--dryrun", codes=(2,), names="--exclude")
        self.look("archive", *both, "--dry-run=", codes=(2,), names="--dry-run")
        self.look("gc", "--arch-bucket", self.archive, "--garbage-age", "0", "--bucket", "", "--dry-run", codes=(2,), names="--bucket")
        self.look("restore", *both, "*", "--to", "", "--dry-run", codes=(2,), names="--to")
        self.look("archive", *both, codes=(2,), names="S3COMPRESS_DRY_RUN", variables={"S3COMPRESS_DRY_RUN": "maybe"})
        self.look("verify", "--deep", "--thaw", *both, codes=(2,), names="S3COMPRESS_DRY_RUN", variables={"S3COMPRESS_DRY_RUN": "1"})
        self.look("catalog", "forget", "--arch-bucket", self.archive, self.volume, "--yes", codes=(2,), names="S3COMPRESS_DRY_RUN",
                  variables={"S3COMPRESS_DRY_RUN": "1"})
        self.assertEqual(self.before, self.state())


if __name__ == "__main__":
    main()
