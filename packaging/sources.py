#!/usr/bin/python3
"""The sources of the libraries in the static program: pinned in sources.json, taken from Debian's archive.

    sources.py fetch FOLDER [--mirror URL]   downloads, compares with the pins, and unpacks each into FOLDER/NAME
    sources.py renew [--mirror URL]          writes Debian's newest versions into sources.json

A pin is the SHA-256 of a source package's .dsc, which has those of the package's files. A library that is headers only is
pinned by the SHA-256 of Debian's package of it. Debian removes a version from its archive once a fix replaces it: then
fetch fails, and renew and a new build are due anyway.
"""

import argparse
import functools
import hashlib
import json
import lzma
import os
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

PINS = pathlib.Path(__file__).with_name("sources.json")
INDEXES = (
    "debian/dists/bookworm/main",
    "debian/dists/bookworm-updates/main",
    "debian-security/dists/bookworm-security/main",
)


class Trouble(Exception):
    """What went wrong, in words for the person who called."""


class Gone(Trouble):
    """Debian's archive doesn't have a file, or no longer."""


def read_pins():
    """sources.json, as it was parsed."""
    return json.loads(PINS.read_text())


def download(mirror, path):
    """The bytes of a file of Debian's archive."""
    url = f"{mirror}/{path}"
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise Trouble(f"{url}: {error}") from error
        raise Gone(
            f"{url} is gone: Debian has replaced it by a newer version. Write that into "
            f"{PINS.name} by packaging/sources.py renew, and look at the change."
        ) from error
    except OSError as error:
        raise Trouble(f"{url}: {error}") from error


def fetch_file(mirror, path, sha256, folder):
    """The file in the folder, downloaded unless it is there already; its bytes are those of the SHA-256."""
    file = folder / pathlib.PurePosixPath(path).name
    if file.exists() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256:
        return file
    content = download(mirror, path)
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise Trouble(f"{mirror}/{path} has the SHA-256 {found}, and {sha256} is pinned: it is refused")
    partial = file.with_name(file.name + ".partial")
    partial.write_bytes(content)
    partial.rename(file)
    return file


def files_of_dsc(text):
    """{name: SHA-256} of the files that a .dsc lists, without the signatures of their authors."""
    block = re.search(r"^Checksums-Sha256:\n((?: .*\n)+)", text, re.MULTILINE)
    if block is None:
        raise Trouble("a .dsc has no SHA-256 sums")
    rows = [line.split() for line in block[1].splitlines()]
    return {name: sha256 for sha256, _, name in rows if not name.endswith(".asc")}


def fetch(folder, mirror):
    """Leaves FOLDER/NAME for each library, and FOLDER/files with what was downloaded."""
    files = folder / "files"
    files.mkdir(parents=True, exist_ok=True)
    pins = read_pins()
    for pin in [*pins["libraries"], pins["authorities"]]:
        file = fetch_file(mirror, pin["path"], pin["sha256"], files)
        source = folder / pin["name"]
        shutil.rmtree(source, ignore_errors=True)
        if file.suffix == ".deb":
            subprocess.run(["dpkg-deb", "-x", file, source], check=True)
            continue
        for name, sha256 in files_of_dsc(file.read_text()).items():
            fetch_file(mirror, str(pathlib.PurePosixPath(pin["path"]).with_name(name)), sha256, files)
        # It also copies the tarballs beside the folder, where nobody needs them.
        subprocess.run(
            ["dpkg-source", "--no-check", "--no-copy", "-x", file, source],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )


def paragraphs(text):
    """The fields of each paragraph of an index of Debian's."""
    for paragraph in text.split("\n\n"):
        fields = re.findall(r"^([A-Za-z0-9-]+):(.*(?:\n[ \t].*)*)", paragraph, re.MULTILINE)
        yield {name: value.strip() for name, value in fields}


def is_there(mirror, path):
    """Whether the mirror has a file: its index may name one that it hasn't got yet."""
    try:
        download(mirror, path)
    except Gone:
        return False
    return True


def newer_first(one, other):
    """Orders two pins by their Debian versions."""
    newer = subprocess.run(["dpkg", "--compare-versions", one["version"], "gt", other["version"]], check=False)
    return -1 if newer.returncode == 0 else 1


def newest(mirror, index, wanted, place_of):
    """{name: pin} of the newest versions of the wanted packages; place_of(fields) has a path and its SHA-256."""
    listed = {name: [] for name in wanted}
    for part in INDEXES:
        archive = part.split("/", maxsplit=1)[0]
        text = lzma.decompress(download(mirror, f"{part}/{index}")).decode()
        for fields in paragraphs(text):
            if fields.get("Package") in wanted:
                path, sha256 = place_of(fields)
                listed[fields["Package"]].append(
                    {"version": fields["Version"], "path": f"{archive}/{path}", "sha256": sha256}
                )
    found = {}
    for name, pins in listed.items():
        for pin in sorted(pins, key=functools.cmp_to_key(newer_first)):
            if is_there(mirror, pin["path"]):
                found[name] = pin
                break
            print(f'{name}: {mirror} lists version {pin["version"]}, and does not have it', file=sys.stderr)
        else:
            raise Trouble(f"{mirror} has no {name} for Debian 12")
    return found


def dsc_of(fields):
    """The path and the SHA-256 of a source package's .dsc."""
    for line in fields["Checksums-Sha256"].splitlines():
        sha256, _, name = line.split()
        if name.endswith(".dsc"):
            return f'{fields["Directory"]}/{name}', sha256
    raise Trouble(f'the source package {fields["Package"]} has no .dsc')


def renew(mirror):
    """Writes sources.json anew, and tells what changed."""
    pins = read_pins()
    all_pins = [*pins["libraries"], pins["authorities"]]
    of_source = newest(mirror, "source/Sources.xz", {pin["source"] for pin in all_pins if "source" in pin}, dsc_of)
    of_package = newest(
        mirror,
        "binary-amd64/Packages.xz",
        {pin["package"] for pin in all_pins if "package" in pin},
        lambda fields: (fields["Filename"], fields["SHA256"]),
    )
    for pin in all_pins:
        new = of_source[pin["source"]] if "source" in pin else of_package[pin["package"]]
        if new["version"] != pin["version"]:
            print(f'{pin["name"]}: {pin["version"]} becomes {new["version"]}')
        pin.update(new)
    PINS.write_text(json.dumps(pins, indent=2) + "\n")


def main():
    """Runs a command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("fetch", "renew"))
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--mirror", default="http://deb.debian.org", help="a mirror of debian/ and debian-security/")
    options = parser.parse_args()
    try:
        if options.command == "renew":
            renew(options.mirror)
        elif options.folder is None:
            parser.error("fetch needs a folder")
        else:
            fetch(options.folder, options.mirror)
    except Trouble as trouble:
        sys.exit(f"sources.py: {trouble}")


if __name__ == "__main__":
    main()
