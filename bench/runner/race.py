"""One contender's run: a fresh simulator, the data, the contender's commands, and the proof that it did the job."""

import contextlib
import dataclasses
import os
import shutil
import tempfile

from harness.sim_control import SimControl
from harness.stores import start_sim

from . import check, data, tls
from .contenders import Contender, Job
from .measure import CommandFailed, Meter, cpu_seconds

SOURCE, ARCHIVE = "bench-source", "bench-archive"


@dataclasses.dataclass(frozen=True)
class Conditions:
    """What is the same for every contender of a run."""
    latency_ms: int
    rate: int  # GET and HEAD requests a second, above which the simulator answers 503; 0: no limit
    tls: bool
    timeout_s: float
    s3compress: str
    scratch: str  # folder for the working folders; they are removed unless keep
    keep: bool


def run(contender: Contender, data_set: data.DataSet, conditions: Conditions) -> dict:
    """Everything measured, as plain values for JSON; "failed" says why where the contender didn't do the job."""
    with contextlib.ExitStack() as stack:
        store = start_sim("full", conditions.latency_ms, "--synthetic", data_set.synthetic(SOURCE))
        stack.callback(store.stop)
        store.client().create_bucket(Bucket=ARCHIVE)
        days = data_set.list_days(SOURCE)
        samples = check.take_samples(store, SOURCE, [day.prefix for day in days])

        folder = tempfile.mkdtemp(prefix=f"{contender.name}-", dir=conditions.scratch)
        if not conditions.keep:
            stack.callback(shutil.rmtree, folder)
        folders = {name: os.path.join(folder, name) for name in ("work", "home", "log", "tls")}
        for path in folders.values():
            os.mkdir(path)
        endpoint, ca_bundle = store.endpoint, ""
        if conditions.tls:
            terminator = tls.Terminator(store.host, folders["tls"])
            stack.callback(terminator.stop)
            endpoint, ca_bundle = terminator.endpoint, terminator.ca_bundle
        job = Job(endpoint, store.region, SOURCE, ARCHIVE, data.PREFIX, days, conditions.s3compress, ca_bundle)

        control = SimControl(store)
        if conditions.rate:
            # The first segment of the key stands for S3's partition.
            control.set_faults([{"operation": ["GetObject", "HeadObject"], "fault": "rate_limit",
                                 "per_second": conditions.rate, "prefix_segments": 1}])
        control.reset_bill()
        server_cpu_s = cpu_seconds(store.process.pid)
        meter = Meter(folders["work"], [folders["work"], folders["home"]], environment(store, job, contender, folders["home"]),
                      os.path.join(folders["log"], "output"), conditions.timeout_s)
        failed = ""
        try:
            for command in contender.commands(job):
                meter.run(command)
        except CommandFailed as error:
            failed = str(error)
        server_cpu_s = cpu_seconds(store.process.pid) - server_cpu_s
        bill = control.bill()
        archived = check.Archived(0, 0, 0)
        if not failed:
            try:
                control.clear_faults()
                archived = check.check_job(store, SOURCE, ARCHIVE, data_set.objects, samples)
            except check.JobNotDone as error:
                failed = str(error)
    return summary(contender, data_set, meter.usage, server_cpu_s, bill, archived) | {"failed": failed}


def basic_environment(store, endpoint: str, home: str) -> dict[str, str]:
    """Nothing of the caller's: a proxy, a profile or a CA bundle of theirs would change meaning and cost."""
    return {"PATH": "/usr/bin:/bin", "HOME": home, "LANG": "C.UTF-8", "TMPDIR": home, "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_ACCESS_KEY_ID": store.access_key, "AWS_SECRET_ACCESS_KEY": store.secret_key,
            "AWS_REGION": store.region, "AWS_DEFAULT_REGION": store.region, "AWS_ENDPOINT_URL": endpoint,
            "AWS_EC2_METADATA_DISABLED": "true"}


def environment(store, job: Job, contender: Contender, home: str) -> dict[str, str]:
    base = basic_environment(store, job.endpoint, home)
    if job.ca_bundle:
        base["AWS_CA_BUNDLE"] = job.ca_bundle
    return base | contender.environment(job)


def summary(contender: Contender, data_set: data.DataSet, usage, server_cpu_s: float, bill: dict, archived) -> dict:
    count = data_set.objects
    return {
        "name": contender.name,
        "level": contender.level,
        "days": data_set.days,
        "objects": count,
        "wall_seconds": usage.wall_s,
        "objects_per_second": count / usage.wall_s if usage.wall_s else 0,
        "client_cpu_us_per_object": usage.cpu_s / count * 1e6,
        "server_cpu_us_per_object": server_cpu_s / count * 1e6,
        "peak_rss_bytes": usage.peak_rss_bytes,
        "peak_tree_rss_bytes": usage.peak_tree_rss_bytes,
        "peak_disk_bytes": usage.peak_disk_bytes,
        "archives": archived.archives,
        "archive_members": archived.members,
        "archive_bytes": archived.bytes,
        "requests": bill["requests"],
        "request_classes": bill["classes"],
        "request_errors": bill["errors"],
        "bytes_from_store": bill["bytes_out"],
        "bytes_to_store": bill["bytes_in"],
        "dollars": bill["dollars"],
    }


