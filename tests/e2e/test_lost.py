"""An archive that somebody deletes: its record stays, everybody names it, and only a person removes it."""

import json

from harness import stores
from harness.checker import list_bucket
from harness.load import Original, day_objects
from harness.program import run
from harness.suite import StoreCase, main, on_stores


class LostArchive(StoreCase):
    def catalog(self) -> set[str]:
        return set(list_bucket(self.client, self.archive, "s3compress_catalog/"))

    def call(self, command: str, *more: str, code: int = 0):
        scope = [] if command == "catalog forget" else ["--bucket", self.source]
        result = run(self.store, *command.split(), "--arch-bucket", self.archive, *scope, *more)
        self.assertEqual(code, result.code, str(result))
        return result

    def test_it_is_named_until_it_is_forgotten(self):
        self.put(day_objects(5, days=1, max_bytes=300))
        self.run_archive()
        volume = f"{self.source}/20180401.zip"
        before = self.catalog()
        self.assertEqual({"manifest", "index", "commit"}, {key.split("/")[1] for key in before})
        self.assertIn("its archive is there", self.call("catalog forget", volume, "--yes", code=2).err)
        self.client.delete_object(Bucket=self.archive, Key=volume)

        self.assertIn("its archive is gone", self.call("verify", code=5).out, "whatever its age")
        self.assertIn("its archive is gone", self.call("gc", "--garbage-age", "0", code=5).out)
        self.assertEqual(before, self.catalog())
        self.put({"sources/2018/04/01/late.xml": Original(b"late")})
        result = self.run_archive("--garbage-age", "0", code=5)
        self.assertIn("LOST: 1 archive", result.out)
        self.assertEqual({"20180401-2.zip"}, self.archives(), "its name is taken")
        self.assertLess(before, self.catalog())
        states = [json.loads(line)["state"] for line in self.call("ls", "--output", "json").out.splitlines()]
        self.assertEqual(["committed", "lost"], sorted(states))

        self.assertIn("--yes", self.call("catalog forget", volume, code=2).err, "nobody was there to ask")
        self.assertLess(before, self.catalog())
        self.assertIn("5 objects", self.call("catalog forget", volume, "--yes").out)
        self.assertEqual(set(), before & self.catalog())
        self.call("verify")
        self.call("catalog forget", volume, "--yes", code=3)


@on_stores("full")
class Lost(LostArchive):
    pass


class Aborts(LostArchive):
    """Stores whose answer to an abort says nothing, or that do more than they are asked to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store.stop()
        cls.store = stores.start_sim("full", 0, "--abort", "acknowledged")

    def test_a_store_whose_aborts_remove_objects_is_not_written_to(self):
        store = stores.start_sim("full", 0, "--abort", "removes-object")
        self.addCleanup(store.stop)
        client = store.client()
        for bucket in ("src", "arch"):
            client.create_bucket(Bucket=bucket)
        client.put_object(Bucket="src", Key="sources/2018/04/01/a.xml", Body=b"a")
        for powers in ((), ("--store-powers", "conditional-complete,checksums,conditional-delete")):
            result = run(store, "archive", "--bucket", "src", "--arch-bucket", "arch", *powers)
            self.assertEqual(2, result.code, str(result))
            self.assertIn("AbortMultipartUpload on this store removes the finished object", result.err + result.out)
            self.assertNotIn("Contents", client.list_objects_v2(Bucket="arch"))
            self.assertIn("Contents", client.list_objects_v2(Bucket="src"))
        # An archive, and an upload to its name that a killed run left.
        client.put_object(Bucket="arch", Key="src/20180401.zip", Body=b"an archive")
        client.create_multipart_upload(Bucket="arch", Key="src/20180401.zip")
        result = run(store, "gc", "--bucket", "src", "--arch-bucket", "arch", "--min-age", "0")
        self.assertEqual(2, result.code, str(result))
        self.assertIn("no unfinished upload was aborted", result.err)
        self.assertEqual({"src/20180401.zip"}, set(list_bucket(client, "arch")))


del LostArchive

if __name__ == "__main__":
    main()
