#!/usr/bin/python3
"""Tests of cmake/WriteBuildInfo.cmake (which version a commit is) and of scripts/release (what it refuses, what it
leaves), in git repositories made for that."""

import hashlib
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
               "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_AUTHOR_DATE": "2026-03-04T23:30:00-0500",
               "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com", "GIT_COMMITTER_DATE": "2026-03-04T23:30:00-0500"}


class Repository(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "project"
        self.root.mkdir()
        self.write("CHANGELOG.md", "## [Unreleased]\n\n## [0.2.0] - 2026-03-04\n\n- faster\n\n## [0.1.0] - 2025-01-01\n\n- first\n")
        self.write("CMakeLists.txt", "project(s3compressor VERSION 0.2.0 LANGUAGES CXX)\n")

    def write(self, name: str, text: str, mode: int = 0o644) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def run_here(self, *command: str) -> subprocess.CompletedProcess:
        return subprocess.run(command, cwd=self.root, env=ENVIRONMENT, capture_output=True, text=True, check=False)

    def git(self, *words: str) -> str:
        done = self.run_here("git", *words)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout.strip()

    def commit(self, message: str = "change") -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def start(self) -> str:
        self.git("init", "--quiet")
        return self.commit()


class Version(Repository):
    def info(self) -> dict[str, str]:
        header = self.root.parent / "build_info.h"
        done = self.run_here("cmake", "-D", f"SOURCE={self.root}", "-D", f"HEADER={header}", "-D", "VERSION=0.2.0",
                             "-D", "BUILD_TYPE=Release", "-P", str(PROJECT / "cmake" / "WriteBuildInfo.cmake"))
        self.assertEqual(0, done.returncode, done.stderr)
        return dict(re.findall(r'k(\w+) = "(.*)";', header.read_text()))

    def test_without_a_tag_it_comes_before_the_next_version(self):
        commit = self.start()
        self.assertEqual(f"0.2.0-dev.1+g{commit[:7]}", self.info()["Version"])
        self.assertEqual((commit, "2026-03-04", "Release"), tuple(self.info()[k] for k in ("Commit", "Date", "BuildType")))

    def test_the_tag_is_the_version_and_later_commits_count_from_it(self):
        self.start()
        self.git("tag", "v0.1.0")
        self.git("tag", "v-is-no-version")
        self.assertEqual("0.1.0", self.info()["Version"])
        self.commit()
        self.git("tag", "later")
        commit = self.commit()
        self.assertEqual(f"0.1.0+2.g{commit[:7]}", self.info()["Version"])

    def test_changes_that_are_not_committed_show(self):
        self.start()
        self.git("tag", "-a", "-m", "x", "v0.2.0")
        self.write("new.txt", "git doesn't know it, and neither does the build")
        self.assertEqual("0.2.0", self.info()["Version"])
        self.write("CHANGELOG.md", "changed\n")
        self.assertEqual("0.2.0.dirty", self.info()["Version"])

    def test_a_tarball_has_the_version_of_project(self):
        self.assertEqual(("0.2.0", "unknown"), (self.info()["Version"], self.info()["Commit"]))
        self.assertRegex(self.info()["Date"], r"^\d{4}-\d\d-\d\d$")


class Release(Repository):
    def setUp(self):
        super().setUp()
        for script in ("common.sh", "release"):
            (self.root / "scripts").mkdir(exist_ok=True)
            shutil.copy(PROJECT / "scripts" / script, self.root / "scripts" / script)
        self.write(".gitignore", "/dist/\n")
        self.write(".ci/run", "#!/bin/sh\nexit 0\n", 0o755)
        self.write("scripts/package", "#!/bin/sh\nmkdir -p dist && git describe >dist/s3compress_x.deb && cp dist/s3compress_x.deb dist/s3compress-x.whl &&\n"
                   "touch dist/SHA256SUMS && echo \"$@\" >dist/asked\n", 0o755)
        for script in ("scripts/try-deb", "scripts/try-static", "scripts/try-image"):
            self.write(script, "#!/bin/sh\ntest -e dist/s3compress-x.whl\n", 0o755)

    def release(self, version: str = "0.2.0") -> subprocess.CompletedProcess:
        return self.run_here("scripts/release", version)

    def refuses(self, words: str, version: str = "0.2.0") -> None:
        tags = self.git("tag", "--list")
        done = self.release(version)
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertIn(words, done.stderr)
        self.assertEqual(tags, self.git("tag", "--list"))
        self.assertFalse((self.root / "dist" / version).exists())

    def test_leaves_all_with_checksums_in_one_folder_and_a_tag(self):
        commit = self.start()
        done = self.release()
        self.assertEqual(0, done.returncode, done.stderr)
        folder = self.root / "dist" / "0.2.0"
        self.assertEqual({"s3compress_x.deb", "s3compress-x.whl", "s3compressor-0.2.0.tar.gz", "NOTES.md", "SHA256SUMS"},
                         {f.name for f in folder.iterdir()})
        self.assertEqual("all --check\n", (self.root / "dist" / "asked").read_text())
        self.assertEqual("v0.2.0\n", (folder / "s3compress_x.deb").read_text(), "packed from the tag")
        self.assertEqual("\n- faster\n\n", (folder / "NOTES.md").read_text())
        for line in (folder / "SHA256SUMS").read_text().splitlines():
            digest, name = line.split()
            self.assertEqual(hashlib.sha256((folder / name).read_bytes()).hexdigest(), digest)
        self.assertEqual(commit, self.git("rev-parse", "v0.2.0^{commit}"))

    def test_refuses_what_is_not_ready(self):
        self.start()
        self.refuses("CMakeLists.txt says version 0.2.0", "0.3.0")
        self.refuses('no section "## [0.3.0]', "0.3.0")
        self.write("notes.txt", "unknown to git")
        self.refuses("aren't committed: ?? notes.txt")
        (self.root / "notes.txt").unlink()
        self.git("tag", "v0.2.0")
        self.refuses("a tag v0.2.0 already")

    def test_without_passing_tests_there_is_no_tag(self):
        self.write(".ci/run", "#!/bin/sh\nexit 1\n", 0o755)
        self.start()
        self.refuses("the tests didn't pass")

    def test_a_package_that_fails_takes_the_tag_back(self):
        self.write("scripts/package", "#!/bin/sh\nexit 1\n", 0o755)
        self.start()
        self.refuses("nothing is tagged")

    def test_a_program_that_does_not_run_takes_the_tag_back(self):
        self.write("scripts/try-static", "#!/bin/sh\nexit 1\n", 0o755)
        self.start()
        self.refuses("nothing is tagged")

    def test_a_package_that_does_not_install_in_debian_13_takes_the_tag_back(self):
        self.write("scripts/try-deb", "#!/bin/sh\n! test \"$*\" = '--suite trixie'\n", 0o755)
        self.start()
        self.refuses("nothing is tagged")


if __name__ == "__main__":
    unittest.main()
