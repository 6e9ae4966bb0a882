"""What a run finds out about the stores of its two buckets, and what it does where a store ignores the conditions of deletes."""

import re
import time

from harness.load import day_objects
from harness.proxy import Exchange, Proxy
from harness.stores import start_sim
from harness.suite import StoreCase, main, on_stores


class Without(StoreCase):
    MISSING: tuple[str, ...] = ()

    @classmethod
    def setUpClass(cls):
        cls.store = start_sim("full", 0, *(word for power in cls.MISSING for word in ("--without", power)))

    def setUp(self):
        super().setUp()
        self.put(day_objects(60, days=1, max_bytes=300))

    def overwrite_at(self, proxy: Proxy, operation: str, victim: str, **where) -> None:
        def overwrite(_: Exchange) -> None:
            self.client.put_object(Bucket=self.source, Key=victim, Body=b"newer bytes")
        proxy.on(operation, bucket=self.source, before=overwrite, **where)

    def newer_survives(self, proxy: Proxy, key: str) -> dict:
        result = self.run_archive("--output", "json", code=3, endpoint=proxy.endpoint)
        self.assertEqual({key}, self.sources_left())
        self.assertEqual(b"newer bytes", self.client.get_object(Bucket=self.source, Key=key)["Body"].read())
        return result.json()


@on_stores("full")
class BatchConditionsIgnored(Without):
    MISSING = ("conditional-batch-delete",)

    def test_objects_go_one_by_one(self):
        first, *_ = sorted(self.originals)
        with Proxy(self.store.endpoint) as proxy:
            # The key's own delete is on its way: only its condition saves the newer object.
            self.overwrite_at(proxy, "DeleteObject", first, key=first)
            report = self.newer_survives(proxy, first)
            self.assertEqual(1, proxy.count("DeleteObjects", self.source), "the one that found it out")
        self.assertEqual("one_by_one", report["delete_conditions"])


@on_stores("full")
class NoBatches(Without):
    MISSING = ("batch-delete",)

    def test_objects_go_one_by_one(self):
        result = self.run_archive()
        self.assertIn("each object is deleted by a request of its own", result.out)
        self.check(all_archived=True)


@on_stores("full")
class AllConditionsIgnored(Without):
    MISSING = ("conditional-batch-delete", "conditional-delete")

    def test_each_delete_stands_right_behind_a_look(self):
        last = sorted(self.originals)[29]
        with Proxy(self.store.endpoint) as proxy:
            # A batch of twenty is on its way; the key is in the next one.
            self.overwrite_at(proxy, "DeleteObjects", last, body_has=sorted(self.originals)[0])
            report = self.newer_survives(proxy, last)
        self.assertEqual("ignored", report["delete_conditions"])
        sizes = [exchange.body.count(b"<Key>") for exchange in proxy.log if exchange.operation == "DeleteObjects"]
        self.assertLessEqual(max(sizes), 20)

    def test_the_window_is_milliseconds_also_where_other_objects_lie_between(self):
        looks: list[tuple[str, float]] = []
        windows: list[float] = []

        def look(exchange: Exchange) -> None:
            if "start-after" in exchange.query and int(exchange.query["max-keys"]) < 1000:
                looks.append((exchange.query["start-after"], time.monotonic()))

        def delete(exchange: Exchange) -> None:
            now = time.monotonic()
            if keys := re.findall(r"<Key>(.*?)</Key>", exchange.body.decode()):
                begun = [at for start, at in looks if start < keys[0] < start + "~"]
                windows.extend([now - max(begun)] if begun else [])

        with Proxy(self.store.endpoint) as proxy:
            proxy.on("ListObjectsV2", bucket=self.source, times=None, before=look)
            proxy.on("DeleteObjects", bucket=self.source, times=None, before=delete)
            self.run_archive("--include", "*[05].*", endpoint=proxy.endpoint)
        self.assertTrue(windows)
        print(f"from a look to its delete: {1000 * max(windows):.0f} ms at most")
        self.assertLess(max(windows), 1, "as long as the proxy and a busy machine take, not as long as a listing")

    def test_the_summary_says_so(self):
        self.assertIn("ignores conditions on deletes", self.run_archive().out)
        self.check(all_archived=True)


if __name__ == "__main__":
    main()
