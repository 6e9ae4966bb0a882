"""rclone (Debian's) and zip, day by day, with the flags its users recommend for many small objects: one listing instead of
one per folder (--fast-list), the listing's times instead of a HEAD per object (--use-server-modtime), more transfers."""

REQUIRES = ["/usr/bin/rclone", "/usr/bin/zip"]
SHARE = 0.12


def environment(job):
    settings = {"RCLONE_CONFIG": "/dev/null", "RCLONE_CONFIG_STORE_TYPE": "s3", "RCLONE_CONFIG_STORE_PROVIDER": "Other",
                "RCLONE_CONFIG_STORE_ENDPOINT": job.endpoint, "RCLONE_CONFIG_STORE_REGION": job.region,
                "RCLONE_CONFIG_STORE_ENV_AUTH": "true"}
    if job.ca_bundle:
        # The AWS library inside rclone can't load a bundle into rclone's connections, and fails when it is told to.
        settings |= {"RCLONE_CA_CERT": job.ca_bundle, "AWS_CA_BUNDLE": ""}
    return settings


def commands(job):
    rclone = ["/usr/bin/rclone", "--fast-list", "--use-server-modtime", "--transfers", "64", "--checkers", "64"]
    for day in job.days:
        yield [*rclone, "copy", f"store:{job.source}/{day.prefix}", day.name]
        yield ["/usr/bin/zip", "-q", "-r", f"{day.name}.zip", day.name]
        yield [*rclone, "copyto", "--s3-no-check-bucket", "--s3-storage-class", "GLACIER", f"{day.name}.zip",
               f"store:{job.archive}/{day.archive_key}"]
        yield [*rclone, "delete", f"store:{job.source}/{day.prefix}"]
        yield ["/bin/rm", "-r", day.name, f"{day.name}.zip"]
