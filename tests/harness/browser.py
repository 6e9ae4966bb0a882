"""A headless Chromium, driven through Debian's chromedriver by the WebDriver protocol, which is JSON over HTTP: one page
at a time, with what it logs and what it requests."""

import base64
import http.client
import json
import os
import re
import shutil
import subprocess
import tempfile

from .stores import die_with_parent

DRIVER, CHROMIUM = "chromedriver", "chromium"


def is_there() -> bool:
    return shutil.which(DRIVER) is not None and shutil.which(CHROMIUM) is not None


class Browser:
    """Use as a context manager. One thread."""

    def __enter__(self) -> "Browser":
        self._home = tempfile.TemporaryDirectory()
        # Port 0: the driver takes a free one, and tells which.
        self._driver = subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                        preexec_fn=die_with_parent,
                                        env={"PATH": os.environ["PATH"], "HOME": self._home.name, "TMPDIR": self._home.name})
        try:
            self._port = self._find_port()
            self._session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": self._capabilities()}})["sessionId"]
            # Its first page is its own. What that does is nobody's.
            self._ask("POST", "url", {"url": "about:blank"})
            self.requests()
            self.messages()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_):
        try:
            self._call("DELETE", f"/session/{self._session}")
        finally:
            self._end()

    def open(self, file: str, width: int = 1000, height: int = 900, dark: bool = False) -> None:
        """Shows a file in a window of that size."""
        self._cdp("Emulation.setDeviceMetricsOverride",
                  {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        self._cdp("Emulation.setEmulatedMedia",
                  {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        self._ask("POST", "url", {"url": "file://" + file})

    def run(self, script: str):
        """What the script returns, in the page."""
        return self._ask("POST", "execute/sync", {"script": script, "args": []})

    def messages(self) -> list[str]:
        """What the console got since the last call."""
        return [entry["message"] for entry in self._ask("POST", "se/log", {"type": "browser"})]

    def requests(self) -> list[str]:
        """The URLs that were asked for since the last call."""
        events = [json.loads(entry["message"])["message"] for entry in self._ask("POST", "se/log", {"type": "performance"})]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def picture(self, file: str) -> None:
        """The whole page as PNG."""
        shot = self._cdp("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True})
        with open(file, "wb") as opened:
            opened.write(base64.b64decode(shot["data"]))

    # --- the protocol

    def _capabilities(self) -> dict:
        return {"browserName": "chrome",
                "goog:chromeOptions": {"binary": shutil.which(CHROMIUM),
                                       "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                                                "--no-first-run", "--disable-background-networking", "--disable-sync",
                                                f"--user-data-dir={self._home.name}/profile"]},
                "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}

    def _find_port(self) -> int:
        for line in self._driver.stdout:
            if found := re.search(r"started successfully on port (\d+)", line):
                return int(found.group(1))
        raise RuntimeError("chromedriver ended before it listened")

    def _call(self, method: str, path: str, body: dict | None = None):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            value = json.loads(answer.read())["value"]
            if answer.status != 200:
                raise RuntimeError(f"{method} {path}: {value['error']}: {value['message']}")
            return value
        finally:
            connection.close()

    def _ask(self, method: str, command: str, body: dict):
        return self._call(method, f"/session/{self._session}/{command}", body)

    def _cdp(self, command: str, parameters: dict):
        return self._ask("POST", "goog/cdp/execute", {"cmd": command, "params": parameters})

    def _end(self) -> None:
        self._driver.terminate()
        self._driver.wait(20)
        self._driver.stdout.close()
        self._home.cleanup()
