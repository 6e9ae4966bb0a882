"""deploy/: each template is what its engine's own checker takes, does with exit codes what docs/guide says, and its command
line, as it stands, does the whole job when all tasks have run."""

import configparser
import fnmatch
import json
import os
import shlex
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness.checker import list_bucket
from harness.guide import blocks
from harness.load import Original, load
from harness.program import clean_environment, run
from harness.sim_control import SimControl
from harness.stores import start_sim
from harness.suite import main
from harness.venv import python_with

try:
    import yaml
except ImportError as missing:
    raise unittest.SkipTest("no yaml (apt install python3-yaml)") from missing

PROJECT = Path(__file__).parents[2]
DEPLOY = PROJECT / "deploy"
BATCH = DEPLOY / "aws-batch" / "s3compress.yaml"
KUBERNETES = DEPLOY / "kubernetes"
SYSTEMD = DEPLOY / "systemd"
VALIDATORS = Path(__file__).parent / "validators-requirements.txt"

# What a scheduler does with a task that ended so.
DONE, AGAIN, PERSON, TOLD, LATER = "done", "again", "a person is called", "told", "again in hours"
MUST = {0: DONE, 1: AGAIN, 2: PERSON, 3: TOLD, 4: LATER, 5: PERSON}


class Template(yaml.SafeLoader):
    """CloudFormation's !Ref x is {"Ref": "x"}."""


Template.add_multi_constructor("!", lambda loader, tag, node: {
    tag: loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else loader.construct_sequence(node)})


def batch() -> dict:
    return yaml.load(BATCH.read_text(), Template)["Resources"]


def manifest(name: str) -> dict:
    return yaml.safe_load((KUBERNETES / f"{name}.yaml").read_text())


def job_of(kind: dict) -> dict:
    return kind["spec"]["jobTemplate"]["spec"] if kind["kind"] == "CronJob" else kind["spec"]


