#!/usr/bin/python3
"""Lets spin look at every state of the commit protocol's model, commit.pml, and of versions.pml, at the sizes below.

A scenario passes when no state breaks an invariant, the search was complete and every step of the model was taken. A mutant
leaves a rule of docs/ordering.md out and passes when the invariant named here breaks. "rules" holds the rules marked § in
that page against the mutants.

usage: check.py NAME...         scenarios, mutant/NAME, or rules
       check.py --list          what the test suite runs
       check.py --deep          scenarios of sizes that take many minutes and gigabytes; a single one by its name
       check.py --trail MUTANT  how leaving out the rule loses or doubles data, request by request
"""

import argparse
import dataclasses
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MODEL = Path(__file__).with_name("commit.pml")
VERSIONS_MODEL = MODEL.with_name("versions.pml")
ORDERING = Path(__file__).parents[2] / "docs" / "ordering.md"

# What a store can't do.
LESSER = {"CONDITIONAL_COMPLETE": 0, "CONDITIONAL_DELETE": 0}
TINY = {"KEYS": 1, "VERSIONS": 1, "GC": 0}

# Somebody deletes archives, brings them back and copies them.
LOST = {"MARKS": 1, "ENVIRONMENT": 3, "RUNS": 1, "KEYS": 1, "VERSIONS": 1, "PASSES": 1}
OLD = {"OLD_VOLUME": 1, **LOST, "VERSIONS": 2}

# A Complete takes effect after its upload was aborted: the record is made again out of the archive.
OVERTAKEN = {"OVERTAKEN": 1, "MARKS": 1, "RUNS": 2, "KEYS": 1, "VERSIONS": 1, "PASSES": 3, "LAST_PASSES": 1}

# Two runs beside each other, and the last one, unless RUNS says more.
SCENARIOS = {
    "two_runs": {"GC": 0},
    "two_runs_lesser": {"GC": 0, **LESSER},
    "three_runs": {"RUNS": 3, **TINY},
    "three_runs_lesser": {"RUNS": 3, "PASSES": 1, **TINY, **LESSER},
    "three_runs_gc": {"RUNS": 3, "KEYS": 1, "VERSIONS": 1, "PASSES": 1},
    "gc": {"KEYS": 1},
    "gc_lesser": {"KEYS": 1, **LESSER},
    "gc_late_arrival": {"VERSIONS": 1},
    "volumes": {"VOLUME_OBJECTS": 1, "VERSIONS": 1, "KEYS": 3, "AT_START": 2, "GC": 0},
    "foreign_archive": {"FOREIGN_ARCHIVE": 1, "KEYS": 1, "GC": 0},
    "late_records": {"LATE_RECORDS": 1, **TINY},
    "late_records_gc": {"LATE_RECORDS": 1, "KEYS": 1, "VERSIONS": 1, "PASSES": 1},
    "versions": {},
    "marks": {"MARKS": 1, "KEYS": 1, "VERSIONS": 1, "PASSES": 1},
    "lost_archives": LOST,
    "lost_archives_two_runs": {**LOST, "RUNS": 2, "ENVIRONMENT": 1, "GC": 0},
    "lost_old_archive": OLD,
    "overtaken_aborts": OVERTAKEN,
}

# Of so few states that an optimizing compiler takes longer than the search.
SMALL = {"marks", "lost_archives", "lost_archives_two_runs", "lost_old_archive", "late_records_gc", "foreign_archive", "versions"}

DEEP = {
    "deep_volumes": {"VOLUME_OBJECTS": 1, "AT_START": 2, "GC": 0},
    "deep_three_runs": {"RUNS": 3, "KEYS": 1, "GC": 0},
    "deep_three_runs_lesser": {"RUNS": 3, **TINY, **LESSER},
    "deep_three_runs_gc_lesser": {"RUNS": 3, "KEYS": 1, "VERSIONS": 1, "PASSES": 1, **LESSER},
}


@dataclasses.dataclass
class Mutant:
    breaks: str  # the invariant
    sizes: dict[str, int]


