"""How a test file runs: once per store, in the style of one contract for all."""

import os
import sys
import unittest

from . import stores
from .checker import Findings, check, list_bucket
from .load import Original, load
from .program import Result, Running, archive_arguments, run


class StoreCase(unittest.TestCase):
    """A test case on a running store. STORE is set by on_stores()."""
    STORE = "full"
    store: stores.Store

    @classmethod
    def setUpClass(cls):
        if not os.environ.get("S3C_PROGRAM"):
            raise unittest.SkipTest("S3C_PROGRAM doesn't name s3compress")
        cls.store = stores.STARTERS[cls.STORE]()

    @classmethod
    def tearDownClass(cls):
        cls.store.stop()

    def setUp(self):
        self.source = self.store.new_bucket("source")
        self.archive = self.store.new_bucket("archive")
        self.client = self.store.client()
        self.originals: dict[str, Original] = {}
        self.listed = {}

    def put(self, objects: dict[str, Original], bucket: str | None = None) -> None:
        """Loads source objects; from now on the checker holds the program to them."""
        load(self.store, bucket or self.source, objects)
        if bucket is None:
            self.originals |= objects
            self.listed = list_bucket(self.client, self.source)

    @property
    def storage_class(self) -> str:
        """Other people's stores may have no GLACIER, or take hours to thaw what is in it."""
        return "GLACIER" if self.store.is_plain else "STANDARD"

    def arguments(self, *more: str) -> list[str]:
        return archive_arguments(self.source, self.archive, *more,
                                 *(() if self.storage_class == "GLACIER" else ("--storage-class", self.storage_class)))

    def start(self, *more: str, **options) -> Running:
        return Running(self.store, *self.arguments(*more), **options)

    def run_archive(self, *more: str, code: int = 0, **options) -> Result:
        result = run(self.store, *self.arguments(*more), **options)
        self.assertEqual(code, result.code, str(result))
        return result

    def check(self, **options) -> Findings:
        options = {"storage_class": self.storage_class} | options
        return check(self.store, self.source, self.archive, self.originals, listed=self.listed, **options)

    def sources_left(self) -> set[str]:
        return set(list_bucket(self.client, self.source))

    def archives(self) -> set[str]:
        """The volumes' names without the source bucket's."""
        return {key.removeprefix(f"{self.source}/") for key in list_bucket(self.client, self.archive, f"{self.source}/")}

    def assert_nothing_deleted(self) -> None:
        self.assertEqual(set(self.originals), self.sources_left())


def on_stores(*names: str):
    """Class decorator: makes one test class per store of those S3C_STORES asks for (all by default)."""
    asked = os.environ.get("S3C_STORES", "").split(",")

    def decorate(base):
        module = sys.modules[base.__module__]
        for name in names:
            if asked == [""] or name in asked:
                made = type(f"{base.__name__}_{name}", (base,), {"STORE": name, "__module__": base.__module__})
                setattr(module, made.__name__, made)
        return None  # the base has no store of its own: its name holds nothing the loader could run

    return decorate


def main() -> None:
    """Like unittest.main(), but exits 77 when every test was skipped, so that CTest says so."""
    # No warnings: boto3 leaves its sockets to the garbage collector.
    program = unittest.main(module="__main__", exit=False, verbosity=2, warnings="ignore")
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    if result.testsRun == 0 or result.testsRun == len(result.skipped):
        sys.exit(77)
