"""A source bucket and an archive bucket in two stores, each with keys and a region of its own; and ways to a store that aren't
direct: a redirect, a proxy."""

import http.server
import os
import tempfile
import threading
import urllib.error
import urllib.request

from harness.checker import list_bucket
from harness.load import day_objects
from harness.program import archive_arguments, clean_environment, run
from harness.stores import start_sim
from harness.suite import StoreCase, main, on_stores

NO_VOLUME = 3  # of ls in an empty bucket, which it has read then
ARCHIVE_KEYS = ("E2EARCHIVEKEY1", "e2e/archive+secret/1")


class Between(http.server.BaseHTTPRequestHandler):
    """A server that gets requests for a store: a proxy, or a store that redirects. It keeps what it got."""
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.got.append((self.command, self.path))
        status, headers, content = self.server.pass_on(self, body)
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("connection", "transfer-encoding", "date", "server", "content-length"):
                self.send_header(name, value)
        length = dict((n.lower(), v) for n, v in headers).get("content-length") if self.command == "HEAD" else len(content)
        self.send_header("Content-Length", str(length or 0))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, pass_on):
        super().__init__(("127.0.0.1", 0), Between)
        self.pass_on, self.got = pass_on, []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()


@on_stores("full")
class TwoStores(StoreCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = start_sim(keys=ARCHIVE_KEYS, region="eu-west-3")

    @classmethod
    def tearDownClass(cls):
        cls.other.stop()
        super().tearDownClass()

    def setUp(self):
        self.source = self.store.new_bucket("source")
        self.archive = self.other.new_bucket("archive")
        self.client = self.store.client()
        self.originals, self.listed = {}, {}
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        config = os.path.join(folder.name, "config")
        with open(config, "w", encoding="utf-8") as file:
            for name, store in (("here", self.store), ("there", self.other)):
                file.write(f"[profile {name}]\nendpoint_url = {store.endpoint}\nregion = {store.region}\n"
                           f"aws_access_key_id = {store.access_key}\naws_secret_access_key = {store.secret_key}\n")
        self.environment = clean_environment(None, folder.name, AWS_CONFIG_FILE=config)

    def call(self, *args: str, code: int = 0, **variables: str):
        result = run(None, *args, env=self.environment | variables)
        self.assertEqual(code, result.code, str(result))
        return result

    def test_archived_from_one_store_to_the_other_and_back(self):
        self.put(day_objects(40, days=2, max_bytes=2000))
        profiles = ["--source-profile", "here", "--archive-profile", "there"]
        self.call(*archive_arguments(self.source, self.archive, "--storage-class", "STANDARD", *profiles))
        self.assertEqual({}, list_bucket(self.client, self.source))
        self.assertEqual(2, sum(key.endswith(".zip") for key in list_bucket(self.other.client(), self.archive)))
        # What reads the archive alone takes its side's flags, or those for all.
        buckets = ["--arch-bucket", self.archive, "--bucket", self.source]
        self.assertIn("20180401.zip", self.call("ls", *buckets, "--archive-profile", "there").out)
        self.call("verify", *buckets, "--profile", "there")
        self.call("find", *buckets, "sources/*", S3COMPRESS_ARCHIVE_PROFILE="there", S3COMPRESS_PROFILE="here")
        # Back to the source's store; a part of it to a third place by the target's flags.
        elsewhere = self.other.new_bucket("elsewhere")
        restore = ["restore", *buckets, "--years", "2018", "--yes", *profiles]
        self.call(*restore, "--to", f"s3://{elsewhere}/again/", "--target-profile", "there")
        self.assertEqual({f"again/{key}" for key in self.originals}, set(list_bucket(self.other.client(), elsewhere)))
        self.call(*restore)
        for key, original in self.originals.items():
            self.assertEqual(original.body, self.client.get_object(Bucket=self.source, Key=key)["Body"].read())

    def test_the_region_comes_from_the_store(self):
        """No region is set. The store in eu-west-3 says that it is there."""
        self.put(day_objects(4, days=1, max_bytes=200))
        with open(self.environment["AWS_CONFIG_FILE"], encoding="utf-8") as file:
            text = "".join(line for line in file if not line.startswith("region"))
        with open(self.environment["AWS_CONFIG_FILE"], "w", encoding="utf-8") as file:
            file.write(text)
        self.call(*archive_arguments(self.source, self.archive, "--source-profile", "here", "--archive-profile", "there"))
        self.assertEqual({}, list_bucket(self.client, self.source))

    def test_one_stores_keys_are_no_use_in_the_other(self):
        self.put(day_objects(4, days=1, max_bytes=200))
        refused = self.call(*archive_arguments(self.source, self.archive, "--source-profile", "here", "--archive-profile", "here",
                                               "--archive-endpoint-url", self.other.endpoint), code=2)
        self.assertIn("InvalidAccessKeyId", refused.err)
        self.assert_nothing_deleted()

    def server(self, pass_on) -> Server:
        made = Server(pass_on)
        self.addCleanup(made.close)
        return made

    def pass_to_store(self, request: Between, body: bytes):
        """As a proxy does: the Host header stays."""
        path = "/" + request.path.split("://", 1)[-1].split("/", 1)[1] if "://" in request.path else request.path
        headers = {n: v for n, v in request.headers.items() if n.lower() not in ("proxy-connection", "expect", "connection")}
        passed = urllib.request.Request(self.store.endpoint + path, data=body or None, method=request.command, headers=headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(passed) as answer:
                return answer.status, answer.getheaders(), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, list(error.headers.items()), error.read()

    def test_a_redirect_within_the_store_is_followed_and_signed_anew(self):
        """The store that is asked sends everything on to another port of this machine, and gets each bucket's requests once."""
        self.put(day_objects(4, days=1, max_bytes=200))
        old = self.server(lambda request, _: (307, [("Location", self.store.endpoint + request.path)], b""))
        self.call(*archive_arguments(self.source, self.archive, "--threads", "1", "--source-profile", "here", "--source-endpoint-url",
                                     f"http://127.0.0.1:{old.server_port}", "--archive-profile", "there"))
        self.assertEqual({}, list_bucket(self.client, self.source))
        self.assertLess(len(old.got), 4, old.got)

    def test_a_redirect_to_another_host_gets_nothing(self):
        self.put(day_objects(4, days=1, max_bytes=200))
        thief = self.server(lambda *_: (200, [], b""))
        old = self.server(lambda request, _: (307, [("Location", f"http://localhost:{thief.server_port}{request.path}")], b""))
        self.call(*archive_arguments(self.source, self.archive, "--max-attempts", "1", "--source-profile", "here",
                                     "--source-endpoint-url", f"http://127.0.0.1:{old.server_port}", "--archive-profile", "there"), code=1)
        self.assertEqual([], thief.got)
        self.assert_nothing_deleted()

    def test_proxies_as_the_aws_cli(self):
        proxy = self.server(self.pass_to_store)
        url = f"http://127.0.0.1:{proxy.server_port}"
        ls = ["ls", "--arch-bucket", self.source, "--profile", "here"]
        behind = [*ls, "--max-attempts", "1", "--endpoint-url", "http://store.invalid:9000"]  # only the proxy can find that name
        for variables in ({"HTTP_PROXY": url}, {"http_proxy": url}, {"HTTP_PROXY": "http://127.0.0.1:1", "http_proxy": url},
                          {"HTTP_PROXY": url, "NO_PROXY": "elsewhere.invalid"}):
            proxy.got.clear()
            self.call(*behind, code=NO_VOLUME, **variables)
            self.assertTrue(proxy.got and all(path.startswith("http://store.invalid:9000/") for _, path in proxy.got), proxy.got)
        proxy.got.clear()
        for variables in ({"HTTP_PROXY": url, "NO_PROXY": "127.0.0.1"}, {"http_proxy": url, "no_proxy": "*"}, {"HTTPS_PROXY": url},
                          {"HTTP_PROXY": url, "REQUEST_METHOD": "GET"}):
            self.call(*ls, code=NO_VOLUME, **variables)
        self.assertEqual([], proxy.got)

    def test_tls_goes_through_the_proxys_tunnel(self):
        asked = []

        def refuse(request, _):
            asked.append(request.path)
            return 502, [], b""

        Between.do_CONNECT = Between.answer
        self.addCleanup(delattr, Between, "do_CONNECT")
        proxy = self.server(refuse)
        self.call("ls", "--arch-bucket", self.source, "--profile", "here", "--endpoint-url", "https://store.invalid", "--max-attempts", "1",
                  code=1, HTTPS_PROXY=f"http://127.0.0.1:{proxy.server_port}")
        self.assertEqual({"store.invalid:443"}, set(asked))


if __name__ == "__main__":
    main()
