"""One round of attack: everybody at once in two small buckets. Archivers with random flags, gc, readers and restores, killed and stopped
at random moments; a writer of the sources; other people who remove and copy archives and abort uploads. Then quiet: dry runs, which must
change nothing, two last runs, gc and readers. A judge that shares no line with the program (attack_judge.py) looks at what is left.

A seed gives the buckets, the flags and each attacker's decisions. How the threads interleave is the machine's affair, so a bad round may
need more than one run of its seed."""

import dataclasses
import os
import random
import tempfile
import time

from fault.attack_actors import (DAYS, Command, Ended, Operator, OtherPeople, Watcher, Writer, bodies_of, files_below,
                                 run_command)
from fault.attack_journal import Journal
from fault.attack_judge import Judge, everything, listed
from harness.sim_control import SimControl
from harness.stores import start_sim

EXIT_CODES = (0, 1, 2, 3, 4, 5, 130)
CRIES = ("Sanitizer", "runtime error:", "terminate called", "Assertion")
LATE_MS = 300


@dataclasses.dataclass
class Attack:
    """What a seed decides."""
    seed: int
    profile: str
    lacks: tuple[str, ...]  # powers that the store doesn't have, besides those that its profile hasn't
    source_versioning: str | None
    archive_versioning: str | None
    archivers: int
    others: bool
    to_source: bool  # restores to the source bucket, too
    flags: tuple[str, ...]  # of every archiver
    rules: list[dict]
    seconds: float

    @property
    def conditional_deletes(self) -> bool:
        """Whether the store honours a condition in one of the two kinds of deletes."""
        return self.profile == "full" and "conditional-delete" not in self.lacks

    def __str__(self) -> str:
        return (f"{''.join(f'without {power}, ' for power in self.lacks)}"
                f"source {self.source_versioning or 'unversioned'}, archives {self.archive_versioning or 'unversioned'}, "
                f"{self.archivers} archiver(s) {' '.join(self.flags)}{', other people' * self.others}"
                f"{', restores to the source' * self.to_source}" + "".join(f"\n    {rule}" for rule in self.rules))


def trouble(rng: random.Random) -> list[dict]:
    """Requests overtake one another, and now and then an answer is lost or a request comes late. Only requests of the program: writers and
    other people must know what they have done."""
    program_only = ({"operation": "CompleteMultipartUpload"}, {"operation": "AbortMultipartUpload", "key": "*.zip"},
                    {"operation": "DeleteObjects", "key": "sources/*"}, {"operation": "PutObject", "key": "s3compress_catalog/*"})
    rules = [{**rng.choice(program_only), "probability": rng.choice((0.05, 0.15)),
              **rng.choice(({"fault": "lost_reply"}, {"fault": "late", "ms": rng.randint(20, LATE_MS)},
                            {"fault": "error_after", "status": 500, "code": "InternalError"}))}
             for _ in range(rng.choice((0, 0, 1, 2)))]
    return rules + [{"probability": 0.25, "fault": "delay", "ms": ms} for ms in rng.choice(((2, 9), (3, 11, 29), (1, 60)))]


# What stores that people run lack, of what s3sim --without takes away.
LACKS = (("conditional-batch-delete",), ("batch-delete",), ("atomic-complete",), ("conditional-batch-delete", "conditional-delete"))


def make_attack(seed: int, profile: str) -> Attack:
    rng = random.Random(f"attack-{profile}-{seed}")
    lacks = rng.choice(LACKS) if profile == "full" and rng.random() < 0.3 else ()
    source_versioning = rng.choice((None, "Enabled", "Enabled", "Suspended"))
    flags = ["--max-objects", str(rng.choice((3, 5, 8)))]
    if source_versioning and rng.random() < 0.6:
        flags += ["--delete-versions"]
    if profile == "full" and not lacks and rng.random() < 0.3:
        flags += ["--archive-powers", "full"]  # no fence, then
    return Attack(seed, profile, lacks, source_versioning, archive_versioning=rng.choice((None, "Enabled")),
                  archivers=rng.choice((1, 2, 2, 3)), others=rng.random() < 0.5, to_source=rng.random() < 0.2, flags=tuple(flags),
                  rules=trouble(rng), seconds=rng.uniform(1.5, 3.0))


