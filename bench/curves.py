"""Takes a chart out of a run's report.html: an SVG file that stands by itself.

python bench/curves.py runs/NAME/report.html scores curve.svg          # loss, scores, rate, norm, speed, …
"""

import argparse
import re
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path, help="report.html of a run")
    parser.add_argument("chart", help="id of the chart")
    parser.add_argument("output", type=Path, help="SVG file to write")
    args = parser.parse_args()
    page = args.report.read_text("utf-8")
    chart = re.search(rf'<svg [^>]*\bid="{re.escape(args.chart)}".*?</svg>', page, re.DOTALL)
    style = re.search(r"<style>.*?</style>", page, re.DOTALL)
    if not chart or not style:
        parser.error(f"{args.report} has no chart {args.chart}")
    start, rest = chart.group().split(">", 1)
    args.output.write_text(f"{start}>{style.group()}{rest}\n", "utf-8")


if __name__ == "__main__":
    main()
