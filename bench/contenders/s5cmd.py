"""s5cmd and zip, day by day, at s5cmd's defaults: 256 workers, and a DeleteObjects for each thousand keys. It is in no Debian;
the first s5cmd in PATH is used."""

import shutil

S5CMD = shutil.which("s5cmd") or "s5cmd, which is not in PATH"
REQUIRES = [S5CMD, "/usr/bin/zip"]
SHARE = 0.5


def commands(job):
    s5cmd = [S5CMD, "--log", "error", "--endpoint-url", job.endpoint]
    for day in job.days:
        yield [*s5cmd, "cp", f"s3://{job.source}/{day.prefix}*", f"{day.name}/"]
        yield ["/usr/bin/zip", "-q", "-r", f"{day.name}.zip", day.name]
        yield [*s5cmd, "cp", "--storage-class", "GLACIER", f"{day.name}.zip", f"s3://{job.archive}/{day.archive_key}"]
        yield [*s5cmd, "rm", f"s3://{job.source}/{day.prefix}*"]
        yield ["/bin/rm", "-r", day.name, f"{day.name}.zip"]
