#!/usr/bin/python3
"""Tests of packaging/: which sources the static program is made of, its SBOM and its wheel."""

import base64
import csv
import functools
import hashlib
import http.server
import json
import re
import subprocess
import sys
import tempfile
import threading
import unittest
import zipfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / "packaging"))
sys.dont_write_bytecode = True
import components  # noqa: E402
import sources  # noqa: E402
import wheel  # noqa: E402


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path


class Wheel(Folder):
    def setUp(self):
        super().setUp()
        self.write("root/bin/s3compress", "#!/bin/sh\necho the program\n", 0o755)
        self.write("root/share/man/man1/s3compress.1", "a page")
        for name in ("root/LICENSE", "root/THIRD-PARTY-NOTICES", "root/s3compress.spdx.json", "root/share/doc/s3compress/README.md"):
            self.write(name, name)

    def make(self, version: str = "0.1.0-dev.312+gdceb739", to: str = "made") -> Path:
        (self.folder / to).mkdir(exist_ok=True)
        return wheel.write_wheel(version, 1_790_000_000, self.folder / "root", self.folder / to)

    def test_versions_are_pythons_and_in_order(self):
        self.assertEqual("0.1.0", wheel.python_version("0.1.0"))
        self.assertEqual("0.1.0.dev312+gdceb739", wheel.python_version("0.1.0-dev.312+gdceb739"))
        self.assertEqual("0.1.0+5.gdceb739", wheel.python_version("0.1.0+5.gdceb739"))
        self.assertEqual("0.1.0+5.gdceb739.dirty", wheel.python_version("0.1.0+5.gdceb739.dirty"))
        self.assertEqual("0.1.0+dirty", wheel.python_version("0.1.0.dirty"))
        with self.assertRaises(SystemExit):
            wheel.python_version("0.1")

    def test_record_has_each_file_with_its_digest(self):
        with zipfile.ZipFile(self.make()) as archive:
            record = next(name for name in archive.namelist() if name.endswith(".dist-info/RECORD"))
            rows = {name: (digest, size) for name, digest, size in csv.reader(archive.read(record).decode().splitlines())}
            self.assertEqual(set(archive.namelist()), set(rows))
            self.assertEqual(("", ""), rows.pop(record))
            for name, (digest, size) in rows.items():
                content = archive.read(name)
                expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
                self.assertEqual((f"sha256={expected}", str(len(content))), (digest, size))

    def test_the_same_files_give_the_same_bytes(self):
        one = self.make()
        (self.folder / "root/bin/s3compress").touch()
        two = self.make(to="again")
        self.assertEqual(one.name, two.name)
        self.assertEqual(one.read_bytes(), two.read_bytes())

    def test_pip_puts_the_program_into_path(self):
        made = self.make()
        venv = self.folder / "venv"
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True, capture_output=True)
        pip = [str(venv / "bin/pip"), "--disable-pip-version-check", "--isolated"]
        done = subprocess.run([*pip, "install", "--no-index", str(made)], capture_output=True, text=True, check=False)
        self.assertEqual(0, done.returncode, done.stderr)
        ran = subprocess.run([str(venv / "bin/s3compress")], capture_output=True, text=True, check=True)
        self.assertEqual("the program\n", ran.stdout)
        self.assertTrue((venv / "share/man/man1/s3compress.1").exists())
        shown = subprocess.run([*pip, "show", "s3compress"], capture_output=True, text=True, check=True)
        self.assertIn("Version: 0.1.0.dev312+gdceb739\n", shown.stdout)


