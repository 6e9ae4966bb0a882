#!/usr/bin/python3
"""Each kind of thing that has grown too large is found in a tree planted for it, and a tree of small things passes."""

import tempfile
import unittest
from pathlib import Path

import check_sizes


class CheckSizes(unittest.TestCase):
    def found(self, files: dict[str, str]) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return check_sizes.violations(Path(folder))

    def test_what_is_small_passes(self):
        self.assertEqual([], self.found({
            "src/base/a.h": "x\n" * 400,
            "tests/unit/a_test.cpp": "x\n" * 600,
            "src/s3/a.cpp": "class Small {\n" + "int x;\n" * 197 + "};\n" + "class Another final : public Small {\n};\n",
            **{f"src/zip/f{n}.{ext}": "" for n in range(40) for ext in ("h", "cpp")},
        }))

    def test_a_long_file(self):
        for name, limit in (("src/s3/a.cpp", 400), ("sim/a.h", 400), ("bench/runner/a.py", 400), ("tests/e2e/test_a.py", 600)):
            found = self.found({name: "x\n" * (limit + 1)})
            self.assertEqual([f"{name}: {limit + 1} lines, {limit} are allowed in {name.split('/')[0]}/"], found)

    def test_a_long_class(self):
        body = "int x;\n" * 199 + "};\n"
        for head in ("class Long {", "struct Long : Base {", "class S3C_CAPABILITY(mutex) Long {", "class Long final : public A,\n  B<int> {",
                     "template <typename T>\nclass Long {", "class Outer::Long {"):
            found = self.found({"src/s3/a.cpp": f"// class Comment {{\nconst char* text = \"class Text {{\";\n{head}\n{body}"})
            self.assertEqual(1, len(found), (head, found))
            self.assertIn("Long has ", found[0])

    def test_a_full_room(self):
        found = self.found({f"src/zip/f{n}.h": "" for n in range(41)})
        self.assertEqual(["src/zip: 41 pairs of .h and .cpp, 40 are allowed in a room"], found)


if __name__ == "__main__":
    unittest.main()
