"""Pages of the documentation: the blocks of code in them, and the commands in these.

A block is indented by four spaces, or fenced. A comment before it says what it is:

    <!-- not run: WHY -->    nothing here can run it (sudo, the AWS CLI), or it is no command
    <!-- prints -->          what the commands of the block before it print; … stands for any text
    <!-- file: NAME -->      it is saved under this name, for the commands after it

A page may begin with commands that aren't shown: <!-- first: COMMAND -->.

A block without such a comment is commands, unless its fence names a language that isn't a shell's. A command ends with exit
code 0, unless a comment behind it says otherwise: "# exit 4". A page that begins with <!-- page not run: WHY --> has none.
"""

import dataclasses
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).parents[2]
SHELLS = ("", "sh", "bash", "console")
DIRECTIVE = re.compile(r"<!-- (not run|prints|file)(?:: (.*?))? -->")
FIRST = re.compile(r"^<!-- first: (.+) -->$", re.MULTILINE)
EXIT_CODE = re.compile(r"\s# exit (\d+)\b[^\n]*$")


@dataclasses.dataclass
class Block:
    line: int  # of its first line, from 1
    text: str
    kind: str  # "run", "not run", "prints", "file" or "shown" (a language that isn't a shell's)
    argument: str = ""  # why it isn't run, or the file's name
    end: int = 0  # the line behind it


@dataclasses.dataclass
class Command:
    line: int
    text: str
    exit_code: int


class PageError(Exception):
    """The page says something that can't be meant."""


def blocks_of(text: str) -> list[Block]:
    """The blocks of a page, in their order."""
    lines = text.splitlines()
    blocks: list[Block] = []
    directive: tuple[str, str] | None = None
    after_blank = True
    at = 0
    while at < len(lines):
        line = lines[at]
        first, language, end, indent = at, "", at, 0
        if fence := re.match(r" {0,3}(```+|~~~+)(\w*)\s*$", line):
            first, language, end = at + 1, fence[2], at + 1
            while end < len(lines) and not lines[end].strip().startswith(fence[1]):
                end += 1
            at = end + 1
        elif line.startswith("    ") and after_blank:
            indent = 4
            while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
                end += 1
            at = end
        else:
            after_blank = not line.strip()
            found = DIRECTIVE.fullmatch(line.strip())
            if line.strip().startswith("<!--") and not found and re.match(r"<!--\s*(not run|prints|file)\b", line.strip()):
                raise PageError(f"line {at + 1}: {line.strip()} isn't understood")
            if found:
                directive = (found[1], found[2] or "")
                after_blank = True
            elif line.strip():
                directive = None
            at += 1
            continue
        kind, argument = directive or ("run" if language in SHELLS else "shown", "")
        if kind in ("not run", "file") and not argument:
            raise PageError(f"line {first}: <!-- {kind} --> doesn't say " + ("why" if kind == "not run" else "which"))
        body = "\n".join(text_line[indent:] for text_line in lines[first:end]).strip("\n") + "\n"
        blocks.append(Block(first + 1, body, kind, argument, end + 1))
        directive, after_blank = None, True
    return blocks


def why_not_run(text: str) -> str:
    """Why the whole page isn't run; empty if it is."""
    found = re.search(r"^<!-- page not run: (.+) -->$", text, re.MULTILINE)
    return found[1] if found else ""


def first_commands(text: str) -> Block:
    """What is run before the page's own commands."""
    return Block(1, "".join(f"{command}\n" for command in FIRST.findall(text)), "run")


def is_whole(command: str) -> bool:
    """Whether the shell has read all of it: no open quote, loop, or here-document."""
    if command.rstrip("\n").endswith("\\"):
        return False
    checked = subprocess.run(["bash", "-n", "-c", command], capture_output=True, check=False)
    return checked.returncode == 0 and not checked.stderr


def commands_of(block: Block) -> list[Command]:
    commands: list[Command] = []
    text, begin = "", block.line
    for number, line in enumerate(block.text.splitlines(), block.line):
        if not text and (not line.strip() or line.lstrip().startswith("#")):
            continue
        begin = begin if text else number
        text += line + "\n"
        if is_whole(text):
            found = EXIT_CODE.search(text.rstrip())
            commands.append(Command(begin, text, int(found[1]) if found else 0))
            text = ""
    if text:
        raise PageError(f"line {begin}: this command doesn't end within its block: {text}")
    return commands


def pages() -> list[pathlib.Path]:
    """The pages whose commands are run: those with which people begin."""
    return [ROOT / "README.md", ROOT / "docs" / "restoring.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))]
