"""Run by the Python that has the pinned botocore: where botocore sends requests to a bucket, for every kind of bucket, style,
region and end point. stdout: tests/data/endpoints.tsv, which the unit test of aws/endpoint.h reads.

    build/release/botocore-venv/bin/python tests/interop/botocore_endpoints.py > tests/data/endpoints.tsv
"""

import itertools

import botocore.exceptions
import botocore.loaders
from botocore.endpoint_provider import EndpointProvider

POINT = "accesspoint/my-point"
BUCKETS = [
    "logs", "my.logs", "MyLogs", "ab", "a b", "-logs", "logs-", "a..b", "a.-b", "192.168.1.1", "under_score", "my-point-u9tbw1-s3alias",
    f"arn:aws:s3:us-west-2:123456789012:{POINT}", "arn:aws:s3:us-west-2:123456789012:accesspoint:my-point",
    f"arn:aws-cn:s3:cn-north-1:123456789012:{POINT}", f"arn:aws-us-gov:s3:us-gov-west-1:123456789012:{POINT}",
    "arn:aws:s3:::logs", "arn:aws:s3:us-west-2:123456789012:accesspoint/my.point", f"arn:aws:s3:us-west-2::{POINT}",
    f"arn:aws:s3:us-west-2:123456789012:{POINT}/object/x", "arn:aws:iam::123456789012:role/x",
]
REGIONS = ["us-east-1", "eu-west-1", "us-west-2", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "us-isof-south-1",
           "eu-isoe-west-1", "eusc-de-east-1", "mars-north-1"]
URLS = ["", "https://store.example", "http://s3.localhost:9000/base", "http://127.0.0.1:9000", "http://[::1]:9000"]
# botocore's own end points for these are no use to us: see aws/access_point.h.
REFUSED_HERE = ["arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap", "logs--usw2-az1--x-s3", "point--usw2-az1--xa-s3",
                "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01234567890123456/accesspoint/reports",
                "arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/banner",
                "point-e0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3"]

LOADER = botocore.loaders.create_loader()
RULES = EndpointProvider(LOADER.load_service_model("s3", "endpoint-rule-set-1"), LOADER.load_data("partitions"))


def forces_path(bucket: str, style: str, url: str) -> bool:
    """As botocore.handlers and botocore.args decide it."""
    if bucket.startswith("arn:"):
        return style == "path"
    return style == "path" or (bool(url) and style != "virtual")


def has_broken_host(bucket: str, style: str, url: str) -> bool:
    """botocore puts names in front of an address: "my.logs.127.0.0.1". We put the bucket into the path, and refuse an ARN."""
    return url.startswith(("http://127.", "http://[")) and (bucket.startswith("arn:") or (style == "virtual" and "." in bucket))


def where(bucket: str, region: str, fips: bool, dual_stack: bool, style: str, url: str) -> str:
    given = {"Bucket": bucket, "Region": region, "UseFIPS": fips, "UseDualStack": dual_stack, "Accelerate": False,
             "UseGlobalEndpoint": False, "ForcePathStyle": forces_path(bucket, style, url)}
    if url:
        given["Endpoint"] = url
    try:
        found = RULES.resolve_endpoint(**given)
    except botocore.exceptions.EndpointProviderError:
        return "refused"
    [scheme] = found.properties["authSchemes"]
    assert scheme["name"] == "sigv4" and scheme["signingName"] == "s3", (given, scheme)
    return f"{found.url.rstrip('/')}/ {scheme['signingRegion']}"


print("# Made by tests/interop/botocore_endpoints.py. The bucket's address, or refused, and the region to sign for.")
print("# bucket\tregion\tFIPS\tdual-stack\tstyle\tend point's URL\taddress and region")
for bucket, region, fips, dual_stack, style, url in itertools.product(
        BUCKETS, REGIONS, (False, True), (False, True), ("auto", "path", "virtual"), URLS):
    # Of the many combinations, those that differ in one thing from what is common, and all flags together in AWS.
    if sum((region != "us-west-2", fips, dual_stack, style != "auto", url != "")) > (2 if bucket in BUCKETS[:2] + BUCKETS[12:13] else 1) \
            and not (fips and dual_stack and style == "auto" and not url):
        continue
    if has_broken_host(bucket, style, url):
        continue
    address = where(bucket, region, fips, dual_stack, style, url)
    print(bucket, region, str(fips).lower(), str(dual_stack).lower(), style, url, address, sep="\t")
for bucket in REFUSED_HERE:
    print(bucket, "us-west-2", "false", "false", "auto", "", "refused", sep="\t")
