"""Other people's programs read what our ZIP and index writers wrote: Python's zipfile, Info-ZIP, libarchive, 7-Zip, gzip.

S3C_ZIP_SAMPLE names the program that writes the sample.
"""
import gzip
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import zipfile

INDEX_NAME = "s3compress-index.jsonl"
ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "America/New_York"}  # a zone that is not UTC


def run(*command, **keywords):
    done = subprocess.run(command, capture_output=True, env=ENVIRONMENT, **keywords)
    if done.returncode != 0:
        raise AssertionError(f"{command} -> {done.returncode}\n{done.stdout[-2000:]!r}\n{done.stderr[-2000:]!r}")
    return done.stdout


def needs(program):
    return unittest.skipUnless(shutil.which(program), f"{program} is not installed")


class ZipSample(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="zip-sample-")
        cls.addClassCleanup(directory.cleanup)
        cls.directory = pathlib.Path(directory.name)
        run(os.environ["S3C_ZIP_SAMPLE"], str(cls.directory))
        cls.sample = cls.directory / "sample.zip"
        cls.many = cls.directory / "many.zip"
        cls.large = cls.directory / "large.zip"
        lines = (cls.directory / "expected.jsonl").read_text(encoding="utf-8").splitlines()
        cls.expected = {entry["name"]: entry for entry in map(json.loads, lines)}

    def check_extracted(self, directory, times):
        files = {str(path.relative_to(directory)): path for path in directory.rglob("*") if path.is_file()}
        self.assertEqual(set(files), set(self.expected))
        for name, path in files.items():
            self.assertEqual(hashlib.sha256(path.read_bytes()).hexdigest(), self.expected[name]["sha256"], name)
            if times:
                self.assertEqual(int(path.stat().st_mtime), self.expected[name]["modified"], name)

    def extract_to(self, name):
        directory = self.directory / name
        directory.mkdir()
        return directory

    def test_python(self):
        with zipfile.ZipFile(self.sample) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual(set(archive.namelist()), set(self.expected))
            self.assertEqual(archive.namelist()[-1], INDEX_NAME)
            for info in archive.infolist():
                entry = self.expected[info.filename]
                self.assertEqual(hashlib.sha256(archive.read(info)).hexdigest(), entry["sha256"], info.filename)
                self.assertEqual(info.file_size, entry["size"])
                self.assertEqual(info.external_attr >> 16, 0o100644)
        with zipfile.ZipFile(self.many) as archive:
            self.assertEqual(len(archive.namelist()), 70_000)
            self.assertEqual(archive.read("69/69999"), b"69999")
        with zipfile.ZipFile(self.large) as archive:
            self.assertEqual([info.file_size for info in archive.infolist()], [513 << 23, 6])
            self.assertEqual(archive.read("behind"), b"behind")

    @needs("unzip")
    def test_info_zip(self):
        for archive in (self.sample, self.many, self.large):
            run("unzip", "-tqq", str(archive))
        directory = self.extract_to("unzip")
        run("unzip", "-q", str(self.sample), "-d", str(directory))
        self.check_extracted(directory, times=True)

    @needs("bsdtar")
    def test_libarchive(self):
        listed = run("bsdtar", "-tf", str(self.sample)).decode().splitlines()
        self.assertEqual(set(listed), set(self.expected))
        index = run("bsdtar", "-xOf", str(self.sample), INDEX_NAME)
        self.assertEqual(hashlib.sha256(index).hexdigest(), self.expected[INDEX_NAME]["sha256"])
        directory = self.extract_to("bsdtar")
        run("bsdtar", "-xf", str(self.sample), "-C", str(directory))
        self.check_extracted(directory, times=True)
        self.assertEqual(len(run("bsdtar", "-tf", str(self.many)).splitlines()), 70_000)

    @needs("bsdtar")
    def test_libarchive_from_a_pipe(self):
        """From a pipe it can't see the central directory: local headers and data descriptors must be enough."""
        directory = self.extract_to("pipe")
        with self.sample.open("rb") as archive:
            run("bsdtar", "-xf", "-", "-C", str(directory), stdin=archive)
        self.check_extracted(directory, times=True)
        with self.large.open("rb") as archive:
            self.assertEqual(run("bsdtar", "-tf", "-", stdin=archive).split(), [b"zeros", b"behind"])

    @needs("7z")
    def test_7zip(self):
        for archive in (self.sample, self.many, self.large):
            run("7z", "t", str(archive))
        directory = self.extract_to("7z")
        run("7z", "x", "-y", f"-o{directory}", str(self.sample))
        self.check_extracted(directory, times=False)

    @needs("zcat")
    def test_index(self):
        path = self.directory / "index.jsonl.gz"
        text = run("zcat", str(path))
        self.assertEqual(gzip.decompress(path.read_bytes()), text)
        self.assertEqual(hashlib.sha256(text).hexdigest(), self.expected[INDEX_NAME]["sha256"])
        archive = self.sample.read_bytes()
        for row in map(json.loads, text.splitlines()):
            self.assertEqual(len(row["crc32"]), 8)
            name = row.get("entry_name", row["key"])
            self.assertIn(name, self.expected)
            self.assertEqual(archive[row["offset"]:row["offset"] + 4], b"PK\x03\x04")
            data = archive[row["data_offset"]:row["data_offset"] + row["compressed_size"]]
            self.assertEqual(len(data), row["compressed_size"])


if __name__ == "__main__":
    unittest.main()
