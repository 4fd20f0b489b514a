"""The programs as the demonstration uses them: a hub, schools whose agents
reach it through a line that can be cut, all processes of our own, ended by
their own ids."""

import json
import os
import pathlib
import re
import subprocess
import time

from story import Failure, Refusal, expect

ADDRESS = re.compile(r"\b(127\.0\.0\.1:[1-9]\d*)\b")
START_SECONDS = 30
COMMAND_SECONDS = 600


class Programs:
    """Where the programs are, where the data is, and what is running."""

    def __init__(self, folder, base):
        self.folder = pathlib.Path(folder)
        self.base = pathlib.Path(base)
        self.running = []
        (self.base / "logs").mkdir(parents=True, exist_ok=True)

    def path(self, name):
        return str(self.folder / name)

    def check_built(self):
        for name in ("throughline", "throughline-hub", "throughline-line",
                     "throughline-generate"):
            expect(os.access(self.path(name), os.X_OK),
                   f"{self.path(name)} is not there: run ./run build first")

    def call(self, name, *words, data=None):
        """Run to its end; standard output, or Refusal with its sentence."""
        command = [self.path(name), *map(str, words)]
        if data is not None:
            command += ["--data", str(data)]
        result = subprocess.run(command, stdin=subprocess.DEVNULL,
                                capture_output=True, text=True,
                                timeout=COMMAND_SECONDS)
        if result.returncode != 0:
            told = result.stderr.strip() or f"status {result.returncode}"
            raise Refusal(f"{name} {' '.join(map(str, words[:3]))}: {told}",
                          told)
        return result.stdout

    def start(self, log, name, *words):
        """Run beside us; it says where it listens in its log."""
        path = self.base / "logs" / f"{log}.log"
        with open(path, "wb") as out:
            process = subprocess.Popen(
                [self.path(name), *map(str, words)], stdin=subprocess.PIPE,
                stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        self.running.append(process)
        return process, path

    def address(self, process, log, pattern=ADDRESS):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            found = pattern.search(log.read_text(errors="replace"))
            if found:
                return found.group(1)
            if process.poll() is not None:
                break
            time.sleep(0.02)
        raise Failure(f"it did not say where it listens: see {log}")

    def end(self):
        """The last started ends first, so nobody misses whom it talks to."""
        for process in reversed(self.running):
            if process.poll() is None:
                process.terminate()
        for process in reversed(self.running):
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdin.close()
        self.running.clear()


class Hub:
    def __init__(self, programs, name):
        self.programs = programs
        self.data = programs.base / "hub"
        self.call("init", "--name", name, "--host", "127.0.0.1",
                  "--listen", "127.0.0.1:0")
        self.process, self.log = programs.start(
            "hub", "throughline-hub", "serve", "--data", self.data)
        self.address = programs.address(self.process, self.log)

    def call(self, *words):
        return self.programs.call("throughline-hub", *words, data=self.data)

    def json(self, *words):
        return json.loads(self.call(*words, "--json"))

    def add_school(self, row):
        self.call("school", "add", "--name", row["name"], "--phase",
                  row["phase"], "--laestab", row["laestab"], "--urn",
                  row["urn"])

    def invite(self, laestab):
        words = self.call("invite", "--school", laestab).split()
        expect(words, "the hub gave no code")
        return next((word for word in words if word.startswith("TL1-")),
                    words[-1])


class School:
    """One computer of a school, and its own line to the hub."""

    def __init__(self, programs, hub, row):
        self.programs = programs
        self.hub = hub
        self.name = row["name"]
        self.laestab = row["laestab"]
        self.phase = row["phase"]
        self.data = programs.base / self.laestab
        self.files = programs.base / "files" / self.laestab
        self.agent = self.line = None

    def connect(self):
        """A line of its own, enrolment through it, and the agent."""
        self.line, log = self.programs.start(
            f"line-{self.laestab}", "throughline-line", "--listen",
            "127.0.0.1:0", "--to", self.hub.address)
        self.line_address = self.programs.address(self.line, log)
        code = self.hub.invite(self.laestab)
        self.call("join", code, "--hub", self.line_address)
        self.start()

    def start(self):
        self.agent, self.log = self.programs.start(
            f"agent-{self.laestab}", "throughline", "run", "--data",
            self.data, "--hub", self.line_address)

    def say_to_line(self, word):
        self.line.stdin.write(f"{word}\n".encode())
        self.line.stdin.flush()

    def call(self, *words):
        return self.programs.call("throughline", *words, data=self.data)

    def json(self, *words):
        text = self.call(*words, "--json")
        try:
            return json.loads(text)
        except ValueError:
            raise Failure(f"{' '.join(map(str, words[:2]))} --json gave no "
                          f"JSON: {text[:80]!r}")

    def list(self, collection, **where):
        words = []
        for column, value in where.items():
            words += ["--where", f"{column}={value}"]
        return self.json("list", collection, *words)

    def put(self, collection, record, **values):
        self.call("put", collection, record,
                  *(f"{column}={value}" for column, value in values.items()))

    def status(self):
        return self.json("status")
