"""One schedule (restore_schedule.py) of the small restore. It is good when, behind all trouble, under every real name lies the
whole member or what lay there before, the archives are as they were, each run told the truth, and the same command then brings
everything back."""

from fault.disturb import disturbed_runs, end_late_requests, was_ended
from fault.restore_schedule import RestoreSchedule
from harness.restore_job import Archived, RestoreJob
from harness.stores import Store

_archived: dict[str, Archived] = {}  # by the store's endpoint: restores don't change it


def archived_on(store: Store) -> Archived:
    if store.endpoint not in _archived:
        _archived.clear()
        _archived[store.endpoint] = Archived(store)
    return _archived[store.endpoint]


def judge(result, schedule: RestoreSchedule, job: RestoreJob, missing: set[str]) -> None:
    """What a run says of itself must be so. missing: what isn't back after all runs."""
    if was_ended(result, schedule):
        return
    assert result.code in (0, 1, 2, 3, 4, 5, 130), f"ended with {result}"
    assert result.code != 130 or schedule.interrupt_ms is not None, f"nobody interrupted it: {result}"
    report = result.json()
    if "plan" not in report:  # it ended before it had one
        assert result.code in (1, 2, 5, 130) and report["error"]["message"], f"no word of what went wrong: {result}"
        return
    named = {one["key"] for one in report["named"]}
    if result.code in (1, 2, 5):
        assert report["failed"] or report["failures"]["count"] or report["ended_by"], f"no word of what went wrong: {result}"
    if result.code == 4:
        assert report["waiting"], f"waits for nothing: {result}"
    if result.code in (0, 3) and schedule.complete_listings:
        assert not missing, f"not back and not told: {sorted(missing)}: {result}"
        assert job.others <= named, f"not named: {sorted(job.others - named)}: {result}"
    assert report["existing"] + report["tied"] + report["failed"] == len(named), f"counts that aren't the names: {result}"
    if len(schedule.starts_ms) == 1 and schedule.interrupt_ms is None:
        back = report["restored"] + report["equal"]
        assert back <= job.count - len(missing) - len(job.others), f"told of more than is back: {result}"


def run_schedule(schedule: RestoreSchedule, store: Store) -> None:
    """Raises AssertionError, with everything that is wrong, when the schedule is bad."""
    archived = archived_on(store)
    control = archived.control
    with RestoreJob(archived, schedule.place, *schedule.flags, members=schedule.members) as job:
        if schedule.thawed:
            job.thaw()
        try:
            control.set_faults(schedule.rules, schedule.seed)
            results = disturbed_runs(schedule, job.start, control)
        finally:
            control.go_on()
            control.clear_faults()
        end_late_requests(schedule)
        try:
            missing = job.check(older_allowed=not schedule.complete_listings, killed=schedule.kill is not None)
            for result in results:
                judge(result, schedule, job, missing)
            # Otherwise whoever began it has ended it.
            if any(was_ended(result, schedule) or "stays behind" in result.out for result in results):
                job.place.clear_remains()
            job.finish(older_allowed=not schedule.complete_listings)
        except AssertionError as error:
            reports = "\n".join(str(result) for result in results)
            raise AssertionError(f"{error}\n--- the disturbed runs\n{reports}") from None
