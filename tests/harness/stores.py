"""The S3 servers the tests run on: our simulator in its two profiles, and a Ceph gateway or any other store when one is given."""

import ctypes
import dataclasses
import os
import re
import select
import signal
import subprocess
import tempfile
import unittest
import uuid

import boto3
import botocore.config

ACCESS_KEY, SECRET_KEY = "E2EACCESSKEY1", "e2e/secret+key/1"
ACCESS_KEY2, SECRET_KEY2 = "E2EACCESSKEY2", "e2e/secret+key/2"
# The simulator refuses writes to this bucket by name, for everyone.
READ_ONLY_BUCKET = "read-only-bucket"


@dataclasses.dataclass
class Store:
    name: str
    endpoint: str
    access_key: str
    secret_key: str
    access_key2: str
    secret_key2: str
    region: str = "us-east-1"
    process: subprocess.Popen | None = None
    session_token: str = ""
    bucket_prefix: str = ""
    _clients: dict = dataclasses.field(default_factory=dict, init=False)  # making one costs more than most tests' requests

    @property
    def host(self) -> str:
        return self.endpoint.split("://")[1]

    @property
    def is_sim(self) -> bool:
        return self.name.startswith("sim-")

    @property
    def is_plain(self) -> bool:
        """It speaks plain HTTP, keeps connections open, and wants no session token."""
        return self.name not in ("given", "moto")

    def client(self, second_user: bool = False):
        """boto3's client; one for all threads, as boto3 allows."""
        if second_user not in self._clients:
            self._clients[second_user] = self._new_client(second_user)
        return self._clients[second_user]

    def _new_client(self, second_user: bool):
        return boto3.client(
            "s3", endpoint_url=self.endpoint, region_name=self.region,
            aws_access_key_id=self.access_key2 if second_user else self.access_key,
            aws_secret_access_key=self.secret_key2 if second_user else self.secret_key,
            aws_session_token=None if second_user else self.session_token or None,
            config=botocore.config.Config(max_pool_connections=32, read_timeout=60,
                                          s3={"addressing_style": "path"}, retries={"max_attempts": 2}))

    def new_bucket(self, purpose: str, second_user: bool = False) -> str:
        """A fresh bucket; its name can't collide with another test's on a shared server."""
        name = f"{self.bucket_prefix}{purpose}-{uuid.uuid4().hex[:12]}"
        elsewhere = {} if self.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        self.client(second_user).create_bucket(Bucket=name, **elsewhere)
        return name

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


LIBC = ctypes.CDLL(None)


def die_with_parent() -> None:
    """For a child before exec: a test that is killed, as CTest does after its time limit, must leave no server behind. The
    child dies with the thread that started it."""
    pr_set_pdeathsig = 1
    LIBC.prctl(pr_set_pdeathsig, signal.SIGKILL)


def start_sim(profile: str = "full", latency_ms: int = 0, *more: str, keys: tuple[str, str] = (ACCESS_KEY, SECRET_KEY),
              region: str = "us-east-1") -> Store:
    program = os.environ.get("S3C_SIM")
    if not program:
        raise unittest.SkipTest("S3C_SIM doesn't name the simulator")
    command = [program, "--listen", "127.0.0.1:0", "--access-key", keys[0], "--secret-key", keys[1], "--region", region,
               "--second-access-key", ACCESS_KEY2, "--second-secret-key", SECRET_KEY2,
               "--profile", profile, "--read-only-bucket", READ_ONLY_BUCKET, *more]
    if latency_ms:
        command += ["--latency", f"{latency_ms}ms"]
    log = tempfile.TemporaryFile()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
                               preexec_fn=die_with_parent)
    readable, _, _ = select.select([process.stdout], [], [], 20)
    line = process.stdout.readline() if readable else ""
    found = re.match(r"listening on (http://[\w.]+:\d+)", line)
    if found is None:
        process.kill()
        process.wait()
        log.seek(0)
        raise RuntimeError(f"{' '.join(command)}: {line!r} {log.read().decode(errors='replace')}")
    return Store(f"sim-{profile}", found[1], *keys, ACCESS_KEY2, SECRET_KEY2, region, process)


def given_rgw() -> Store:
    env = os.environ
    if not env.get("S3C_RGW_ENDPOINT"):
        raise unittest.SkipTest("no S3C_RGW_ENDPOINT: scripts/rgw-up")
    return Store("rgw", env["S3C_RGW_ENDPOINT"], env["S3C_RGW_ACCESS_KEY"], env["S3C_RGW_SECRET_KEY"],
                 env["S3C_RGW_ACCESS_KEY2"], env["S3C_RGW_SECRET_KEY2"], env.get("S3C_RGW_REGION", "us-east-1"))


def given_store() -> Store:
    """The store that scripts/test --endpoint names. That script removes the buckets: they begin with a prefix of its own."""
    env = os.environ
    if not env.get("S3C_GIVEN_ENDPOINT"):
        raise unittest.SkipTest("no S3C_GIVEN_ENDPOINT: scripts/test --endpoint URL")
    return Store("given", env["S3C_GIVEN_ENDPOINT"], env["S3C_GIVEN_ACCESS_KEY"], env["S3C_GIVEN_SECRET_KEY"], "", "",
                 env.get("S3C_GIVEN_REGION") or "us-east-1", session_token=env.get("S3C_GIVEN_SESSION_TOKEN", ""),
                 bucket_prefix=env["S3C_GIVEN_BUCKET_PREFIX"])


def moto() -> Store:
    from .moto import start_moto
    return start_moto()


STARTERS = {"full": start_sim, "lesser": lambda: start_sim("lesser"), "rgw": given_rgw, "given": given_store, "moto": moto}

