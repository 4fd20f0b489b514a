"""What the end-to-end tests are made of: real programs, real sockets.

	with Partnership() as here:
		hub = here.add_hub()
		hub.add_school("Oak Infant School", "infant", 9992001, 123456)
		oak = here.join(hub, 9992001)
		oak.run("put", "pupil", "forename=Ana")
		oak.start()
		here.until(lambda: oak.json("status")["pending"] == 0, "synced")

Nothing outlives the with: every program is killed, and the data goes, unless
the test failed; then it stays, and is said where.  No test sleeps: until()
looks again and again, up to a deadline.
"""
import atexit
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BIN = pathlib.Path(os.environ.get("THROUGHLINE_BIN",
                                  HERE.parent.parent / "build/bin")).resolve()
PATIENCE = 60.0  # seconds until a test gives up
LOOK_AGAIN = 0.02
LOG_TAIL = 20  # lines of each log that a failed test shows

running = set()


class Failure(AssertionError):
    """What was expected of a program did not come."""


def until(condition, what, patience=PATIENCE):
    """Wait until condition() is true, and return what it gave."""
    deadline = time.monotonic() + patience
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise Failure(f"{patience:.0f} seconds went by without: {what}")
        time.sleep(LOOK_AGAIN)
    return value


def free_port():
    """A port of the kernel's choice.  A hub keeps its own over restarts, so
    it cannot take another at each start."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """A long-running program, its standard input, and its log."""

    def __init__(self, words, log, environment=None):
        self.words = [str(word) for word in words]
        self.log = pathlib.Path(log)
        self.begin = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as stream:
            self.process = subprocess.Popen(
                self.words, stdin=subprocess.PIPE, stdout=stream,
                stderr=subprocess.STDOUT, env=environment)
        running.add(self)

    def said(self):
        """All lines since this start; a line half written is not one."""
        with open(self.log, "rb") as stream:
            stream.seek(self.begin)
            text = stream.read().decode("utf-8", "replace")
        return text.split("\n")[:-1]

    def wait_for(self, part):
        """The first line with this in it."""
        def look():
            ended = self.process.poll() is not None
            found = [line for line in self.said() if part in line]
            if ended and not found:
                raise Failure(f"{self.words[0]} ended with "
                              f"{self.process.returncode} before it said "
                              f"'{part}': see {self.log}")
            return found
        return until(look, f"{self.words[0]} says '{part}'")[0]

    def tell(self, word):
        self.process.stdin.write(word.encode() + b"\n")
        self.process.stdin.flush()

    def end(self, number):
        """Send a signal, and return how the program ended."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.end(signal.SIGKILL)
            raise Failure(f"{self.words[0]} did not stop when asked") from None
        running.discard(self)
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        return code

    def stop(self):
        code = self.end(signal.SIGTERM)
        if code not in (0, -signal.SIGTERM):
            raise Failure(f"{self.words[0]} stopped with {code}: "
                          f"see {self.log}")

    def kill(self):
        """kill -9: what a power cut does to it."""
        self.end(signal.SIGKILL)


def kill_all():
    for program in list(running):
        program.kill()


atexit.register(kill_all)


class Folder:
    """A data folder, and the command line that works on it."""

    program_name = ""
    settings_name = ""

    def __init__(self, base, name):
        self.name = name
        self.data = base / name
        self.log = base / f"{name}.log"
        self.program = None
        self.environment = None  # of its programs; None: ours
        self.wrapper = []  # words before each of its commands

    def words(self, *words):
        return [*self.wrapper, str(BIN / self.program_name), *map(str, words),
                "--data", str(self.data)]

    def set_clock(self, seconds):
        """Its programs' clocks are so far off, by the library of Debian's
        faketime; what is monotonic stays right."""
        found = list(pathlib.Path("/usr/lib").glob(
            "*/faketime/libfaketimeMT.so.1"))
        if not found:
            raise Failure("this test needs the package faketime")
        self.environment = dict(os.environ, LD_PRELOAD=str(found[0]),
                                FAKETIME=f"{seconds:+d}s",
                                FAKETIME_DONT_FAKE_MONOTONIC="1")

    def run(self, *words, expect=0):
        """Run one command to its end; its standard output, stripped."""
        done = subprocess.run(self.words(*words), capture_output=True,
                              text=True, timeout=PATIENCE, check=False,
                              stdin=subprocess.DEVNULL,
                              env=self.environment)
        if done.returncode != expect:
            raise Failure(
                f"{self.name}: {' '.join(map(str, words))} ended with "
                f"{done.returncode}, not {expect}: {done.stderr.strip()}")
        return (done.stdout if expect == 0 else done.stderr).strip()

    def json(self, *words):
        return json.loads(self.run(*words, "--json"))

    def set_setting(self, key, value):
        """In its settings, for the programs that start from here on."""
        conf = self.data / self.settings_name
        lines = [line for line in conf.read_text("utf-8").splitlines()
                 if line.split(" ")[0] != key]
        conf.write_text("\n".join([*lines, f"{key} = {value}"]) + "\n",
                        "utf-8")

    def start_program(self, ready, *words):
        if self.program is not None:
            raise Failure(f"{self.name} runs already")
        self.program = Program(self.words(*words), self.log,
                               self.environment)
        return self.program.wait_for(ready) if ready else ""

    def stop(self):
        program, self.program = self.program, None
        program.stop()

    def kill(self):
        program, self.program = self.program, None
        program.kill()


