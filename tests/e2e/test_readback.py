"""--verify readback: every volume is read back whole, from a copy in STANDARD, before it is committed."""

import random

from harness.checker import list_bucket
from harness.load import Original, day_objects
from harness.sim_control import SimControl
from harness.suite import StoreCase, main, on_stores

STAGING = "s3compress_catalog/staging/"
READBACK = ("--verify", "readback")
DAY = "sources/2018/04/01/"


@on_stores("full", "lesser", "rgw")
class Readback(StoreCase):
    def assert_nothing_staged(self) -> None:
        self.assertEqual([], sorted(list_bucket(self.client, self.archive, STAGING)))
        self.assertEqual([], self.client.list_multipart_uploads(Bucket=self.archive).get("Uploads", []))

    def test_a_whole_run(self):
        # Three parts, one object that is streamed, and a second volume of the same day.
        noise = random.Random(4).randbytes(18 << 20)
        self.put(day_objects(60, days=2, max_bytes=4000) | {f"{DAY}noise.bin": Original(noise)})
        self.run_archive(*READBACK, "--max-objects", "50")
        self.assertEqual(set(), self.sources_left())
        self.assert_nothing_staged()
        found = self.check(all_archived=True)
        self.assertEqual({"20180401.zip", "20180401-2.zip", "20180402.zip", "20180402-2.zip"} & self.archives(), self.archives())
        parts = max(volume.manifest["archive"]["parts"] for volume in found.volumes.values())
        self.assertGreaterEqual(parts, 3)
        self.run_archive(*READBACK)  # nothing left to do

    def test_every_byte_is_read_once(self):
        self.put({f"{DAY}noise.bin": Original(random.Random(5).randbytes(12 << 20))})
        report = self.run_archive(*READBACK, "--output", "json").json()
        archived = report["groups"][0]["volumes"][0]["archive_bytes"]
        fetched = report["requests"]["received_bytes"] - (12 << 20)  # the object itself came once
        self.assertGreaterEqual(fetched, archived)
        self.assertLess(fetched, archived * 1.02 + 50_000)
        self.assertGreater(report["requests"]["by_operation"]["UploadPartCopy"], 1)


@on_stores("full", "lesser")
class Damaged(StoreCase):
    def setUp(self):
        super().setUp()
        self.control = SimControl(self.store)
        self.addCleanup(self.control.clear_faults)

    def test_a_bit_flipped_in_the_staged_archive(self):
        self.put(day_objects(100, days=1, max_bytes=4000))
        for at in (200, 2_000, -300, -5):  # in members, in the central directory, in the end record
            with self.subTest(at=at):
                self.control.set_faults([{"operation": "GetObject", "key": f"{STAGING}*", "fault": "flip_byte", "at": at}])
                result = self.run_archive(*READBACK, code=1)
                self.control.clear_faults()
                self.assertIn("that was read back is not what was packed; nothing was deleted", result.err + result.out)
                self.assert_nothing_deleted()
                self.assertEqual(set(), self.archives())
                self.assertEqual([], [key for key in list_bucket(self.client, self.archive) if "/layouts/" not in key])
        self.run_archive(*READBACK)
        self.check(all_archived=True)


if __name__ == "__main__":
    main()
