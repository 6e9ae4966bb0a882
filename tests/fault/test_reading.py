"""cat, find and ls under single faults: the right bytes or a clear error, never wrong bytes with exit code 0."""

from harness.program import clean_environment, run
from harness.restore_job import AGAIN, ArchivedCase, RestoreJob
from harness.small_job import DAYS
from harness.suite import main, on_stores

KEY = f"{DAYS[0]}d.xml"
LARGE = f"{DAYS[1]}streamed.bin"
MEMBER = {"operation": "GetObject", "key": "*.zip"}
INDEX = {"operation": "GetObject", "key": "s3compress_catalog/index/*"}
MANIFEST = {"operation": "GetObject", "key": "s3compress_catalog/manifest/*"}
LISTING = {"operation": "ListObjectsV2"}
# That stay, so that trying again doesn't help.
DAMAGE = {"flipped": {"fault": "flip_byte"}, "flipped at the end": {"fault": "flip_byte", "at": -3},
          "short": {"fault": "short_body", "keep_ratio": 0.6}, "cut": {"fault": "cut_body", "keep_ratio": 0.6},
          "error": {"fault": "error", "status": 500, "code": "InternalError"},
          "forbidden": {"fault": "error", "status": 403, "code": "AccessDenied"}}


@on_stores("full")
class ReadingUnderFaults(ArchivedCase):
    def setUp(self):
        super().setUp()
        self.archived.freeze()
        self.enterContext(RestoreJob(self.archived, "folder", members="small")).thaw()

    def read(self, command: str, *more: str, attempts: int = 1):
        job = self.archived.job
        return run(self.store, command, "--arch-bucket", job.archive, "--bucket", job.source, *more,
                   env=clean_environment(self.store, "/tmp", AWS_MAX_ATTEMPTS=str(attempts)))

    def under(self, rule: dict, command: str, *more: str, **options):
        self.control.set_faults([rule])
        result = self.read(command, *more, **options)
        fired = self.control.faults()["rules"][0]["fired"]
        self.control.clear_faults()
        self.assertGreater(fired, 0, "never met")
        return result

    def test_cat_of_what_stays_damaged(self):
        for where in (MEMBER, INDEX, MANIFEST):
            for name, fault in DAMAGE.items():
                for key in (KEY, LARGE):
                    with self.subTest(where=where["key"], fault=name, key=key):
                        result = self.under({**where, **fault}, "cat", key)
                        if result.code == 0:  # a bit of the catalog that says nothing about this member's bytes
                            self.assertEqual((True, "flip_byte"), (where != MEMBER, fault["fault"]))
                            self.assertEqual(self.archived.originals[key].body, result.raw_out)
                        else:
                            self.assertEqual(b"", result.raw_out)
                            self.assertIn(result.code, (1, 2, 5))
                            self.assertIn("s3compress", result.err)

    def test_cat_of_what_passes(self):
        for where in (MEMBER, INDEX, MANIFEST, LISTING):
            for name, fault in (("cut", {"fault": "cut_body", "keep_ratio": 0.6}), ("error", DAMAGE["error"]),
                                ("reset", {"fault": "reset"})):
                with self.subTest(where=where, fault=name):
                    result = self.under({**where, **fault, "nth": 1}, "cat", KEY, attempts=2)
                    self.assertEqual((0, self.archived.originals[KEY].body), (result.code, result.raw_out), str(result))

    def test_cat_never_passes_an_older_object_off_as_the_newest(self):
        short = {"operation": "GetObject", "fault": "short_body", "keep_ratio": 0.5}
        result = self.under({**short, "key": INDEX["key"]}, "cat", AGAIN)
        self.assertEqual((5, b""), (result.code, result.raw_out), str(result))
        newest = self.read("cat", AGAIN).raw_out
        for fault in (short, {"operation": "GetObject", "fault": "flip_byte"}):
            for nth in (1, 2):
                with self.subTest(index=nth, on_its_way=fault["fault"]):
                    result = self.under({**fault, "key": INDEX["key"], "nth": nth}, "cat", AGAIN)
                    self.assertEqual((0, newest), (result.code, result.raw_out), str(result))
        date = "".join(AGAIN.split("/")[1:4])
        volumes = [archive for archive in self.archived.job.archives() if date in archive]
        self.assertEqual(3, len(volumes))
        for volume in volumes:
            manifest = {**short, "key": f"s3compress_catalog/manifest/{volume}/*"}
            with self.subTest(manifest=volume, damaged="for good"):
                result = self.under(manifest, "cat", AGAIN)
                self.assertEqual((5, b""), (result.code, result.raw_out), str(result))
            with self.subTest(manifest=volume, damaged="on its way"):
                undisturbed = self.read("cat", AGAIN)
                result = self.under({"operation": "GetObject", "key": manifest["key"], "fault": "flip_byte", "nth": 1}, "cat", AGAIN)
                self.assertEqual((0, undisturbed.raw_out), (result.code, result.raw_out), str(result))

    def test_find_and_ls_say_what_they_could_not_see(self):
        for names in (("*",), (KEY,)):
            for where in (INDEX, MANIFEST):
                for name in ("short", "error", "forbidden"):
                    with self.subTest(find=names, where=where["key"], fault=name):
                        result = self.under({**where, **DAMAGE[name]}, "find", *names)
                        self.assertEqual({"short": 5, "error": 1, "forbidden": 2}[name], result.code, str(result))
                        self.assertIn("not searched", result.err)
        # A damaged record is a state, which ls is there to show; one that isn't answered for is an error.
        result = self.under({**MANIFEST, **DAMAGE["short"]}, "ls")
        self.assertEqual(len(self.archived.job.archives()), result.out.count("(unreadable: "), str(result))
        for name, code in (("error", 1), ("forbidden", 2)):
            with self.subTest(ls=name):
                self.assertEqual(code, self.under({**MANIFEST, **DAMAGE[name]}, "ls").code)
        for command, more in (("find", ("*",)), ("ls", ()), ("cat", (KEY,))):
            with self.subTest(command=command, where="listing"):
                self.assertIn(self.under({**LISTING, "fault": "truncate_xml"}, command, *more).code, (1, 2))

    def test_an_index_that_disagrees_with_its_manifest(self):
        """Somebody put another volume's index there: whole, and the wrong one."""
        client, bucket = self.store.client(), self.archived.job.archive
        keys = sorted(o["Key"] for o in client.list_objects_v2(Bucket=bucket, Prefix="s3compress_catalog/index/")["Contents"])
        first, second = (client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys[:2])
        client.put_object(Bucket=bucket, Key=keys[0], Body=second)
        try:
            for command, more in (("cat", (f"{DAYS[0]}b.xml",)), ("find", ("*",))):
                result = self.read(command, *more)
                self.assertEqual(5, result.code, str(result))
                self.assertNotIn(self.archived.originals[f"{DAYS[0]}b.xml"].body, result.raw_out)
        finally:
            client.put_object(Bucket=bucket, Key=keys[0], Body=first)


if __name__ == "__main__":
    main()
