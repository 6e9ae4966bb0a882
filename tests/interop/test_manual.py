"""The man pages as man shows them, and the completions in real shells: a TAB is typed into bash, zsh and fish.

They lie in manual/, beside the built program."""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness.program import run
from harness.suite import main

PATIENCE_S = 60  # a shell that answers nothing for so long hangs


def manual() -> Path:
    program = os.environ.get("S3C_PROGRAM")
    if not program:
        raise unittest.SkipTest("S3C_PROGRAM doesn't name s3compress")
    folder = Path(program).parent / "manual"
    if not (folder / "made").exists():
        raise RuntimeError(f"{folder} has no man pages: build the target manual")
    return folder


def help_of(*words: str) -> str:
    result = run(None, *words, "--help")
    if result.code != 0:
        raise AssertionError(str(result))
    return result.out


def commands() -> list[str]:
    listed = help_of().split("\nCommands:\n")[1].split("\n\n")[0]
    return re.findall(r"^  ([a-z-]+(?: [a-z-]+)?)(?:  |$)", listed, re.MULTILINE)


def words_of(text: str) -> str:
    return " ".join(text.split())


@unittest.skipUnless(shutil.which("man"), "man is not installed (apt install man-db)")
class ManPages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = manual() / "man1"
        cls.pages = {" ": "s3compress"} | {name: "s3compress-" + name.replace(" ", "-") for name in commands()}
        cls.rendered = {}

    def render(self, page: str, width: int = 80) -> str:
        if (page, width) not in self.rendered:
            shown = subprocess.run(["man", "--warnings", "--encoding=UTF-8", "--local-file", str(self.folder / f"{page}.1")],
                                   capture_output=True, text=True, check=False,
                                   env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": str(width), "MAN_KEEP_FORMATTING": "",
                                        "MANROFFOPT": ""})
            self.assertEqual((0, ""), (shown.returncode, shown.stderr), page)
            self.rendered[page, width] = shown.stdout
        return self.rendered[page, width]

    def test_each_command_has_a_page_that_renders_without_a_warning(self):
        self.assertIn("catalog rebuild", self.pages, "the commands of --help are read")
        made = {path.stem for path in self.folder.iterdir()}
        groups = {name.split()[0] for name in self.pages if " " in name.strip()}
        self.assertEqual({"catalog", "report"}, groups)
        self.assertEqual(made, set(self.pages.values()) | {f"s3compress-{group}" for group in groups})
        for page in made:
            for width in (80, 50):
                self.assertIn("NAME\n", self.render(page, width), page)

    def test_pages_tell_what_help_tells(self):
        for name, page in self.pages.items():
            text = words_of(self.render(page, 1000))
            told = help_of(*name.split())
            before = "lists every flag of that command.\n\n" if name == " " else "[flags]\n\n"
            flags = told.split(before)[1].split("\nSettings:\n")[0]
            for row in re.split(r"\n(?=  -)|\n\n", flags):
                self.assertIn(words_of(row).removesuffix(":"), text, page)

    def test_examples_stand_as_they_are_typed(self):
        for name, page in self.pages.items():
            lines = [line.strip() for line in self.render(page).splitlines()]
            examples = help_of(*name.split()).split("\nExamples:\n")[1]
            typed = [line.strip() for line in examples.splitlines() if line.startswith("    ")]
            self.assertTrue(typed, page)
            for line in typed:
                self.assertIn(line, lines, page)

    def test_whatis_finds_them(self):
        for name, page in self.pages.items():
            said = subprocess.run(["lexgrog", str(self.folder / f"{page}.1")], capture_output=True, text=True, check=True).stdout
            self.assertRegex(said, rf': "{re.escape(page)} - \w', name)