class Hub(Folder):
    program_name = "throughline-hub"
    settings_name = "hub.conf"

    def __init__(self, base, name, *hosts):
        """hosts: names besides this one under which it is reached."""
        super().__init__(base, name)
        self.address = f"127.0.0.1:{free_port()}"
        self.run("init", "--name", name, "--listen", self.address,
                 *(word for host in ("127.0.0.1", *hosts)
                   for word in ("--host", host)))

    def status(self, *words):
        """What status says; it ends with 1 when something needs a person."""
        done = subprocess.run(self.words("status", *words), text=True,
                              capture_output=True, timeout=PATIENCE,
                              check=False, env=self.environment)
        if done.returncode not in (0, 1) or not done.stdout:
            raise Failure(f"{self.name}: status ended with "
                          f"{done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def json(self, *words):
        if words == ("status",):
            return json.loads(self.status("--json"))
        return super().json(*words)

    def start(self):
        line = self.start_program("listening on ", "serve")
        self.address = line.split("listening on ")[1].split()[0]

    def add_school(self, name, phase, laestab, urn):
        self.run("school", "add", "--name", name, "--phase", phase,
                 "--laestab", laestab, "--urn", urn)

    def invite(self, laestab, *words):
        return self.run("invite", "--school", laestab,
                        *words).splitlines()[-1]


class Site(Folder):
    program_name = "throughline"
    settings_name = "client.conf"
    laestab = None  # of its school

    def start(self, *words):
        """Start the agent; until() says when it has done something.  From
        here on it is the one that holds the folder."""
        self.start_program("; the hub is", "run", *words)

    def sync(self):
        self.run("sync")

    def put(self, collection, *words, **columns):
        """Write one record, and return its id.  words: the id of the one
        that is changed, or --pupil and whose file a new one belongs to."""
        return self.json("put", collection, *words,
                         *(f"{key}={value}"
                           for key, value in columns.items()))["id"]

    def list(self, collection, **where):
        words = [word for key, value in where.items()
                 for word in ("--where", f"{key}={value}")]
        return self.json("list", collection, *words)


def why_no_packets():
    """None if a line can carry packets here, else why not, in a sentence."""
    done = subprocess.run(
        [BIN / "throughline-line", "--tun", "--to", "127.0.0.1:1"], input="",
        capture_output=True, text=True, check=False, timeout=PATIENCE)
    return done.stderr.strip() if done.returncode == 3 else None


class Line:
    """throughline-line in front of an address; see its --help."""

    def __init__(self, base, name, to, *options):
        self.count_file = base / f"{name}.counts"
        self.program = Program(
            [BIN / "throughline-line", "--to", to, "--count-file",
             self.count_file, *options], base / f"{name}.log")
        self.address = self.program.wait_for("listening on ").split()[-1]

    def way_inside(self):
        """Of a line of packets: the words that run a program at its near
        end, and the address at which it finds the far one."""
        said = self.program.wait_for("line: inside: ")
        wrapper, address = said.split("inside: ")[1].split(" PROGRAM, to ")
        return wrapper.split(), address

    def tell(self, word):
        """cut, down or up; done when this returns."""
        before = self.program.said().count(word)
        self.program.tell(word)
        until(lambda: self.program.said().count(word) > before,
              f"the line is {word}")

    def counts(self):
        with open(self.count_file, encoding="utf-8") as stream:
            return [json.loads(line) for line in stream]

    def stop(self):
        """The last counts: bytes up and down, cuts, and so on."""
        self.program.stop()
        return self.counts()[-1]


class Partnership:
    """A temporary folder with a hub or more, sites and lines."""

    until = staticmethod(until)

    def __init__(self):
        self.base = None
        self.names = {}

    def __enter__(self):
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="throughline-e2e-"))
        return self

    def __exit__(self, kind, error, trace):
        kill_all()
        if kind is None:
            shutil.rmtree(self.base)
        else:
            self.show()

    def show(self):
        print(f"the data of this test stays in {self.base}", file=sys.stderr)
        for log in sorted(self.base.glob("*.log")):
            lines = log.read_text("utf-8", "replace").splitlines()
            print(f"-- the end of {log}", *lines[-LOG_TAIL:], sep="\n",
                  file=sys.stderr)

    def unique(self, name):
        count = self.names[name] = self.names.get(name, 0) + 1
        return name if count == 1 else f"{name}-{count}"

    def add_hub(self, name="hub", hosts=()):
        """A hub that is serving."""
        hub = Hub(self.base, self.unique(name), *hosts)
        hub.start()
        return hub

    def add_line(self, to, *options):
        return Line(self.base, self.unique("line"), to, *options)

    def join(self, hub, laestab, through=None):
        """A new site of that school, over a line if one is given."""
        site = Site(self.base, self.unique(f"site-{laestab}"))
        site.laestab = laestab
        words = ["join", hub.invite(laestab)]
        if through is not None:
            words += ["--hub", through.address]
        site.run(*words)
        return site
