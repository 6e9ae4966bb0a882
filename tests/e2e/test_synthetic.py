"""Buckets of computed objects: the program archives them as it does others."""

import unittest

from harness.checker import check, list_bucket
from harness.load import Original
from harness.program import archive_arguments, run
from harness.stores import start_sim


class Synthetic(unittest.TestCase):
    def test_the_archive_has_the_bytes(self):
        specs = [f"bucket=source-{data},objects={objects},days=2,data={data}"
                 for data, objects in (("orders", 500), ("logs", 200), ("mixed", 60))]
        store = start_sim("full", 0, *(word for spec in specs for word in ("--synthetic", spec)))
        self.addCleanup(store.stop)
        client = store.client()
        for spec in specs:
            source = spec[len("bucket="):spec.index(",")]
            archive = store.new_bucket("archive")
            with self.subTest(source):
                listed = list_bucket(client, source)
                originals = {}
                for key in listed:
                    answer = client.get_object(Bucket=source, Key=key)
                    originals[key] = Original(answer["Body"].read(), content_type=answer["ContentType"])
                result = run(store, *archive_arguments(source, archive))
                self.assertEqual(0, result.code, str(result))
                check(store, source, archive, originals, listed=listed, all_archived=True)
                self.assertEqual({}, list_bucket(client, source))

    def test_a_spec_that_is_wrong_stops_the_start(self):
        with self.assertRaisesRegex(RuntimeError, "--synthetic bucket=abc,days=0: days: '0' is not a whole number from 1 to"):
            start_sim("full", 0, "--synthetic", "bucket=abc,days=0")


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
