"""The command line of scripts/bench, which sets S3C_PROGRAM, S3C_SIM and S3C_FLOORS to the built programs."""

import argparse
import os
import shlex
import shutil
import sys
import tempfile

from . import contenders, data, plot, scenarios


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def parse(arguments: list[str]) -> argparse.Namespace:
    known = ", ".join(contenders.known_names())
    parser = argparse.ArgumentParser(
        prog="scripts/bench", allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Has contenders archive the same objects from the simulator, one after the other, and prints what each took.",
        epilog=f"scenarios:\n{scenarios.describe()}\n\nWhat the columns mean: docs/performance.md")
    parser.add_argument("--scenario", choices=scenarios.SCENARIOS, default="default", help="what the options below start from")
    parser.add_argument("--contenders", metavar="NAMES", help=f"by comma, in this order; of {known}, or paths of adapters (*.py)")
    parser.add_argument("--objects", type=positive, help="objects in all; slow contenders get a share of them")
    parser.add_argument("--days", type=positive, help="the objects are spread over so many days, one archive each")
    parser.add_argument("--data", choices=data.KINDS, help="orders: XML of 4 KB; logs: JSON of 1 KB; mixed: 1 to 256 KB")
    parser.add_argument("--latency", type=int, metavar="MS", help="added to every answer of the store")
    parser.add_argument("--rate", type=int, metavar="N", help="the store answers 503 above N GETs a second; 0: no limit")
    parser.add_argument("--tls", action="store_true", default=None, help="stunnel terminates TLS in front of the store")
    parser.add_argument("--equal", action="store_true", help="the same number of objects for everybody, however long that takes")
    parser.add_argument("--timeout", type=positive, default=1800, metavar="S", help="seconds for one contender (default %(default)s)")
    parser.add_argument("--plot", metavar="FILE.svg", help="draw the results into FILE.svg, if matplotlib is installed")
    parser.add_argument("--json", metavar="FILE", help="write everything measured to FILE")
    parser.add_argument("--keep", action="store_true", help="leave the working folders, and say where")
    options = parser.parse_args(arguments)
    options.named_by_user = options.contenders is not None
    for name, value in scenarios.SCENARIOS[options.scenario].settings().items():
        if getattr(options, name, None) is None:
            setattr(options, name, value)
    if options.way_back and (options.named_by_user or options.days != 1 or options.rate or options.plot):
        parser.error("the scenario way-back has contenders of its own, one day, no rate and no picture")
    if options.objects < options.days:
        parser.error(f"--objects {options.objects} is less than one for each of {options.days} days")
    if options.latency < 0 or options.rate < 0:
        parser.error("--latency and --rate can't be negative")
    return options


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def forget_caller_settings() -> None:
    """The runner's own boto3, too, must reach nothing but the simulator: no profile and no proxy of the caller's."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            del os.environ[name]
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


def field_of(options: argparse.Namespace) -> list[contenders.Contender]:
    """Throws BadContender."""
    field = []
    for name in options.contenders.split(","):
        try:
            field.append(contenders.find(name))
        except contenders.MissingProgram as error:
            if options.named_by_user:
                raise
            say(f"left out: {error}")
    return field


def races(options: argparse.Namespace, field: list[contenders.Contender], everything: data.DataSet, conditions) -> tuple[list, dict]:
    """The results of all contenders, and the floors under them."""
    from . import floors, race

    results = []
    for contender in field:
        share = everything if options.equal else everything.share(contender.share)
        say(f"{contender.name}: {share.objects:,} objects in {share.days} days")
        result = race.run(contender, share, conditions)
        say(f"{contender.name}: {result['failed'] or 'done and checked'}")
        results.append(result)
    return results, floors.measure(floors.find(), everything, conditions) if floors.find() else {}


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    from . import floors, race, report, way_back  # these need boto3, which --help must not: it may come before anything is installed

    forget_caller_settings()
    try:
        field = [] if options.way_back else field_of(options)
    except contenders.BadContender as error:
        say(str(error))
        return 2
    if options.plot:
        try:
            plot.expect_possible()
        except plot.NoPicture as error:
            say(str(error))
            options.plot = None
    everything = data.DataSet(options.data, options.days, options.objects // options.days)
    scratch = tempfile.mkdtemp(prefix="s3c-bench.")
    conditions = race.Conditions(options.latency, options.rate, options.tls, options.timeout, os.environ["S3C_PROGRAM"], scratch,
                                 options.keep)
    before, under_all = report.machine(), {}
    try:
        if options.way_back:
            results = way_back.measure(everything, conditions, say)
        else:
            results, under_all = races(options, field, everything, conditions)
    except contenders.MissingProgram as error:
        say(str(error))
        return 2
    finally:
        if options.keep:
            say(f"working folders are in {scratch}")
        else:
            shutil.rmtree(scratch)
    settings = {name: getattr(options, name) for name in
                ("scenario", "data", "objects", "days", "latency", "rate", "tls", "equal")}
    written = report.document(settings | {"command": shlex.join(["scripts/bench", *arguments])}, before, results, under_all)
    if options.json:
        report.write_json(options.json, written)
    if options.plot and not all(result["failed"] for result in results):
        plot.draw(options.plot, report.heading(written), written["contenders"])
    table = way_back.table(results) if options.way_back else report.table(written["contenders"])
    print(report.heading(written), table, *([floors.describe(under_all)] if under_all else []), sep="\n\n")
    return 1 if any(result["failed"] for result in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
