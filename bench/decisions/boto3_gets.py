"""Lists a bucket and fetches COUNT of its objects, as a boto3 program does it: one client, a pool of threads.

usage: boto3_gets.py ENDPOINT BUCKET COUNT THREADS        credentials and region come from the environment
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import boto3
from botocore.config import Config

endpoint, bucket, count, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
s3 = boto3.client("s3", endpoint_url=endpoint,
                  config=Config(max_pool_connections=threads, s3={"addressing_style": "path"}))
pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
keys = [row["Key"] for page in pages for row in page["Contents"]]


def size(key):
    return len(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


with ThreadPoolExecutor(threads) as pool:
    if not all(pool.map(size, islice(keys, count))):
        sys.exit("an empty body")
