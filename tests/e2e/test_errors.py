"""What goes wrong before anything is done: the exit code says whether to try again, the message names the thing, and
nothing is deleted."""

import os
import tempfile

from harness.aws_services import AwsServices
from harness.load import day_objects
from harness.program import Result, archive_arguments, clean_environment, run
from harness.proxy import Proxy
from harness.stores import READ_ONLY_BUCKET
from harness.suite import StoreCase, main, on_stores

RETRY, USAGE = 1, 2


@on_stores("full", "rgw")
class Errors(StoreCase):
    def setUp(self):
        super().setUp()
        self.put(day_objects(10, days=2, max_bytes=500))

    def fails(self, code: int, *words: str, args: list[str] | None = None, **settings: str) -> Result:
        env = clean_environment(self.store, tempfile.gettempdir(), AWS_MAX_ATTEMPTS="2")
        for name, value in settings.items():
            env.pop(name, None)
            if value:
                env[name] = value
        result = run(self.store, *(self.arguments() if args is None else args), env=env)
        self.assertEqual(code, result.code, str(result))
        for word in words:
            self.assertIn(word.lower(), result.err.lower())
        self.assertEqual("", result.out)
        self.assert_nothing_deleted()
        return result

    def test_missing_source_bucket(self):
        self.fails(USAGE, "no-such-bucket-1", args=archive_arguments("no-such-bucket-1", self.archive))

    def test_missing_archive_bucket(self):
        self.fails(USAGE, "no-such-bucket-2", args=archive_arguments(self.source, "no-such-bucket-2"))

    def test_wrong_secret(self):
        self.fails(USAGE, self.source, AWS_SECRET_ACCESS_KEY="wrong")

    def test_unknown_access_key(self):
        self.fails(USAGE, self.source, AWS_ACCESS_KEY_ID="UNKNOWNKEY")

    def test_no_credentials(self):
        self.fails(USAGE, "credentials", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")

    def test_archive_bucket_without_permission(self):
        if self.store.is_sim:
            bucket = READ_ONLY_BUCKET
            self.client.create_bucket(Bucket=bucket)
        else:
            bucket = self.store.new_bucket("others", second_user=True)
        self.fails(USAGE, bucket, args=archive_arguments(self.source, bucket))

    def test_source_bucket_without_permission(self):
        bucket = self.store.new_bucket("others", second_user=True)
        self.fails(USAGE, bucket, args=archive_arguments(bucket, self.archive))

    def test_unreachable_endpoint(self):
        self.fails(RETRY, "127.0.0.1", "port 1", AWS_ENDPOINT_URL="http://127.0.0.1:1")

    def test_unknown_flag(self):
        self.fails(USAGE, "--no-such-flag", args=self.arguments("--no-such-flag"))

    def test_usage_errors_are_json_too(self):
        for words, command in ((["--output", "json"], "archive"), (["ls", "--output=json"], "ls")):
            result = run(self.store, "--no-such-flag", *words)
            self.assertEqual(USAGE, result.code, str(result))
            document = result.json()
            self.assertEqual((command, "refused", USAGE), tuple(document[k] for k in ("command", "outcome", "exit_code")))
            self.assertIn("--no-such-flag", document["error"]["message"])
            self.assertIn("--no-such-flag", result.err)

    def test_bad_year(self):
        self.fails(USAGE, "20x8", args=["--bucket", self.source, "--arch_bucket", self.archive, "--years", "20x8"])

    def test_bad_day(self):
        self.fails(USAGE, "2018-02-30", args=["--bucket", self.source, "--arch_bucket", self.archive,
                                              "--from", "2018-02-30", "--until", "2018-03-01"])

    def test_days_the_wrong_way_round(self):
        self.fails(USAGE, "--from", args=["--bucket", self.source, "--arch_bucket", self.archive,
                                          "--from", "2018-05-01", "--until", "2018-04-01"])

    def test_bad_numbers(self):
        for flag, value in (("--threads", "0"), ("--threads", "many"), ("--max-objects", "-1"), ("--level", "13"),
                            ("--min-age", "soon"), ("--memory", "lots"), ("--verify", "never"), ("--output", "xml")):
            with self.subTest(f"{flag} {value}"):
                self.fails(USAGE, flag, args=self.arguments(flag, value))

    def test_no_bucket(self):
        self.fails(USAGE, "--bucket", args=["--arch_bucket", self.archive, "--years", "2018"])

    def test_no_archive_bucket(self):
        self.fails(USAGE, "arch", args=["--bucket", self.source, "--years", "2018"])

    def test_missing_configuration_file(self):
        self.fails(USAGE, "/no/such/file.toml", args=self.arguments("--config", "/no/such/file.toml"))

    def test_a_pipe_in_the_place_of_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            pipe = os.path.join(folder, "pipe")
            os.mkfifo(pipe)
            self.fails(USAGE, "it is a pipe, not a file", pipe, args=[*self.arguments(), "--ca-bundle", pipe])
            self.fails(USAGE, "it is a pipe, not a file", pipe, args=[*self.arguments(), "--config", pipe])
            self.fails(USAGE, "it is a pipe, not a file", pipe, AWS_CONFIG_FILE=pipe)

    def test_unknown_profile(self):
        self.fails(USAGE, "no-such-profile", args=self.arguments("--profile", "no-such-profile"),
                   AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")

    def test_help_and_version(self):
        for flag, words in (("--help", "--arch-bucket"), ("--version", ".")):
            result = run(None, flag)
            self.assertEqual(0, result.code, str(result))
            self.assertIn(words, result.out)
            self.assertEqual("", result.err)


@on_stores("full")
class Denied(StoreCase):
    """On AWS the error of a denied request tells whose the credentials are."""

    def denied(self, aws: AwsServices, endpoint: str | None = None) -> str:
        with Proxy(self.store.endpoint) as proxy:
            proxy.on("ListObjectsV2", times=None, answer=lambda _: (403, b"<Error><Code>AccessDenied</Code></Error>"))
            env = clean_environment(self.store, "/nonexistent", endpoint or proxy.endpoint, http_proxy=proxy.endpoint,
                                    NO_PROXY="127.0.0.1", **aws.endpoints())
            result = run(self.store, *self.arguments("--output", "json", "--addressing-style", "path"), env=env)
        self.assertEqual(USAGE, result.code, str(result))
        self.assertEqual(result.json()["error"]["hint"], result.err.split("hint: ")[1].splitlines()[0])
        return result.err

    def test_the_caller_is_named(self):
        with AwsServices() as aws:
            told = self.denied(aws, "http://s3.us-east-1.amazonaws.com")
            self.assertRegex(told, rf"hint: arn:aws:\S+ needs s3:ListBucket on arn:aws:s3:::{self.source}: allow it")
            self.assertEqual(1, aws.count("sts"), "asked once, however often it is told")
            for refusal in (403, 500):
                aws.refuse("sts", refusal)
                told = self.denied(aws, "http://s3.us-east-1.amazonaws.com")
                self.assertIn(f"hint: the credentials need s3:ListBucket on arn:aws:s3:::{self.source}: allow it", told)
                self.assertNotIn("sts", told.lower())
            self.assertEqual(3, aws.count("sts"))
            self.assertIn("hint: the credentials need s3:ListBucket", self.denied(aws))
            self.assertEqual(3, aws.count("sts"), "the keys of another store mean nothing to AWS")


if __name__ == "__main__":
    main()