class Sbom(unittest.TestCase):
    def setUp(self):
        self.pins = sources.read_pins()
        self.document = components.sbom(self.pins, "0.1.0", 1_790_000_000, b"the program")
        self.packages = {package["SPDXID"]: package for package in self.document["packages"]}

    def test_it_names_everything_that_is_linked(self):
        linked = {r["relatedSpdxElement"] for r in self.document["relationships"] if r["relationshipType"] == "STATIC_LINK"}
        pinned = {pin["name"] for pin in self.pins["libraries"]} | {pin["name"] for pin in self.pins["compiler"]["libraries"]}
        self.assertEqual(pinned, {self.packages[name]["name"] for name in linked})
        # What --version says it was built with (malloc has two names, and one variable, there).
        text = (PROJECT / "cmake" / "BuildInfo.cmake").read_text()
        built_with = {name.lower().removeprefix("lib") for name in re.findall(r"([\w-]+)/\$\{", re.search(r"LIBRARIES=(.*)\"", text)[1])}
        self.assertIn("curl", built_with)
        self.assertEqual(set(), built_with - {name.removeprefix("lib") for name in pinned})

    def test_its_references_hold(self):
        self.assertEqual(len(self.document["packages"]), len(self.packages), "an identifier is there twice")
        for name in self.packages:
            self.assertRegex(name, r"^SPDXRef-[A-Za-z0-9.-]+$")
        for relationship in self.document["relationships"]:
            for end in (relationship["spdxElementId"], relationship["relatedSpdxElement"]):
                self.assertIn(end, {*self.packages, "SPDXRef-DOCUMENT"})
        self.assertEqual("2026-09-21T14:13:20Z", self.document["creationInfo"]["created"])
        self.assertEqual(hashlib.sha256(b"the program").hexdigest(), self.packages["SPDXRef-s3compress"]["checksums"][0]["checksumValue"])

    def test_every_pin_is_whole(self):
        for pin in [*self.pins["libraries"], self.pins["authorities"]]:
            self.assertRegex(pin["sha256"], r"^[0-9a-f]{64}$")
            self.assertRegex(pin["path"], r"^debian(-security)?/pool/.*\.(dsc|deb)$")
            self.assertTrue(pin["licence"] and pin["version"] and pin["purpose"])


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Sources(Folder):
    """Fetches a pinned package from a mirror of its own."""

    def setUp(self):
        super().setUp()
        self.write("package/DEBIAN/control", "Package: headers\nVersion: 1\nArchitecture: all\nMaintainer: a <a@example.com>\nDescription: x\n")
        self.write("package/usr/include/header.h", "int one;\n")
        self.deb = self.folder / "mirror/debian/headers.deb"
        self.deb.parent.mkdir(parents=True)
        subprocess.run(["dpkg-deb", "--build", str(self.folder / "package"), str(self.deb)], check=True, capture_output=True)
        handler = functools.partial(Quiet, directory=str(self.folder / "mirror"))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        self.mirror = f"http://127.0.0.1:{server.server_port}"

    def fetch(self, sha256: str, path: str = "debian/headers.deb") -> None:
        pin = {"name": "headers", "path": path, "sha256": sha256}
        pins = self.write("sources.json", json.dumps({"libraries": [pin], "authorities": {**pin, "name": "authorities"}}))
        saved, sources.PINS = sources.PINS, pins
        self.addCleanup(setattr, sources, "PINS", saved)
        sources.fetch(self.folder / "out", self.mirror)

    def test_what_is_pinned_is_unpacked(self):
        self.fetch(hashlib.sha256(self.deb.read_bytes()).hexdigest())
        self.assertEqual("int one;\n", (self.folder / "out/headers/usr/include/header.h").read_text())

    def test_other_bytes_are_refused(self):
        with self.assertRaisesRegex(sources.Trouble, "is pinned: it is refused"):
            self.fetch("0" * 64)
        self.assertFalse((self.folder / "out/headers").exists())

    def test_a_file_that_another_took_the_place_of_is_fetched_anew(self):
        digest = hashlib.sha256(self.deb.read_bytes()).hexdigest()
        self.write("out/files/headers.deb", "cut off")
        self.fetch(digest)
        self.assertTrue((self.folder / "out/headers/usr/include/header.h").exists())

    def test_a_version_that_debian_has_replaced_says_what_to_do(self):
        with self.assertRaisesRegex(sources.Gone, "sources.py renew"):
            self.fetch("0" * 64, "debian/gone.deb")


if __name__ == "__main__":
    unittest.main()
