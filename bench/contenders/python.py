"""The algorithm that s3compress began as: boto3 calls in a pool of threads, one file per object on local disk, zipfile with
zlib level 6, one delete per object. For each day: list, download, zip, upload to GLACIER, delete.

As a contender's adapter it starts itself as the program:
usage: python.py ENDPOINT SOURCE ARCHIVE THREADS (DAY-PREFIX ARCHIVE-KEY)...     works in the current folder
"""

import os
import shutil
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor

REQUIRES = ["/usr/lib/python3/dist-packages/boto3"]
SHARE = 0.03

THREADS = 16


def commands(job):
    days = [text for day in job.days for text in (day.prefix, day.archive_key)]
    # -I: nothing but Debian's packages, and this file's neighbours can't stand in for modules.
    return [["/usr/bin/python3", "-I", __file__, job.endpoint, job.source, job.archive, str(THREADS), *days]]


def archive_day(s3, pool, source: str, archive: str, prefix: str, archive_key: str) -> None:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=source, Prefix=prefix)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    files = {key: os.path.join("objects", key.replace("/", "_")) for key in keys}

    os.mkdir("objects")
    # Each download is a HEAD and a GET: that is what boto3's download_file does.
    list(pool.map(lambda key: s3.download_file(source, key, files[key]), keys))
    with zipfile.ZipFile("day.zip", "w", zipfile.ZIP_DEFLATED, allowZip64=True) as opened:
        for key, file in files.items():
            opened.write(file, key)
    s3.upload_file("day.zip", archive, archive_key, ExtraArgs={"StorageClass": "GLACIER"})
    list(pool.map(lambda key: s3.delete_object(Bucket=source, Key=key), keys))
    shutil.rmtree("objects")
    os.remove("day.zip")


def main(endpoint: str, source: str, archive: str, threads: str, *days: str) -> None:
    import boto3  # here, for the adapter is loaded by benchmarks that leave this contender out
    from botocore.config import Config

    s3 = boto3.client("s3", endpoint_url=endpoint, config=Config(max_pool_connections=int(threads)))
    with ThreadPoolExecutor(int(threads)) as pool:
        for prefix, archive_key in zip(days[::2], days[1::2], strict=True):
            archive_day(s3, pool, source, archive, prefix, archive_key)


if __name__ == "__main__":
    main(*sys.argv[1:])
