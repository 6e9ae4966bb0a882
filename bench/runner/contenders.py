"""The contenders: each is a file in bench/contenders/, or any other file of the same form.

An adapter is a Python file with a docstring, whose first line says what it is, and
  commands(job)     yields the command lines that do the job, each a list; run one after the other, in an empty folder
  SHARE             the share of the objects it gets, 0 to 1: less for one that is slow. Costs are told per object
  REQUIRES          optional: files that must be there, such as the programs it starts. A contender that the scenario names, and
                    whose programs aren't there, is left out with a notice; one that the user names is an error
  LEVEL             optional: the level of DEFLATE of its members, by which its floor is told; 6 if it is absent
  environment(job)  optional: environment variables, on top of the credentials, region and HOME that all get
The job is done when every object below job.days' prefixes is in a ZIP in the archive bucket, in storage class GLACIER, and
gone from the source bucket. Nothing else may be read for it than what the buckets hold.
"""

import dataclasses
import glob
import importlib.util
import os
import types

from .data import Day

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "contenders")


class BadContender(Exception):
    """What is wrong with which adapter, and what to do about it."""


class MissingProgram(BadContender):
    """The adapter is right, but what it needs isn't on this machine."""


@dataclasses.dataclass(frozen=True)
class Job:
    """What an adapter is told."""
    endpoint: str
    region: str
    source: str  # bucket
    archive: str  # bucket
    prefix: str  # of all keys
    days: list[Day]
    s3compress: str  # the program under test
    ca_bundle: str  # PEM file to trust, "" without TLS


@dataclasses.dataclass(frozen=True)
class Contender:
    name: str
    module: types.ModuleType

    @property
    def share(self) -> float:
        return self.module.SHARE

    @property
    def level(self) -> int:
        return getattr(self.module, "LEVEL", 6)

    def commands(self, job: Job):
        return self.module.commands(job)

    def environment(self, job: Job) -> dict[str, str]:
        return self.module.environment(job) if hasattr(self.module, "environment") else {}


def known_names() -> list[str]:
    return sorted(os.path.basename(path).removesuffix(".py") for path in glob.glob(f"{FOLDER}/*.py"))


def find(name: str) -> Contender:
    """name: of a file in bench/contenders/ without .py, or the path of another file. Throws BadContender."""
    path = name if name.endswith(".py") else os.path.join(FOLDER, f"{name}.py")
    if not os.path.isfile(path):
        raise BadContender(f"there is no contender {name!r}: use one of {', '.join(known_names())}, or the path of an adapter")
    spec = importlib.util.spec_from_file_location(f"contender_{os.path.basename(path)}", os.path.abspath(path))
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BadContender(f"{path} can't be loaded: {error!r}") from error
    for field in ("commands", "SHARE"):
        if not hasattr(module, field):
            raise BadContender(f"{path} has no {field}: bench/runner/contenders.py says what an adapter has")
    for needed in getattr(module, "REQUIRES", []):
        if not os.path.exists(needed):
            raise MissingProgram(f"{name} needs {needed}: install it (scripts/install-deps bench) or leave out {name}")
    return Contender(os.path.basename(path).removesuffix(".py"), module)
