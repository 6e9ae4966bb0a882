"""The simulator's controls under /_sim/: faults, the stop switch, the clock, the bill. One per simulator; any thread."""

import http.client
import json
import time
from urllib.parse import urlencode


class SimControl:
    def __init__(self, store):
        self._host = store.host

    def _call(self, method: str, path: str, body: str = "") -> dict:
        connection = http.client.HTTPConnection(self._host, timeout=30)
        try:
            connection.request(method, f"/_sim/{path}", body)
            answer = connection.getresponse()
            text = answer.read().decode()
            if answer.status not in (200, 204):
                raise RuntimeError(f"{method} /_sim/{path}: {answer.status} {text}")
            return json.loads(text) if text.startswith("{") else {}
        finally:
            connection.close()

    # --- faults

    def set_faults(self, rules: list[dict], seed: int = 1) -> None:
        self._call("PUT", "faults", json.dumps({"seed": seed, "rules": rules}))

    def faults(self) -> dict:
        """Counts of each rule and a log of what fired."""
        return self._call("GET", "faults")

    def clear_faults(self) -> None:
        self._call("DELETE", "faults")

    # --- the stop switch

    def stop_at(self, request: int, when: str) -> None:
        """Counts S3 requests from now; the request-th and all later ones get no answer. when: "before" its effect or
        "after" it."""
        self._call("PUT", f"stop?{urlencode({'request': request, 'when': when})}")

    def stop_state(self) -> dict:
        return self._call("GET", "stop")

    def go_on(self) -> None:
        """Held requests are dropped; new ones are served."""
        self._call("DELETE", "stop")

    def wait_until_stopped(self, running, timeout_s: float = 60) -> bool:
        """False: the program ended without coming so far."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self.stop_state()["stopped"]:
                return True
            if running.ended:
                return self.stop_state()["stopped"]
            time.sleep(0.002)
        raise AssertionError(f"neither stopped nor ended after {timeout_s} s")

    # --- other people's buckets

    def set_public(self, bucket: str, public: bool = True) -> None:
        """Everybody may list and read it, or only its owner."""
        self._call("PUT" if public else "DELETE", f"public/{bucket}")

    def set_requester_pays(self, bucket: str, pays: bool = True) -> None:
        """Requests that don't say that they pay are denied, or all are as before."""
        self._call("PUT" if pays else "DELETE", f"requester-pays/{bucket}")

    # --- the clock

    def skew_clock(self, seconds: int) -> None:
        self._call("PUT", f"clock?skew_seconds={seconds}")

    def write_in_the_past(self, seconds: int) -> None:
        """What PutObject writes from now on was last modified so long ago; 0: now."""
        self._call("PUT", f"put-clock?behind_seconds={seconds}")

    def advance_thaws(self, seconds: int) -> None:
        """Thaws, and the days of thawed copies, go on by so much at once."""
        self._call("PUT", f"thaw-clock?advance_seconds={seconds}")

    # --- the bill

    def bill(self) -> dict:
        """Requests, bytes and dollars since the last reset."""
        return self._call("GET", "bill")

    def reset_bill(self) -> None:
        self._call("POST", "bill/reset")
