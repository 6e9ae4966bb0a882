"""The results as a Markdown table and as a JSON document."""

import datetime
import json
import os
import subprocess

from . import floors

HEAD = ["contender", "objects", "objects/s", "ratio", "CPU µs per object", "ratio", "× floor", "RSS MiB", "archive B per object",
        "disk MiB", "GET, HEAD", "PUT, LIST", "DELETE", "$ per million", "s3sim busy"]


def machine() -> dict:
    model = "unknown"
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return {"cpus": os.cpu_count(), "model": model, "load_before": os.getloadavg()[0]}


def commit() -> str | None:
    """Of the working tree this file lies in; None outside one, and where there is no git."""
    try:
        answer = subprocess.run(["git", "-C", os.path.dirname(__file__), "rev-parse", "--short", "HEAD"], capture_output=True,
                                text=True, check=False)
    except FileNotFoundError:
        return None
    return answer.stdout.strip() or None


def document(settings: dict, before: dict, results: list[dict], under_all: dict[str, dict[str, float]]) -> dict:
    """before: machine() as it was before the run. under_all: what floors.measure() gave; empty: nothing was measured."""
    if under_all:
        results = [result | {"floor_cpu_us_per_object": floors.least_cpu_us(under_all, result["level"], settings["tls"])}
                   for result in results]
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    return {"version": 1, "date": now.isoformat(), "commit": commit(), "machine": before, "settings": settings,
            "contenders": results, "floors": under_all}


def write_json(path: str, report: dict) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=2)
        file.write("\n")


def row(result: dict, first: dict) -> list[str]:
    """first: the result that ratios are to."""
    count = result["objects"]
    if result["failed"]:
        return [result["name"], f"{count:,}", "failed", *[""] * (len(HEAD) - 3)]
    classes = result["request_classes"]

    def times(field: str, ours_per_theirs: bool) -> str:
        theirs, ours = result[field], first[field]
        return f"{ours / theirs if ours_per_theirs else theirs / ours:.1f}" if theirs and ours else "-"

    cpu_us, floor_us = result["client_cpu_us_per_object"], result.get("floor_cpu_us_per_object")
    return [result["name"], f"{count:,}",
            f"{result['objects_per_second']:,.0f}", times("objects_per_second", True),
            f"{cpu_us:,.0f}", times("client_cpu_us_per_object", False), f"{cpu_us / floor_us:.1f}" if floor_us else "-",
            f"{result['peak_rss_bytes'] / 2**20:.0f}",
            f"{result['archive_bytes'] / count:,.0f}",
            f"{result['peak_disk_bytes'] / 2**20:.1f}",
            f"{classes['get_select_head'] / count:.3f}",
            f"{(classes['put_copy_post_list'] + classes['glacier_put']) / count:.4f}",
            f"{classes['delete_cancel'] / count:.4f}",
            f"{result['dollars']['total'] / count * 1e6:.2f}",
            f"{result['server_cpu_us_per_object'] * result['objects_per_second'] / 1e6:.0%}"]


def table(results: list[dict]) -> str:
    """Markdown, its columns lined up; ratios are to the first contender."""
    return lined_up([HEAD, *(row(result, results[0]) for result in results)])


def lined_up(rows: list[list[str]]) -> str:
    """Markdown; the first row is the head."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ["| " + " | ".join(cell.rjust(width) if i else cell.ljust(width) for i, (cell, width) in enumerate(zip(r, widths))) + " |"
             for r in rows]
    rule = "| " + " | ".join("-" * (width - 1) + (":" if i else "-") for i, width in enumerate(widths)) + " |"
    return "\n".join([lines[0], rule, *lines[1:]])


def heading(report: dict) -> str:
    """One line that says under which conditions the table came about."""
    settings, on = report["settings"], report["machine"]
    return (f"{report['date']}, commit {report['commit']}: {settings['objects']:,} {settings['data']} in {settings['days']} days, "
            f"{settings['latency']} ms latency, {'TLS' if settings['tls'] else 'plain HTTP'}, rate "
            f"{settings['rate'] or 'unlimited'}; {on['cpus']} CPUs, {on['model']}, load {on['load_before']:.1f} before the run")
