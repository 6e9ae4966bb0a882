"""Source objects: what to put into a bucket, and putting it there quickly."""

import dataclasses
import functools
import hashlib
import os
import random
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlencode

from .sigv4 import put_request
from .stores import Store


@dataclasses.dataclass
class Original:
    """A source object as it was put: what must be found again, byte for byte."""
    body: bytes
    content_type: str = ""
    headers: dict[str, str] = dataclasses.field(default_factory=dict)  # further system headers, lower-case names
    metadata: dict[str, str] = dataclasses.field(default_factory=dict)
    tags: dict[str, str] = dataclasses.field(default_factory=dict)
    multipart_etag: str = ""  # where the object was uploaded in parts: its ETag is no MD5 of the body

    @functools.cached_property
    def md5(self) -> str:
        return hashlib.md5(self.body).hexdigest()

    @property
    def etag(self) -> str:
        return self.multipart_etag or self.md5

    def request_headers(self) -> dict[str, str]:
        headers = {f"x-amz-meta-{name}": value for name, value in self.metadata.items()} | self.headers
        if self.content_type:
            headers["content-type"] = self.content_type
        if self.tags:
            headers["x-amz-tagging"] = urlencode(self.tags, quote_via=quote)  # Ceph RGW 16 keeps a "+"
        return headers


class ClientConnection:
    """PUTs by boto3: slower, for stores that may want TLS, session tokens or a new connection each time."""

    def __init__(self, store: Store):
        self._client = store.client()

    def put(self, bucket: str, key: str, original: Original) -> None:
        names = {"cache-control": "CacheControl", "content-disposition": "ContentDisposition", "content-encoding": "ContentEncoding",
                 "content-language": "ContentLanguage", "expires": "Expires"}
        more = {names[name]: value for name, value in original.headers.items()}
        if original.content_type:
            more["ContentType"] = original.content_type
        self._client.put_object(Bucket=bucket, Key=key, Body=original.body, Metadata=original.metadata,
                                Tagging=urlencode(original.tags, quote_via=quote), **more)

    def close(self) -> None:
        """boto3's own pool keeps the connections."""


class Connection:
    """One keep-alive connection that PUTs."""

    def __init__(self, store: Store):
        self._store = store
        host, port = store.host.split(":")
        self._socket = socket.create_connection((host, int(port)), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def put(self, bucket: str, key: str, original: Original) -> None:
        self._socket.sendall(put_request(self._store, bucket, key, original.body, original.request_headers()))
        while b"\r\n\r\n" not in self._rest:
            self._receive(key)
        head, self._rest = self._rest.split(b"\r\n\r\n", 1)
        length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        while len(self._rest) < length:
            self._receive(key)
        answer, self._rest = self._rest[:length], self._rest[length:]
        if head.split(b" ", 2)[1] != b"200":
            raise RuntimeError(f"PUT {key!r}: {head!r} {answer!r}")

    def _receive(self, key: str) -> None:
        data = self._socket.recv(65536)
        if not data:
            raise RuntimeError(f"PUT {key!r}: connection closed")
        self._rest += data

    def close(self) -> None:
        self._socket.close()


def load(store: Store, bucket: str, originals: dict[str, Original], connections: int = 8) -> None:
    """PUTs all of them; returns when every one was acknowledged."""
    items = list(originals.items())

    def work(share: list[tuple[str, Original]]) -> None:
        connection = (Connection if store.is_plain else ClientConnection)(store)
        try:
            for key, original in share:
                connection.put(bucket, key, original)
        finally:
            connection.close()

    shares = [items[i::connections] for i in range(connections)]
    with ThreadPoolExecutor(connections) as pool:
        for future in [pool.submit(work, share) for share in shares if share]:
            future.result()


def load_in_processes(store: Store, bucket: str, make, count: int, processes: int = 2, connections: int = 4) -> None:
    """PUTs make(0) … make(count - 1), each a (key, Original): for loads too big for one interpreter's speed.
    connections: per process; many for a store that is far away."""
    children = []
    for first in range(processes):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                load(store, bucket, dict(make(i) for i in range(first, count, processes)), connections)
                code = 0
            finally:
                os._exit(code)
        children.append(pid)
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]
    if any(codes):
        raise RuntimeError("loading failed")


def some_bytes(rng: random.Random, size: int) -> bytes:
    """Half of them compress well, like logs; the other half not at all."""
    if rng.random() < 0.5:
        return (f"<event id='{rng.random()}'>".encode() * (size // 20 + 1))[:size]
    return rng.randbytes(size)


def day_objects(count: int, days: int = 5, max_bytes: int = 64 << 10, prefix: str = "sources", year: int = 2018,
                seed: int = 1) -> dict[str, Original]:
    """Objects spread over the first days of April, 0 B to max_bytes: always an empty one and one of max_bytes."""
    rng = random.Random(seed)
    objects = {}
    for i in range(count):
        size = {0: 0, 1: max_bytes, 2: 1}.get(i, int(max_bytes ** rng.random()))
        objects[f"{prefix}/{year}/04/{1 + i % days:02}/{i % 24}/{i % 60}/file-{i:06}.xml"] = Original(some_bytes(rng, size))
    return objects


def odd_keys(folder: str = "sources/2018/04/01/") -> dict[str, Original]:
    """Keys that break tools. Every one has bytes of its own, so that no two can be mistaken for one another."""
    names = [
        "with space.xml", " leading", "trailing ", "plus+plus", "per%cent", "per%2Fcent", "%s%n%00", "a//b", "/x", "//y",
        "../up", "./here", "x/../../y", "..", ".", "deep/" * 40 + "z", "ünï/日本語.xml", "emoji-😀", "é", "e\u0301",
        "ctl-\x01\x1f", "new\nline", "car\rriage", "tab\t", "del-\x7f", "a/b_c", "a_b/c", "dir/", "dir", "full-dir/",
        "Case.XML", "case.xml", "CASE.xml", "back\\slash", "C:", "C:\\x", "&amp;<tag>\"'", "~!@#$^*()=:;,?[]{}|`",
        ".hidden", "con.txt", "end.", "\ufeffbom", "right\u202eleft", "s3compress-index.jsonl", "-rf", "*", "?",
    ]
    room = 1024 - len(folder.encode())
    names += ["L" * room, "日" * (room // 3) + "x" * (room % 3)]
    # Names that escape what another one could be escaped to.
    names += ["%2e%2e/up", "_", "__", "a__b", "%5F"]
    objects = {folder + name: Original(f"the bytes of {name!r}".encode() * (i + 1)) for i, name in enumerate(names)}
    objects[folder + "dir/"] = Original(b"")  # as consoles mark a folder
    assert len(objects) == len(names)
    return objects