MUTANTS = {
    "ids_not_compared": Mutant("I1_deleted_is_archived", {"GC": 0}),
    "next_name": Mutant("I4_archived_once", TINY),
    "manifest_last": Mutant("I3_archive_has_record", TINY),
    "no_fence": Mutant("I2_archive_never_changes", {**TINY, **LESSER}),
    "fence_first": Mutant("I2_archive_never_changes", {**TINY, **LESSER}),
    "fence_looks_first": Mutant("I2_archive_never_changes", {**TINY, **LESSER}),
    "no_if_none_match": Mutant("I2_archive_never_changes", TINY),
    "no_second_head": Mutant("I3_archive_has_record", TINY),
    "remove_without_abort": Mutant("I3_archive_has_record", TINY),
    "index_without_abort": Mutant("I3_archive_has_record", {"KEYS": 1, "VERSIONS": 1}),
    "delete_before_proof": Mutant("I1_deleted_is_archived", TINY),
    "delete_without_etag": Mutant("I1_deleted_is_archived", {"KEYS": 1, "GC": 0}),
    "blind_resend": Mutant("I1_deleted_is_archived", {"KEYS": 1, "GC": 0, **LESSER}),
    "version_first": Mutant("V1_nothing_old_is_served", {}),
    "any_version": Mutant("V2_deleted_is_archived", {}),
    "mark_after_delete": Mutant("I6_record_stays", LOST),
    "mark_not_looked_for": Mutant("I6_record_stays", LOST),
    "abort_believed": Mutant("I6_record_stays", OLD),
    "no_take_back_mark": Mutant("I6_record_stays", LOST),
    "looks_before_it_puts": Mutant("I6_record_stays", LOST),
    "take_back_not_looked_for": Mutant("I6_record_stays", LOST),
    "manifest_not_looked_for": Mutant("I6_record_stays", LOST),
    "take_back_mark_first": Mutant("I6_record_stays", LOST),
    "mark_at_delete": Mutant("I7_commit_is_on_record", LOST),
    "remade_before_mark": Mutant("I6_record_stays", OVERTAKEN),
    "remade_without_look": Mutant("I6_record_stays", OVERTAKEN),
}
# Of the scenarios and mutants above; all others are commit.pml's.
OF_VERSIONS = {"versions", "version_first", "any_version"}

MUTANT = "mutant/"  # before its name, in the names of tests
# A search jumps about in a gigabyte: with large pages it takes a sixth less time.
LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


class Failed(Exception):
    pass


def run(command: list[str], folder: Path) -> str:
    """Its output; fails when the program did."""
    try:
        done = subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              env={**os.environ, **LARGE_PAGES})
    except FileNotFoundError as error:
        raise Failed(f"{error.filename} is missing: scripts/install-deps test") from error
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)} exited with {done.returncode}:\n{done.stdout[-3000:]}")
    return done.stdout


def defines(sizes: dict[str, int | str]) -> list[str]:
    return [f"-D{name}={value}" for name, value in sizes.items()]


def model_of(name: str) -> Path:
    return VERSIONS_MODEL if name in OF_VERSIONS else MODEL


def search(model: Path, sizes: dict[str, int | str], folder: Path, *, compiler: tuple[str, ...] = ("-O1",), memory_mb: int = 2000,
           options: tuple[str, ...] = ()) -> str:
    """pan's report. -DSAFETY: assertions and deadlocks, no cycles, as every run ends after so many passes. -DPEG counts every
    step. No trail has 300 steps: -m leaves room. At the suite's sizes -O2 takes longer to compile than it then saves."""
    (folder / model.name).write_bytes(model.read_bytes())
    run(["spin", "-o3", "-a", *defines(sizes), model.name], folder)
    run(["gcc", "-w", *compiler, "-DSAFETY", "-DPEG", f"-DMEMLIM={memory_mb}", "-o", "pan", "pan.c"], folder)
    return run(["./pan", "-m10000", *options], folder)


def broken(report: str) -> str | None:
    """What pan found, as it says it: an invariant's name for an assertion."""
    found = re.search(r"^pan:\d+: (?:assertion violated )?(.*?) \(at depth \d+\)", report, re.MULTILINE)
    return found.group(1) if found else None


