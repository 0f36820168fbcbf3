"""Prints a libtorch profile (Chrome trace) as a table: time of each operator without what it called, share, calls.

python bench/step_profile/table.py trace.json [--rows 30]
"""

import argparse
import collections
import json


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trace")
    parser.add_argument("--rows", type=int, default=30)
    args = parser.parse_args()
    with open(args.trace, encoding="utf-8") as file:
        events = json.load(file)
    if isinstance(events, dict):
        events = events["traceEvents"]
    events = sorted((event for event in events if event.get("ph") == "X"),
                    key=lambda event: (event["tid"], event["ts"], -event["dur"]))
    own, calls, stack, thread = collections.Counter(), collections.Counter(), [], None
    for event in events:
        if event["tid"] != thread:
            stack, thread = [], event["tid"]
        while stack and stack[-1]["ts"] + stack[-1]["dur"] <= event["ts"]:
            stack.pop()
        if stack:
            own[stack[-1]["name"]] -= event["dur"]
        own[event["name"]] += event["dur"]
        calls[event["name"]] += 1
        stack.append(event)
    total = sum(own.values())
    print(f"{total / 1e3:.0f} ms in all")
    for name, time in own.most_common(args.rows):
        print(f"{time / 1e3:9.1f} ms {100 * time / total:5.1f} % {calls[name]:6d} {name[:80]}")


if __name__ == "__main__":
    main()
