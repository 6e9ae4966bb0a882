"""What the program writes, in other people's hands: unzip, 7z and bsdtar test and extract the archives, zcat reads the index."""

import json
import os
import subprocess
import tempfile
import zipfile
from pathlib import Path

from harness.checker import INDEX_ENTRY
from harness.load import day_objects, odd_keys
from harness.suite import StoreCase, main, on_stores


def tool(*command: str, cwd: str | None = None) -> bytes:
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                          env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"})
    if done.returncode != 0:
        raise AssertionError(f"{command}: exit code {done.returncode}\n{done.stdout[-2000:]!r}\n{done.stderr[-2000:]!r}")
    return done.stdout


@on_stores("full", "rgw")
class Archives(StoreCase):
    def setUp(self):
        super().setUp()
        # No file system has names longer than 255 bytes, so no program could unpack such a segment.
        keys = {k: o for k, o in odd_keys().items() if all(len(part.encode()) <= 255 for part in k.split("/"))}
        # bsdtar composes characters as it extracts, so this one would land on its composed twin.
        del keys["sources/2018/04/01/e\u0301"]
        self.put(keys | day_objects(100, days=1))
        self.run_archive()
        (self.volume,) = self.check(all_archived=True).volumes.values()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.zip = self.folder / "a.zip"
        self.zip.write_bytes(self.volume.bytes)

    def assert_extracted(self, folder: Path) -> None:
        """Each member is a file below folder by its entry name, and there is nothing else, in there or outside."""
        files = {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
        expected = {row.get("entry_name", key): self.originals[key].body for key, row in self.volume.rows.items()}
        self.assertEqual(expected.keys() | {INDEX_ENTRY}, files.keys())
        for name, body in expected.items():
            self.assertEqual(body, files[name], name)
        self.assertEqual({"a.zip", folder.name}, set(os.listdir(self.folder)))

    def test_unzip(self):
        tool("unzip", "-tq", str(self.zip))
        tool("unzip", "-q", str(self.zip), "-d", str(self.folder / "out"))
        self.assert_extracted(self.folder / "out")

    def test_7z(self):
        tool("7z", "t", str(self.zip))
        tool("7z", "x", "-bd", f"-o{self.folder / 'out'}", str(self.zip))
        self.assert_extracted(self.folder / "out")

    def test_bsdtar(self):
        (self.folder / "out").mkdir()
        tool("bsdtar", "-xf", str(self.zip), cwd=str(self.folder / "out"))
        self.assert_extracted(self.folder / "out")

    def test_python_zipfile(self):
        with zipfile.ZipFile(self.zip) as opened:
            self.assertIsNone(opened.testzip())
            opened.extractall(self.folder / "out")
        self.assert_extracted(self.folder / "out")

    def test_zcat_reads_the_index(self):
        path = self.folder / "index.jsonl.gz"
        path.write_bytes(self.client.get_object(
            Bucket=self.archive, Key=self.volume.manifest["index"]["key"])["Body"].read())
        rows = [json.loads(line) for line in tool("zcat", str(path)).splitlines()]
        self.assertEqual(list(self.volume.rows.values()), rows)


if __name__ == "__main__":
    main()
