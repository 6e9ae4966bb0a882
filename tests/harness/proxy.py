"""An HTTP proxy between the program and a store, which a test tells where to interfere.

    with Proxy(store.endpoint) as proxy:
        proxy.on("DeleteObjects", before=lambda exchange: overwrite())   # at the first one
        proxy.on("GetObject", key="sources/…/bad", answer=lambda exchange: (500, b""), times=None)   # always
        run(store, …, endpoint=proxy.endpoint)
        proxy.count("CompleteMultipartUpload")

The Host header passes unchanged, so that the client's signature stays good. It takes the requests of a client too whose
http_proxy it is: that one believes that it talks to the host of its own URL, for example to AWS.
"""

import dataclasses
import datetime
import email.utils
import http.client
import re
import socketserver
import ssl
import threading
from typing import Callable
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclasses.dataclass
class Exchange:
    operation: str
    bucket: str
    key: str
    query: dict[str, str]
    headers: http.client.HTTPMessage
    body: bytes
    status: int = 0  # 0: never answered


def operation_of(method: str, key: str, query: dict[str, str]) -> str:
    """S3's name for a request."""
    if method == "POST":
        if "delete" in query:
            return "DeleteObjects"
        if "uploads" in query:
            return "CreateMultipartUpload"
        return "CompleteMultipartUpload" if "uploadId" in query else "RestoreObject" if "restore" in query else "Post"
    if not key:
        if method == "GET" and "uploads" in query:
            return "ListMultipartUploads"
        if method == "GET" and not any(q in query for q in ("location", "versioning", "versions", "tagging", "object-lock")):
            return "ListObjectsV2"
        return f"{method.capitalize()}Bucket"
    if "uploadId" in query:
        return {"PUT": "UploadPart", "DELETE": "AbortMultipartUpload", "GET": "ListParts"}[method]
    if "tagging" in query:
        return f"{method.capitalize()}ObjectTagging"
    return f"{method.capitalize()}Object"


@dataclasses.dataclass
class Rule:
    operation: str
    bucket: str | None
    key: str | None
    key_prefix: str | None
    body_has: str | None
    first: int
    times: int | None
    before: Callable | None
    after: Callable | None
    answer: Callable[[Exchange], tuple[int, bytes]] | None
    change_body: Callable[[bytes], bytes] | None
    lose_reply: bool
    seen: int = 0

    def wants(self, exchange: Exchange) -> bool:
        if self.operation not in ("*", exchange.operation):
            return False
        if self.bucket is not None and exchange.bucket != self.bucket:
            return False
        if self.key is not None and exchange.key != self.key:
            return False
        if self.key_prefix is not None and not exchange.key.startswith(self.key_prefix):
            return False
        if self.body_has is not None and self.body_has.encode() not in exchange.body:
            return False
        self.seen += 1
        return self.seen >= self.first and (self.times is None or self.seen < self.first + self.times)


