"""Which objects are archived, and how flags, environment and configuration file say so."""

import datetime
import json
import os
import tempfile

from harness.checker import list_bucket
from harness.load import Original, day_objects
from harness.program import clean_environment, run
from harness.proxy import Proxy
from harness.suite import StoreCase, main, on_stores


@on_stores("full", "rgw")
class Selection(StoreCase):
    def run_with(self, *args: str, code: int = 0):
        result = run(self.store, "--bucket", self.source, "--arch_bucket", self.archive, *args)
        self.assertEqual(code, result.code, str(result))
        return result

    def days_left(self) -> set[str]:
        return {"/".join(key.split("/")[1:4]) for key in self.sources_left()}

    def test_prefix_with_slashes(self):
        self.put(day_objects(40, prefix="team/logs"))
        others = day_objects(10, prefix="sources")
        self.put(others)
        self.run_with("--years", "2018", "--prefix", "team/logs")
        self.assertEqual(set(others), self.sources_left())
        self.assertEqual(40, len(self.check().archived))

    def test_several_years(self):
        for year in (2016, 2017, 2018):
            self.put(day_objects(10, days=2, year=year))
        self.run_with("--years", "2017,2018")
        self.check()
        self.assertEqual({"2016/04/01", "2016/04/02"}, self.days_left())
        self.assertEqual({"20170401.zip", "20170402.zip", "20180401.zip", "20180402.zip"}, self.archives())

    def test_from_and_to_include_both_days(self):
        self.put(day_objects(50))
        self.run_with("--from", "2018-04-02", "--until", "2018-04-04")
        self.check()
        self.assertEqual({"2018/04/01", "2018/04/05"}, self.days_left())

    def test_keep_sources(self):
        self.put(day_objects(30))
        self.run_archive("--keep-sources")
        self.assertEqual(30, len(self.check().archived))
        self.assert_nothing_deleted()
        # Run again without the flag: nothing is packed twice, only deleted.
        before = list_bucket(self.client, self.archive)
        self.run_archive()
        self.check(all_archived=True)
        self.assertEqual(before, list_bucket(self.client, self.archive))
        marks = [key for key in before if key.startswith("s3compress_catalog/commit/")]
        self.assertEqual(5, len(marks), "one for each volume, though its sources were kept")

    def test_dry_run_changes_nothing(self):
        self.put(day_objects(30))
        result = self.run_archive("--dry-run")
        self.assert_nothing_deleted()
        self.assertEqual({}, list_bucket(self.client, self.archive))
        self.assertIn("30", result.out)

    def test_max_objects_rolls_volumes(self):
        self.put(day_objects(100, days=1, max_bytes=500))
        self.run_archive("--max-objects", "40")
        found = self.check(all_archived=True)
        self.assertEqual({"20180401.zip", "20180401-2.zip", "20180401-3.zip"}, self.archives())
        self.assertEqual([20, 40, 40], sorted(len(volume.rows) for volume in found.volumes.values()))

    def test_include_and_exclude(self):
        day = "sources/2018/04/01/"
        self.put({day + name: Original(name.encode()) for name in ("a.xml", "deep/b.xml", "c.json", "tmp-d.xml")})
        self.run_archive("--include", "*.xml", "--exclude", "*tmp-*")
        self.check()
        self.assertEqual({day + "c.json", day + "tmp-d.xml"}, self.sources_left())

    def test_object_sizes(self):
        day = "sources/2018/04/01/"
        self.put({f"{day}{size}": Original(b"x" * size) for size in (0, 99, 100, 200, 201)})
        self.run_archive("--min-object-size", "100B", "--max-object-size", "200B")
        self.check()
        self.assertEqual({f"{day}{size}" for size in (0, 99, 201)}, self.sources_left())

    def test_min_age_leaves_what_is_younger(self):
        self.put(day_objects(10))
        self.run_archive("--min-age", "1h")
        self.assert_nothing_deleted()
        self.assertEqual(set(), self.archives())

    def test_min_age_goes_by_the_stores_clock(self):
        self.put(day_objects(10))
        with Proxy(self.store.endpoint, clock_behind=datetime.timedelta(days=8)) as proxy:  # or: this machine is 8 days ahead
            self.run_archive("--min-age", "7d", endpoint=proxy.endpoint)
            self.assert_nothing_deleted()
            self.assertEqual(set(), self.archives())
            self.run_archive(endpoint=proxy.endpoint)
        self.assertEqual(set(), self.sources_left())

    def test_other_storage_class(self):
        self.put(day_objects(10, days=1))
        self.run_archive("--storage-class", "STANDARD")
        self.check(all_archived=True, storage_class="STANDARD")

    def test_hyphens_and_the_subcommand(self):
        self.put(day_objects(10))
        result = run(self.store, "archive", "--bucket", self.source, "--arch-bucket", self.archive, "--years", "2018")
        self.assertEqual(0, result.code, str(result))
        self.check(all_archived=True)

    def test_endpoint_flag(self):
        self.put(day_objects(10))
        env = clean_environment(self.store, tempfile.gettempdir(), endpoint="http://127.0.0.1:1")
        result = run(self.store, *self.arguments("--endpoint-url", self.store.endpoint), env=env)
        self.assertEqual(0, result.code, str(result))
        self.check(all_archived=True)

    def test_environment(self):
        self.put(day_objects(10))
        env = clean_environment(self.store, tempfile.gettempdir(), S3COMPRESS_BUCKET=self.source,
                                S3COMPRESS_ARCH_BUCKET=self.archive, S3COMPRESS_YEARS="2018", S3COMPRESS_THREADS="4")
        result = run(self.store, env=env)
        self.assertEqual(0, result.code, str(result))
        self.check(all_archived=True)

    def test_configuration_file_and_flags_over_it(self):
        self.put(day_objects(10))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "s3compress.toml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(f'bucket = "{self.source}"\narch_bucket = "no-such-bucket"\nyears = "2018"\nthreads = 4\n')
            result = run(self.store, "--config", path, "--arch_bucket", self.archive)
        self.assertEqual(0, result.code, str(result))
        self.check(all_archived=True)

    def test_json_output(self):
        self.put(day_objects(25))
        report = self.run_archive("--output", "json").json()
        self.assertIn("25", json.dumps(report))
        self.check(all_archived=True)


if __name__ == "__main__":
    main()
