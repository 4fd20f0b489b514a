#!/usr/bin/env python3
"""Put what was told in the place of what was expected.

    build/debug/tests/sim/sim_test_NAME | tests/sim/dialogues/rewrite.py

Then read the difference: each changed line is a change of the protocol's
behaviour, wanted or not.
"""
import re
import subprocess
import sys

PASTE = re.compile(
    r"^to paste at ([^\n]*):(\d+):\n(.*?)^end of paste\n", re.M | re.S)


def main():
    pastes = {}
    for path, line, text in PASTE.findall(sys.stdin.read()):
        pastes.setdefault(path, {})[int(line)] = text
    for path, texts in pastes.items():
        with open(path, encoding="utf-8") as file:
            lines = file.readlines()
        for number in sorted(texts, reverse=True):
            end = number
            while not lines[end - 1].endswith(");\n"):
                end += 1
            world = re.search(r"expect\(([^,]+),", lines[number - 1])[1]
            text = texts[number].replace("(world,", f"({world},", 1)
            lines[number - 1:end] = [text]
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(lines)
        subprocess.run(["clang-format", "-i", path], check=True)
        print(f"{path}: {len(texts)} expectations")


if __name__ == "__main__":
    main()
