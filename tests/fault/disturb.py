"""The runs of a schedule: started, disturbed and ended. What is disturbed is the job's affair."""

import time

from fault.schedule import MAX_LATE_MS
from harness.program import Result

# Far beyond what any schedule needs: reached only by a program that hangs.
RUN_TIMEOUT_S = 120


def disturbed_runs(schedule, start, control) -> list[Result]:
    """schedule: what schedule.py and restore_schedule.py make. start: starts a run. Faults are set already, and are left on."""
    if schedule.kill:
        control.stop_at(*schedule.kill)
    running, started = [], time.monotonic()
    for start_ms in sorted(schedule.starts_ms):
        time.sleep(max(0.0, started + start_ms / 1000 - time.monotonic()))
        running.append(start())
    if schedule.interrupt_ms is not None:
        time.sleep(schedule.interrupt_ms / 1000)
        running[0].interrupt()
    if schedule.kill:
        while not control.stop_state()["stopped"] and not all(run.ended for run in running):
            time.sleep(0.002)
        if control.stop_state()["stopped"]:
            for run in running:
                run.kill()
        control.go_on()
    return [run.wait(RUN_TIMEOUT_S) for run in running]


def was_ended(result: Result, schedule) -> bool:
    """By us, so that it could say nothing. -2: it had not come so far as to watch for signals."""
    return bool(result.code == -9 and schedule.kill or result.code == -2 and schedule.interrupt_ms is not None)


def end_late_requests(schedule) -> None:
    """Until nothing can take effect any more."""
    if any(rule["fault"] in ("late", "duplicate") for rule in schedule.rules):
        time.sleep(MAX_LATE_MS / 1000)
