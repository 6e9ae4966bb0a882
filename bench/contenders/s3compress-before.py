"""Another build of s3compress, such as that of the commit before: the program that S3C_BEFORE names."""

import os

BEFORE = os.environ.get("S3C_BEFORE", "the program that S3C_BEFORE names")
REQUIRES = [BEFORE]
SHARE = 1


def commands(job):
    first, last = job.days[0].date, job.days[-1].date
    return [[BEFORE, "--bucket", job.source, "--arch-bucket", job.archive, "--prefix", job.prefix,
             "--from", str(first), "--to", str(last), "--quiet"]]
