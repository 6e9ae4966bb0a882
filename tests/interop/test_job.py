"""One whole job on other people's stores: moto (from PyPI) in CI, and any store that scripts/test --endpoint names."""

import time

from harness.checker import list_bucket
from harness.load import Original, day_objects
from harness.program import run
from harness.suite import StoreCase, main, on_stores

# Powers that moto 5 lacks, and why. A power that it has one day fails the test: then the row goes.
MOTO_LACKS = {
    "atomic-complete": "nobody says so of it: it has no locks",
    "checksums": "HEAD of an object that was uploaded in parts tells none",
    "conditional-delete": "DeleteObjects doesn't look at ETags",
}
# What luck decides, because it has no locks: two Completes at once may both win.
MOTO_MAY_LACK = {"conditional-complete"}


class Job(StoreCase):
    def job(self, *more: str, code: int = 0):
        result = run(self.store, *more, "--output", "json")
        self.assertEqual(code, result.code, f"{more} {result}")
        return result.json()

    def volumes(self) -> tuple[str, ...]:
        return "--arch-bucket", self.archive, "--bucket", self.source

    def test_check_store(self):
        report = self.job("check-store", *self.volumes())
        self.assertEqual([], report["left"])
        self.assertEqual({}, list_bucket(self.client, self.archive) | list_bucket(self.client, self.source))
        for power in report["powers"]:
            print(f"{power['power']:<26} {power['found']:<8} {power['detail']}")
            self.assertTrue(power["found"] == "yes" or not power["required"], power)
        if self.STORE == "moto":
            lacking = {power["power"] for power in report["powers"] if power["found"] != "yes"}
            self.assertEqual(set(MOTO_LACKS), lacking - MOTO_MAY_LACK)

    def test_there_and_back(self):
        self.put(day_objects(12, days=2) | {
            "sources/2018/04/01/tagged & named ü.txt": Original(b"tagged", tags={"a b": "1"}, metadata={"who": "me"})})
        # Ten megabytes go into the ZIP as a stream, and need two parts.
        self.put({"sources/2018/04/02/large.bin": Original(bytes(range(256)) * 40960)})
        self.run_archive()
        self.check(all_archived=True)
        self.put({f"sources/2018/04/01/late-{i}": Original(b"late") for i in range(3)})
        self.run_archive()
        self.check(all_archived=True)
        self.job("verify", *self.volumes(), "--deep")
        self.job("restore", *self.volumes(), "--to", f"s3://{self.source}/", "*")
        self.assertEqual(set(self.originals), self.sources_left())
        for key, original in self.originals.items():
            self.assertEqual(original.body, self.client.get_object(Bucket=self.source, Key=key)["Body"].read(), key)
        self.job("gc", "--arch-bucket", self.archive, "--garbage-age", "0")

    def test_an_object_that_is_overwritten_meanwhile_stays(self):
        self.put(day_objects(5, days=1))
        self.run_archive("--keep-sources")
        key = sorted(self.originals)[2]
        time.sleep(1.1)  # HTTP's dates have whole seconds
        self.client.put_object(Bucket=self.source, Key=key, Body=b"newer bytes", ContentType="text/plain")
        self.run_archive()
        # The newer object was archived beside the older one, or stayed.
        if key in self.sources_left():
            self.assertEqual(b"newer bytes", self.client.get_object(Bucket=self.source, Key=key)["Body"].read())
        else:
            result = run(self.store, "cat", *self.volumes(), key)
            self.assertEqual("newer bytes", result.out, str(result))


@on_stores("moto", "given")
class OnOtherStores(Job):
    pass


del Job

if __name__ == "__main__":
    main()
