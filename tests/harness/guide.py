"""The commands of a page of docs/guide: indented blocks. Those that no test can run here are marked in the paragraph before."""

from pathlib import Path

PAGES = Path(__file__).parents[2] / "docs" / "guide"
MARK = "not run by a test"


def blocks(page: str) -> list[tuple[str, bool]]:
    """Each block of commands, and whether a test is to run it."""
    found = []
    before = ""
    for piece in (PAGES / page).read_text().strip("\n").split("\n\n"):
        lines = piece.splitlines()
        if all(line.startswith("    ") for line in lines):
            found.append(("\n".join(line[4:] for line in lines), MARK not in before))
        else:
            before = " ".join(lines)
    return found
