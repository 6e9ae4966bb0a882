"""Credentials as a user has them: each source by the built program, what whoami says of it, that no secret is ever printed,
and runs that outlive their credentials."""

import dataclasses
import json
import os
import pty
import select
import subprocess
import tempfile
import time
import unittest

from harness.aws_services import AwsServices, hold_token, key_id_of, sso_cache_file
from harness.program import Result, Running, clean_environment, run
from harness.stores import start_sim
from harness.suite import main

ROLE = "arn:aws:iam::123456789012:role/"
# How long the run on short-lived credentials lasts; a soak says more.
SECONDS = float(os.environ.get("S3C_CREDENTIALS_SECONDS", "7"))

CONFIG = f"""
[profile keys]
aws_access_key_id = AKIACONFIGKEYS
aws_secret_access_key = config-HUSH
region = eu-west-3
[profile role]
role_arn = {ROLE}top
source_profile = middle
external_id = external-HUSH
[profile middle]
role_arn = {ROLE}middle
source_profile = shared
[profile instance-role]
role_arn = {ROLE}of-instance
credential_source = Ec2InstanceMetadata
[profile pod]
role_arn = {ROLE}pod
web_identity_token_file = ~/jwt
[profile sso]
sso_session = corp
sso_account_id = 210987654321
sso_role_name = Admin
[sso-session corp]
sso_start_url = https://corp.example/start
sso_region = us-east-1
[profile process]
credential_process = "/bin/cat" 'HOME/the process'
[profile mfa]
role_arn = {ROLE}mfa
source_profile = shared
mfa_serial = arn:aws:iam::123456789012:mfa/me
[profile slow]
credential_process = /bin/sh -c "touch HOME/started; exec sleep 30"
[profile circle]
role_arn = {ROLE}a
source_profile = other
[profile other]
role_arn = {ROLE}b
source_profile = circle
"""

SHARED = """
[shared]
aws_access_key_id = AKIASHAREDFILE
aws_secret_access_key = shared-HUSH
aws_session_token = shared-token-HUSH
"""

PROCESS = {"Version": 1, "AccessKeyId": "AKIAFROMPROCESS", "SecretAccessKey": "process-HUSH", "SessionToken": "process-token-HUSH"}
HEAD = {"command", "version", "outcome", "exit_code"}  # of every summary


@dataclasses.dataclass
class Way:
    """A way to get credentials, and what whoami must say of it."""
    source: str
    key_id: str
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    flags: tuple[str, ...] = ()


