"""moto, other people's S3 in Python, from PyPI: in a virtual environment beside the built program, on 127.0.0.1."""

import select
import subprocess
from pathlib import Path

from .stores import Store, die_with_parent
from .venv import python_with

REQUIREMENTS = Path(__file__).parent.parent / "interop" / "moto-requirements.txt"
# moto logs each request on standard error.
SERVER = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("http://%s:%d" % server.get_host_and_port(), flush=True)
sys.stdin.read()
"""


def start_moto() -> Store:
    """Skips where PyPI can't be reached. moto checks no signatures: any keys will do."""
    python = python_with(REQUIREMENTS)
    # Its bytecode may be kept, in the virtual environment: compiling it takes most of the start.
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(Path(python).parent), "LANG": "C.UTF-8"}
    process = subprocess.Popen([python, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               text=True, env=environment, preexec_fn=die_with_parent)
    readable, _, _ = select.select([process.stdout], [], [], 120)  # it imports for seconds
    endpoint = process.stdout.readline().strip() if readable else ""
    if not endpoint.startswith("http://127.0.0.1:"):
        process.kill()
        process.wait()
        raise RuntimeError(f"moto doesn't start: {endpoint!r}")
    return Store("moto", endpoint, "MOTOACCESSKEY1", "moto/secret/1", "MOTOACCESSKEY2", "moto/secret/2", process=process)
