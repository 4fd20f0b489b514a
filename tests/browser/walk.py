"""A walk through the page of a school's computer: a script of node that drives
Chromium, and may ask for the weather to change while it walks."""
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import desk  # noqa: E402
import harness  # noqa: E402

NODE = os.environ.get("NODE", "node")


def start_page(site):
    """Start its agent; the address of its page."""
    site.start_program("the page is at ", "run", "--ui", "127.0.0.1:0")
    line = site.program.wait_for("the page is at ")
    return line.split("the page is at ")[1].split()[0]


def walk(script, address, answers=None, **told):
    """Run a script to its end.  Each line that it says is a key of answers:
    that is done, and the script told so."""
    environment = dict(os.environ, PAGE=address, PASSPHRASE=desk.PASSPHRASE,
                       **{key.upper(): str(value)
                          for key, value in told.items()})
    with subprocess.Popen([NODE, HERE / script], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          env=environment) as process:
        harness.running.add(Walker(process))
        for line in process.stdout:
            word = line.strip()
            if word not in (answers or {}):
                raise harness.Failure(f"{script} said: {word}")
            answers[word]()
            process.stdin.write("done\n")
            process.stdin.flush()
    if process.returncode != 0:
        raise harness.Failure(f"{script} ended with {process.returncode}")


class Walker:
    """So that a failed test leaves no browser behind."""

    def __init__(self, process):
        self.process = process

    def kill(self):
        self.process.kill()
        harness.running.discard(self)
