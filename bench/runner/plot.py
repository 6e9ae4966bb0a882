"""A picture of the results, drawn by matplotlib where Debian's python3-matplotlib is installed."""


class NoPicture(Exception):
    """Why none can be drawn."""


def expect_possible() -> None:
    """Throws NoPicture."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise NoPicture("no picture is drawn: python3-matplotlib is not installed (apt-get install python3-matplotlib)") from error


def draw(path: str, title: str, results: list[dict]) -> None:
    """Bars of what each contender took and brought, on logarithmic scales; a mark for its floor. path: *.svg. REQUIRES:
    expect_possible() threw nothing, and a contender did its job."""
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "s3compress", "font.size": 9})  # the same picture of the same results
    from matplotlib import pyplot

    done = [result for result in results if not result["failed"]][::-1]
    figure, (cost, speed) = pyplot.subplots(1, 2, figsize=(10, 1.2 + 0.4 * len(done)), sharey=True)
    names = [result["name"] for result in done]
    for axes, field, label in ((cost, "client_cpu_us_per_object", "µs of CPU per object (less is better)"),
                               (speed, "objects_per_second", "objects per second (more is better)")):
        bars = axes.barh(names, [result[field] for result in done], color="#4477aa")
        axes.bar_label(bars, [f" {result[field]:,.0f}" for result in done])
        axes.set_xscale("log")
        axes.margins(x=0.15)
        axes.set_xlabel(label)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    for row, result in enumerate(done):
        floor_us = result.get("floor_cpu_us_per_object")
        if floor_us:
            cost.plot([floor_us, floor_us], [row - 0.4, row + 0.4], color="#cc3311", linewidth=2,
                      label="sockets and libdeflate alone" if row == 0 else None)
    if cost.get_legend_handles_labels()[0]:
        figure.legend(loc="upper right", frameon=False)
    figure.suptitle(title, fontsize=8, x=0.01, ha="left")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
