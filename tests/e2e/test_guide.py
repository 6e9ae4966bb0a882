"""Every command of README.md, docs/restoring.md and docs/guide is run, in the page's order, and ends and prints as the page says.

Each page gets a simulator and a folder of its own. A page that starts its own s3sim gets that one's port. In the other pages'
simulator lie, before the first command:
    source-bucket    five objects on each of the first three days of April 2018, one of them .../0/6/my_file.xml
    log-bucket       logs as CloudTrail, a load balancer and Firehose write them
    old-archive-bucket  a ZIP of the original program, and one of somebody else
    archive-bucket, other-bucket    nothing
"""

import io
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
import zipfile
from concurrent.futures import ThreadPoolExecutor

from harness import pages
from harness.load import Original, load
from harness.program import TIMEOUT_S, clean_environment
from harness.stores import LIBC, start_sim
from harness.suite import main

PORT_IN_PAGES = "127.0.0.1:9000"
# What a page may call. All else (aws, sudo, systemctl) isn't found, so a page must say that it isn't run.
TOOLS = ("cat", "curl", "date", "find", "grep", "head", "jq", "ls", "mkdir", "sh", "sleep", "unzip", "wc")


def sources() -> dict[str, Original]:
    names = ["0/6/my_file.xml", *(f"{hour}/0/order-{hour}.xml" for hour in range(4))]
    return {f"sources/2018/04/{day:02}/{name}": Original(f"<order day='{day}'>{name}</order>\n".encode() * 20, "text/xml")
            for day in (1, 2, 3) for name in names}


def logs() -> dict[str, Original]:
    account = "AWSLogs/123456789012"
    keys = [f"{account}/CloudTrail/{region}/2018/04/{day}/{account[8:]}_CloudTrail_{region}_{n}.json.gz"
            for region in ("eu-west-1", "us-east-1") for day in ("01", "02") for n in range(2)]
    keys += [f"{account}/elasticloadbalancing/eu-west-1/2018/04/01/app.my-lb.{n}.log.gz" for n in range(3)]
    keys += [f"firehose/2018/04/01/{hour}/stream-1-{n}" for hour in ("13", "14") for n in range(2)]
    return {key: Original(f"the bytes of {key}\n".encode()) for key in keys}


def old_archives() -> dict[str, Original]:
    def packed(members: dict[str, str]) -> Original:
        body = io.BytesIO()
        with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in members.items():
                archive.writestr(name, text)
        return Original(body.getvalue())

    return {"source-bucket/20170210.zip": packed({f"sources_2017_02_10_0_6_{name}.xml": f"<{name}/>" for name in ("my_file", "other")}),
            "backups/2017-02-11.zip": packed({"reports/monday.txt": "a report\n"})}


def buckets() -> dict[str, dict[str, Original]]:
    return {"source-bucket": sources(), "log-bucket": logs(), "old-archive-bucket": old_archives(), "archive-bucket": {}, "other-bucket": {}}


