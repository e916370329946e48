"""Milliseconds to import the reader, to open a run file (each of `rounds`), and to parse its JSON alone. Prints them as JSON."""

import json
import sys
import time


def timed(work):
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def bring_in():
    global flipside
    import flipside


def parse():
    with open(path, encoding="utf-8") as file:
        json.load(file)


path, rounds = sys.argv[1], int(sys.argv[2])
imported = timed(bring_in)
opened, parsed = [], []
for _ in range(rounds):
    opened.append(timed(lambda: flipside.open(path)))
    parsed.append(timed(parse))
json.dump({"imported": imported, "opened": opened, "parsed": parsed, "tokens": len(flipside.open(path).tokens)}, sys.stdout)