class Credentials(unittest.TestCase):
    def setUp(self):
        if not os.environ.get("S3C_PROGRAM"):
            self.skipTest("S3C_PROGRAM doesn't name s3compress")
        self.aws = self.enterContext(AwsServices())
        self.home = self.enterContext(tempfile.TemporaryDirectory())
        self.write(".aws/config", CONFIG.replace("HOME", self.home))
        self.write(".aws/credentials", SHARED)
        self.write("jwt", "jwt-HUSH")
        self.write("the process", json.dumps(PROCESS))
        self.sign_in("2999-01-01T00:00:00Z")
        self.environment = clean_environment(None, self.home) | self.aws.endpoints()

    def write(self, name: str, text: str) -> str:
        path = os.path.join(self.home, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def sign_in(self, until: str) -> None:
        path = sso_cache_file(self.home, "corp")
        self.write(os.path.relpath(path, self.home), json.dumps(
            {"startUrl": "https://corp.example/start", "region": "us-east-1", "accessToken": "sso-HUSH", "expiresAt": until,
             "clientId": "id", "clientSecret": "client-HUSH", "refreshToken": "refresh-HUSH",
             "registrationExpiresAt": "2999-01-01T00:00:00Z"}))

    def s3compress(self, *arguments: str, code: int = 0, **variables: str) -> Result:
        result = run(None, *arguments, env=self.environment | variables)
        self.assertEqual(code, result.code, str(result))
        self.assertNotIn("HUSH", result.out + result.err, " ".join(arguments))
        return result

    def whoami(self, *flags: str, code: int = 0, **variables: str) -> dict:
        return self.s3compress("whoami", "--output", "json", "-vv", *flags, code=code, **variables).json()

    def ways(self) -> list[Way]:
        return [
            Way("env", "AKIAENVIRONMENT", {"AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT", "AWS_SECRET_ACCESS_KEY": "env-HUSH",
                                           "AWS_SESSION_TOKEN": "env-token-HUSH"}),
            Way("shared-credentials-file", "AKIASHAREDFILE", {"AWS_PROFILE": "shared"}),
            Way("config-file", "AKIACONFIGKEYS", flags=("--profile", "keys")),
            Way("custom-process", "AKIAFROMPROCESS", {"AWS_PROFILE": "process"}),
            Way("assume-role", key_id_of(ROLE + "top"), {"AWS_PROFILE": "role"}),
            Way("assume-role", key_id_of(ROLE + "of-instance"), self.aws.instance(), ("--profile", "instance-role")),
            Way("assume-role-with-web-identity", key_id_of(ROLE + "pod"), {"AWS_PROFILE": "pod"}),
            Way("assume-role-with-web-identity", key_id_of(ROLE + "irsa"),
                {"AWS_WEB_IDENTITY_TOKEN_FILE": f"{self.home}/jwt", "AWS_ROLE_ARN": ROLE + "irsa"}),
            Way("sso", key_id_of("sso 210987654321 Admin"), {"AWS_PROFILE": "sso"}),
            Way("container-role", key_id_of("container"), self.aws.container()),
            Way("iam-role", key_id_of("instance"), self.aws.instance()),
        ]

    def test_each_source_is_found_and_told_and_shows_no_secret(self):
        for way in self.ways():
            with self.subTest(way.source, key=way.key_id):
                found = self.whoami(*way.flags, **way.environment)
                self.assertEqual(way.source, found["credentials"]["source"])
                self.assertEqual("*" * 16 + way.key_id[-4:], found["credentials"]["access_key_id"])
                self.assertEqual({"source": way.source, "result": "found"}, found["credentials"]["tried"][-1])
                self.assertEqual({"account": "123456789012", "arn": "arn:aws:sts::123456789012:assumed-role/me/s"},
                                 found["identity"])
                expires_at = found["credentials"]["expires_at"]
                self.assertEqual(way.key_id.startswith("ASIA"), expires_at is not None)
                # A run, too: it meets nobody at port 1, and may say all it likes but secrets.
                self.s3compress("ls", "--arch-bucket", "a", "--bucket", "b", "-vv", "--endpoint-url", "http://127.0.0.1:1",
                                "--max-attempts", "1", *way.flags, code=1, **way.environment)

    def test_errors_show_no_secret(self):
        """The services refuse, with the secrets in their words that they were sent."""
        self.aws.keys = lambda what, number: (key_id_of(what), "key-HUSH", "token-HUSH")
        by_key = {way.key_id: way for way in self.ways()}
        for key_id, service, sent in ((key_id_of(ROLE + "top"), "sts", "shared-HUSH shared-token-HUSH"),
                                      (key_id_of(ROLE + "of-instance"), "sts", "key-HUSH token-HUSH"),
                                      (key_id_of(ROLE + "pod"), "sts", "jwt-HUSH"),
                                      (key_id_of("sso 210987654321 Admin"), "sso", "sso-HUSH"),
                                      (key_id_of("container"), "container", "container-HUSH"),
                                      (key_id_of("instance"), "imds", "imds-HUSH")):
            way = by_key[key_id]
            for status in (400, 403):
                with self.subTest(way.source, status=status):
                    words = f"not for {sent} of yours"
                    self.aws.refuse(service, status, f"<ErrorResponse><Error><Code>Nope</Code><Message>{words}</Message></Error>"
                                    "</ErrorResponse>" if service == "sts" else json.dumps({"Code": "Nope", "message": words}))
                    # With a region, so that nobody asks the instance for one first.
                    environment = way.environment | {"AWS_REGION": "us-east-1"}
                    self.assertIsNone(self.whoami(*way.flags, code=2, **environment)["credentials"])
        # Answers that end in the middle, or lack a field.
        for text in ('{"AccessKeyId": "ASIA", "SecretAccessKey": "half-HUSH', '{"AccessKeyId": "ASIA", "SecretAccessKey": "half-HUSH"}'):
            self.aws.refuse("container", 200, text)
            self.whoami(code=2, **self.aws.container())
            self.write("the process", text)
            self.whoami(code=2, AWS_PROFILE="process")

    def test_settings_say_where_they_come_from(self):
        found = self.whoami("--profile", "keys", AWS_ENDPOINT_URL_S3="http://127.0.0.1:1")
        self.assertEqual({"value": "keys", "source": "--profile"}, found["profile"])
        self.assertEqual({"value": "eu-west-3", "source": f"{self.home}/.aws/config:5"}, found["region"])
        self.assertEqual({"value": "http://127.0.0.1:1", "source": "AWS_ENDPOINT_URL_S3"}, found["endpoint"])
        found = self.whoami(AWS_PROFILE="shared", AWS_REGION="eu-north-1", AWS_DEFAULT_REGION="eu-south-1",
                            S3COMPRESS_ENDPOINT_URL="http://127.0.0.1:2")
        self.assertEqual({"value": "shared", "source": "AWS_PROFILE"}, found["profile"])
        self.assertEqual({"value": "eu-north-1", "source": "AWS_REGION"}, found["region"])
        self.assertEqual({"value": "http://127.0.0.1:2", "source": "S3COMPRESS_ENDPOINT_URL"}, found["endpoint"])
        text = self.s3compress("whoami", AWS_PROFILE="shared").out
        for line in ("credentials  shared-credentials-file, access key ****************FILE\n", "profile      shared (AWS_PROFILE)\n",
                     "region       us-east-1 (default)\n", "endpoint     https://s3.us-east-1.amazonaws.com (default)\n",
                     "identity     arn:aws:sts::123456789012:assumed-role/me/s (account 123456789012)\n",
                     "  env                            AWS_ACCESS_KEY_ID is not set\n"):
            self.assertIn(line, text)

    def test_one_document_whatever_happens(self):
        for what, variables in {"no credentials": {}, "there is no profile 'nobody'": {"AWS_PROFILE": "nobody"},
                                "circle": {"AWS_PROFILE": "circle"}, "max_attempts": {"AWS_MAX_ATTEMPTS": "many"},
                                "can't be read": {"AWS_CONFIG_FILE": self.home}, "no terminal": {"AWS_PROFILE": "mfa"}}.items():
            with self.subTest(what):
                result = self.s3compress("whoami", "--output", "json", code=2, **variables)
                found = result.json()
                self.assertIsNone(found["credentials"])
                self.assertIn(what, found["error"]["message"])
                self.assertIn(what, result.err)
                self.assertEqual(HEAD | {"credentials", "profile", "region", "endpoint", "identity", "error", "tried"}, set(found))
                self.assertEqual(("whoami", "refused", 2), (found["command"], found["outcome"], found["exit_code"]))
        self.assertEqual(9, len(self.whoami(code=2)["tried"]))

    def test_an_identity_that_is_not_told_is_a_warning(self):
        self.aws.refuse("sts", 403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>")
        result = self.s3compress("whoami", "--output", "json", AWS_PROFILE="shared")
        self.assertIsNone(result.json()["identity"])
        self.assertIn("warning", result.err)
        self.assertIn("AccessDenied", result.err)

    def test_without_a_home_the_password_file_tells_it(self):
        del self.environment["HOME"]
        self.assertIn(os.path.expanduser("~/.aws/credentials") if "HOME" not in os.environ else "/.aws/credentials",
                      self.s3compress("whoami", code=2, AWS_CONFIG_FILE="/nonexistent").err)

    def test_a_sign_in_that_has_ended_says_what_to_run(self):
        self.aws.refuse("oidc", 400, '{"error": "invalid_grant", "error_description": "refresh-HUSH client-HUSH"}')
        self.sign_in("2020-01-01T00:00:00Z")
        self.assertIn("aws sso login", self.s3compress("whoami", "-vv", code=2, AWS_PROFILE="sso").err)
        found = self.whoami(AWS_PROFILE="sso")  # this time the token is renewed
        self.assertEqual("sso", found["credentials"]["source"])
        with open(sso_cache_file(self.home, "corp"), encoding="utf-8") as file:
            self.assertEqual("renewed-HUSH", json.load(file)["accessToken"])

    def test_ctrl_c_ends_the_search(self):
        """Nothing is in flight yet: so also a command that would finish what is ends at once."""
        for command in (["ls", "--arch-bucket", "a", "--bucket", "b"], ["--arch-bucket", "a", "--bucket", "b", "--years", "2018"]):
            running = Running(None, *command, env=self.environment | {"AWS_PROFILE": "slow"})
            deadline = time.monotonic() + 20
            while not os.path.exists(f"{self.home}/started") and time.monotonic() < deadline:
                time.sleep(0.01)
            os.unlink(f"{self.home}/started")
            running.interrupt()
            result = running.wait(10)
            self.assertEqual(130, result.code, str(result))

    def test_a_metadata_service_that_gives_no_token_in_time(self):
        self.aws.refuse("imds_token", 200, "late", after_s=1.3)
        # With a region, because else the service is asked for that first.
        self.assertIn("hop limit", self.s3compress("whoami", code=2, AWS_REGION="us-east-1", **self.aws.instance()).err)

    def test_without_a_region_the_instance_tells_it(self):
        self.aws.region = "eu-north-1"
        found = self.whoami(**self.aws.instance())
        self.assertEqual({"value": "eu-north-1", "source": "imds"}, found["region"])
        self.assertEqual("https://s3.eu-north-1.amazonaws.com", found["endpoint"]["value"])
        found = self.whoami(AWS_REGION="us-west-2", **self.aws.instance())
        self.assertEqual({"value": "us-west-2", "source": "AWS_REGION"}, found["region"])

    def test_whoami_tells_both_stores_where_they_differ(self):
        found = self.whoami("--archive-profile", "keys", AWS_PROFILE="shared")
        self.assertEqual(HEAD | {"source", "archive"}, set(found))
        self.assertEqual("shared-credentials-file", found["source"]["credentials"]["source"])
        self.assertEqual("config-file", found["archive"]["credentials"]["source"])
        self.assertEqual({"value": "keys", "source": "--archive-profile"}, found["archive"]["profile"])
        self.assertEqual("eu-west-3", found["archive"]["region"]["value"])
        self.assertIn("The archive bucket's store", self.s3compress("whoami", "--archive-profile", "keys", AWS_PROFILE="shared").out)
        self.s3compress("whoami", "--archive-profile", "nobody", code=2, AWS_PROFILE="shared")
        self.assertNotIn("archive", self.whoami("--archive-profile", "keys", "--source-profile", "keys"))

    def test_an_mfa_code_is_asked_for_on_a_terminal_and_not_echoed(self):
        master, slave = pty.openpty()
        process = subprocess.Popen([os.environ["S3C_PROGRAM"], "whoami", "--no-progress"], stdin=slave, stderr=slave,
                                   stdout=subprocess.PIPE, env=self.environment | {"AWS_PROFILE": "mfa"})
        os.close(slave)
        shown = b""
        deadline = time.monotonic() + 20
        while b"MFA code for arn:aws:iam::123456789012:mfa/me: " not in shown and time.monotonic() < deadline:
            if select.select([master], [], [], 0.1)[0]:
                shown += os.read(master, 1000)
        os.write(master, b"654321\n")
        out = process.communicate(timeout=20)[0].decode()
        if select.select([master], [], [], 0)[0]:
            shown += os.read(master, 1000)
        os.close(master)
        self.assertEqual(0, process.returncode, shown)
        self.assertIn("assume-role", out)
        self.assertNotIn(b"654321", shown)
        self.assertTrue(any("TokenCode=654321" in asked.body for asked in self.aws.asked))


class ExpiringCredentials(unittest.TestCase):
    """Archive runs on credentials of a container, on a simulator that knows which session tokens hold."""
    GETS_IN_FLIGHT = 256

    def setUp(self):
        if not os.environ.get("S3C_PROGRAM"):
            self.skipTest("S3C_PROGRAM doesn't name s3compress")
        self.aws = self.enterContext(AwsServices())

    def start_store(self, objects: int, latency_ms: int):
        self.store = start_sim("full", latency_ms, "--synthetic", f"bucket=source,objects={objects},data=logs")
        self.addCleanup(self.store.stop)
        self.archive = self.store.new_bucket("archive")
        self.aws.keys = lambda what, number: (self.store.access_key, self.store.secret_key, f"token-HUSH-{number}")
        self.token_lives_s = None  # as long as it claims
        self.aws.on_token = lambda token: hold_token(self.store.endpoint, token, self.token_lives_s or self.aws.lives_s)

    def test_the_simulator_takes_tokens_from_its_command_line_too(self):
        store = start_sim("full", 0, "--session-token", "held=1h")
        self.addCleanup(store.stop)
        for token, code in (("held", 0), ("another", 2)):
            environment = clean_environment(store, "/tmp", AWS_SESSION_TOKEN=token)
            found = run(store, "ls", "--arch-bucket", store.new_bucket("archive"), "--bucket", "b", env=environment)
            self.assertEqual("InvalidToken" in found.err, code == 2, str(found))

    def run_archive(self, code: int = 0) -> Result:
        environment = clean_environment(None, "/tmp") | self.aws.container() | {"AWS_ENDPOINT_URL": self.store.endpoint}
        began = time.monotonic()
        result = run(None, "--arch_bucket", self.archive, "--bucket", "source", "--threads", str(self.GETS_IN_FLIGHT), "--no-progress",
                     "--keep-sources", "--output", "json", "-v", env=environment)
        self.lasted_s = time.monotonic() - began
        self.assertEqual(code, result.code, str(result))
        self.assertNotIn("HUSH", result.out + result.err)
        return result

    def test_a_run_outlives_its_credentials(self):
        objects = int(1000 * max(1, SECONDS - 5))  # the requests around them take some seconds
        self.start_store(objects, 200)
        self.aws.lives_s = 4
        result = self.run_archive()
        self.assertEqual(objects, result.json()["total"]["objects_archived"])
        self.assertGreater(self.lasted_s, 5, "else it shows nothing")
        self.assertGreaterEqual(self.aws.count("container"), int(self.lasted_s / 4))
        # Renewed in time: else each end would meet most of the requests in flight. One that a busy machine holds up for a
        # second may come too late, and is sent again.
        self.assertLess(result.json()["requests"]["retries"], self.GETS_IN_FLIGHT / 10, str(result))

    def test_a_renewal_that_fails_once(self):
        self.start_store(200, 150)
        self.aws.lives_s = 3
        container = self.aws._container
        failed = []

        def fails_once(*arguments):
            if self.aws.count("container") == 2 and not failed:
                failed.append(1)
                return 404, '{"message": "not now"}'
            return container(*arguments)

        self.aws._container = fails_once
        result = self.run_archive()
        self.assertEqual(200, result.json()["total"]["objects_archived"])
        self.assertEqual([1], failed)
        self.assertIn("could not be renewed", result.err)
        self.assertIn("not now", result.err)
        self.assertLess(result.json()["requests"]["retries"], self.GETS_IN_FLIGHT / 10, "the old ones were used while they held")

    def test_keys_that_another_program_renews_in_their_file(self):
        self.start_store(200, 100)
        hold_token(self.store.endpoint, "old-HUSH", 1.5)
        hold_token(self.store.endpoint, "new-HUSH", 3600)
        with tempfile.TemporaryDirectory() as home:
            path = os.path.join(home, "credentials")

            def write(token: str) -> None:
                with open(path + ".new", "w", encoding="utf-8") as file:
                    file.write(f"[default]\naws_access_key_id = {self.store.access_key}\n"
                               f"aws_secret_access_key = {self.store.secret_key}\naws_session_token = {token}\n")
                os.replace(path + ".new", path)

            write("old-HUSH")
            environment = clean_environment(None, home) | {"AWS_ENDPOINT_URL": self.store.endpoint, "AWS_SHARED_CREDENTIALS_FILE": path}
            running = Running(None, "--arch_bucket", self.archive, "--bucket", "source", "--keep-sources", "-v", env=environment)
            time.sleep(1)
            write("new-HUSH")
            result = running.wait()
        self.assertEqual(0, result.code, str(result))
        self.assertIn("renewed by shared-credentials-file", result.err)

    def test_credentials_that_cannot_be_renewed_end_the_run(self):
        self.start_store(10_000, 50)
        self.aws.lives_s = 3
        container = self.aws._container
        self.aws._container = lambda *arguments: (container(*arguments) if self.aws.count("container") == 1 else
                                                  (403, '{"message": "no more"}'))
        result = self.run_archive(code=2)
        if "total" in result.json():  # it may end before there is anything to report
            self.assertEqual(0, result.json()["total"]["objects_left"], "it is no object's trouble")
        self.assertIn("could not be renewed", result.err)
        self.assertIn("no more", result.out)
        self.assertIn("get new ones", result.out)

    def test_a_token_that_ends_before_it_said(self):
        self.start_store(100, 100)
        self.token_lives_s = 1.0
        result = self.run_archive()
        self.assertEqual(100, result.json()["total"]["objects_archived"])
        self.assertGreaterEqual(self.aws.count("container"), 2)
        self.assertIn("the store doesn't take those of container-role any more", result.err)


if __name__ == "__main__":
    main()
