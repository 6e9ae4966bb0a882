"""The AWS CLI (Debian's) and zip, as a shell script of a few lines would call them, day by day."""

REQUIRES = ["/usr/bin/aws", "/usr/bin/zip"]
SHARE = 0.04


def commands(job):
    s3 = ["/usr/bin/aws", "--endpoint-url", job.endpoint, "s3"]
    for day in job.days:
        yield [*s3, "cp", "--recursive", "--only-show-errors", f"s3://{job.source}/{day.prefix}", day.name]
        yield ["/usr/bin/zip", "-q", "-r", f"{day.name}.zip", day.name]
        yield [*s3, "cp", "--only-show-errors", "--storage-class", "GLACIER", f"{day.name}.zip",
               f"s3://{job.archive}/{day.archive_key}"]
        yield [*s3, "rm", "--recursive", "--only-show-errors", f"s3://{job.source}/{day.prefix}"]
        yield ["/bin/rm", "-r", day.name, f"{day.name}.zip"]