def unit(name: str) -> configparser.ConfigParser:
    """The last value of a setting that stands there twice: enough for what is looked at."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(SYSTEMD / name)
    return parser


def command_of_unit(name: str, instance: str = "") -> list[str]:
    words = shlex.split(unit(name)["Service"]["ExecStart"].replace("%I", instance.replace("-", "/")))
    assert words[0] == "/usr/bin/s3compress"
    return [str(SYSTEMD / word.removeprefix("/etc/s3compress/")) if word.startswith("/etc/s3compress/") else word for word in words[1:]]


class Validators(unittest.TestCase):
    """What the engines' own checkers say."""

    def assert_passes(self, *command: str, **options) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
        self.assertEqual(0, done.returncode, f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def test_cfn_lint(self):
        program = str(Path(python_with(VALIDATORS)).parent / "cfn-lint")
        self.assert_passes(program, "--regions", "eu-central-1", "--", str(BATCH))

    def test_kubernetes_validate(self):
        program = str(Path(python_with(VALIDATORS)).parent / "kubernetes-validate")
        files = sorted(str(file) for file in KUBERNETES.glob("*.yaml") if file.name != "kustomization.yaml")
        self.assertGreaterEqual(len(files), 6)
        self.assert_passes(program, "--strict", *files)

    @unittest.skipUnless(shutil.which("kubectl"), "no kubectl")
    def test_kustomize(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(KUBERNETES, folder, dirs_exist_ok=True)
            rendered = list(yaml.safe_load_all(self.assert_passes("kubectl", "kustomize", folder)))
            [job] = [job_of(one) for one in rendered if one["kind"] == "CronJob"]
            container = job["template"]["spec"]["containers"][0]
            self.assertEqual(20, job["completions"])
            self.assertIn("auto/20", container["args"])
            self.assertIn("amazonaws.com/s3compress:1", container["image"])
            [account] = [one for one in rendered if one["kind"] == "ServiceAccount"]
            self.assertIn("my-s3compress", account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"])
            top = Path(folder) / "kustomization.yaml"
            top.write_text(top.read_text().replace("# - pod-identity", "- pod-identity"))
            rendered = yaml.safe_load_all(self.assert_passes("kubectl", "kustomize", folder))
            [account] = [one for one in rendered if one["kind"] == "ServiceAccount"]
            self.assertNotIn("annotations", account["metadata"])

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze")
    def test_systemd_analyze(self):
        with tempfile.TemporaryDirectory() as folder:
            for file in [*SYSTEMD.glob("*.service"), *SYSTEMD.glob("*.timer")]:
                # It looks whether the program is there.
                text = file.read_text().replace("/usr/bin/s3compress", "/bin/true").replace("/usr/bin/logger", "/bin/true")
                (Path(folder) / file.name.replace("@.", "@3-4.")).write_text(text)
            units = sorted(path.name for path in Path(folder).iterdir())
            self.assertGreaterEqual(len(units), 6)
            said = self.assert_passes("systemd-analyze", "verify", "--man=no", *units, cwd=folder,
                                      env=os.environ | {"SYSTEMD_UNIT_PATH": f"{folder}:"})
            self.assertNotIn(folder, said, "no warning about a unit of ours")
            for name in units:
                if name.endswith(".service"):
                    self.assert_passes("systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", name, cwd=folder,
                                       env=os.environ | {"SYSTEMD_UNIT_PATH": f"{folder}:"})


class Permissions(unittest.TestCase):
    def test_the_roles_have_the_policies_of_docs_iam(self):
        resources = batch()
        for role, policy in (("ArchiveRole", "archive"), ("VerifyRole", "read-only"), ("RestoreRole", "restore")):
            stated = json.loads(json.dumps(resources[role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]))
            for statement in stated:
                here = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
                names = [one["Sub"].replace("arn:${AWS::Partition}:", "arn:aws:").replace("${SourceBucket}", "SOURCE-BUCKET")
                         .replace("${ArchiveBucket}", "ARCHIVE-BUCKET") for one in here]
                statement["Resource"] = names if len(names) > 1 else names[0]
            wanted = json.loads((PROJECT / "docs" / "iam" / f"{policy}.json").read_text())["Statement"]
            self.assertEqual(wanted, stated, role)


class ExitCodes(unittest.TestCase):
    """What each template does with each exit code. deploy/slurm's is in test_slurm.py."""

    def test_aws_batch(self):
        resources = batch()

        def told(code: int) -> list[str]:
            """Which topics hear of a task that failed for good."""
            heard = []
            for rule in ("AlarmRule", "NoteRule"):
                [pattern] = resources[rule]["Properties"]["EventPattern"]["detail"]["container"]["exitCode"]
                if code == pattern or (isinstance(pattern, dict) and code not in pattern["anything-but"]):
                    heard += [target["Arn"]["Ref"] for target in resources[rule]["Properties"]["Targets"]]
            return heard

        def outcome(job: str, code: int) -> str:
            rules = resources[job]["Properties"]["RetryStrategy"]["EvaluateOnExit"]
            action = next(rule["Action"] for rule in rules if fnmatch.fnmatchcase(str(code), rule.get("OnExitCode", "-")))
            if code == 0:
                return DONE
            if action == "RETRY":
                self.assertEqual(["AlarmTopic"], told(code), "if it fails for good")
                return AGAIN
            return {("AlarmTopic",): PERSON, ("NoteTopic",): TOLD, (): LATER}[tuple(told(code))]

        for job in ("ArchiveJob", "VerifyJob", "RestoreJob"):
            self.assertEqual(MUST, {code: outcome(job, code) for code in MUST}, job)
            for code in (130, 137):  # Spot, the kernel
                self.assertEqual(AGAIN, outcome(job, code))
        again = resources["RestoreAgain"]["Properties"]
        self.assertEqual("rate(6 hours)", again["ScheduleExpression"])
        self.assertIn("${RestoreJob}", again["Target"]["Input"]["Sub"])

    def test_kubernetes(self):
        for name in ("archive", "nightly", "restore"):
            job = job_of(manifest(name))
            rules = job["podFailurePolicy"]["rules"]
            self.assertEqual(("Ignore", "DisruptionTarget"), (rules[0]["action"], rules[0]["onPodConditions"][0]["type"]))
            # What isn't run again fails its index; the job tells that, and which one.
            stopped = rules[1]["onExitCodes"]["values"]
            self.assertEqual(("FailIndex", "In"), (rules[1]["action"], rules[1]["onExitCodes"]["operator"]))
            self.assertEqual([2, 3, 5] if name != "restore" else [2, 3, 4, 5], stopped, "4 is only of a restore, whose CronJob comes again")
            self.assertGreater(job["backoffLimitPerIndex"], 0)
            # The number of tasks is the same everywhere.
            self.assertEqual("Indexed", job["completionMode"])
            [shard] = [word for word in job["template"]["spec"]["containers"][0]["args"] if word.startswith("auto/")]
            self.assertEqual({job["completions"]}, {job["parallelism"], job["maxFailedIndexes"], int(shard.removeprefix("auto/"))}, name)
        self.assertEqual("0 */6 * * *", manifest("restore")["spec"]["schedule"])

    def test_systemd(self):
        for name in ("s3compress.service", "s3compress-shard@.service", "s3compress-restore.service"):
            settings = unit(name)
            stopped = {int(code) for code in settings["Service"]["RestartPreventExitStatus"].split()}
            self.assertEqual("on-failure", settings["Service"]["Restart"])
            self.assertEqual({2, 3, 5}, stopped)
            self.assertEqual("s3compress-alarm@%N.service", settings["Unit"]["OnFailure"], "it tells which exit code it was")
        self.assertEqual("4h", unit("s3compress-restore.service")["Service"]["RestartSec"])
        self.assertIn("MONITOR_EXIT_STATUS", unit("s3compress-alarm@.service")["Service"]["ExecStart"])


class CommandLines(unittest.TestCase):
    """Run as they stand, in the environment of the engine, against s3sim."""

    @classmethod
    def setUpClass(cls):
        if not os.environ.get("S3C_PROGRAM"):
            raise unittest.SkipTest("S3C_PROGRAM doesn't name s3compress")

    def setUp(self):
        # Six days of three objects that are years old: older than --min-age.
        self.store = start_sim("full", 0, "--synthetic", "bucket=source-bucket,days=6,objects=3", "--thaw-time", "1h", region="eu-central-1")
        self.addCleanup(self.store.stop)
        self.client = self.store.client()
        self.make_bucket("archive-bucket")

    def make_bucket(self, name: str) -> None:
        self.client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    def run_task(self, words: list[str], codes: tuple[int, ...] = (0,), **environment: str) -> dict:
        """environment: what the template and the engine give the task. Of this test are only the store and its keys."""
        result = run(None, *words, env=clean_environment(self.store, "/tmp") | environment)
        self.assertIn(result.code, codes, f"{words}: {result}")
        return result.json()

    def assert_all_archived(self, reports: list[dict]) -> None:
        self.assertEqual(18, sum(report["total"]["objects_archived"] for report in reports))
        busy = [report for report in reports if report["groups"]]
        self.assertGreaterEqual(len(busy), min(2, len(reports)), "several tasks had work")
        self.assertEqual({}, list_bucket(self.client, "source-bucket"))
        self.assertEqual({f"source-bucket/2018040{day}.zip" for day in range(1, 7)}, set(list_bucket(self.client, "archive-bucket", "source-")))

    def restored(self, run_all) -> None:
        """run_all(code) runs all tasks of a restore; before the thaw they end with 4, if they have a volume."""
        self.store.stop()
        self.store = start_sim("full", 0, "--thaw-time", "1h", region="eu-central-1")
        self.addCleanup(self.store.stop)
        self.client = self.store.client()
        for bucket in ("source-bucket", "archive-bucket"):
            self.make_bucket(bucket)
        originals = {f"sources/2018/04/0{day}/a": Original(b"body %d" % day) for day in range(1, 7)}
        load(self.store, "source-bucket", originals)
        run(self.store, "--bucket", "source-bucket", "--arch-bucket", "archive-bucket")
        self.assertEqual({}, list_bucket(self.client, "source-bucket"))
        self.assertEqual(6, sum(len(report["waiting"]) for report in run_all((0, 4))))
        SimControl(self.store).advance_thaws(2 * 3600)
        self.assertEqual(6, sum(report["restored"] for report in run_all((0,))))
        self.assertEqual(set(originals), set(list_bucket(self.client, "source-bucket")))

    def test_commands_of_the_guides(self):
        """Those that need no cluster and no account. Those of slurm.md are run by test_slurm.py."""
        with tempfile.TemporaryDirectory() as folder:
            for name in ("deploy", "bench"):
                (Path(folder) / name).symlink_to(PROJECT / name)
            programs = Path(folder) / "bin"
            programs.mkdir()
            (programs / "s3compress").symlink_to(shutil.which(os.environ["S3C_PROGRAM"]))
            environment = clean_environment(self.store, folder) | {"PATH": f"{programs}:{os.environ['PATH']}"}
            ran = []
            for page in ("aws-batch.md", "kubernetes.md", "systemd.md"):
                for block, is_run in blocks(page):
                    if not is_run or (block.startswith("kubectl") and not shutil.which("kubectl")):
                        continue
                    done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=folder, env=environment, capture_output=True,
                                          text=True, check=False, timeout=60)
                    # The restore's days are not archived yet.
                    self.assertEqual(3 if "restore" in block else 0, done.returncode, f"{block}\n{done.stdout}{done.stderr}")
                    ran.append(block)
            self.assertGreaterEqual(len(ran), 2)

    # --- Kubernetes

    def pod(self, name: str) -> tuple[int, list[str], dict[str, str]]:
        job = job_of(manifest(name))
        container = job["template"]["spec"]["containers"][0]
        self.assertEqual("s3compress", container["envFrom"][0]["configMapRef"]["name"])
        return job["completions"], container["args"], manifest("settings")["data"]

    def test_kubernetes_archive(self):
        for name in ("archive", "nightly"):
            with self.subTest(name):
                self.setUp()
                count, words, environment = self.pod(name)
                self.assert_all_archived([self.run_task(words, JOB_COMPLETION_INDEX=str(index), **environment) for index in range(count)])

    def test_kubernetes_restore(self):
        count, words, environment = self.pod("restore")
        self.restored(lambda codes: [self.run_task(words, codes, JOB_COMPLETION_INDEX=str(index), **environment) for index in range(count)])

    # --- AWS Batch

    def job(self, name: str) -> tuple[list[str], dict[str, str]]:
        properties = batch()[name]["Properties"]
        given = {"RestoreFrom": "2018-04-01", "RestoreUntil": "2018-04-30", "SourceBucket": "source-bucket", "ArchiveBucket": "archive-bucket",
                 "AWS::Region": "eu-central-1"}
        value_of = lambda value: given[value["Ref"]] if isinstance(value, dict) else value
        parameters = {name: value_of(value) for name, value in properties.get("Parameters", {}).items()}
        words = [parameters[word.removeprefix("Ref::")] if word.startswith("Ref::") else word
                 for word in properties["ContainerProperties"]["Command"]]
        return words, {one["Name"]: value_of(one["Value"]) for one in properties["ContainerProperties"]["Environment"]}

    def run_array(self, name: str, codes: tuple[int, ...] = (0,), size: int = 5) -> list[dict]:
        words, environment = self.job(name)
        return [self.run_task(words, codes, AWS_BATCH_JOB_ARRAY_INDEX=str(index), AWS_BATCH_JOB_ARRAY_SIZE=str(size), **environment)
                for index in range(size)]

    def test_aws_batch_archive_and_verify(self):
        self.assert_all_archived(self.run_array("ArchiveJob"))
        self.assertEqual(6, sum(report["whole"] for report in self.run_array("VerifyJob")))

    def test_aws_batch_restore(self):
        self.restored(lambda codes: self.run_array("RestoreJob", codes))

    # --- systemd

    def test_systemd_archive(self):
        self.assert_all_archived([self.run_task(command_of_unit("s3compress.service"))])

    def test_systemd_shards(self):
        self.assert_all_archived([self.run_task(command_of_unit("s3compress-shard@.service", f"{index}-4")) for index in range(4)])

    def test_systemd_restore(self):
        self.restored(lambda codes: [self.run_task(command_of_unit("s3compress-restore.service"), codes)])


class Scaling(unittest.TestCase):
    BENCH = PROJECT / "bench" / "scaling"

    def run_bench(self, *arguments: str) -> str:
        done = subprocess.run(["/usr/bin/python3", str(self.BENCH), *arguments], capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def test_the_page_has_what_the_calculation_says(self):
        page = (PROJECT / "docs" / "guide" / "scaling.md").read_text()
        self.assertIn(self.run_bench("--calculate"), page)

    @unittest.skipUnless(os.environ.get("S3C_PROGRAM"), "S3C_PROGRAM doesn't name s3compress")
    def test_the_bench_measures(self):
        """No speed is asserted: what it says of throttling is that there was some, where the limit is low, and none elsewhere."""
        rows = self.run_bench("--tasks", "1,2", "--days", "4", "--objects", "8", "--per-second", "1000", "--latency", "1").splitlines()[2:]
        self.assertEqual(["1", "2"], [row.split("|")[1].strip() for row in rows])
        self.assertEqual(["0%", "0%"], [row.split("|")[4].strip() for row in rows])
        [row] = self.run_bench("--tasks", "2", "--days", "2", "--objects", "8", "--per-second", "8", "--latency", "1", "--shared").splitlines()[2:]
        self.assertNotEqual("0%", row.split("|")[4].strip())


if __name__ == "__main__":
    main()