class Proxy:
    def __init__(self, endpoint: str, certificate: str | None = None, clock_behind: datetime.timedelta = datetime.timedelta()):
        """certificate: a PEM file with key and certificate; the proxy then speaks TLS to the program.
        clock_behind: by how much the store's clock seems to be behind this machine's, in all times that it tells."""
        tls = None
        if certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
        self._upstream = urlsplit(endpoint).netloc
        self._clock_behind = clock_behind
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._refuses: Callable[[Exchange], bool] = lambda exchange: False
        self._refusal = b""
        self.log: list[Exchange] = []
        self.errors: list[BaseException] = []  # of hooks; re-raised at the end
        proxy = self

        class Handler(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = True
            wbufsize = -1

            def setup(self) -> None:
                if tls:
                    self.request = tls.wrap_socket(self.request, server_side=True)
                super().setup()

            def handle(self) -> None:
                upstream = http.client.HTTPConnection(proxy._upstream, timeout=60)
                try:
                    while proxy._serve_one(self.rfile, self.wfile, upstream):
                        self.wfile.flush()
                except (OSError, http.client.HTTPException):
                    pass  # one of the two sides is gone: so is the connection
                finally:
                    upstream.close()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request, client_address) -> None:
                """A client that doesn't trust us ends the handshake: that is its right."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.endpoint = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> "Proxy":
        self._thread.start()
        return self

    def __exit__(self, kind, value, trace) -> None:
        self._server.shutdown()
        self._server.server_close()
        if self.errors and kind is None:
            raise self.errors[0]

    def on(self, operation: str, *, bucket: str | None = None, key: str | None = None, key_prefix: str | None = None,
           body_has: str | None = None, first: int = 1, times: int | None = 1,
           before: Callable | None = None, after: Callable | None = None,
           answer: Callable[[Exchange], tuple[int, bytes]] | None = None,
           change_body: Callable[[bytes], bytes] | None = None, lose_reply: bool = False) -> Rule:
        """Interferes with the first-th matching request and, in all, with `times` of them (None: all).
        before, after: called with the Exchange, before it is passed on or before its answer is.
        answer: makes status and body instead of the store, which never sees the request.
        change_body: what it makes of the store's body is sent under the headers of the true one.
        lose_reply: the store gets the request, the program hears nothing."""
        rule = Rule(operation, bucket, key, key_prefix, body_has, first, times, before, after, answer, change_body, lose_reply)
        with self._lock:
            self._rules.append(rule)
        return rule

    def deny(self, refuses: Callable[[Exchange], bool], refusal: bytes) -> None:
        """Requests for which refuses() is true are answered 403 and never reach the store, whatever the rules say."""
        self._refuses, self._refusal = refuses, refusal

    def count(self, operation: str, bucket: str | None = None) -> int:
        with self._lock:
            return sum(e.operation == operation and bucket in (None, e.bucket) for e in self.log)

    def operations(self) -> list[str]:
        with self._lock:
            return [e.operation for e in self.log]

    def _serve_one(self, rfile, wfile, upstream: http.client.HTTPConnection) -> bool:
        line = rfile.readline(65536)
        if not line.strip():
            return False
        method, target, _ = line.decode("latin-1").split(" ", 2)
        headers = http.client.parse_headers(rfile)
        if headers.get("Expect", "").lower() == "100-continue":
            wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            wfile.flush()
        body = rfile.read(int(headers.get("Content-Length", 0)))
        if target.startswith("http://"):  # as a proxy is asked
            target = "/" + target.split("/", 3)[3]
        path, _, query_text = target.partition("?")
        bucket, _, key = path[1:].partition("/")
        query = dict(parse_qsl(query_text, keep_blank_values=True))
        key = unquote(key)
        exchange = Exchange(operation_of(method, key, query), unquote(bucket), key, query, headers, body)
        with self._lock:
            self.log.append(exchange)
            rules = [rule for rule in self._rules if rule.wants(exchange)]
        self._call([rule.before for rule in rules], exchange)
        answer = next((rule.answer for rule in rules if rule.answer is not None), None)
        refused = self._refuses(exchange)
        if refused or answer is not None:
            exchange.status, content = (403, self._refusal) if refused else answer(exchange)
            fields = [("Content-Type", "application/xml")]
            reason = "Scripted"
        else:
            upstream.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                if name.lower() not in ("expect", "connection"):
                    upstream.putheader(name, value)
            upstream.endheaders(body if body else None)
            response = upstream.getresponse()
            content = response.read()
            exchange.status, reason = response.status, response.reason
            fields = [(n, v) for n, v in response.getheaders()
                      if n.lower() not in ("transfer-encoding", "connection", "keep-alive")
                      and (method == "HEAD" or n.lower() != "content-length")]
            if self._clock_behind:
                fields = [(n, self._shifted_header(v) if n.lower() in ("date", "last-modified") else v) for n, v in fields]
                content = re.sub(rb"(<LastModified>|<Initiated>)([^<]+)", self._shifted_element, content)
        self._call([rule.after for rule in rules], exchange)
        if any(rule.lose_reply for rule in rules):
            return False
        if method != "HEAD" and exchange.status != 204:
            fields.append(("Content-Length", str(len(content))))
        true_length = len(content)
        for rule in rules:
            if rule.change_body is not None:
                content = rule.change_body(content)
        head = f"HTTP/1.1 {exchange.status} {reason}\r\n" + "".join(f"{n}: {v}\r\n" for n, v in fields)
        wfile.write(head.encode("latin-1") + b"\r\n" + (b"" if method == "HEAD" else content))
        return len(content) == true_length  # a body cut short ends with its connection

    def _shifted_header(self, text: str) -> str:
        return email.utils.format_datetime(email.utils.parsedate_to_datetime(text) - self._clock_behind, usegmt=True)

    def _shifted_element(self, found: re.Match[bytes]) -> bytes:
        time = datetime.datetime.strptime(found[2].decode(), "%Y-%m-%dT%H:%M:%S.%fZ") - self._clock_behind
        return found[1] + f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z".encode()

    def _call(self, hooks: list[Callable | None], exchange: Exchange) -> None:
        for hook in hooks:
            if hook is not None:
                try:
                    hook(exchange)
                except BaseException as error:  # a failed hook must fail the test, not a thread nobody watches
                    self.errors.append(error)
