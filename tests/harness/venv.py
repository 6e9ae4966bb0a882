"""A Python with packages of PyPI, pinned with their hashes, in a virtual environment beside the built program."""

import os
import subprocess
import sys
import unittest
from pathlib import Path

BOTOCORE = Path(__file__).parent.parent / "interop" / "botocore-requirements.txt"


def python_with(requirements: Path) -> str:
    """Makes the virtual environment once. Skips when PyPI can't be reached, and says so."""
    program = os.environ.get("S3C_PROGRAM")
    if not program:
        raise unittest.SkipTest("S3C_PROGRAM doesn't name s3compress")
    # "botocore-requirements.txt" makes "botocore-venv".
    folder = Path(program).parent / requirements.name.replace("-requirements.txt", "-venv")
    python, done = folder / "bin" / "python", folder / "requirements.txt"
    if done.exists() and done.read_bytes() == requirements.read_bytes():
        return str(python)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise unittest.SkipTest(f"no virtual environment can be made (apt install python3-venv): {made.stdout}{made.stderr}")
    fetched = subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                              "--no-compile", "--require-hashes", "--retries", "1", "-r", str(requirements)], capture_output=True, text=True, check=False)
    if fetched.returncode != 0:
        if "THESE PACKAGES DO NOT MATCH THE HASHES" in fetched.stderr:
            raise RuntimeError(fetched.stderr)
        raise unittest.SkipTest(f"{requirements.name} can't be fetched from PyPI: {fetched.stderr[-300:]}")
    done.write_bytes(requirements.read_bytes())
    return str(python)
