#!/usr/bin/python3
"""Fails on what the picture of the rooms in ARCHITECTURE.md forbids.

    cli → { archive , restore , upkeep , plan } → source → catalog → { s3 → aws → http , zip , index } → base      sim → base

An arrow may skip rooms on its way down. Forbidden are: an include of a room above or beside; a name of such a room
(a qualified name, a forward declaration, an alias of its namespace); files that include each other in a circle; a
folder that holds too much; a literal of core code that names a flag of the command line.

usage: check_layers.py [project folder]
"""

import re
import sys
from pathlib import Path

# What a room may use besides itself: its includes and its names. Only s3/ knows how requests travel and who signs
# them; for the rooms above it a store is the interface s3::ObjectStore.
STORE = {"s3", "zip", "index", "base"}
MAY_USE = {
    "base": set(),
    "http": {"base"},
    "aws": {"http", "base"},
    "s3": {"aws", "http", "base"},
    "zip": {"base"},
    "index": {"base"},
    "catalog": STORE,
    "source": {"catalog"} | STORE,
    "archive": {"source", "catalog"} | STORE,
    "restore": {"source", "catalog"} | STORE,
    "upkeep": {"source", "catalog"} | STORE,
    "plan": {"source", "catalog"} | STORE,
    "cli": {"archive", "restore", "upkeep", "plan", "source", "catalog", "base"},
    "sim": {"base"},
}

# Single headers below that a room may use too: the words that the values it handles are made of.
SHARED_HEADERS = {"cli": {"s3/types.h", "s3/object_store.h", "s3/power.h", "s3/request_stats.h", "index/row.h", "index/manifest.h"}}

# The places that need more, each with its reason.
EXCEPTIONS = {
    # Someone has to build the store, its credentials and its transport, and hand them down as interfaces.
    "src/cli/wiring": {"s3", "aws", "http"},
    "src/cli/session": {"s3", "aws", "http"},
    "src/cli/sign_in": {"s3", "aws", "http"},
    "src/cli/who_am_i": {"s3", "aws", "http"},
    # Metrics are pushed to a gateway, which is no store.
    "src/cli/pushing": {"aws", "http"},
    # --version names libcurl and what it stands on.
    "src/cli/version": {"http"},
}

# Libraries kept out of all rooms but these.
OWNED_LIBRARIES = {"curl": {"http"}, "boost": {"sim"}, "CLI": {"sim"}, "toml++": {"cli"}}

