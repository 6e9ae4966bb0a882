"""Did a contender do the job? Judged from the buckets alone: sources gone, every object a member of a ZIP that Python's zipfile
reads. A contender that leaves something out would win every comparison."""

import dataclasses
import tempfile
import zipfile
import zlib

from harness.checker import INDEX_ENTRY, list_bucket

SAMPLES = 50
# A member read and decoded takes some 50 µs: of a larger archive only every n-th is.
MOST_MEMBERS_READ = 100_000


class JobNotDone(Exception):
    """What is missing, one finding a line."""


@dataclasses.dataclass
class Archived:
    archives: int
    members: int
    bytes: int


def take_samples(store, bucket: str, prefixes: list[str]) -> dict[str, bytes]:
    """Some source objects, key → body, to be looked for in the archives: of days from all over the range, each day's first keys."""
    client, samples = store.client(), {}
    chosen = prefixes[::-(-len(prefixes) // SAMPLES)]
    for prefix in chosen:
        page = client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=-(-SAMPLES // len(chosen)))
        for item in page.get("Contents", []):
            samples[item["Key"]] = client.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
    return samples


def check_job(store, source: str, archive: str, objects: int, samples: dict[str, bytes]) -> Archived:
    """Throws JobNotDone."""
    client, problems = store.client(), []
    left = client.list_objects_v2(Bucket=source, MaxKeys=5).get("Contents", [])
    if left:
        problems.append(f"sources are left, such as {left[0]['Key']}")
    zips = {key: row for key, row in list_bucket(client, archive).items() if key.endswith(".zip")}
    found = Archived(len(zips), 0, sum(row.size for row in zips.values()))
    bodies: set[tuple[int, int]] = set()  # size and CRC-32, as the central directory has them
    every = max(1, objects // MOST_MEMBERS_READ)
    for key in sorted(zips):
        storage_class = client.head_object(Bucket=archive, Key=key).get("StorageClass", "STANDARD")
        if storage_class != "GLACIER":
            problems.append(f"{key} is in storage class {storage_class}")
        try:
            found.members += _read_zip(client, archive, key, storage_class, every, bodies)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            problems.append(f"{key} can't be read: {error}")
    if found.members != objects:
        problems.append(f"{found.members} members in {len(zips)} archives, for {objects} objects")
    lost = [key for key, body in samples.items() if (len(body), zlib.crc32(body)) not in bodies]
    if lost:
        problems.append(f"no archive has the bytes of {lost[0]}, nor of {len(lost) - 1} other samples")
    if problems:
        raise JobNotDone("\n".join(problems))
    return found


def _read_zip(client, bucket: str, key: str, storage_class: str, every: int, bodies: set[tuple[int, int]]) -> int:
    """Reads every n-th member, which compares its CRC-32; adds all to bodies; returns their number."""
    if storage_class == "GLACIER":
        client.restore_object(Bucket=bucket, Key=key, RestoreRequest={
            "Days": 1, "GlacierJobParameters": {"Tier": "Expedited"}})
    with tempfile.TemporaryFile() as file:
        client.download_fileobj(bucket, key, file)
        with zipfile.ZipFile(file) as opened:
            members = [m for m in opened.infolist() if not m.is_dir() and m.filename != INDEX_ENTRY]
            bodies.update((m.file_size, m.CRC) for m in members)
            for member in members[::every]:
                opened.read(member)
    return len(members)
