"""TLS in front of the simulator, as a load balancer would terminate it: stunnel, one connection for one connection."""

import os
import resource
import socket
import subprocess
import time

from harness.stores import die_with_parent

STUNNEL = "/usr/bin/stunnel4"
SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"

CONFIG = """
foreground = yes
pid =
debug = warning
[sim]
accept = 127.0.0.1:{port}
connect = {sim}
cert = {folder}/certificate.pem
key = {folder}/key.pem
sslVersionMin = TLSv1.2
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
"""


def before_exec() -> None:
    die_with_parent()
    # stunnel accepts as many connections as it may have files.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Terminator:
    """Serves the simulator at host ("127.0.0.1:9000") over HTTPS until stop(). Throws RuntimeError when it can't."""

    def __init__(self, host: str, folder: str):
        if not os.path.exists(STUNNEL):
            raise RuntimeError(f"TLS needs {STUNNEL}: scripts/install-deps bench")
        if not os.path.exists(SYSTEM_BUNDLE):
            raise RuntimeError(f"TLS needs {SYSTEM_BUNDLE}: scripts/install-deps bench")
        certificate = os.path.join(folder, "certificate.pem")
        subprocess.run(["/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=bench",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", os.path.join(folder, "key.pem"),
                        "-out", certificate], check=True, capture_output=True)
        # What users have: the system's authorities, and one more. Reading 140 of them must not cost each connection.
        self.ca_bundle = os.path.join(folder, "bundle.pem")
        with open(self.ca_bundle, "wb") as bundle:
            for path in (SYSTEM_BUNDLE, certificate):
                with open(path, "rb") as part:
                    bundle.write(part.read())
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        config, log = os.path.join(folder, "stunnel.conf"), os.path.join(folder, "stunnel.log")
        with open(config, "w", encoding="ascii") as file:
            file.write(CONFIG.format(folder=folder, sim=host, port=port))
        self.endpoint = f"https://127.0.0.1:{port}"
        with open(log, "wb") as output:
            self.process = subprocess.Popen([STUNNEL, config], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                            preexec_fn=before_exec)
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        self.stop()
        with open(log, encoding="utf-8", errors="replace") as output:
            raise RuntimeError(f"stunnel did not start: {output.read()}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