# A .h and its .cpp are one. More of them in one folder are a hall, not a room.
MAX_UNITS = 40

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.MULTILINE)
ROOM = "|".join(sorted(MAY_USE, key=len, reverse=True))
# s3::Name and s3c::s3::Name, but not x.s3::Name or my::s3::Name.
QUALIFIED = re.compile(rf"(?<![\w.>:])(?:s3c::)?({ROOM})::(\w+)")
# namespace s3c::s3 {   namespace s3 {   namespace x = s3c::s3;   using namespace s3c::s3;
OPENED = re.compile(rf"\bnamespace\s+(?:s3c::)?({ROOM})\b(?!\s*=)")
ALIASED = re.compile(rf"\bnamespace\s+\w+\s*=\s*(?:s3c::)?({ROOM})\s*;")
# namespace http = boost::beast::http;
OTHER_PROJECTS = re.compile(rf"\bnamespace\s+({ROOM})\s*=\s*(?!s3c::)\w+::")
# Comments, and literals with their prefixes; what is left of them is a space.
NO_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^\s()\\]{0,16})\(.*?\)\1"|"(?:[^"\\\n]|\\.)*"|(?<![0-9a-fA-F])\'(?:[^\'\\\n]|\\.)+\'', re.DOTALL)
# "--threads": only cli (and sim, which has a command line of its own) may know how a setting is spelled there.
FLAG = re.compile(r"--[a-z]")


class Tree:
    """The sources of a project, read once."""

    def __init__(self, root: Path):
        self.root = root.resolve()
        self.texts = {
            file.relative_to(self.root): file.read_text(encoding="utf-8")
            for folder in ("src", "sim")
            for file in sorted((self.root / folder).rglob("*"))
            if file.suffix in (".h", ".cpp")
        }

    def file_of_include(self, name: Path, target: str) -> Path | None:
        """The file of ours that an include leads to, whether it is there or not; None for what is not ours."""
        beside = (self.root / name.parent / target).resolve()  # "x.h" and "../zip/x.h" are relative to the file
        if beside.is_relative_to(self.root) and beside.relative_to(self.root) in self.texts:
            return beside.relative_to(self.root)
        first = target.split("/")[0]
        if "/" not in target or first not in MAY_USE:
            return None
        return Path(target) if first == "sim" else Path("src") / target


def room_of(path: Path) -> str | None:
    parts = path.parts
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    return "sim" if parts[0] == "sim" else None


def declares(text: str, name: str) -> bool:
    return re.search(rf"\b(?:class|struct|enum|using)\s+(?:class\s+)?{name}\b", text) is not None


def found_in(tree: Tree, name: Path) -> list[str]:
    """What is wrong with one file on its own."""
    room = room_of(name)
    if room not in MAY_USE:
        return [f"{name}: lies in no room"]
    found = []
    text = tree.texts[name]
    allowed = MAY_USE[room] | EXCEPTIONS.get(name.with_suffix("").as_posix(), set()) | {room}
    shared = SHARED_HEADERS.get(room, set())

    for match in INCLUDE.finditer(text):
        target = match.group(1)
        owners = OWNED_LIBRARIES.get(target.split("/")[0]) if "/" in target else None
        if owners is not None and room not in owners:
            found.append(f"{name}: includes {target}, which only {' and '.join(sorted(owners))} may")
        file = tree.file_of_include(name, target)
        to = room_of(file) if file else None
        if to is not None and to not in allowed and file.as_posix().removeprefix("src/") not in shared:
            found.append(f"{name}: {room} must not include {to} ({target})")

    code = INCLUDE.sub("", NO_CODE.sub(" ", text))
    others = set(OTHER_PROJECTS.findall(code))
    for to, what in sorted(set(QUALIFIED.findall(code))):
        if to not in allowed | others and not any(
            declares(tree.texts.get(Path("src") / header, ""), what) for header in shared if header.startswith(to + "/")
        ):
            found.append(f"{name}: {room} must not name {to}::{what}")
    for to in sorted(set(OPENED.findall(code))):
        if to != room and not re.search(rf"\busing\s+namespace\s+(?:s3c::)?{to}\b", code):
            found.append(f"{name}: declares something in the namespace of {to}")
        elif to not in allowed:
            found.append(f"{name}: {room} must not name {to}")
    for to in sorted(set(ALIASED.findall(code))):
        if to not in allowed:
            found.append(f"{name}: {room} must not name {to}")
    if room not in ("cli", "sim"):
        for literal in NO_CODE.finditer(text):
            if not literal.group().startswith("/") and FLAG.search(literal.group()):
                found.append(f"{name}: {room} must name the setting, not the flag: {literal.group()}")
    return found


def unit_of(name: Path) -> str:
    return name.with_suffix("").as_posix()


def circles(tree: Tree) -> list[str]:
    """Files that include each other, directly or not; a .h and its .cpp are one."""
    arrows: dict[str, set[str]] = {unit_of(name): set() for name in tree.texts}
    for name, text in tree.texts.items():
        for match in INCLUDE.finditer(text):
            file = tree.file_of_include(name, match.group(1))
            if file in tree.texts and unit_of(file) != unit_of(name):
                arrows[unit_of(name)].add(unit_of(file))

    def way(start: str) -> list[str] | None:
        """The shortest way from start back to it."""
        ways = [[start]]
        seen = set()
        while ways:
            so_far = ways.pop(0)
            for to in sorted(arrows[so_far[-1]]):
                if to == start:
                    return so_far + [start]
                if to not in seen:
                    seen.add(to)
                    ways.append(so_far + [to])
        return None

    found, told = [], set()
    for unit in sorted(arrows):
        around = way(unit) if unit not in told else None
        if around:
            told.update(around)
            found.append(f"{unit}: includes itself in a circle: {' → '.join(around)}")
    return found


def full_folders(tree: Tree) -> list[str]:
    units: dict[Path, set[str]] = {}
    for name in tree.texts:
        if name.parts[0] == "src":
            units.setdefault(name.parent, set()).add(unit_of(name))
    return [
        f"{folder}: {len(held)} pairs of .h and .cpp, more than {MAX_UNITS}: it is more than one room"
        for folder, held in sorted(units.items())
        if len(held) > MAX_UNITS
    ]


def violations(root: Path) -> list[str]:
    tree = Tree(root)
    found = [line for name in tree.texts for line in found_in(tree, name)]
    return found + circles(tree) + full_folders(tree)


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent
    if not (root / "src").is_dir():
        print(f"check_layers: no src/ in {root}", file=sys.stderr)
        return 2
    found = violations(root)
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
