#!/usr/bin/python3
"""What the static program is made of, in two forms: a list for programs, and the licences for people.

    components.py sbom VERSION SECONDS PROGRAM     writes the SPDX 2.3 document of PROGRAM as JSON to stdout
    components.py notices SOURCES COMPILER         writes the licence texts, found in those two folders, to stdout

SECONDS since 1970 is the document's time, so that the same commit gives the same bytes.
"""

import argparse
import datetime
import hashlib
import json
import sys
from pathlib import Path

PINS = Path(__file__).with_name("sources.json")
AUTHORS = "Organization: s3compressor authors"


def identifier(name: str) -> str:
    """The name of a package within the document: SPDX allows letters, digits, dots and hyphens."""
    return "SPDXRef-" + "".join(c if c.isalnum() or c in ".-" else "-" for c in name.replace("+", "p"))


def from_debian(pin: dict) -> dict:
    """The package of a library whose sources are Debian's. The checksum is the pin's: that of the file at the address."""
    kind = "source" if "source" in pin else "package"
    arch = "source" if kind == "source" else "amd64"
    version = pin["version"].replace(":", "%3A").replace("+", "%2B").replace("~", "~")
    return {
        "name": pin["name"],
        "SPDXID": identifier(pin["name"]),
        "versionInfo": pin["version"],
        "downloadLocation": f"http://deb.debian.org/{pin['path']}",
        "filesAnalyzed": False,
        "checksums": [{"algorithm": "SHA256", "checksumValue": pin["sha256"]}],
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": pin["licence"],
        "copyrightText": "NOASSERTION",
        "comment": pin["purpose"],
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": f"pkg:deb/debian/{pin[kind]}@{version}?arch={arch}&distro=bookworm",
            }
        ],
    }


def of_compiler(compiler: dict) -> list[dict]:
    """The packages of the compiler and of the libraries that come with it."""
    location = f"https://pypi.org/project/{compiler['name']}/{compiler['version']}/"
    packages = []
    for part in [compiler, *compiler["libraries"]]:
        package = {
            "name": part["name"],
            "SPDXID": identifier(part["name"]),
            "versionInfo": part["version"],
            "downloadLocation": location,
            "filesAnalyzed": False,
            "licenseConcluded": "NOASSERTION",
            "licenseDeclared": part["licence"],
            "copyrightText": "NOASSERTION",
            "comment": part["purpose"],
        }
        if part is compiler:
            package["packageFileName"] = part["file"]
            package["checksums"] = [{"algorithm": "SHA256", "checksumValue": part["sha256"]}]
        packages.append(package)
    return packages


def sbom(pins: dict, version: str, seconds: int, program: bytes) -> dict:
    """The SPDX 2.3 document of the static program: what is linked into it, and what made it."""
    digest = hashlib.sha256(program).hexdigest()
    main = {
        "name": "s3compress",
        "SPDXID": identifier("s3compress"),
        "versionInfo": version,
        "supplier": AUTHORS,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "primaryPackagePurpose": "APPLICATION",
        "checksums": [{"algorithm": "SHA256", "checksumValue": digest}],
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "MIT",
        "copyrightText": "NOASSERTION",
    }
    libraries = [from_debian(pin) for pin in pins["libraries"]]
    compiler, *runtime = of_compiler(pins["compiler"])
    links = [
        {
            "spdxElementId": main["SPDXID"],
            "relationshipType": "STATIC_LINK",
            "relatedSpdxElement": package["SPDXID"],
        }
        for package in [*libraries, *runtime]
    ]
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"s3compress-{version}",
        "documentNamespace": f"https://s3compressor.invalid/spdx/s3compress-{version}-{digest}",
        "creationInfo": {
            "created": datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": [AUTHORS, "Tool: s3compressor-components.py"],
        },
        "packages": [main, *libraries, *runtime, compiler],
        "relationships": [
            {
                "spdxElementId": "SPDXRef-DOCUMENT",
                "relationshipType": "DESCRIBES",
                "relatedSpdxElement": main["SPDXID"],
            },
            *links,
            {
                "spdxElementId": compiler["SPDXID"],
                "relationshipType": "BUILD_TOOL_OF",
                "relatedSpdxElement": main["SPDXID"],
            },
        ],
    }


def notices(pins: dict, sources: Path, compiler: Path) -> str:
    """The licence of each library, with its text."""
    texts = ["The static program s3compress holds these libraries. Their licences ask that this text comes with it.\n"]
    parts = [(pin, sources / pin["name"]) for pin in pins["libraries"]]
    parts += [(part, compiler) for part in [pins["compiler"], *pins["compiler"]["libraries"]]]
    for part, folder in parts:
        text = (folder / part["licence_file"]).read_text(encoding="utf-8").strip()
        texts.append(f"{'=' * 80}\n{part['name']} {part['version']} ({part['licence']})\n{'=' * 80}\n\n{text}\n")
    return "\n".join(texts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("sbom")
    command.add_argument("version")
    command.add_argument("seconds", type=int)
    command.add_argument("program", type=Path)
    command = commands.add_parser("notices")
    command.add_argument("sources", type=Path)
    command.add_argument("compiler", type=Path)
    options = parser.parse_args()
    pins = json.loads(PINS.read_text(encoding="utf-8"))
    if options.command == "sbom":
        json.dump(sbom(pins, options.version, options.seconds, options.program.read_bytes()), sys.stdout, indent=2)
        print()
    else:
        print(notices(pins, options.sources, options.compiler), end="")


if __name__ == "__main__":
    main()
