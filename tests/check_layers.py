#!/usr/bin/env python3
"""Fails on an include that the layer picture of ARCHITECTURE.md forbids.

    cli → archive → { s3 → http , zip , index } → base        sim → base

usage: check_layers.py [project folder]
"""

import re
import sys
from pathlib import Path

# What a layer may include besides itself.
MAY_INCLUDE = {
    "base": set(),
    "http": {"base"},
    "zip": {"base"},
    "index": {"base"},
    "s3": {"http", "base"},
    "archive": {"s3", "zip", "index", "base"},
    "cli": {"archive", "base"},
    "sim": {"base"},
}

# The places that need more, each with its reason.
EXCEPTIONS = {
    # Someone has to build the store and its transport and hand them to archive/ as interfaces.
    "src/cli/wiring.cpp": {"s3", "http"},
}

# Libraries kept out of all layers but these.
OWNED_LIBRARIES = {"curl": {"http"}, "boost": {"sim"}, "CLI": {"sim"}}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.MULTILINE)


def layer_of_include(file: Path, root: Path, target: str) -> str | None:
    """The layer an include leads to; None for what is not ours."""
    first = target.split("/")[0]
    if "/" in target and first in MAY_INCLUDE:
        return first
    beside = (file.parent / target).resolve()  # "x.h" and "../zip/x.h" are relative to the file
    if beside.is_file() and beside.is_relative_to(root):
        return layer_of_file(beside.relative_to(root))
    return None


def layer_of_file(path: Path) -> str | None:
    parts = path.parts
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    return "sim" if parts[0] == "sim" else None


def violations(root: Path) -> list[str]:
    root = root.resolve()
    found = []
    for file in sorted(f for folder in ("src", "sim") for f in (root / folder).rglob("*") if f.suffix in (".h", ".cpp")):
        name = file.relative_to(root)
        layer = layer_of_file(name)
        if layer not in MAY_INCLUDE:
            found.append(f"{name}: lies in no layer")
            continue
        allowed = MAY_INCLUDE[layer] | EXCEPTIONS.get(name.as_posix(), set()) | {layer}
        for match in INCLUDE.finditer(file.read_text(encoding="utf-8")):
            target = match.group(1)
            owners = OWNED_LIBRARIES.get(target.split("/")[0]) if "/" in target else None
            if owners is not None and layer not in owners:
                found.append(f"{name}: includes {target}, which only {' and '.join(sorted(owners))} may")
            to = layer_of_include(file, root, target)
            if to is not None and to not in allowed:
                found.append(f"{name}: {layer} must not include {to} ({target})")
    return found


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent
    if not (root / "src").is_dir():
        print(f"check_layers: no src/ in {root}", file=sys.stderr)
        return 2
    found = violations(root)
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
