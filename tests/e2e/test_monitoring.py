"""--metrics-file and --metrics-push: the metrics of real runs are what Prometheus takes, and what the alert rules and the
dashboard of deploy/monitoring name."""

import http.server
import os
import re
import shutil
import subprocess
import tempfile
import threading
import unittest

from harness.load import Original
from harness.program import run
from harness.suite import StoreCase, main, on_stores

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEPLOY = os.path.join(ROOT, "deploy", "monitoring")
RULES = os.path.join(DEPLOY, "s3compress.rules.yml")


def promtool(*arguments: str, text: str = "") -> subprocess.CompletedProcess:
    if shutil.which("promtool") is None:
        raise unittest.SkipTest("promtool isn't there: install Debian's prometheus")
    return subprocess.run(["promtool", *arguments], input=text, capture_output=True, text=True, check=False)


class Gateway:
    """Takes what is pushed, as a Pushgateway."""

    def __init__(self, status: int = 200):
        self.pushes: list[tuple[str, str, str]] = []
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                gateway.pushes.append((self.path, self.headers.get("Authorization", ""), body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_port}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@on_stores("full")
class Monitoring(StoreCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.put({f"sources/2018/04/01/{name}.xml": Original(b"<x/>" * 50) for name in "abc"})

    def metrics_of(self, *arguments: str, code: int = 0) -> str:
        file = os.path.join(self.folder, "s3compress.prom")
        result = run(self.store, *arguments, "--arch-bucket", self.archive, "--bucket", self.source, "--metrics-file", file)
        self.assertEqual(code, result.code, str(result))
        self.assertEqual(["s3compress.prom"], os.listdir(self.folder))
        self.assertEqual(0o644, os.stat(file).st_mode & 0o777, "the collector is another user")
        with open(file, encoding="utf-8") as opened:
            text = opened.read()
        self.assertNotIn(self.store.secret_key, text)
        os.unlink(file)
        return text

    def test_metrics_of_real_runs_are_those_that_rules_and_dashboard_name(self):
        archived = self.metrics_of("archive", "--years", "2018", "--storage-class", "STANDARD")
        labels = f'command="archive",bucket="{self.source}",arch_bucket="{self.archive}",prefix="sources"'
        for line in ("objects_packed_total{%s} 3", "packed_source_bytes_total{%s} 600", "objects_deleted_total{%s} 3",
                     "volumes_committed_total{%s} 1", 'groups{%s,state="done"} 1', "last_run_exit_code{%s} 0",
                     'memory_leased_bytes{%s,pool="bodies"} 0', "running{%s} 0"):
            self.assertTrue(f"\ns3compress_{line % labels}\n" in archived, line)
        self.assertRegex(archived, r'\ns3compress_requests_total\{[^}]*operation="GetObject",status="200"\} [3-9]\n')
        texts = [archived, self.metrics_of("verify", "--deep"), self.metrics_of("gc", "--dry-run")]
        self.assertIn("\ns3compress_volumes_verified_total{", texts[1])
        self.assertIn('result="whole"} 1\n', texts[1])
        there = set(re.findall(r"^(s3compress_\w+)[{ ]", "".join(texts), re.MULTILINE))
        for name in (RULES, os.path.join(DEPLOY, "s3compress.dashboard.json")):
            with open(name, encoding="utf-8") as file:
                named = set(re.findall(r"\bs3compress_\w+", file.read()))
            self.assertGreater(len(named), 5)
            # Credentials that never expire have no such metric.
            self.assertEqual(set(), named - there - {"s3compress_credentials_expiry_timestamp_seconds"}, name)
        for text in texts:
            checked = promtool("check", "metrics", text=text)
            self.assertEqual((0, ""), (checked.returncode, checked.stdout + checked.stderr))

    def test_a_gateway_gets_the_same(self):
        gateway = Gateway()
        self.addCleanup(gateway.stop)
        result = self.run_archive("-v", "--metrics-push", f"http://user:s3cr%40t@{gateway.host}")
        self.assertEqual(("running", "ended"), tuple("running" if "s3compress_running{" in body and "} 1\n" in
                                                     body.split("s3compress_running{")[1][:200] else "ended"
                                                     for _, _, body in gateway.pushes))
        path, authorization, body = gateway.pushes[-1]
        self.assertTrue(path.startswith("/metrics/job/s3compress/command@base64/"), path)
        self.assertEqual("Basic dXNlcjpzM2NyQHQ=", authorization)
        self.assertIn("s3compress_objects_packed_total{", body)
        self.assertNotIn("s3cr", result.err + result.out + body)

    def test_a_gateway_that_refuses_or_is_not_there_changes_nothing(self):
        refusing = Gateway(status=500)
        self.addCleanup(refusing.stop)
        result = self.run_archive("--metrics-push", f"http://user:s3cret@{refusing.host}/metrics/job/x")
        self.assertEqual(1, result.err.count("--metrics-push: "), result.err)
        self.assertIn("answers 500", result.err)
        self.assertNotIn("s3cret", result.err)
        gone = run(self.store, "verify", "--arch-bucket", self.archive, "--metrics-push", "http://127.0.0.1:1")
        self.assertEqual(0, gone.code, str(gone))
        self.assertIn("was not reached", gone.err)

    def test_promtool_takes_the_rules(self):
        for arguments in (("check", "rules", RULES), ("test", "rules", os.path.join(ROOT, "tests/data/monitoring/rules.test.yml"))):
            checked = promtool(*arguments)
            self.assertEqual(0, checked.returncode, checked.stdout + checked.stderr)


if __name__ == "__main__":
    main()