def completed(report: str) -> bool:
    """Whether all states were seen: a limit of memory or depth that was met must not pass for that."""
    limits = ("Search not completed", "max search depth too small", "reached -DMEMLIM", "out of memory", "VECTORSZ")
    return "\nFull statespace search for:" in report and not any(limit in report for limit in limits)


def steps_not_taken(model: Path, report: str, folder: Path) -> list[str]:
    """The steps of the model that no state ever took, from -DPEG's counts: pan's own list of what is unreached knows no
    options of a loop."""
    lines = model.read_text(encoding="utf-8").splitlines()
    steps = set(re.findall(r"=> D_STEP(\d+)", run(["./pan", "-d"], folder)))
    taken = set(re.findall(r"^ *\d+\ttrans +\d+ \S+:(\d+)", report, re.MULTILINE))
    return [f"{number}: {lines[number - 1].strip()}" for number in sorted(map(int, steps - taken))]


def compiler_flags(name: str) -> tuple[str, ...]:
    if name in DEEP:
        return "-O2", "-DCOLLAPSE"  # stores the parts of a state once each: less memory, and more time
    return ("-O0",) if name in SMALL else ("-O1",)


def check_scenario(name: str, sizes: dict[str, int], memory_mb: int = 2000) -> str:
    model = model_of(name)
    with tempfile.TemporaryDirectory() as folder:
        report = search(model, sizes, Path(folder), compiler=compiler_flags(name), memory_mb=memory_mb)
        missed = steps_not_taken(model, report, Path(folder))
    if (what := broken(report)) is not None:
        raise Failed(f"broken: {what}\n{report}")
    if not completed(report) or "errors: 0" not in report:
        raise Failed(f"the search was not completed\n{report}")
    if missed:
        raise Failed("steps of the model that were never taken:\n" + "\n".join(missed))
    states, megabytes = (re.search(rf"([\d.]+)\s+{what}", report).group(1) for what in ("states, stored", "total actual memory"))
    return f"holds in all {int(float(states)):,} states ({float(megabytes):.0f} MB)"


def mutant_sizes(name: str) -> dict[str, int | str]:
    """Only the invariant that is to break is checked, so that no other one can stop the search before."""
    mutant = MUTANTS[name]
    return {**mutant.sizes, "MUTANT": name, "INVARIANT": mutant.breaks[1]}