class Round:
    """Buckets of its own, with objects that are there before anybody comes."""

    def __init__(self, attack: Attack, store):
        self.attack, self.store, self.client = attack, store, store.client()
        self.source, self.archive, self.copies = (store.new_bucket(name) for name in ("source", "archive", "copies"))
        self.journal = Journal()
        self.problems: list[str] = []
        self.ended: list[Ended] = []
        self.suspects: list[Ended] = []  # whose output belongs to the problems
        self.folder = tempfile.TemporaryDirectory()
        self.writer = Writer(self.name("writer"), self.client, self.source, self.journal,
                             safely=not attack.conditional_deletes and attack.source_versioning != "Enabled")
        if attack.archive_versioning:
            self.set_versioning(self.archive, "Enabled")
        if attack.source_versioning:
            self.set_versioning(self.source, "Enabled")
        for key in (f"{day}{name}.xml" for day in DAYS for name in "abcdef"):
            self.writer.put_new_bytes(key)
            if attack.source_versioning and key.endswith(("a.xml", "b.xml")):
                self.writer.put_new_bytes(key)  # an older version lies below it
        if attack.source_versioning == "Suspended":
            self.set_versioning(self.source, "Suspended")

    def name(self, actor: str) -> str:
        return f"{actor}-{self.attack.profile}-{self.attack.seed}"

    def set_versioning(self, bucket: str, status: str) -> None:
        self.client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})

    # --- command lines

    def buckets(self, verb: str, *more: str) -> tuple[str, ...]:
        return (verb, "--bucket", self.source, "--arch-bucket", self.archive, *more)

    def archive_command(self, *more: str) -> tuple[str, ...]:
        return self.buckets("archive", "--storage-class", "STANDARD", "--output", "json", "--threads", "4", *self.attack.flags, *more)

    @staticmethod
    def disturbed(rng: random.Random, arguments: tuple[str, ...]) -> Command:
        ending = rng.choices((None, "kill", "interrupt", "terminate"), (50, 35, 8, 7))[0]
        return Command(arguments, ending, rng.uniform(0.02, 0.7))

    def next_archive(self, rng: random.Random) -> Command:
        more = []
        for chance, flags in ((0.15, ("--verify", "readback")), (0.4, ("--garbage-age", "0s")),
                              (0.2, ("--delete-batch", str(rng.randint(1, 4))))):
            more += flags if rng.random() < chance else ()
        arguments = self.archive_command(*more)
        if rng.random() < 0.15:
            arguments = (*(word for word in arguments if word != "--delete-versions"), "--keep-sources")
        return self.disturbed(rng, arguments)

    def next_visit(self, rng: random.Random) -> Command:
        key = rng.choice(sorted(self.journal.writes))
        place = os.path.join(self.folder.name, f"restored-{rng.randrange(3)}")
        choices = [(3, self.buckets("gc", "--garbage-age", "0s")), (1, self.buckets("cat", key)),
                   (1, self.buckets("verify")), (1, self.buckets("verify", "--deep", "--mend")),
                   (1, self.buckets("restore", "*", "--yes", "--to", place)),
                   (1, self.buckets("restore", "*", "--yes", "--to", f"s3://{self.copies}/"))]
        if self.attack.to_source:
            choices.append((2, self.buckets("restore", key, "--yes")))
        weights, commands = zip(*choices)
        arguments = rng.choices(commands, weights)[0]
        if arguments[0] == "restore" and "--to" not in arguments:
            self.journal.brought_back.add(key)
        return self.disturbed(rng, arguments)

    # --- the attack

    def everybody_at_once(self) -> None:
        attack, control = self.attack, SimControl(self.store)
        operators = [Operator(self.name(f"archiver {n}"), self.store, self.next_archive) for n in range(attack.archivers)]
        operators.append(Operator(self.name("visitor"), self.store, self.next_visit))
        watcher = Watcher(self.name("watcher"), self.client, self.source, self.archive, self.journal)
        actors = [self.writer, *operators]
        if attack.others:
            actors.append(OtherPeople(self.name("others"), self.client, self.source, self.archive, self.journal,
                                      conditional_copies=attack.profile == "full"))
        control.set_faults(attack.rules, attack.seed)
        try:
            for actor in [watcher, *actors]:
                actor.start()
            time.sleep(attack.seconds)
            for actor in actors:
                actor.stop()
            for actor in actors:
                actor.finish()
            time.sleep(LATE_MS / 1000 if any(rule["fault"] == "late" for rule in attack.rules) else 0)
        finally:
            control.clear_faults()
            watcher.finish()
        self.ended += [ended for operator in operators for ended in operator.ended]
        self.journal.quiet = watcher.look(self.source)

    # --- the quiet

    def run(self, *arguments: str, codes: tuple[int, ...]) -> Ended:
        """An undisturbed command."""
        self.ended.append(run_command(self.store, Command(arguments)))
        if self.ended[-1].result.code not in codes:
            self.blame(self.ended[-1], f"{arguments[0]} in the quiet ended with {self.ended[-1].result.code}")
        return self.ended[-1]

    def blame(self, ended: Ended, *problems: str) -> None:
        self.problems += problems
        if problems and ended not in self.suspects:
            self.suspects.append(ended)

    def dry_runs(self) -> None:
        before = [everything(self.client, bucket) for bucket in (self.source, self.archive)]
        for arguments in (self.archive_command("--dry-run"), self.buckets("gc", "--garbage-age", "0s", "--dry-run"),
                          self.buckets("restore", "*", "--to", f"s3://{self.copies}/", "--dry-run")):
            ended = self.run(*arguments, codes=EXIT_CODES)
            after = [everything(self.client, bucket) for bucket in (self.source, self.archive)]
            changes = [change for was, now in zip(before, after) for change in was ^ now]
            self.blame(ended, *([f"a dry run of {arguments[0]} changed {sorted(changes)}"] if changes else []))
            before = after

    def last_run(self) -> None:
        """What it left it must have named. Where other people meddled it may end with an error, which says why."""
        ended = self.run(*self.archive_command("--garbage-age", "0s"), codes=(0, 3) if not self.attack.others else EXIT_CODES)
        left = set(listed(self.client, self.source))
        try:
            report = ended.result.json()
        except ValueError:
            return self.blame(ended, "the last run gave no report")
        named = {one["key"] for one in report.get("left", {}).get("named", [])}
        errors = [error for error in [report.get("error"), *(group["error"] for group in report.get("groups", []))] if error]
        if ended.result.code == 0 and left:
            self.blame(ended, f"the last run said that all is done and left {sorted(left)}")
        if ended.result.code in (1, 2) and not errors:
            self.blame(ended, "the last run failed without a word")
        if ended.result.code in (3, 5) and named != left and not errors:
            self.blame(ended, f"the last run named {sorted(named)} and left {sorted(left)}")

    def after_the_attack(self) -> None:
        self.dry_runs()
        self.last_run()
        self.last_run()
        self.run(*self.buckets("gc", "--garbage-age", "0s"), codes=(0,) if not self.attack.others else (0, 1, 3, 5))
        judge = Judge(self.client, self.source, self.archive, self.journal, conditional_deletes=self.attack.conditional_deletes)
        self.problems += judge.verdict()
        if not judge.standing and not judge.removed:
            self.problems.append("nothing was archived: this proves nothing")
        self.readers(judge)

    def readers(self, judge: Judge) -> None:
        missed = judge.missed()
        verified = self.run(*self.buckets("verify"), codes=(0,) if not self.attack.others else EXIT_CODES)
        if missed and verified.result.code == 0:
            self.blame(verified, f"verify is green, and {missed} are gone")
        place = os.path.join(self.folder.name, "all")
        restored = self.run(*self.buckets("restore", "*", "--yes", "--to", place), codes=EXIT_CODES)
        self.blame(restored, *(f"restore: {problem}" for problem in judge.judge_back(files_below(place))))
        archived = sorted({member.key for member in judge.standing})
        for key in random.Random(self.attack.seed).sample(archived, k=min(2, len(archived))):
            read = self.run(*self.buckets("cat", key), codes=EXIT_CODES)
            back = {key: read.result.raw_out} if read.result.code == 0 else {}
            self.blame(read, *(f"cat: {problem}" for problem in judge.judge_back(back, all_of_it=False)))

    def judge_commands(self) -> None:
        for ended in self.ended:
            code = ended.result.code
            if code not in EXIT_CODES and not ended.was_killed:
                self.blame(ended, f"{ended.command} ended with {code}")
            if code == 2 and ended.command.arguments[0] in ("archive", "gc") and not self.attack.others:
                self.blame(ended, f"{ended.command} ended with 2, and all that happens here is worth retrying")
            if code == 130 and ended.command.ending not in ("interrupt", "terminate"):
                self.blame(ended, f"{ended.command} was interrupted, and by nobody")
            if any(cry in ended.result.err for cry in CRIES):
                self.blame(ended, f"{ended.command} broke")
        for name in range(3):
            self.judge_foreign_bytes(f"restored-{name}", files_below(os.path.join(self.folder.name, f"restored-{name}")))
        self.judge_foreign_bytes(self.copies, bodies_of(self.client, self.copies))

    def judge_foreign_bytes(self, place: str, back: dict[str, bytes]) -> None:
        """What restores in the turmoil brought back may be older, as they may have come before the newer was archived."""
        for key, body in back.items():
            if key in self.journal.writes and body not in self.journal.bodies(key).values():
                self.problems.append(f"{place}: {key}: bytes that were never written")

    def discard(self) -> None:
        """Frees what the simulator holds for it, if the simulator goes on."""
        for bucket in (self.source, self.archive, self.copies):
            left = [{"Key": one[1], "VersionId": one[2]} for one in everything(self.client, bucket) if one[0] != "upload"]
            for first in range(0, len(left), 1000):
                self.client.delete_objects(Bucket=bucket, Delete={"Objects": left[first:first + 1000], "Quiet": True})


def run_attack(attack: Attack, store) -> None:
    """Raises AssertionError, with everything that is wrong, when the program did not stand it."""
    if not attack.lacks:
        return run_round(attack, store)
    own_store = start_sim(attack.profile, 0, *(word for power in attack.lacks for word in ("--without", power)))
    try:
        run_round(attack, own_store)
    finally:
        own_store.stop()


def run_round(attack: Attack, store) -> None:
    one = Round(attack, store)
    with one.folder:
        one.everybody_at_once()
        one.after_the_attack()
        one.judge_commands()
        if one.problems:
            commands = "\n".join(f"{ended.result.code}: {ended.command}" for ended in one.ended)
            outputs = "\n".join(str(ended) for ended in one.suspects)
            raise AssertionError("\n".join(one.problems) + f"\n--- all commands\n{commands}\n--- what some of them said\n{outputs}")
        if not attack.lacks:
            one.discard()
