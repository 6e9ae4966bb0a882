#!/usr/bin/python3
"""Fails on what the documents say and isn't so.

usage: check_docs.py [project folder]

  links     a file, or a heading in one, that isn't there; a page below docs/ that no other page links to
  flags     a flag in the text of README.md or the guide that no help text has, nor a comment of the page:
            <!-- flags of other programs: --array --mail-type -->
  messages  a message on the page about troubleshooting that the program can't print
  quotes    a number that a page quotes from another one, which has another number by now:
            <!-- quotes ../performance.md: 3,816 | 234 -->
  length    a page of the guide that takes longer to read than ten minutes

Web addresses aren't looked at, and nor is what stands in blocks of code: tests/e2e/test_guide.py runs these.
"""

import re
import sys
from pathlib import Path

from harness.pages import blocks_of

GUIDE_LINES = 120

LINK = re.compile(r"(?<!!)\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+)`")
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
OTHER_FLAGS = re.compile(r"<!-- flags of other programs: (.+?) -->")
QUOTES = re.compile(r"<!-- quotes (\S+): (.+?) -->")
LITERAL = re.compile(r'"((?:\\.|[^"\\\n])*)"')


def prose(text: str) -> str:
    """The page without its blocks of code, each line where it was."""
    lines = text.splitlines()
    for block in blocks_of(text):
        lines[block.line - 1:block.end - 1] = [""] * (block.end - block.line)
    return "\n".join(lines)


def anchors(text: str) -> set[str]:
    """The names that GitHub gives to the headings of a page."""
    names: set[str] = set()
    for heading in HEADING.findall(prose(text)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "")
        name = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        count = 0
        while (unique := f"{name}-{count}" if count else name) in names:
            count += 1
        names.add(unique)
    return names


def broken_links(root: Path, pages: dict[Path, str]) -> list[str]:
    found, linked = [], set()
    for page, text in pages.items():
        for match in LINK.finditer(prose(text)):
            if re.match(r"[a-z]+:", match[1]):
                continue
            place = f"{page}:{match.string.count(chr(10), 0, match.start()) + 1}"
            file, _, anchor = match[1].partition("#")
            target = ((root / page).parent / file).resolve() if file else (root / page).resolve()
            name = target.relative_to(root) if target.is_relative_to(root) else target
            if name != page:
                linked.add(name)
            if not target.exists():
                found.append(f"{place}: there is no {match[1]}")
            elif anchor and name in pages and anchor not in anchors(pages[name]):
                found.append(f"{place}: {name} has no heading #{anchor}")
    for page in pages:
        if page.parts[0] == "docs" and page not in linked and page.parts[:2] != ("docs", "decisions"):
            found.append(f"{page}: no other page links to it")
    return found


def unknown_flags(root: Path, pages: dict[Path, str]) -> list[str]:
    helps = "".join(file.read_text(encoding="utf-8") for file in sorted((root / "tests/data/cli").glob("help*.txt")))
    known = set(FLAG.findall(helps)) | {"--help"}
    checked = {page: text for page, text in pages.items() if str(page) == "README.md" or page.parts[:2] == ("docs", "guide")}
    return [f"{page}: no help text has {flag}" for page, text in checked.items()
            for span in SPAN.findall(prose(text)) if not re.match(r"(sudo|cmake|aws|curl|apt) ", span)
            for flag in FLAG.findall(span) if flag not in known and flag not in " ".join(OTHER_FLAGS.findall(text)).split()]


def literals(root: Path) -> str:
    """The text literals of the program, those that stand behind each other joined as the compiler joins them."""
    texts = []
    for file in sorted((root / "src").rglob("*.cpp")) + sorted((root / "src").rglob("*.h")):
        code, end = file.read_text(encoding="utf-8"), -1
        for match in LITERAL.finditer(code):
            joined = end >= 0 and not code[end:match.start()].strip()
            texts.append(("" if joined else "\n") + match[1].replace('\\"', '"').replace("\\n", "\n"))
            end = match.end()
    return "".join(texts)


def unknown_messages(root: Path, pages: dict[Path, str]) -> list[str]:
    page = Path("docs/guide/troubleshooting.md")
    if page not in pages:
        return []
    said = literals(root)
    found = []
    for span in SPAN.findall(prose(pages[page])):
        if span.count(" ") < 2 or re.match(r"s3compress |verify |-", span):
            continue
        for part in span.split("…"):
            if part.strip() and part.strip() not in said:
                found.append(f"{page}: src has no message with {part.strip()!r}")
    return found


def wrong_quotes(root: Path, pages: dict[Path, str]) -> list[str]:
    found = []
    for page, text in pages.items():
        for file, numbers in QUOTES.findall(text):
            quoted = ((root / page).parent / file).read_text(encoding="utf-8")
            found += [f"{page}: {file} has no {number} any more" for number in numbers.split(" | ")
                      if not re.search(rf"(?<![\d,.]){re.escape(number)}(?![\d,]|\.\d)", quoted)]
            found += [f"{page}: says that it quotes {number}, and doesn't" for number in numbers.split(" | ")
                      if number not in QUOTES.sub("", text)]
    return found


def too_long(pages: dict[Path, str]) -> list[str]:
    return [f"{page}: {text.count(chr(10))} lines, {GUIDE_LINES} are allowed in the guide" for page, text in pages.items()
            if page.parts[:2] == ("docs", "guide") and text.count("\n") > GUIDE_LINES]


def violations(root: Path) -> list[str]:
    root = root.resolve()
    files = [*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "deploy").rglob("*.md")]
    pages = {file.relative_to(root): file.read_text(encoding="utf-8") for file in sorted(files)}
    return (broken_links(root, pages) + unknown_flags(root, pages) + unknown_messages(root, pages) + wrong_quotes(root, pages) +
            too_long(pages))


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent
    if not (root / "docs").is_dir():
        print(f"check_docs: no docs/ in {root}", file=sys.stderr)
        return 2
    found = violations(root)
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
