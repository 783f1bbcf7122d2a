"""What is printed: Markdown tables, and the machine that the figures are of."""

import os
import platform

MEBIBYTE = 1024 * 1024


def table(columns: list[str], rows: list[list[str]]) -> str:
    """A table whose columns stand below one another as text, too. Figures stand on the right."""
    cells = [columns, *rows]
    widths = [max(map(len, column)) for column in zip(*cells)]
    are_figures = [any(cell[:1].isdigit() for cell in column[1:]) for column in zip(*cells)]
    are_figures[0] = False
    rule = ["-" * (width - 1) + (":" if is_figure else "-") for width, is_figure in zip(widths, are_figures)]
    return "\n".join(line(row, widths, are_figures) for row in [columns, rule, *rows])


def line(cells: list[str], widths: list[int], are_figures: list[bool]) -> str:
    aligned = (
        cell.rjust(width) if is_figure else cell.ljust(width)
        for cell, width, is_figure in zip(cells, widths, are_figures)
    )
    return f"| {' | '.join(aligned)} |"


def machine() -> str:
    """The processor, how much of it, and the kernel."""
    return f"{processor()}, {len(os.sched_getaffinity(0))} cores, {platform.system()} {platform.release()}"


def processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def mebibytes(size: float, least: float = 0.0) -> str:
    """As MiB. What is not above the least that can be measured is no more than that."""
    return f"≤ {least / MEBIBYTE:.0f}" if size <= 1.05 * least else f"{size / MEBIBYTE:.0f}"
