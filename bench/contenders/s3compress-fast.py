"""s3compress with the cheapest compression it has."""

SHARE = 1
LEVEL = 1


def commands(job):
    first, last = job.days[0].date, job.days[-1].date
    return [[job.s3compress, "--bucket", job.source, "--arch-bucket", job.archive, "--prefix", job.prefix,
             "--from", str(first), "--to", str(last), "--quiet", "--level", "1"]]
