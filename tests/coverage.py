#!/usr/bin/env python3
"""coverage.py BUILD [--lines FOLDER...]: line coverage, from gcov's counts.

A header's or source's line counts as run if any test program ran it.  With
--lines: the lines of these files and folders that nothing ran, as they stand.
"""
import argparse
import collections
import json
import os
import subprocess

HOUSE = ("protocol/", "common/", "client/", "server/")


def gcov(build, notes):
    """The JSON documents that gcov prints for compiled files, a line each."""
    done = subprocess.run(
        ["gcov", "--json-format", "--stdout"] + notes, cwd=build,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    for line in done.stdout.splitlines():
        if line.startswith(b"{"):
            yield json.loads(line)


def collect(build, root):
    """{file: {line: times}} over all that was compiled for the house."""
    counts = collections.defaultdict(lambda: collections.defaultdict(int))
    notes = [os.path.join(folder, name)
             for folder, _, names in os.walk(build)
             for name in names if name.endswith(".gcno")]
    for start in range(0, len(notes), 50):
        for document in gcov(build, notes[start:start + 50]):
            for entry in document["files"]:
                path = os.path.join(build, entry["file"])
                path = os.path.relpath(os.path.realpath(path), root)
                if not path.startswith(HOUSE):
                    continue
                for line in entry["lines"]:
                    counts[path][line["line_number"]] += line["count"]
    return counts


def show(name, lines):
    ran = sum(1 for count in lines if count)
    share = 100.0 * ran / len(lines) if lines else 0.0
    print(f"{share:5.1f} %  {ran:5} of {len(lines):5}  {name}")


def show_files(counts):
    folders = collections.defaultdict(list)
    for path in sorted(counts):
        show(path, list(counts[path].values()))
        folders[os.path.dirname(path)] += counts[path].values()
    print()
    for folder in sorted(folders):
        show(folder + "/", folders[folder])
    show("all", [count for lines in folders.values() for count in lines])


def show_lines(path, lines, root):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        texts = file.read().splitlines()
    for number in sorted(lines):
        if not lines[number]:
            print(f"{path}:{number}: {texts[number - 1].strip()}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--lines", nargs="+", default=[], metavar="FOLDER")
    options = parser.parse_args()
    root = os.path.realpath(os.path.dirname(os.path.dirname(__file__) or "."))
    counts = collect(os.path.realpath(options.build), root)
    if not options.lines:
        show_files(counts)
        return
    wanted = tuple(os.path.normpath(folder) for folder in options.lines)
    for path in sorted(counts):
        if any(path == one or path.startswith(one + "/") for one in wanted):
            show(path, list(counts[path].values()))
            show_lines(path, counts[path], root)


if __name__ == "__main__":
    main()
