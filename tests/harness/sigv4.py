"""Just enough of AWS Signature Version 4 to PUT fast; boto3 makes a few hundred requests a second, a load needs more."""

import functools
import hashlib
import hmac
import time
from urllib.parse import quote


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


@functools.lru_cache(maxsize=4)
def _signing_key(secret: str, day: str, region: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = _hmac(key, part)
    return key


def put_request(store, bucket: str, key: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The request's bytes, ready for a socket. headers: further ones, with lower-case names; all get signed."""
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    day = now[:8]
    path = f"/{bucket}/{quote(key, safe='/-._~')}"
    digest = hashlib.sha256(body).hexdigest()
    signed = {"host": store.host, "x-amz-content-sha256": digest, "x-amz-date": now, **headers}
    names = ";".join(sorted(signed))
    canonical = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    request = f"PUT\n{path}\n\n{canonical}\n{names}\n{digest}"
    scope = f"{day}/{store.region}/s3/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = _hmac(_signing_key(store.secret_key, day, store.region), to_sign).hex()
    lines = [f"PUT {path} HTTP/1.1", *(f"{name}: {value}" for name, value in signed.items()),
             f"content-length: {len(body)}",
             f"authorization: AWS4-HMAC-SHA256 Credential={store.access_key}/{scope}, "
             f"SignedHeaders={names}, Signature={signature}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
