"""The plot: requests a second of each operation, each server a bar, on a scale of logarithms."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.comparing import Table
from benchmarks.operations import OPERATIONS
from benchmarks.servers import SERVERS

PICTURE: Final = Path("docs/performance.png")
_COLOURS: Final = {
    "mentorhub": "#1b6e53",
    "rows": "#9aa5ad",
    "mercurius": "#d08b2c",
    "postgraphile": "#5b79b8",
    "strawberry": "#c2546b",
}


def draw(table: Table, servers: Sequence[str]) -> bool:
    """Writes docs/performance.png; False where matplotlib is not installed."""
    try:
        import matplotlib as mpl
    except ImportError:
        return False
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    titles = {server.key: server.title for server in SERVERS}
    asked = [each for each in OPERATIONS if (each.key, "mentorhub") in table]
    figure, axes = plt.subplots(figsize=(10, 4.6), dpi=140)
    width = 0.8 / len(servers)
    for index, name in enumerate(servers):
        places = [number + (index - (len(servers) - 1) / 2) * width for number in range(len(asked))]
        heights = [table[each.key, name].per_second if (each.key, name) in table else 0 for each in asked]
        bars = axes.bar(places, heights, width * 0.94, label=titles[name], color=_COLOURS.get(name))
        axes.bar_label(
            bars, [f"{height:,.0f}" if height else "" for height in heights], fontsize=6, padding=1
        )
    axes.set_yscale("log")
    axes.set_ylabel("requests a second")
    axes.set_xticks(range(len(asked)), [each.title for each in asked])
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, ncols=len(servers), loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=8)
    figure.tight_layout()
    figure.savefig(PICTURE)
    plt.close(figure)
    return True
