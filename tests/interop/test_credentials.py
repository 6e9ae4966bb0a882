"""whoami beside botocore, over some hundred generated configurations: the same source, key, region and end point, or an
error in both. The botocore is the one of botocore-requirements.txt, in a virtual environment beside the built program."""

import dataclasses
import json
import os
import random
import subprocess
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness.aws_services import AwsServices, sso_cache_file
from harness.program import SANITIZED, clean_environment
from harness.suite import main
from harness.venv import BOTOCORE, python_with

HERE = Path(__file__).parent
SEED = int(os.environ.get("S3C_SEED", "1"))
CASES = int(os.environ.get("S3C_CREDENTIALS_CASES", "40" if SANITIZED else "120"))
ROLE = "arn:aws:iam::123456789012:role/"


@dataclasses.dataclass
class Case:
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    config: str = ""
    credentials: str = ""
    profile: str | None = None  # the flag
    # Where we differ on purpose, and why. ours: the fields that we say instead.
    why_else: str = ""
    ours: dict = dataclasses.field(default_factory=dict)


def keys(name: str, more: str = "") -> str:
    return f"aws_access_key_id = AKIA{name.upper():_<12}\naws_secret_access_key = secret of {name}\n{more}".replace(" of ", "-of-")


class Generator:
    """Makes configurations out of the parts that users combine."""

    def __init__(self, seed: int, home: str, url: str):
        self.random = random.Random(seed)
        self.home, self.url = home, url

    def rarely(self, one_in: int, choices: list) -> dict:
        """Nothing but once in a while: else the first sources would win all the time."""
        return dict(self.random.choice(choices)) if self.random.randrange(one_in) == 0 else {}

    def profile_parts(self, name: str) -> list[str]:
        """What a profile of the config file may say of credentials."""
        process = json.dumps({"Version": 1, "AccessKeyId": f"AKIAPROC{name.upper()}", "SecretAccessKey": "s"})
        return [
            "", "", keys(f"c{name}"), keys(f"c{name}", "aws_session_token = t\n"), "aws_access_key_id = AKIAHALFONLY\n",
            f"role_arn = {ROLE}{name}-by-base\nsource_profile = base\n",
            f"role_arn = {ROLE}{name}-by-base\nsource_profile = base\nexternal_id = ext\nduration_seconds = 900\nrole_session_name = name\n",
            f"role_arn = {ROLE}{name}-by-middle\nsource_profile = middle\n",
            f"role_arn = {ROLE}{name}-by-process\nsource_profile = tool\n",
            f"role_arn = {ROLE}{name}-by-sso\nsource_profile = person\n",
            f"role_arn = {ROLE}{name}-by-web\nsource_profile = pod\n",
            f"role_arn = {ROLE}{name}-of-self\nsource_profile = {name}\n",
            f"role_arn = {ROLE}{name}-of-self\nsource_profile = {name}\n" + keys(f"self{name}"),
            f"role_arn = {ROLE}{name}-in-circle\nsource_profile = circle\n",
            f"role_arn = {ROLE}{name}-of-nobody\nsource_profile = nobody\n",
            f"role_arn = {ROLE}{name}-of-empty\nsource_profile = empty\n",
            f"role_arn = {ROLE}{name}-by-env\ncredential_source = Environment\n",
            f"role_arn = {ROLE}{name}-by-container\ncredential_source = EcsContainer\n",
            f"role_arn = {ROLE}{name}-by-instance\ncredential_source = Ec2InstanceMetadata\n",
            f"role_arn = {ROLE}{name}-by-what\ncredential_source = Whatever\n",
            f"role_arn = {ROLE}{name}-by-two\ncredential_source = Environment\nsource_profile = base\n",
            f"role_arn = {ROLE}{name}-alone\n",
            f"role_arn = {ROLE}{name}-web\nweb_identity_token_file = {self.home}/jwt\n",
            f"web_identity_token_file = {self.home}/jwt\n",
            f"role_arn = {ROLE}{name}-web\nweb_identity_token_file = /nonexistent\n",
            "sso_session = corp\nsso_account_id = 1\nsso_role_name = R\n",
            "sso_session = corp\nsso_account_id = 1\n",
            "sso_session = nowhere\nsso_account_id = 1\nsso_role_name = R\n",
            "sso_session = gone\nsso_account_id = 1\nsso_role_name = R\n",
            "sso_session = corp\n",
            "sso_start_url = https://old/start\nsso_region = eu-west-1\nsso_account_id = 2\nsso_role_name = Old\n",
            "sso_start_url = https://nobody/start\nsso_region = eu-west-1\nsso_account_id = 2\nsso_role_name = Old\n",
            f"credential_process = /bin/echo '{process}'\n",
            f"credential_process = \"{self.home}/my tool\" 'a b' \"c \\\"d\\\"\"\n",
            "credential_process = /bin/false\n", "credential_process = /bin/echo nothing\n", "credential_process = /nonexistent/tool\n",
        ]

    def other_settings(self) -> str:
        return self.random.choice(["", "", "region = eu-west-1\n", "region = us-gov-west-1\n", "region = cn-north-1\n",
                                   f"endpoint_url = {self.url}/profile\n", "services = mine\n",
                                   "region = ap-south-1\nuse_fips_endpoint = false\n"])

    def config(self) -> str:
        text = ""
        for name in ("default", "p"):
            if self.random.random() < 0.9:
                heading = "default" if name == "default" else f"profile {name}"
                part = "" if self.random.randrange(4) == 0 else self.random.choice(self.profile_parts(name))
                text += f"[{heading}]\n" + part + self.other_settings()
        return text + f"""
[profile base]
{keys("base")}
[profile middle]
role_arn = {ROLE}middle
source_profile = base
[profile tool]
credential_process = /bin/echo '{{"Version": 1, "AccessKeyId": "AKIAPROCTOOL", "SecretAccessKey": "s", "Expiration": "2999-01-01T00:00:00Z"}}'
[profile person]
sso_session = corp
sso_account_id = 3
sso_role_name = Person
[profile pod]
role_arn = {ROLE}pod
web_identity_token_file = {self.home}/jwt
[profile circle]
role_arn = {ROLE}circle
source_profile = round
[profile round]
role_arn = {ROLE}round
source_profile = circle
[profile empty]
region = us-west-1
[sso-session corp]
sso_start_url = https://corp/start
sso_region = us-east-2
[sso-session gone]
sso_start_url = https://gone/start
sso_region = us-east-2
[services mine]
s3 =
  endpoint_url = {self.url}/services
"""

    def shared(self) -> str:
        text = ""
        for name in ("default", "p"):
            part = self.random.choice(["", "", "", keys(f"s{name}"), keys(f"s{name}", "aws_session_token = t\nregion = sa-east-1\n"),
                                       "aws_access_key_id = AKIAHALFONLY\n", "region = me-south-1\n",
                                       f"role_arn = {ROLE}{name}-shared\nsource_profile = base\n",
                                       "credential_process = /bin/false\n"])
            if part:
                text += f"[{name}]\n{part}"
        return text

    def environment(self) -> dict[str, str]:
        env = self.rarely(4, [{"AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT", "AWS_SECRET_ACCESS_KEY": "s"},
                              {"AWS_ACCESS_KEY_ID": "AKIAENVTEMPORARY", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"},
                              {"AWS_ACCESS_KEY_ID": "AKIAHALF"}])
        env |= self.rarely(2, [{"AWS_PROFILE": "p"}, {"AWS_PROFILE": "p"}, {"AWS_DEFAULT_PROFILE": "p"}, {"AWS_PROFILE": "middle"},
                               {"AWS_PROFILE": "default"}, {"AWS_PROFILE": "nobody"}])
        env |= self.rarely(2, [{"AWS_DEFAULT_REGION": "eu-central-1"}])
        env |= self.rarely(3, [{"AWS_ENDPOINT_URL_S3": f"{self.url}/s3"}, {"AWS_ENDPOINT_URL": f"{self.url}/all"}])
        env |= self.rarely(5, [{"AWS_WEB_IDENTITY_TOKEN_FILE": f"{self.home}/jwt", "AWS_ROLE_ARN": ROLE + "env-web"},
                               {"AWS_WEB_IDENTITY_TOKEN_FILE": f"{self.home}/jwt"}])
        env |= self.rarely(2, [{"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.url}/container"},
                               {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/container"}])
        env |= self.rarely(1, [{"AWS_EC2_METADATA_DISABLED": "true"},
                               {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"{self.url}/imds"},
                               {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"{self.url}/imds/", "AWS_EC2_METADATA_V1_DISABLED": "true"}])
        return env

    def indented(self, text: str) -> str:
        """The same settings, each section indented as it likes. A heading is never deeper than what stands above it."""
        lines, indent = [], self.random.choice(["", "", " ", "\t"])
        for line in text.splitlines():
            if line.startswith("["):
                lines.append(self.random.choice(["", indent]) + line)
                indent = self.random.choice(["", "", "  ", "\t", "    "])
            else:
                lines.append(indent + line if line else "")
                if self.random.randrange(20) == 0:
                    lines.append(self.random.choice(["", "   # a comment", "; another", " \t"]))
        return self.random.choice(["\n", "\n", "\r\n"]).join(lines) + "\n"

    def case(self) -> Case:
        return Case(self.environment(), self.indented(self.config()), self.indented(self.shared()), self.random.choice([None, None, None, None, "p", "p", "default", "base"]))


def chosen_cases(home: str, url: str) -> list[Case]:
    """The disagreements, each with its reason, and what the dice may miss."""
    env = {"AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT", "AWS_SECRET_ACCESS_KEY": "s"}
    return [
        Case(env | {"AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "eu-west-1"},
             why_else="botocore doesn't know AWS_REGION; the AWS CLI (version 2) does",
             ours={"region": "eu-west-2", "endpoint": "https://s3.eu-west-2.amazonaws.com"}),
        Case({"AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"}, credentials=f"[a]\n{keys('a')}[b]\n{keys('b')}",
             why_else="of the two, the AWS CLI (version 2) takes AWS_PROFILE, and botocore alone the other",
             ours={"key_id": "AKIAA___________"}),
        Case({"AWS_SECRET_ACCESS_KEY": "s"}, credentials=f"[default]\n{keys('shared')}",
             why_else="half a pair is refused, whichever half", ours={"error": "set both or neither"}),
        Case(credentials="[default]\naws_secret_access_key = s\n", config=f"[default]\n{keys('config')}",
             why_else="half a pair is refused, whichever half", ours={"error": "no aws_access_key_id"}),
        Case({"AWS_CREDENTIAL_FILE": f"{home}/old"}, why_else="refused: an old form, with a way out",
             ours={"error": "AWS_CREDENTIAL_FILE"}),
        Case({"BOTO_CONFIG": f"{home}/boto"}, why_else="refused: an old form, with a way out", ours={"error": "boto 2"}),
        Case(config=f"[default]\nrole_arn = {ROLE}x\nsource_profile = base\nduration_seconds = hour\n[profile base]\n{keys('base')}",
             why_else="botocore ignores a duration that is no number", ours={"error": "duration_seconds"}),
        Case(env | {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
                    "AWS_DEFAULT_REGION": "eu-west-1"}),
        Case({"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{url}/container"}),
        Case(config="[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = R\n[sso-session corp]\n"
                    "sso_start_url = https://corp/start\nsso_region = us-east-2\n"),
        Case(env, profile="default"),
        *(Case(credentials=text) for text in (
            "[default]\n  aws_access_key_id = AKIAINDENTED\n  aws_secret_access_key = s\n",
            "[x]\n" + keys("x") + "\n[default]\n\taws_access_key_id = AKIABYTAB\n\taws_secret_access_key = s\n",
            "  [default]\naws_access_key_id = AKIAHEADING\naws_secret_access_key = s\n",
            "[default]\n    aws_access_key_id = AKIAINDENTEDLESS\n  aws_secret_access_key = s\n",
            "[default]\noutput = json\n  more = of it\n" + keys("longvalue"),
            "[default]\noutput = json\n  [p]\n" + keys("inside"),
            "[default]\naws_access_key_id = AKIAJOINED\n aws_secret_access_key = s\n",
            "[default]\ns3 =\n  addressing_style: path\n" + keys("colon"),
            "[default]\n  s3 =\n    addressing_style = path\n  " + keys("nested").replace("\na", "\n  a"),
            "[DEFAULT]\n" + keys("all") + "[default]\noutput = json\n",
            "[default]\nname\n" + keys("noequals"))),
        Case(config='[profile "night shift"]\n' + keys("night"), profile="night shift"),
        Case(config="[default]\ncredential_process = /bin/echo '{\"Version\": 1, \"AccessKeyId\": \"AKIASHORTLIFE\", "
                    "\"SecretAccessKey\": \"s\", \"SessionToken\": \"t\", \"Expiration\": \"2999-01-01T00:00:00+00:00\"}'\n"),
        Case({"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"}),
        Case({"AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_DEFAULT_REGION": "eu-west-1"} | env),
        Case({"AWS_USE_FIPS_ENDPOINT": "true", "AWS_DEFAULT_REGION": "us-east-2"} | env),
    ]


class BesideBotocore(unittest.TestCase):
    def setUp(self):
        self.python = python_with(BOTOCORE)
        self.aws = self.enterContext(AwsServices())
        # Of the same thing the same key, whoever asks and how often.
        self.home = self.enterContext(tempfile.TemporaryDirectory())
        self.write("jwt", "a.web.identity")
        self.write("old", "AWSAccessKeyId=AKIAOLD\nAWSSecretKey=s\n")
        self.write("boto", "[Credentials]\naws_access_key_id = AKIABOTO\naws_secret_access_key = s\n")
        self.write("my tool", "#!/bin/sh\n[ \"$1\" = 'a b' ] && [ \"$2\" = 'c \"d\"' ] && "
                              "echo '{\"Version\": 1, \"AccessKeyId\": \"AKIAQUOTED\", \"SecretAccessKey\": \"s\"}'\n")
        os.chmod(f"{self.home}/my tool", 0o700)
        for name, until in {"corp": "2999-01-01T00:00:00Z", "https://old/start": "2999-01-01T00:00:00Z",
                            "gone": "2020-01-01T00:00:00Z"}.items():
            path = sso_cache_file(self.home, name)
            self.write(os.path.relpath(path, self.home), json.dumps({"accessToken": "t", "expiresAt": until}))

    def write(self, name: str, text: str) -> str:
        path = Path(self.home, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return str(path)

    def environment_of(self, number: int, case: Case) -> dict[str, str]:
        env = clean_environment(None, self.home) | {"BOTO_CONFIG": "/nonexistent"} | self.aws.endpoints()
        # Whatever a configuration leads to, nothing leaves this machine: beyond it there is only a proxy that isn't there.
        env |= {"HTTPS_PROXY": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1",
                "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        env |= {"AWS_CONFIG_FILE": self.write(f"{number}/config", case.config),
                "AWS_SHARED_CREDENTIALS_FILE": self.write(f"{number}/credentials", case.credentials),
                "AWS_METADATA_SERVICE_TIMEOUT": "5"}
        if "AWS_EC2_METADATA_SERVICE_ENDPOINT" in case.environment:
            del env["AWS_EC2_METADATA_DISABLED"]
        return env | case.environment

    def ours(self, case: Case, env: dict[str, str]) -> dict:
        flags = [] if case.profile is None else ["--profile", case.profile]
        ended = subprocess.run([os.environ["S3C_PROGRAM"], "whoami", "--output", "json", *flags], env=env, capture_output=True,
                               text=True, timeout=60, check=False)
        found = json.loads(ended.stdout)
        if found["credentials"] is None:
            self.assertEqual(2, ended.returncode, ended.stderr)
            return {"error": found["error"]["message"]}
        self.assertEqual(0, ended.returncode, ended.stderr)
        return {"source": found["credentials"]["source"], "key_id": found["credentials"]["access_key_id"],
                "region": found["region"]["value"], "endpoint": found["endpoint"]["value"]}

    @staticmethod
    def expected(botocore: dict, case: Case) -> dict:
        if "error" in botocore or "error" in case.ours:
            return {"error": case.ours.get("error", "")}
        wanted = botocore | case.ours
        if wanted["region"] is None:
            # S3 names a bucket's true region when it is asked in this one.
            wanted["region"] = "us-east-1"
        # botocore's name for us-east-1 is the old one; the AWS CLI (version 2) has the regional one, as we.
        wanted["endpoint"] = wanted["endpoint"].replace("https://s3.amazonaws.com", "https://s3.us-east-1.amazonaws.com")
        wanted["key_id"] = "*" * 16 + wanted["key_id"][-4:]
        return wanted

    def test_every_configuration(self):
        generator = Generator(SEED, self.home, self.aws.url)
        cases = chosen_cases(self.home, self.aws.url) + [generator.case() for _ in range(CASES)]
        environments = [self.environment_of(number, case) for number, case in enumerate(cases)]
        question = json.dumps([{"environment": env, "profile": case.profile} for case, env in zip(cases, environments)])
        with ThreadPoolExecutor(4) as pool:
            theirs = pool.submit(subprocess.run, [self.python, str(HERE / "botocore_chain.py")], input=question, text=True,
                                 capture_output=True, env=environments[0], check=False)
            ours = list(pool.map(self.ours, cases, environments))
            answer = theirs.result()
        self.assertEqual(0, answer.returncode, answer.stderr)
        sources: dict[str, int] = {}
        for number, (case, botocore, our) in enumerate(zip(cases, json.loads(answer.stdout), ours)):
            with self.subTest(seed=SEED, case=number, why_else=case.why_else):
                wanted = self.expected(botocore, case)
                sources[wanted.get("source", "error")] = sources.get(wanted.get("source", "error"), 0) + 1
                told = f"botocore: {botocore}\nours: {our}\n{case}"
                self.assertEqual(set(wanted), set(our), told)
                if "error" in wanted:
                    self.assertIn(wanted["error"], our["error"], told)
                else:
                    self.assertEqual(wanted, our, told)
        if not SANITIZED:
            self.assertEqual({"env", "assume-role", "assume-role-with-web-identity", "sso", "shared-credentials-file",
                              "custom-process", "config-file", "container-role", "iam-role", "error"}, set(sources), "the dice")


if __name__ == "__main__":
    main()
