#!/usr/bin/python3
"""The steps of scripts/demo that talk to the buckets. Reads AWS_* from the environment; not meant to be run alone."""

import json
import os
import sys
import time
import zipfile
from collections import Counter
from pathlib import Path

import botocore.exceptions

from harness.checker import CATALOG, INDEX_ENTRY, list_bucket
from harness.load import Original, load_in_processes
from harness.stores import Store

HEADERS = Path("/usr/include")
SOURCE, ARCHIVE = "source-bucket", "archive-bucket"
FILES, DAYS = 4000, 5


def store() -> Store:
    env = os.environ
    key, secret = env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]
    return Store("demo", env["AWS_ENDPOINT_URL"], key, secret, key, secret, env["AWS_REGION"])


def human(size: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"


def load() -> None:
    files = sorted(f for f in HEADERS.rglob("*") if f.is_file() and not f.is_symlink())
    files = files[::max(1, len(files) // FILES)][:FILES]
    assert len(files) > 100, f"only {len(files)} files in {HEADERS}"
    client = store().client()
    for bucket in (SOURCE, ARCHIVE):
        client.create_bucket(Bucket=bucket)

    def item(i: int) -> tuple[str, Original]:
        key = f"sources/2018/04/{1 + i % DAYS:02}/{files[i].relative_to(HEADERS)}"
        return key, Original(files[i].read_bytes(), content_type="text/x-c")

    load_in_processes(store(), SOURCE, item, len(files))


def show(*buckets: str) -> None:
    for bucket in buckets:
        objects = list_bucket(store().client(), bucket)
        print(f"  {bucket}: {len(objects)} objects, {human(sum(o.size for o in objects.values()))}")
        if len(objects) <= 30:
            for key, listed in objects.items():
                print(f"    {human(listed.size):>9}  {key}")
            continue
        groups, sizes = Counter(), Counter()
        for key, listed in objects.items():
            day = "/".join(key.split("/")[:4]) + "/"
            groups[day] += 1
            sizes[day] += listed.size
        for day in sorted(groups):
            print(f"    {human(sizes[day]):>9}  {day}  {groups[day]} objects")


def bill() -> None:
    bill = json.load(sys.stdin)
    print("  requests: " + ", ".join(f"{count} {name}" for name, count in sorted(bill["requests"].items())))
    # $0.03 per 1,000 lifecycle transitions into GLACIER: AWS's list price, us-east-1.
    client = store().client()
    manifests = list_bucket(client, ARCHIVE, f"{CATALOG}manifest/")
    archived = sum(json.load(client.get_object(Bucket=ARCHIVE, Key=key)["Body"])["source"]["objects"] for key in manifests)
    print(f"  together: ${bill['dollars']['total']:.4f}")
    print(f"  instead of ${archived * 0.03 / 1000:.4f} for moving {archived} objects to GLACIER one by one")


def thaw(folder: str) -> None:
    client = store().client()
    archives = list(list_bucket(client, ARCHIVE, f"{SOURCE}/"))
    head = client.head_object(Bucket=ARCHIVE, Key=archives[0])
    print(f"  {archives[0]} has storage class {head['StorageClass']}", end="")
    try:
        client.get_object(Bucket=ARCHIVE, Key=archives[0])
        raise SystemExit("\na GET of it was not refused")
    except botocore.exceptions.ClientError as error:
        print(f": a GET answers {error.response['Error']['Code']} until it is thawed. Thawing all {len(archives)}.")
    for key in archives:
        client.restore_object(Bucket=ARCHIVE, Key=key, RestoreRequest={"Days": 1})
    for key in archives:
        while 'ongoing-request="false"' not in client.head_object(Bucket=ARCHIVE, Key=key).get("Restore", ""):
            time.sleep(0.1)
        client.download_file(ARCHIVE, key, str(Path(folder) / Path(key).name))


def compare(folder: str) -> None:
    """Every row of every index leads to the bytes of the file that its key was made from, and no object is missing."""
    client = store().client()
    compared, size = 0, 0
    for path in sorted(Path(folder).glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for line in archive.read(INDEX_ENTRY).splitlines():
                row = json.loads(line)
                original = HEADERS / row["key"].split("/", 4)[4]
                if archive.read(row.get("entry_name", row["key"])) != original.read_bytes():
                    raise SystemExit(f"{path}: {row['key']} differs from {original}")
                compared += 1
                size += row["size"]
    left = len(list_bucket(client, SOURCE))
    total = min(FILES, sum(1 for f in HEADERS.rglob("*") if f.is_file() and not f.is_symlink()))
    if left or compared != total:
        raise SystemExit(f"{compared} of {total} files are in the archives, {left} objects left in {SOURCE}")
    print(f"  {compared} files, {human(size)}: every byte in the archives is the byte of the file it came from.")


if __name__ == "__main__":
    {f.__name__: f for f in (load, show, bill, thaw, compare)}[sys.argv[1]](*sys.argv[2:])
