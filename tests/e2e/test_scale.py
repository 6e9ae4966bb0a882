"""Many objects and a big one: nothing may grow with their number or size but the time, and nothing asks more often than it
must."""

import hashlib
import os
import random
import unittest

from harness.checker import check, list_bucket
from harness.load import Original, day_objects, load_in_processes
from harness.program import SANITIZED, Result, Running, archive_arguments
from harness.sim_control import SimControl
from harness.stores import start_sim
from harness.suite import StoreCase, main, on_stores

MIB = 1 << 20
MEMORY_LIMIT_BYTES = 256 * MIB


@on_stores("full", "rgw")
class ManyObjects(StoreCase):
    COUNT = {"full": 2_000 if SANITIZED else 20_000, "rgw": 1_000 if SANITIZED else 3_000}
    BIG_BYTES = {"full": (40 if SANITIZED else 300) * MIB, "rgw": 40 * MIB}

    def test_many_small_objects_and_a_big_one(self):
        rng = random.Random(7)
        big_key = "sources/2018/04/03/big.bin"
        chunk = rng.randbytes(16 * MIB)
        size = self.BIG_BYTES[self.STORE]
        # Half of it compresses, and no two blocks are the same: a swapped or repeated one would be noticed.
        body = b"".join(i.to_bytes(8, "big") + (chunk[8:] if i % 2 else bytes(len(chunk) - 8)) for i in range(size // len(chunk) + 1))
        objects = day_objects(self.COUNT[self.STORE], max_bytes=8 << 10)
        keys = list(objects.items())
        load_in_processes(self.store, self.source, lambda i: keys[i], len(keys))
        self.originals |= objects
        self.put({big_key: Original(body[:size])})
        result = self.run_archive()
        if not SANITIZED:  # or the sanitizer's own memory would be measured
            self.assertTrue(8 * MIB < result.peak_rss_bytes < MEMORY_LIMIT_BYTES, f"peak memory {result.peak_rss_bytes}")
        found = self.check(all_archived=True)
        self.assertEqual(len(objects) + 1, len(found.archived))


class Watched(Running):
    """Notes which files it has, and how much it has written to disks."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.written_bytes = 0
        self.files: set[str] = set()

    def observe(self) -> None:
        self.files |= set(self.files_left)
        try:
            with open(f"/proc/{self.pid}/io", encoding="ascii") as io:
                self.written_bytes = next(int(line.split()[1]) for line in io if line.startswith("write_bytes"))
        except OSError:
            pass  # it has just ended


class Memory(unittest.TestCase):
    """100,000 objects on a store 20 ms away: many are in flight at once, and none may pile up."""
    COUNT = 100_000
    BODY_BYTES = 4096

    @staticmethod
    def object(i: int) -> tuple[str, Original]:
        seed = hashlib.sha256(str(i).encode()).digest()
        return f"sources/2018/04/{1 + i % 4:02}/{i:06}.xml", Original(seed * (Memory.BODY_BYTES // len(seed)))

    @unittest.skipIf(SANITIZED, "a sanitizer's own memory would be measured")
    @unittest.skipIf(os.environ.get("S3C_STORES", "") not in ("", "full"), "on the simulator only")
    def test_memory_stays_bounded_and_no_data_touches_the_disk(self):
        store = start_sim("full", 20)
        self.addCleanup(store.stop)
        source, archive = store.new_bucket("source"), store.new_bucket("archive")
        load_in_processes(store, source, self.object, self.COUNT, connections=64)
        SimControl(store).reset_bill()
        running = Watched(store, *archive_arguments(source, archive, "--threads", "256"))
        result = running.wait()
        self.assertEqual(0, result.code, str(result))
        self.assertTrue(8 * MIB < result.peak_rss_bytes < MEMORY_LIMIT_BYTES, f"peak memory {result.peak_rss_bytes}")
        self.assertEqual(set(), running.files | set(running.left))
        self.assertLess(running.written_bytes, 4 * MIB, "bytes written to disk; the logs alone are fine")
        self.check_requests(SimControl(store).bill()["requests"], volumes=4)
        self.assertEqual({}, list_bucket(store.client(), source))
        print(f"peak memory {result.peak_rss_bytes / MIB:.0f} MiB, {running.written_bytes} bytes written to disk")
        check(store, source, archive, dict(map(self.object, range(self.COUNT))), all_archived=True)

    def check_requests(self, requests: dict[str, int], volumes: int) -> None:
        """A GET for each object, two listings of the source (one of them when its objects are deleted), a delete for each
        thousand; for each volume a handful, and a HEAD for every ten seconds of its deletes; and what the probes of the store ask, one of them for the tags of one object."""
        thousands = self.COUNT // 1000
        at_most = {"GetObject": self.COUNT + 10 * volumes, "ListObjectsV2": 2 * thousands + 10 * volumes,
                   "DeleteObjects": thousands + volumes + 4, "DeleteObject": 2, "HeadObject": 20 * volumes, "PutObject": 4 * volumes,
                   "CreateMultipartUpload": volumes + 5, "CompleteMultipartUpload": volumes + 5,
                   "UploadPart": 5 * volumes + 5, "ListMultipartUploads": 2 * volumes, "AbortMultipartUpload": 4,
                   "GetObjectTagging": 1}
        self.assertEqual({}, {operation: count for operation, count in requests.items() if count > at_most.get(operation, 0)},
                         f"of {requests}")
        self.assertGreaterEqual(requests["GetObject"], self.COUNT)

    @unittest.skipIf(SANITIZED, "a sanitizer's own memory would be measured")
    @unittest.skipIf(os.environ.get("S3C_STORES", "") not in ("", "full"), "on the simulator only")
    def test_more_volumes_take_no_more_memory(self):
        """Of a day's objects each million is a volume; here it is fewer, and the next volume has the memory of the one
        before."""
        few, many = (self.archive_synthetic(volumes).peak_rss_bytes for volumes in (2, 8))
        print(f"peak memory {few / MIB:.0f} MiB with 2 volumes, {many / MIB:.0f} MiB with 8")
        self.assertLess(many, 1.2 * few)  # measured: 1.06, and 0.04 more for each MiB that a volume left behind

    def archive_synthetic(self, volumes: int) -> Result:
        volume = 20_000
        store = start_sim("full", 5, "--synthetic", f"bucket=source,objects={volumes * volume},data=logs")
        self.addCleanup(store.stop)
        result = Running(store, *archive_arguments("source", store.new_bucket("archive"), "--threads", "256",
                                                   "--max-objects", str(volume))).wait()
        self.assertEqual(0, result.code, str(result))
        self.assertIn(f"in {volumes} volumes", result.out)
        return result


if __name__ == "__main__":
    main()