def free_port() -> int:
    """One that the kernel gives to nobody by itself, so that it stays free."""
    for port in random.sample(range(20_000, 30_000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")


def end_with_parent() -> None:
    """As die_with_parent(), but so that a shell still runs its trap."""
    pr_set_pdeathsig = 1
    LIBC.prctl(pr_set_pdeathsig, signal.SIGTERM)


class Walk:
    """One page, followed from top to bottom."""

    def __init__(self, text: str, folder: pathlib.Path, with_store: bool):
        self.folder = folder
        self.port = free_port()
        self.text = text.replace(PORT_IN_PAGES, f"127.0.0.1:{self.port}")
        self.blocks = [pages.first_commands(self.text), *pages.blocks_of(self.text)]
        self.starts_sim = any(block.kind == "run" and re.search(r"^s3sim ", block.text, re.MULTILINE) for block in self.blocks)
        self.store = None
        if with_store and not self.starts_sim and any(block.kind == "run" and block.text for block in self.blocks):
            self.store = start_sim()
            for bucket, objects in buckets().items():
                load(self.store, bucket, {"": Original(b"")})  # a PUT without a key makes the bucket
                load(self.store, bucket, objects)

    def close(self) -> None:
        if self.store:
            self.store.stop()

    def run(self) -> list[str]:
        """What isn't as the page says; the walk ends at the first command that ends otherwise."""
        script = ["set -o pipefail", "trap 'kill $(jobs -p) 2>/dev/null' EXIT", "exec 9>../results"]
        expected: list[tuple[pages.Command, int]] = []
        for number, block in enumerate(self.blocks):
            if block.kind == "file":
                path = self.folder / "walk" / block.argument
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.text, encoding="utf-8")
                path.chmod(0o755)
            if block.kind != "run":
                continue
            script.append(f"exec >../output.{number} 2>&1")
            for command in pages.commands_of(block):
                expected.append((command, number))
                script += [command.text, "code=$?", "echo $code >&9", f"[[ $code == {command.exit_code} ]] || exit 99"]
                if command.text.rstrip().endswith("&"):  # a server: the next command finds it listening
                    script.append(f"for _ in {{1..500}}; do (: <>/dev/tcp/127.0.0.1/{self.port}) 2>/dev/null && break; sleep 0.02; done")
        self._call("\n".join(script) + "\n")
        codes = [int(line) for line in (self.folder / "results").read_text().split()]
        wrong = [f"line {command.line}: {command.text.rstrip()}\n  ended with {code}, and the page says {command.exit_code}\n"
                 + self._output(number) for (command, number), code in zip(expected, codes)
                 if code != command.exit_code]
        if not wrong and len(codes) < len(expected):
            wrong = [f"line {expected[len(codes)][0].line}: this command ended the shell\n{self._output(expected[len(codes)][1])}"]
        return wrong or self._compare_output()

    def _call(self, script: str) -> None:
        bin_folder, work = self.folder / "bin", self.folder / "walk"
        bin_folder.mkdir()
        work.mkdir(exist_ok=True)
        for tool in TOOLS:
            found = shutil.which(tool, path="/usr/bin:/bin")
            assert found, f"{tool} isn't installed: scripts/install-deps test"
            (bin_folder / tool).symlink_to(found)
        for name, variable in (("s3compress", "S3C_PROGRAM"), ("s3sim", "S3C_SIM")):
            (bin_folder / name).symlink_to(os.environ[variable])
        environment = clean_environment(self.store, str(work)) | {"PATH": str(bin_folder)}
        shell = subprocess.Popen(["/bin/bash", "--norc", "-c", script], cwd=work, env=environment, stdin=subprocess.DEVNULL,
                                 preexec_fn=end_with_parent)
        try:
            shell.wait(TIMEOUT_S)
        finally:
            shell.terminate()
            shell.wait(10)

    def _output(self, number: int) -> str:
        return (self.folder / f"output.{number}").read_text(encoding="utf-8", errors="replace")

    def _compare_output(self) -> list[str]:
        """Each line that a page shows must have been printed, after the line before it."""
        wrong, last_run = [], None
        for number, block in enumerate(self.blocks):
            if block.kind == "run" and block.text:
                last_run = number
            if block.kind != "prints":
                continue
            if last_run is None:
                wrong.append(f"line {block.line}: nothing ran that could have printed this")
                continue
            printed = self._output(last_run).splitlines()
            for line in block.text.splitlines():
                pattern = re.compile(".*".join(re.escape(part) for part in line.rstrip().split("…")))
                while printed and not pattern.fullmatch(printed[0].rstrip()):
                    printed.pop(0)
                if not printed:
                    wrong.append(f"line {block.line}: {line!r} wasn't printed, or not in this place:\n{self._output(last_run)}")
                    break
                printed.pop(0)
        return wrong


def walk(text: str, with_store: bool = True) -> list[str]:
    if pages.why_not_run(text):
        return []
    with tempfile.TemporaryDirectory() as folder:
        walked = Walk(text, pathlib.Path(folder), with_store)
        try:
            return walked.run()
        finally:
            walked.close()


def setUpModule():
    for variable in ("S3C_PROGRAM", "S3C_SIM"):
        if not os.environ.get(variable):
            raise unittest.SkipTest(f"{variable} names no program")


class Guide(unittest.TestCase):
    """Has a test for each page; they are made below."""

    @classmethod
    def setUpClass(cls):
        # Side by side: most of the time is waiting for one process or the other. A simulator dies with the thread that started it.
        cls.pool = ThreadPoolExecutor(4)
        cls.addClassCleanup(cls.pool.shutdown)
        cls.walks = {path: cls.pool.submit(walk, path.read_text(encoding="utf-8")) for path in pages.pages()}

    def follow(self, path: pathlib.Path) -> None:
        if why := pages.why_not_run(path.read_text(encoding="utf-8")):
            self.skipTest(why)
        self.assertEqual([], self.walks[path].result(), f"{path.relative_to(pages.ROOT)} isn't as it says")


class TheWalkItself(unittest.TestCase):
    """A page that is wrong is found out."""

    def complaints(self, *lines: str) -> str:
        return "\n".join(walk("\n".join(lines), with_store=False))

    def test_exit_codes(self):
        self.assertEqual("", self.complaints("    true", "    false # exit 1: it says so", "    three() { return 3; }", "    three # exit 3"))
        self.assertIn("ended with 1, and the page says 0", self.complaints("    true", "    false"))
        self.assertIn("ended with 0, and the page says 4", self.complaints("    s3compress --version # exit 4"))
        self.assertIn("ended with 1, and the page says 0", self.complaints("    false | cat"))

    def test_what_cannot_run_must_be_marked(self):
        self.assertIn("ended with 127", self.complaints("    sudo true"))
        self.assertIn("ended with 127", self.complaints("```sh", "aws s3 ls", "```"))
        self.assertEqual("", self.complaints("<!-- not run: needs root -->", "", "    sudo true", "", "```json", "not a command", "```"))
        with self.assertRaises(pages.PageError):
            walk("<!-- not run -->\n\n    sudo true\n")
        with self.assertRaises(pages.PageError):
            walk("<!-- not  run: why -->\n\n    sudo true\n".replace("not  run", "not run;"))

    def test_output(self):
        page = ["    echo one; echo two, after 17 ms", "", "<!-- prints -->", "", "    {}"]
        self.assertEqual("", self.complaints(*page[:-1], "    one", "    two, after … ms"))
        self.assertIn("wasn't printed", self.complaints(*page[:-1], "    two, after … ms", "    one"))
        self.assertIn("wasn't printed", self.complaints(*page[:-1], "    on"))

    def test_one_shell_and_the_files_of_the_page(self):
        self.assertEqual("", self.complaints("<!-- file: job/run.sh -->", "", "    echo $1", "", "text", "", "    A=5; cd job", "    until",
                                             "      true", "    do false; done", "    sh run.sh \\", "      $A | grep 5"))
        self.assertIn("ended the shell", self.complaints("    exit 0", "    true"))
        with self.assertRaises(pages.PageError):
            walk("    echo 'open\n")


for page in pages.pages():
    name = page.relative_to(pages.ROOT).with_suffix("").as_posix().removeprefix("docs/").lower()
    setattr(Guide, "test_" + re.sub(r"[^a-z0-9]", "_", name), lambda self, path=page: self.follow(path))


if __name__ == "__main__":
    main()
