#!/usr/bin/python3
"""Each kind of thing that a document says and that isn't so is found in a tree planted for it, and a right tree passes."""

import tempfile
import unittest
from pathlib import Path

import check_docs

README = "# Name\n\n[the guide](docs/guide/README.md), [a page](docs/page.md#two-words)\n"
RIGHT = {
    "README.md": README,
    "docs/page.md": "# Page\n\n## Two `words`\n\n## Again\n\n## Again\n\nsee [below](#again-1), [the web](https://example.com/x#y)\n",
    "docs/guide/README.md": "# Guide\n\n[what it says](troubleshooting.md), `tool --dry-run`\n\n    [no link](nowhere.md) --no-flag\n",
    "docs/guide/troubleshooting.md": "`nothing to do: no … under \"…\" match`: `s3compress verify is a command`\n\n"
                                     "<!-- quotes ../page.md: 3,816 -->\n\n3,816 of them\n",
    "src/cli/a.cpp": 'x("nothing to do: no {} under \\"{}\\" "\n  "match");',
    "tests/data/cli/help.txt": "  --dry-run   change nothing\n",
}
RIGHT["docs/page.md"] += "| 3,816 |\n"


class CheckDocs(unittest.TestCase):
    def found(self, **changes: str) -> list[str]:
        """What is found in the right tree after changes: name with _ for / and without its suffix."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in RIGHT.items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            for name, text in changes.items():
                path = Path(folder) / next((n for n in RIGHT if n.rsplit(".", 1)[0].replace("/", "_") == name), f"docs/{name}.md")
                path.write_text(text, encoding="utf-8")
            return check_docs.violations(Path(folder))

    def test_a_right_tree_passes(self):
        self.assertEqual([], self.found())

    def test_links(self):
        self.assertEqual(["README.md:5: there is no docs/nowhere.md"], self.found(README=README + "\n[x](docs/nowhere.md)\n"))
        self.assertEqual(["README.md:4: docs/page.md has no heading #three"], self.found(README=README + "[x](docs/page.md#three)\n"))
        self.assertEqual(["README.md:4: README.md has no heading #nam"], self.found(README=README + "[the `x`](#nam)\n"))
        self.assertEqual(["docs/orphan.md: no other page links to it"], self.found(orphan="# Orphan\n\n[me](orphan.md)\n"))

    def test_flags(self):
        self.assertEqual(["README.md: no help text has --dry-rum"], self.found(README=README + "`s3compress --dry-rum`\n"))
        self.assertEqual(["docs/guide/README.md: no help text has --dry"],
                         self.found(docs_guide_README="# Guide\n\n[x](troubleshooting.md) `--dry`\n"))

    def test_messages(self):
        page = RIGHT["docs/guide/troubleshooting.md"]
        self.assertEqual(["docs/guide/troubleshooting.md: src has no message with 'no objects under'"],
                         self.found(docs_guide_troubleshooting=page + "\n`nothing to do: no … no objects under …`\n"))
        # Two literals with code between them are no message.
        self.assertEqual(["docs/guide/troubleshooting.md: src has no message with '\" match'"],
                         self.found(src_cli_a='x("nothing to do: no {} under \\"{}\\" ma", y, "tch");'))

    def test_quotes(self):
        self.assertEqual(["docs/guide/troubleshooting.md: ../page.md has no 3,816 any more"],
                         self.found(docs_page=RIGHT["docs/page.md"].replace("3,816", "13,816.2")))
        self.assertEqual(["docs/guide/troubleshooting.md: says that it quotes 3,816, and doesn't"],
                         self.found(docs_guide_troubleshooting=RIGHT["docs/guide/troubleshooting.md"].replace("3,816 of", "3,817 of")))

    def test_a_long_page(self):
        text = RIGHT["docs/guide/troubleshooting.md"] + "\n" * 120
        self.assertEqual([f"docs/guide/troubleshooting.md: {text.count(chr(10))} lines, 120 are allowed in the guide"],
                         self.found(docs_guide_troubleshooting=text))


if __name__ == "__main__":
    unittest.main()