def check_mutant(name: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        report = search(model_of(name), mutant_sizes(name), Path(folder), compiler=("-O0",))
    if (what := broken(report)) != MUTANTS[name].breaks:
        raise Failed(f"was to break {MUTANTS[name].breaks}, and broke {what or 'nothing'}\n{report}")
    return f"breaks {what}"


def check_rules() -> str:
    """Each rule marked § in docs/ordering.md names mutants, and each mutant is named by one."""
    items = re.findall(r"^- (?:.+\n)(?:  .+\n)*", ORDERING.read_text(encoding="utf-8"), re.MULTILINE)
    named = {mutant for item in items if "§" in item for mutant in mutants_of(item)}
    problems = [f"a rule names no mutant: {item}" for item in items if "§" in item and not mutants_of(item)]
    problems += [f"a rule with a mutant has no §: {item}" for item in items if "§" not in item and mutants_of(item)]
    problems += [f"there is no mutant {name}" for name in sorted(named - MUTANTS.keys())]
    problems += [f"no rule names the mutant {name}" for name in sorted(MUTANTS.keys() - named)]
    if problems:
        raise Failed("\n".join(problems))
    return f"{len(named)} mutants, all named by the rules they leave out"


def mutants_of(item: str) -> list[str]:
    return re.findall(r"\(mutant\s+`(\w+)`\)", item)


# ---- a mutant's trail

IDS = ("manifests", "indexes", "commit_marks", "take_back_marks")
OBJECTS = ("members", "deleted")
BUCKETS = ("source", "archive", "upload", "history", *IDS, *OBJECTS)
STATEMENT = re.compile(r"^\s*(\d+):\s+proc\s+(\d+) \((\w+):\d+\) \S+ \(state \d+\)\s+\[(.*)\]$")
VALUE = re.compile(r"^\s+(\w+)(\[\d+\])? = (\w+)$")


@dataclasses.dataclass
class Step:
    number: str  # spin's
    party: str
    request: str
    changes: list[str]


def readable(variable: str, value: str, versions: int) -> str:
    """Sets as what is in them: ids, or objects as key/version."""
    members = [i for i in range(8) if variable in IDS + OBJECTS and int(value) >> i & 1]
    if variable in IDS:
        return "{" + ", ".join(map(str, members)) + "}"
    if variable in OBJECTS:
        return "{" + ", ".join(f"{i // versions}/{i % versions + 1}" for i in members) + "}"
    return value


def party(process: int, kind: str, trail: str) -> str:
    if kind != "s3compress":
        return kind
    runs = sorted({int(other) for other in re.findall(r"proc\s+(\d+) \(s3compress:", trail)})
    return "last run" if process == runs[-1] else f"run {runs.index(process)}"


def steps_of(trail: str, versions: int) -> list[Step]:
    """Of what spin prints when it replays a trail: every statement, each followed by the variables it changed."""
    steps: list[Step] = []
    values: dict[str, str] = {}
    for line in trail.splitlines():
        if statement := STATEMENT.match(line):
            number, process, kind, text = statement.groups()
            if not steps or steps[-1].number != number:
                request = re.search(r"at==([A-Z]\w+)", text)
                steps.append(Step(number, party(int(process), kind, trail), request.group(1) if request else "", []))
        elif (value := VALUE.match(line)) and value.group(1) in BUCKETS:
            variable = value.group(1) + (value.group(2) or "")
            if steps and values.get(variable, "0") != value.group(3):
                steps[-1].changes.append(f"{variable} = {readable(value.group(1), value.group(3), versions)}")
            values[variable] = value.group(3)
        elif line.startswith("#processes"):
            break  # the final values follow
    return steps


def print_trail(name: str) -> None:
    """Every request of the shortest counterexample, and what it changed in the buckets."""
    sizes = mutant_sizes(name)
    with tempfile.TemporaryDirectory() as path:
        folder = Path(path)
        model = model_of(name)
        search(model, sizes, folder, compiler=("-O0", "-DREACH"), options=("-i",))
        trail = run(["spin", "-t", "-p", "-g", *defines(sizes), model.name], folder)
    print(f"the names are those of {model.name}; objects are key/version; source[0] = 1 at the start")
    for step in steps_of(trail, int(sizes.get("VERSIONS", 2))):
        if step.request or step.changes:
            print(f"{step.party:8} {step.request:16} {', '.join(step.changes)}".rstrip())
    print(f"and {MUTANTS[name].breaks} is broken")


# ---- the command line


def check(name: str) -> str:
    if name == "rules":
        return check_rules()
    if name.startswith(MUTANT):
        return check_mutant(name.removeprefix(MUTANT))
    return check_scenario(name, DEEP[name], memory_mb=16000) if name in DEEP else check_scenario(name, SCENARIOS[name])


def passes(name: str) -> bool:
    started = time.monotonic()
    try:
        said, passed = check(name), True
    except Failed as failure:
        said, passed = f"FAILED: {failure}", False
    print(f"{name}: {said}, {time.monotonic() - started:.0f} s", flush=True)
    return passed


def main() -> int:
    suite = ["rules", *SCENARIOS, *(MUTANT + name for name in MUTANTS)]
    parser = argparse.ArgumentParser(usage=argparse.SUPPRESS, description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--deep", action="store_true")
    parser.add_argument("--trail", choices=MUTANTS)
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(suite))
        return 0
    if arguments.trail:
        print_trail(arguments.trail)
        return 0
    names = list(DEEP) if arguments.deep else arguments.names
    if unknown := set(names) - {*suite, *DEEP}:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    if not names:
        parser.error("what is to be checked?")
    return 0 if all([passes(name) for name in names]) else 1


if __name__ == "__main__":
    sys.exit(main())
