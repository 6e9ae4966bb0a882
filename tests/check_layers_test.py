#!/usr/bin/python3
"""Each kind of forbidden arrow is found in a tree planted for it, and a tree without any passes."""

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

    def assert_found(self, name: str, text: str, *words: str, beside: dict[str, str] | None = None):
        found = self.found({name: f"// a comment first\n{text}\n", **(beside or {})})
        self.assertEqual(1, len(found), found)
        for word in (name, *words):
            self.assertIn(word, found[0])

    def test_what_the_picture_allows_passes(self):
        self.assertEqual([], self.found({
            "src/base/bytes.h": "#include <vector>\n",
            "src/http/curl.cpp": '#include <curl/curl.h>\n#include "base/bytes.h"\n',
            "src/aws/signer.cpp": '#include "http/transport.h"\nhttp::Headers headers;\n',
            "src/s3/client.cpp": '#include "http/transport.h"\n#include "aws/signer.h"\n#include "s3/client.h"\n',
            "src/s3/types.h": "namespace s3c::s3 {\nenum class Tier { bulk };\n}\n",
            "src/catalog/layout.cpp": '#include "s3/client.h"\n#include "index/row.h"\nzip::Reader reader;\n',
            "src/source/groups.cpp": '#include "catalog/layout.h"\n#include "s3/client.h"\n',
            "src/archive/run.cpp": '#include "source/groups.h"\n#include "catalog/layout.h"\n#include "zip/writer.h"\n',
            "src/restore/run.cpp": '#include "catalog/layout.h"\nnamespace s3c::restore {\ns3::ObjectStore* store;\n}\n',
            "src/upkeep/gc.cpp": '#include "catalog/layout.h"\n#include "base/bytes.h"\n',
            "src/cli/commands/gc.cpp": '#include "upkeep/gc.h"\n#include "s3/types.h"\ns3::Tier tier = s3::Tier::bulk;\n',
            "src/cli/wiring.cpp": '#include "s3/client.h"\n#include "http/curl.h"\naws::Endpoint endpoint;\n',
            "sim/server.cpp": '#include <CLI/CLI.hpp>\n#include <boost/beast.hpp>\n#include "sim/call.h"\n#include "base/bytes.h"\n',
            "sim/call.h": "",
        }))

    def test_upwards(self):
        self.assert_found("src/base/a.h", '#include "zip/writer.h"', "base must not include zip")
        self.assert_found("src/zip/a.cpp", "#  include <archive/run.h>", "zip must not include archive")
        self.assert_found("src/aws/a.cpp", '#include "s3/client.h"', "aws must not include s3")
        self.assert_found("src/catalog/a.cpp", '#include "source/groups.h"', "catalog must not include source")
        self.assert_found("src/source/a.cpp", '#include "archive/options.h"', "source must not include archive")

    def test_sideways(self):
        self.assert_found("src/zip/a.cpp", '#include "index/row.h"', "zip must not include index")
        self.assert_found("src/index/a.cpp", '#include "s3/client.h"', "index must not include s3")
        for one in ("archive", "restore", "upkeep"):
            for other in {"archive", "restore", "upkeep"} - {one}:
                self.assert_found(f"src/{one}/a.cpp", f'#include "{other}/b.h"', f"{one} must not include {other}")

    def test_what_is_behind_the_store(self):
        for room in ("catalog", "source", "archive", "restore", "upkeep", "cli"):
            self.assert_found(f"src/{room}/a.cpp", '#include "http/transport.h"', f"{room} must not include http")
            self.assert_found(f"src/{room}/a.cpp", '#include "aws/signer.h"', f"{room} must not include aws")
        self.assert_found("src/cli/options/a.cpp", '#include "s3/client.h"', "cli must not include s3")
        self.assert_found("src/cli/a.cpp", '#include "zip/writer.h"', "cli must not include zip")

    def test_the_simulator_shares_only_base(self):
        self.assert_found("sim/a.cpp", '#include "s3/types.h"', "sim must not include s3")
        self.assert_found("src/s3/a.cpp", '#include "sim/server.h"', "s3 must not include sim")

    def test_libraries_stay_in_their_folder(self):
        self.assert_found("src/s3/a.cpp", "#include <curl/curl.h>", "only http")
        self.assert_found("src/base/a.h", "#include <boost/crc.hpp>", "only sim")
        self.assert_found("src/archive/a.cpp", "#include <CLI/CLI.hpp>", "only sim")
        self.assert_found("src/cli/a.cpp", "#include <CLI/CLI.hpp>", "only sim")

    def test_core_code_names_settings_and_no_flags(self):
        self.assert_found("src/archive/a.cpp", 'fail("--memory is too small");', "must name the setting")
        self.assert_found("src/catalog/a.h", 'auto why = "x " /* */\n  "verify --deep";', "must name the setting")
        self.assert_found("src/s3/a.cpp", 'auto why = R"(see --region)";', "must name the setting")
        self.assertEqual([], self.found({
            "src/archive/a.cpp": '// --memory is the flag\nauto why = "memory is too small -- or not"; --count;\n',
            "src/cli/a.cpp": 'auto hint = "check --region";\n',
            "sim/main.cpp": 'auto flag = "--listen";\n',
        }))

    def test_relative_paths_do_not_hide_a_room(self):
        found = self.found({"src/zip/a.cpp": '#include "../index/row.h"\n', "src/index/row.h": ""})
        self.assertEqual(1, len(found), found)

    def test_a_folder_the_picture_does_not_know(self):
        self.assertEqual(["src/misc/a.h: lies in no room"], self.found({"src/misc/a.h": ""}))

    def test_names_without_their_include(self):
        self.assert_found("src/zip/a.cpp", "s3::ObjectStore* store;", "zip must not name s3::ObjectStore")
        self.assert_found("src/upkeep/a.h", "void f(const s3c::archive::Options&);", "upkeep must not name archive::Options")
        self.assert_found("src/catalog/a.cpp", "std::vector<upkeep::Damage> all;", "catalog must not name upkeep::Damage")
        self.assert_found("src/archive/a.cpp", "http::Headers headers;", "archive must not name http::Headers")

    def test_forward_declarations(self):
        declared = "namespace s3c::s3 {\nclass ObjectStore;\n}"
        self.assert_found("src/cli/a.h", declared, "in the namespace of s3")
        self.assert_found("src/zip/a.h", declared, "in the namespace of s3")
        self.assert_found("src/archive/a.h", declared, "in the namespace of s3")  # it may include what declares it
        self.assert_found("src/base/a.h", "namespace s3c {\nnamespace zip {\nclass Writer;\n}\n}", "in the namespace of zip")

    def test_other_names_for_a_namespace(self):
        self.assert_found("src/zip/a.cpp", "namespace store = s3c::s3;", "zip must not name s3")
        self.assert_found("sim/a.cpp", "namespace http = s3c::http;", "sim must not name http")
        self.assert_found("src/zip/a.cpp", "using namespace s3c::s3;", "zip must not name s3")

    def test_names_in_comments_and_texts_are_none(self):
        self.assertEqual([], self.found({
            "src/zip/a.cpp": '// see s3::ObjectStore\n/* archive::run */ auto a = "s3::x" + R"(cli::y)";\nint million = 1\'000\'000;\n',
            "src/index/b.cpp": "int n = row.s3::x + other::s3::y;\n",
            "sim/c.cpp": "namespace http = boost::beast::http;\nhttp::request<http::string_body> r;\n",
        }))

    def test_a_separator_in_a_number_hides_no_name(self):
        self.assert_found("src/zip/a.cpp", "int n = 1'000; s3::Tier t; int m = 2'000;", "zip must not name s3::Tier")

    def test_shared_headers_share_only_what_they_declare(self):
        types = {"src/s3/types.h": "namespace s3c::s3 {\nstruct Summary {};\n}\n"}
        self.assertEqual([], self.found({"src/cli/a.cpp": '#include "s3/types.h"\ns3::Summary s;\n', **types}))
        self.assert_found("src/cli/a.cpp", '#include "s3/types.h"\ns3::S3Client c;', "cli must not name s3::S3Client", beside=types)

    def test_circles(self):
        found = self.found({
            "src/zip/a.h": '#include "zip/b.h"\n', "src/zip/b.h": "", "src/zip/b.cpp": '#include "zip/b.h"\n#include "zip/c.h"\n',
            "src/zip/c.h": "", "src/zip/c.cpp": '#include "zip/a.h"\n',
        })
        self.assertEqual(["src/zip/a: includes itself in a circle: src/zip/a → src/zip/b → src/zip/c → src/zip/a"], found)
        found = self.found({"sim/a.cpp": '#include "sim/b.h"\n', "sim/a.h": "", "sim/b.h": '#include "sim/a.h"\n'})
        self.assertEqual(["sim/a: includes itself in a circle: sim/a → sim/b → sim/a"], found)

    def test_a_room_that_holds_too_much(self):
        files = {f"src/archive/f{n}{suffix}": "" for n in range(check_layers.MAX_UNITS) for suffix in (".h", ".cpp")}
        self.assertEqual([], self.found(files))
        found = self.found({**files, "src/archive/one_more.h": ""})
        self.assertEqual(1, len(found), found)
        self.assertIn("src/archive: 41 pairs", found[0])


if __name__ == "__main__":
    unittest.main()
