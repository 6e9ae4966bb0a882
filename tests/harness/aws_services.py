"""Stand-ins for what gives out credentials at AWS, on 127.0.0.1: STS, SSO and its token service, a container's endpoint,
an instance's metadata service. All secrets that they give out hold the word HUSH, so that a test can search for them.

    with AwsServices() as aws:
        aws.lives_s = 4
        aws.refuse("container", 404)                      # the next request only
        run(store, ..., env=environment | aws.container())
        aws.count("container")
"""

import collections
import dataclasses
import datetime
import hashlib
import http.server
import json
import threading
import time
import urllib.parse
import urllib.request
from typing import Callable


@dataclasses.dataclass
class Asked:
    service: str
    method: str
    path: str
    headers: dict[str, str]
    body: str


def time_text(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def key_id_of(what: str) -> str:
    """An access key id whose last four characters tell what it is for."""
    return f"ASIA{hashlib.sha256(what.encode()).hexdigest()[:12].upper()}"


class AwsServices:
    def __init__(self):
        self.lives_s = 3600.0
        self.role = "the-role"  # of the instance; empty: it has none
        self.region = ""  # of the instance; empty: it doesn't tell
        self.asked: list[Asked] = []
        # (access key id, secret, token) instead of made-up ones; called with what they are for and a number.
        self.keys: Callable[[str, int], tuple[str, str, str]] = self._made_up
        self.on_token: Callable[[str], None] = lambda token: None
        self._answers: dict[str, collections.deque] = collections.defaultdict(collections.deque)
        self._number = 0
        self._lock = threading.Lock()

    def __enter__(self) -> "AwsServices":
        services = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                status, text = services.answer(self.command, self.path, dict(self.headers), body)
                content = text.encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_POST = answer

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    # What a test says.

    def refuse(self, service: str, status: int, text: str = "", after_s: float = 0) -> None:
        """The next request to that service gets this answer, so long after it came."""
        self._answers[service].append((status, text, after_s))

    def count(self, service: str) -> int:
        return sum(asked.service == service for asked in self.asked)

    def endpoints(self) -> dict[str, str]:
        return {"AWS_ENDPOINT_URL_STS": f"{self.url}/sts", "AWS_ENDPOINT_URL_SSO": f"{self.url}/sso",
                "AWS_ENDPOINT_URL_SSO_OIDC": f"{self.url}/oidc"}

    def container(self) -> dict[str, str]:
        return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.url}/container/creds",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": "container-HUSH"}

    def instance(self) -> dict[str, str]:
        return {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": f"{self.url}/imds"}

    # What the services answer.

    def answer(self, method: str, path: str, headers: dict[str, str], body: str) -> tuple[int, str]:
        service = self._service_of(method, path, body)
        with self._lock:
            self.asked.append(Asked(service, method, path, headers, body))
            told = self._answers[service].popleft() if self._answers[service] else None
        if told:
            time.sleep(told[2])
            return told[:2]
        return getattr(self, "_" + service, self._unknown)(path, headers, body)

    @staticmethod
    def _service_of(method: str, path: str, body: str) -> str:
        path = path.split("?")[0]
        if path.endswith("/latest/api/token"):
            return "imds_token"
        if "/latest/meta-data/" in path:
            return "imds"
        if path.endswith("/federation/credentials"):
            return "sso"
        if path.endswith("/token") and method == "POST":
            return "oidc"
        if method == "POST" and "Action=" in body:
            return "sts"
        return "container" if "/container" in path else "unknown"

    def _made_up(self, what: str, number: int) -> tuple[str, str, str]:
        return key_id_of(what), f"key-HUSH-{number}", f"token-HUSH-{number}"

    def _credentials(self, what: str) -> tuple[str, str, str, datetime.datetime]:
        with self._lock:
            self._number += 1
            number = self._number
        key_id, secret, token = self.keys(what, number)
        self.on_token(token)
        # Whole seconds, as AWS; rounded down, so that no one believes them longer than they hold.
        return key_id, secret, token, datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=self.lives_s)

    def _unknown(self, path: str, *_) -> tuple[int, str]:
        return 404, f"no service at {path}"

    def _container(self, path: str, headers: dict[str, str], body: str) -> tuple[int, str]:
        return 200, self._metadata("container")

    def _metadata(self, what: str) -> str:
        key_id, secret, token, until = self._credentials(what)
        return json.dumps({"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": key_id, "SecretAccessKey": secret,
                           "Token": token, "Expiration": time_text(until)})

    def _imds_token(self, path: str, headers: dict[str, str], body: str) -> tuple[int, str]:
        return 200, "imds-HUSH"

    def _imds(self, path: str, headers: dict[str, str], body: str) -> tuple[int, str]:
        if {name.lower(): value for name, value in headers.items()}.get("x-aws-ec2-metadata-token") != "imds-HUSH":
            return 401, ""
        if path.endswith("/placement/region"):
            return (200, self.region) if self.region else (404, "")
        if not self.role:
            return 404, ""
        if path.endswith("/security-credentials/"):
            return 200, self.role
        return 200, self._metadata("instance")

    def _sso(self, path: str, headers: dict[str, str], body: str) -> tuple[int, str]:
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(path).query))
        key_id, secret, token, until = self._credentials(f"sso {query['account_id']} {query['role_name']}")
        return 200, json.dumps({"roleCredentials": {"accessKeyId": key_id, "secretAccessKey": secret, "sessionToken": token,
                                                    "expiration": int(until.timestamp() * 1000)}})

    def _oidc(self, path: str, headers: dict[str, str], body: str) -> tuple[int, str]:
        return 200, json.dumps({"accessToken": "renewed-HUSH", "expiresIn": 28800, "refreshToken": "next-refresh-HUSH",
                                "tokenType": "Bearer"})

    def _sts(self, path: str, headers: dict[str, str], body: str) -> tuple[int, str]:
        form = dict(urllib.parse.parse_qsl(body))
        action = form["Action"]
        if action == "GetCallerIdentity":
            result = "<Arn>arn:aws:sts::123456789012:assumed-role/me/s</Arn><UserId>U</UserId><Account>123456789012</Account>"
        else:
            key_id, secret, token, until = self._credentials(form["RoleArn"])
            result = (f"<Credentials><AccessKeyId>{key_id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>"
                      f"<SessionToken>{token}</SessionToken><Expiration>{time_text(until)}</Expiration></Credentials>"
                      f"<AssumedRoleUser><Arn>{form['RoleArn']}/s</Arn><AssumedRoleId>R:s</AssumedRoleId></AssumedRoleUser>")
        return 200, (f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>{result}'
                     f"</{action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{action}Response>")


def sso_cache_file(home: str, name: str) -> str:
    """Where the AWS CLI keeps the token of a session, or of a start URL in the older form."""
    return f"{home}/.aws/sso/cache/{hashlib.sha1(name.encode()).hexdigest()}.json"


def hold_token(endpoint: str, token: str, life_s: float) -> None:
    """Tells s3sim that this session token holds for that time, and that others don't."""
    query = urllib.parse.urlencode({"token": token, "milliseconds": int(life_s * 1000)})
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/_sim/session-token?{query}", method="PUT")).close()
