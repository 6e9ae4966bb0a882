#!/usr/bin/env python3
"""Each kind of forbidden include is found in a tree planted for it, and a tree without any passes."""

import tempfile
import unittest
from pathlib import Path

import check_layers


class CheckLayers(unittest.TestCase):
    def found(self, files: dict[str, str]) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return check_layers.violations(Path(folder))

    def test_what_the_picture_allows_passes(self):
        self.assertEqual([], self.found({
            "src/base/bytes.h": "#include <vector>\n",
            "src/http/curl.cpp": '#include <curl/curl.h>\n#include "base/bytes.h"\n',
            "src/s3/client.cpp": '#include "http/transport.h"\n#include "s3/client.h"\n#include "base/bytes.h"\n',
            "src/archive/run.cpp": '#include "s3/client.h"\n#include "zip/writer.h"\n#include "index/row.h"\n',
            "src/cli/options.cpp": '#include "archive/run.h"\n',
            "src/cli/wiring.cpp": '#include "s3/client.h"\n#include "http/curl.h"\n',
            "sim/server.cpp": '#include <CLI/CLI.hpp>\n#include <boost/beast.hpp>\n#include "sim/server.h"\n#include "base/bytes.h"\n',
        }))

    def assert_found(self, name: str, include: str, *words: str):
        found = self.found({name: f"// a comment first\n{include}\n"})
        self.assertEqual(1, len(found), found)
        for word in (name, *words):
            self.assertIn(word, found[0])

    def test_upwards(self):
        self.assert_found("src/base/a.h", '#include "zip/writer.h"', "base must not include zip")
        self.assert_found("src/zip/a.cpp", '#  include <archive/run.h>', "zip must not include archive")

    def test_sideways(self):
        self.assert_found("src/zip/a.cpp", '#include "index/row.h"', "zip must not include index")
        self.assert_found("src/index/a.cpp", '#include "s3/client.h"', "index must not include s3")

    def test_over_a_layer(self):
        self.assert_found("src/archive/a.cpp", '#include "http/transport.h"', "archive must not include http")
        self.assert_found("src/cli/options.cpp", '#include "s3/client.h"', "cli must not include s3")

    def test_the_simulator_shares_only_base(self):
        self.assert_found("sim/a.cpp", '#include "s3/types.h"', "sim must not include s3")
        self.assert_found("src/s3/a.cpp", '#include "sim/server.h"', "s3 must not include sim")

    def test_libraries_stay_in_their_folder(self):
        self.assert_found("src/s3/a.cpp", "#include <curl/curl.h>", "only http")
        self.assert_found("src/base/a.h", "#include <boost/crc.hpp>", "only sim")
        self.assert_found("src/archive/a.cpp", "#include <CLI/CLI.hpp>", "only sim")
        self.assert_found("src/cli/a.cpp", "#include <CLI/CLI.hpp>", "only sim")

    def test_relative_paths_do_not_hide_a_layer(self):
        found = self.found({"src/zip/a.cpp": '#include "../index/row.h"\n', "src/index/row.h": ""})
        self.assertEqual(1, len(found), found)

    def test_a_folder_the_picture_does_not_know(self):
        self.assertEqual(["src/misc/a.h: lies in no layer"], self.found({"src/misc/a.h": ""}))


if __name__ == "__main__":
    unittest.main()
