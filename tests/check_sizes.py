#!/usr/bin/python3
"""Fails on what has grown too large to be read at once: files, classes, rooms.

usage: check_sizes.py [project folder]

The lengths of functions are clang-tidy's (readability-function-size).
"""

import re
import sys
from pathlib import Path

FILE_LINES = {"src": 400, "sim": 400, "bench": 400, "tests": 600}
CLASS_LINES = 200  # of one definition, with its members' bodies where they stand inside it
ROOM_PAIRS = 40  # a .h and a .cpp of one name count as one

SOURCES = {".h", ".cpp", ".py"}
CLASS = re.compile(r"^[ \t]*(?:template\s*<[^;{]*>\s*)?(?:class|struct)\s+(?:\w+\(.*?\)\s+|\[\[.*?\]\]\s+)*([\w:]+)(?:\s+final)?(?:\s*:[^;{=()]*)?\s*\{", re.MULTILINE)
NO_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)


def without_literals(text: str) -> str:
    """The text with comments and literals blanked, each line where it was."""
    return NO_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def class_lines(text: str):
    """Yields (name, first line, number of lines) of each class and struct that is defined in the text."""
    code = without_literals(text)
    for match in CLASS.finditer(code):
        depth = 0
        for at in range(match.end() - 1, len(code)):
            depth += {"{": 1, "}": -1}.get(code[at], 0)
            if depth == 0:
                yield match.group(1), code.count("\n", 0, match.start(1)) + 1, code.count("\n", match.start(1), at) + 1
                break


def violations(root: Path) -> list[str]:
    root = root.resolve()
    found = []
    rooms: dict[Path, set[str]] = {}
    for folder, limit in FILE_LINES.items():
        for file in sorted(f for f in (root / folder).rglob("*") if f.suffix in SOURCES and f.is_file()):
            name = file.relative_to(root)
            text = file.read_text(encoding="utf-8")
            lines = text.count("\n")
            if lines > limit:
                found.append(f"{name}: {lines} lines, {limit} are allowed in {folder}/")
            if file.suffix == ".py":
                continue
            if folder == "src":
                rooms.setdefault(name.parent, set()).add(file.stem)
            for class_name, line, count in class_lines(text):
                if count > CLASS_LINES and folder != "tests":
                    found.append(f"{name}:{line}: class {class_name} has {count} lines, {CLASS_LINES} are allowed")
    for room, pairs in sorted(rooms.items()):
        if len(pairs) > ROOM_PAIRS:
            found.append(f"{room}: {len(pairs)} pairs of .h and .cpp, {ROOM_PAIRS} are allowed in a room")
    return found


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent
    if not (root / "src").is_dir():
        print(f"check_sizes: no src/ in {root}", file=sys.stderr)
        return 2
    found = violations(root)
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