class Shell:
    """An interactive shell at a terminal of its own, in which s3compress is a function that prints its arguments."""

    def __init__(self, program: str, arguments: list[str], home: Path, environment: dict[str, str]):
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.chdir(home)
            path = shutil.which(program)
            os.execve(path, [path, *arguments], {"PATH": "/usr/bin:/bin", "HOME": str(home), "TERM": "dumb",
                                                 "LC_ALL": "C.UTF-8", **environment})
        self.pid = pid
        self.seen = b""
        self.wait_for(b"READY>")

    def wait_for(self, mark: bytes) -> bytes:
        """What was printed until mark."""
        while mark not in self.seen:
            if not select.select([self.terminal], [], [], PATIENCE_S)[0]:
                raise AssertionError(f"the shell printed no {mark}: {self.seen[-2000:]}")
            self.seen += os.read(self.terminal, 65536)
        before, _, self.seen = self.seen.partition(mark)
        return before

    def completed(self, line: str) -> list[str]:
        """The arguments that s3compress gets when this and a TAB are typed, and then Enter."""
        os.write(self.terminal, f"s3compress {line}\t\r".encode())
        self.wait_for(b"<got>")
        words = self.wait_for(b"</got>").decode().split("|")
        self.wait_for(b"READY>")
        return [word.rstrip("/") for word in words]

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


# What is typed, and what the shell makes of it. Nothing is added where several words fit or none does.
TYPED = [
    ("rest", "restore"),
    ("help rest", "help restore"),
    ("restore --ti", "restore --tier"),
    ("restore --tier B", "restore --tier Bulk"),
    ("restore --tier=St", "restore --tier=Standard"),
    ("restore --overw", "restore --overwrite"),
    ("ls --overw", "ls --overw"),
    ("cata", "catalog"),
    ("catalog reb", "catalog rebuild"),
    ("catalog --bucket x reb", "catalog --bucket x rebuild"),
    ("catalog forget --arch-b", "catalog forget --arch-bucket"),
    ("--keep", "--keep-sources"),  # the default command's
    ("--keep-sources arch", "--keep-sources archive"),
    ("--bucket ls rest", "--bucket ls restore"),  # here ls is a bucket
    ("--arch_bucket ls --bucket=x rest", "--arch_bucket ls --bucket=x restore"),
    ("--bucket ls --overw", "--bucket ls --overw"),
    ("archive --sse aws:kms:d", "archive --sse aws:kms:dsse"),
    ("--storage-class DEEP", "--storage-class DEEP_ARCHIVE"),
    ("find --ca-bundle auth", "find --ca-bundle authorities.pem"),
    ("find --ca-bundle=auth", "find --ca-bundle=authorities.pem"),
    ("restore --to restored-f", "restore --to restored-files"),
    ("restore --arch-bucket auth", "restore --arch-bucket auth"),  # no file is a bucket
    ("restore auth", "restore auth"),
]


class Completions(unittest.TestCase):
    def setUp(self):
        self.folder = manual()
        home = tempfile.TemporaryDirectory()
        self.addCleanup(home.cleanup)
        self.home = Path(home.name)
        (self.home / "authorities.pem").touch()
        (self.home / "restored-files").mkdir()

    def meets(self, program: str, arguments: list[str], start_file: str, start_text: str, **environment: str):
        if not shutil.which(program):
            self.skipTest(f"{program} is not installed (apt install {program})")
        path = self.home / start_file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(start_text)
        shell = Shell(program, arguments, self.home, environment)
        self.addCleanup(shell.close)
        for typed, wanted in TYPED:
            with self.subTest(program=program, typed=typed):
                self.assertEqual(wanted.split(), shell.completed(typed))

    def test_in_bash(self):
        self.meets("bash", ["--rcfile", str(self.home / "bashrc"), "-i"], "bashrc",
                   f"PS1='READY>'\nsource {self.folder}/bash/s3compress\n"
                   "s3compress() { local IFS='|'; printf '<got>%s</got>\\n' \"$*\"; }\n")

    def test_in_zsh(self):
        self.meets("zsh", ["-i"], ".zshrc",
                   f"PS1='READY>'\nunsetopt PROMPT_SP\nfpath=({self.folder}/zsh $fpath)\nautoload -Uz compinit\ncompinit -u -D\n"
                   "zstyle ':completion:*' insert-tab false\n"  # by default a TAB with an Enter behind it is taken for pasted text
                   "s3compress() { print -r -- \"<got>${(j:|:)@}</got>\" }\n", ZDOTDIR=str(self.home))

    def test_in_fish(self):
        self.meets("fish", ["-i"], ".config/fish/config.fish",
                   f"set fish_greeting\nset -p fish_complete_path {self.folder}/fish\nfunction fish_prompt; echo 'READY>'; end\n"
                   "function s3compress; echo '<got>'(string join '|' -- $argv)'</got>'; end\n")


if __name__ == "__main__":
    main()
