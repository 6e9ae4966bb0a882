"""What docs/restoring.md says one can do without s3compress, done: with unzip, zcat and Python, on what the program wrote."""

import json
import os
import pathlib
import re
import subprocess
import tempfile

from harness.checker import list_bucket
from harness.load import Original
from harness.suite import StoreCase, main, on_stores

DOC = pathlib.Path(__file__).parents[2] / "docs" / "restoring.md"
KEY = "sources/2018/04/01/0/6/my_file.xml"


def recipe(beginning: str) -> str:
    """The command in the page that begins like this, its continuation lines joined."""
    text = DOC.read_text(encoding="utf-8").replace("\\\n", " ")
    return next(line.strip() for line in text.splitlines() if line.strip().startswith(beginning))


@on_stores("full", "rgw")
class Recipes(StoreCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.put({KEY: Original(b"<order id='1'/>" * 100)} |
                 {f"sources/2018/04/01/0/7/{i}.xml": Original(b"<order id='%d'/>" % i * 30) for i in range(50)})
        self.run_archive("--storage-class", "GLACIER" if self.STORE == "rgw" else "STANDARD")
        # As "aws s3 cp" would.
        self.client.download_file(self.archive, f"{self.source}/20180401.zip", str(self.folder / "20180401.zip"))
        prefix = f"s3compress_catalog/index/{self.source}/"
        for key in list_bucket(self.client, self.archive, prefix):
            path = self.folder / "index" / key.removeprefix(prefix)
            path.parent.mkdir(parents=True)
            self.client.download_file(self.archive, key, str(path))

    def sh(self, command: str) -> bytes:
        # The recipes say python3; which one comes first here is not what they are tested for.
        environment = os.environ | {"PATH": f"/usr/bin:/bin:{os.environ['PATH']}"}
        return subprocess.run(["sh", "-c", command], cwd=self.folder, env=environment, check=True, capture_output=True).stdout

    def test_unzip(self):
        self.sh(recipe("unzip 20180401.zip"))
        self.assertEqual(self.originals[KEY].body, (self.folder / KEY).read_bytes())

    def test_asking_the_index(self):
        rows = [json.loads(line) for line in self.sh(recipe("zcat index/20180401.zip/*")).splitlines()]
        self.assertEqual([KEY], [row["key"] for row in rows])
        self.assertEqual(51, int(self.sh(recipe("zcat index/*/*"))))

    def test_one_member_by_its_range(self):
        row = json.loads(self.sh(recipe("zcat index/20180401.zip/*")))
        begin, size = row["data_offset"], row["compressed_size"]
        archive = (self.folder / "20180401.zip").read_bytes()
        (self.folder / "member").write_bytes(archive[begin:begin + size])
        self.assertTrue(re.search(r"--range bytes=\d+-\d+ member", recipe("aws s3api get-object")))
        self.assertEqual(self.originals[KEY].body, self.sh(recipe("python3 -c")))


if __name__ == "__main__":
    main()
