"""tests/data/endpoints.tsv is what botocore says today: the pinned botocore makes it again. The unit test of aws/endpoint.h
compares our addresses with it."""

import subprocess
import unittest
from pathlib import Path

from harness.suite import main
from harness.venv import BOTOCORE, python_with

HERE = Path(__file__).parent


class EndpointsBesideBotocore(unittest.TestCase):
    def test_the_table_is_botocores(self):
        made = subprocess.run([python_with(BOTOCORE), str(HERE / "botocore_endpoints.py")], capture_output=True, text=True, check=False)
        self.assertEqual(0, made.returncode, made.stderr)
        self.assertEqual((HERE.parent / "data" / "endpoints.tsv").read_text(encoding="utf-8"), made.stdout)


if __name__ == "__main__":
    main()
