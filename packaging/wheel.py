#!/usr/bin/python3
"""Makes the wheel of the static program, so that pip puts it into PATH.

    wheel.py VERSION SECONDS ROOT FOLDER   writes FOLDER/s3compress-*.whl and prints its name

ROOT is the unpacked tarball (scripts/package). VERSION is the program's. SECONDS since 1970 is the time of every file
in the wheel, so that the same commit gives the same bytes. A wheel is a ZIP: https://packaging.python.org has the format.
"""

import argparse
import base64
import hashlib
import re
import time
import zipfile
from pathlib import Path

# A static program meets what either tag promises: the oldest glibc and the oldest musl that pip knows by these names.
TAGS = ("py3-none-manylinux_2_17_x86_64", "py3-none-musllinux_1_1_x86_64")
FILE_TAG = "py3-none-manylinux_2_17_x86_64.musllinux_1_1_x86_64"
PROGRAM = "bin/s3compress"
LICENCES = ("LICENSE", "THIRD-PARTY-NOTICES")
SBOM = "s3compress.spdx.json"
ZIP_EPOCH = 315532800  # 1980: a ZIP holds no earlier time


def python_version(version: str) -> str:
    """The program's version as Python orders versions (PEP 440): 0.1.0-dev.312+gdceb739 is 0.1.0.dev312+gdceb739."""
    match = re.fullmatch(r"(\d+\.\d+\.\d+)(?:-dev\.(\d+))?(?:\+([a-z0-9.]+?))?(\.dirty)?", version)
    if match is None:
        raise SystemExit(f"wheel.py: '{version}' is no version as cmake/WriteBuildInfo.cmake writes them")
    number, development, commit, dirty = match.groups()
    local = ".".join(part for part in (commit, "dirty" if dirty else None) if part)
    return number + (f".dev{development}" if development else "") + (f"+{local}" if local else "")


def metadata(version: str, readme: str) -> str:
    """The file METADATA."""
    fields = [
        "Metadata-Version: 2.4",
        "Name: s3compress",
        f"Version: {version}",
        "Summary: Archive many small S3 objects as ZIP files, and restore them",
        "Author: s3compressor authors",
        "License-Expression: MIT",
        *(f"License-File: {name}" for name in LICENCES),
        "Classifier: Environment :: Console",
        "Classifier: Operating System :: POSIX :: Linux",
        "Classifier: Topic :: System :: Archiving",
        "Requires-Python: >=3.7",
        "Description-Content-Type: text/markdown",
    ]
    return "\n".join(fields) + "\n\n" + readme


def wheel_file() -> str:
    """The file WHEEL."""
    lines = ["Wheel-Version: 1.0", "Generator: s3compressor packaging/wheel.py", "Root-Is-Purelib: false"]
    return "\n".join([*lines, *(f"Tag: {tag}" for tag in TAGS)]) + "\n"


def contents(version: str, root: Path) -> list[tuple[str, bytes, int]]:
    """(name, bytes, mode) of each file but RECORD, in the order in which they are written."""
    data, info = f"s3compress-{version}.data", f"s3compress-{version}.dist-info"
    files = [(f"{data}/scripts/s3compress", (root / PROGRAM).read_bytes(), 0o755)]
    for folder in ("share/man", "share/bash-completion", "share/zsh", "share/fish"):
        for file in sorted((root / folder).rglob("*")):
            if file.is_file():
                files.append((f"{data}/data/{file.relative_to(root)}", file.read_bytes(), 0o644))
    files += [(f"{info}/licenses/{name}", (root / name).read_bytes(), 0o644) for name in LICENCES]
    files.append((f"{info}/sboms/{SBOM}", (root / SBOM).read_bytes(), 0o644))
    readme = (root / "share/doc/s3compress/README.md").read_text(encoding="utf-8")
    files.append((f"{info}/METADATA", metadata(version, readme).encode(), 0o644))
    files.append((f"{info}/WHEEL", wheel_file().encode(), 0o644))
    return files


def record(files: list[tuple[str, bytes, int]], name: str) -> bytes:
    """The file RECORD, which has the digest and the size of each file but itself."""
    lines = []
    for path, content, _ in files:
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(content)}\n")
    return "".join([*lines, f"{name},,\n"]).encode()


def write_wheel(version: str, seconds: int, root: Path, folder: Path) -> Path:
    """Writes the wheel; the result is its path."""
    version = python_version(version)
    files = contents(version, root)
    name = f"s3compress-{version}.dist-info/RECORD"
    files.append((name, record(files, name), 0o644))
    wheel = folder / f"s3compress-{version}-{FILE_TAG}.whl"
    when = time.gmtime(max(seconds, ZIP_EPOCH))[:6]
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content, mode in files:
            entry = zipfile.ZipInfo(path, when)
            entry.create_system = 3  # Unix: only then the mode counts
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return wheel


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version")
    parser.add_argument("seconds", type=int)
    parser.add_argument("root", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    print(write_wheel(options.version, options.seconds, options.root, options.folder).name)


if __name__ == "__main__":
    main()
