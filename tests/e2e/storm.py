"""What a storm is made of: a book of what commands said, people who work on
whatever the weather, and the weather.

Everything is drawn from one random generator.  Which command meets which
blow depends on the computer as well, so a seed makes a storm likely again,
not certain.
"""
import collections
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import ctf
import harness
import schools

DISK_BYTES = 6 * 1024 * 1024
COMMANDS_AT_ONCE = 3
CLOCKS_S = (-10 * 365 * 86400, -3600, 3600, 40 * 86400, 10 * 365 * 86400)
INSIDE = "THROUGHLINE_STORM_INSIDE"

# What a command may answer in a storm, and why that is no fault.
EXCUSES = (
    "is full",          # a disk, as it is
    "disk I/O error",   # SQLite's word for a log that it could not extend
    "busy",             # a stopped agent holds the database
    "locked",
    "passed on",        # the child went on meanwhile
    "with the id",      # this computer has not heard of it yet
    "there is no record",
    "is not held here",
    "waits for the hub",
    "still being fetched",
)


def go_inside():
    """Become a process that may mount small disks of its own, if that is
    permitted: they go when it does.  Says whether it is so."""
    if INSIDE in os.environ:
        return os.environ[INSIDE] == "1"
    for words in (["unshare", "--mount"], ["unshare", "--mount", "-r"]):
        if shutil.which(words[0]) and subprocess.run(
                [*words, "mount", "-t", "tmpfs", "none", "/mnt"],
                capture_output=True, check=False).returncode == 0:
            os.environ[INSIDE] = "1"
            os.execvp(words[0], [*words, sys.executable, "-B", *sys.argv])
    return False


def clock_can_jump():
    """Whether the library of faketime gets on with these programs: under a
    sanitizer it does not."""
    probe = harness.Folder(pathlib.Path("/"), "none")
    try:
        probe.set_clock(3600)
    except harness.Failure:
        return False
    return subprocess.run([harness.BIN / "throughline", "--help"],
                          env=probe.environment, capture_output=True,
                          check=False).returncode == 0


def mount_small(path):
    path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}",
                    "none", path], check=True)


class Entry:
    """A commit that a command said it made."""

    def __init__(self, site, commit, record, word):
        self.site = site
        self.commit = commit
        self.record = record  # (collection, id), or None
        self.word = word      # in its bytes, and in no other's
        self.at = time.monotonic()
        self.is_safe = False  # it was seen at the hub
        self.is_lost = False  # with the folder in which it waited


class Book:
    def __init__(self, hub):
        self.hub = hub
        self.entries = []
        self.serial = 0
        self.pupils = {}    # id -> (laestab, canary)
        self.answered = set()  # envelopes that were said to be ours

    def word(self):
        self.serial += 1
        return f"storm{self.serial}x"

    def write(self, site, told, collection, word):
        self.entries.append(Entry(site, told["commit"],
                                  (collection, told["id"]), word))

    def at_hub(self):
        """The bytes of all commits that the hub has."""
        address = f"file:{self.hub.data / 'replica.db'}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True,
                                                timeout=30)) as database:
            return b"\n".join(row[0] for row in database.execute(
                "SELECT bytes FROM ledger"))

    def look(self):
        """Mark what the hub has; return what it has not."""
        bytes_ = self.at_hub()
        for entry in self.entries:
            if entry.word.encode() in bytes_:
                entry.is_safe = True
        return [entry for entry in self.entries
                if not entry.is_safe and not entry.is_lost]


class Command:
    """A command under way, and what to do with what it says."""

    def __init__(self, site, words, note):
        self.site, self.words, self.note = site, words, note
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            site.words(*words, "--json"), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
            env=site.environment)
        self.is_killed = False

    def kill(self):
        self.is_killed = True
        self.process.kill()


class People:
    """They write, import and transfer, one command after the other."""

    def __init__(self, base, book, random, sites):
        self.base, self.book, self.random = base, book, random
        self.sites = sites
        self.commands = []
        self.done = collections.Counter()
        self.excused = collections.Counter()
        self.imports = 0

    def begin(self):
        site = self.random.choice(self.sites)
        kinds = {"setting": 2, "pupil": 3, "edit": 6, "note": 4, "import": 1,
                 "sync": 2, "delete": 1, "resolve": 1, "open": 2}
        if site.laestab == schools.SECONDARY:
            kinds = {"setting": 2, "answer": 4, "accept": 2, "edit": 3,
                     "note": 3, "sync": 2}
        kind = self.random.choices(list(kinds), kinds.values())[0]
        found = getattr(self, "words_to_" + kind)(site)
        if found:
            self.commands.append(Command(site, *found))

    def ask(self, site, *words):
        """A question, answered unless something is broken."""
        with contextlib.suppress(harness.Failure,
                                 subprocess.TimeoutExpired):
            return site.json(*words)
        return []

    def some_pupil(self, site):
        mine = [pupil for pupil, (laestab, _) in self.book.pupils.items()
                if laestab == site.laestab]
        if site.laestab == schools.SECONDARY:
            mine = [one["id"] for one in self.ask(site, "list", "pupil")]
        return self.random.choice(mine) if mine else None

    def writing(self, site, collection, word):
        return lambda told: self.book.write(site, told, collection, word)

    def words_to_setting(self, site):
        word = self.book.word()
        return (["put", "setting", f"name={word}", "value=1"],
                self.writing(site, "setting", word))

    def words_to_pupil(self, site):
        word = self.book.word()

        def note(told):
            self.book.write(site, told, "pupil", word)
            self.book.pupils[told["id"]] = (site.laestab, word)
        return ["put", "pupil", "surname=Brandt", "forename=Ana",
                "birth_date=2015-03-04", f"middle_names={word}"], note

    def words_to_edit(self, site):
        pupil, word = self.some_pupil(site), self.book.word()
        column = self.random.choice(("phone_home", "town", "email"))
        return pupil and (["put", "pupil", pupil, f"{column}={word}"],
                          self.writing(site, "pupil", word))

    def words_to_note(self, site):
        pupil, word = self.some_pupil(site), self.book.word()
        return pupil and (
            ["put", "note", "--pupil", pupil, "category=praise",
             "happened_on=2026-05-05", f"text={word}"],
            self.writing(site, "note", word))

    def words_to_delete(self, site):
        notes = [entry for entry in self.book.entries
                 if entry.record and entry.record[0] == "note"
                 and entry.site.laestab == site.laestab]
        if not notes:
            return None
        return ["delete", "note",
                self.random.choice(notes).record[1]], lambda told: None

    def words_to_resolve(self, site):
        found = self.ask(site, "conflicts")
        if not found:
            return None
        one = self.random.choice(found)
        return ["resolve", one["collection"], one["id"], one["column"],
                "--keep", "0"], lambda told: None

    def words_to_import(self, site):
        self.imports += 1
        pupils = ctf.invent(999, 1, site.laestab)[
            self.imports * 3 % 990:][:3]
        path = ctf.write(self.base / f"import-{self.imports}.xml", pupils,
                         site.laestab)

        def note(_):
            for pupil in pupils:
                self.book.entries.append(
                    Entry(site, None, None, pupil.canary))
        return ["import", "ctf", path], note

    def words_to_open(self, site):
        pupil = self.some_pupil(site)
        return pupil and (["transfer", "open", pupil, "--to",
                           schools.SECONDARY], lambda told: None)

    def words_to_answer(self, site):
        found = [one["id"] for one in self.ask(site, "list", "envelope")
                 if one["state"] == "waiting"]
        if not found:
            return None
        envelope = self.random.choice(found)
        return (["transfer", "answer", envelope, "--ours"],
                lambda told: self.book.answered.add(envelope))

    def words_to_accept(self, site):
        found = [one["id"] for one in self.ask(site, "transfer", "list")
                 if one["state"] == "answered"]
        return found and (["transfer", "accept", self.random.choice(found)],
                          lambda told: None)

    def words_to_sync(self, site):
        """Who says synced says that all of its own is at the hub."""
        mine = [entry for entry in self.book.entries
                if entry.site is site and not entry.is_safe]

        def note(told):
            if not told["synced"]:
                return
            self.book.look()
            late = [entry for entry in mine
                    if not entry.is_safe and not entry.is_lost]
            if late:
                refused = {one["id"] for one in site.json("refused")}
                wrong = [entry.commit for entry in late
                         if entry.commit not in refused]
                if wrong:
                    raise harness.Failure(f"{site.name} said synced without "
                                          f"commits {wrong}")
        return ["sync"], note

    def reap(self, patience=0.0):
        """Hear those that have ended; wait so long for the oldest."""
        if self.commands:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.commands[0].process.wait(patience)
        for command in list(self.commands):
            if command.process.poll() is None:
                if time.monotonic() - command.began > 4 * harness.PATIENCE:
                    raise harness.Failure(f"{command.words} hangs at "
                                          f"{command.site.name}")
                continue
            self.commands.remove(command)
            self.hear(command)

    def hear(self, command):
        said, complaint = command.process.communicate()
        code = command.process.returncode
        if code == 0:
            self.done[command.words[0]] += 1
            command.note(json.loads(said))
        elif command.is_killed:
            self.done["killed"] += 1
        elif command.words[0] == "sync":
            self.excused["sync: " + self.short(complaint)] += 1
        elif any(excuse in complaint for excuse in EXCUSES):
            self.excused[self.short(complaint)] += 1
        else:
            raise harness.Failure(
                f"{command.site.name}: {command.words} ended with {code}: "
                f"{complaint.strip()}")

    @staticmethod
    def short(complaint):
        return re.sub(r"\d+", "N", complaint.strip())[-60:]

    def send_home(self, site=None):
        """End the commands of a site, or all: killed if they are slow."""
        for command in [one for one in self.commands
                        if site in (None, one.site)]:
            try:
                command.process.wait(0.2 if site else harness.PATIENCE)
            except subprocess.TimeoutExpired:
                command.kill()
                command.process.wait()
        self.reap()


class Weather:
    """Blows, and what is mended after a while."""

    def __init__(self, here, book, random, people, hub, lines):
        self.here, self.book, self.random = here, book, random
        self.people, self.hub, self.lines = people, hub, lines
        self.small = set()     # folders on disks of their own
        self.copies = {}       # site -> (folder, when)
        self.mending = []      # (when, what, undo)
        self.blows = collections.Counter()
        self.kinds = ["kill", "kill_hub", "kill_command", "stall",
                      "stall_hub", "stall_line", "cut", "down", "copy",
                      "restore", "clone"]

    def strike(self):
        kind = self.random.choice(self.kinds)
        if getattr(self, "blow_" + kind)() is not False:
            self.blows[kind] += 1

    def later(self, what, undo):
        """What is broken already is left as it is until it is mended."""
        when = time.monotonic() + self.random.uniform(0.1, 1.5)
        self.mending.append((when, what, undo))

    def is_broken(self, what):
        return any(what == other for _, other, _ in self.mending)

    def mend(self, everything=False):
        now = time.monotonic()
        due = [one for one in self.mending if everything or one[0] <= now]
        self.mending = [one for one in self.mending if one not in due]
        for _, _, undo in due:
            undo()

    def some_site(self):
        return self.random.choice(self.people.sites)

    def restart(self, folder):
        """kill -9 and again; a program that ended with its disk full does
        not come back before there is room."""
        if folder.program is not None:
            folder.kill()
        if self.is_broken(("disk", folder)):
            return
        if folder is self.hub:
            self.hub.start()
        else:
            harness.until(lambda: self.start_agent(folder),
                          f"{folder.name} starts")

    def start_agent(self, site):
        """A sync that somebody began without an agent is waited for."""
        try:
            site.start("--hub", self.lines[site].address)
        except harness.Failure:
            said = "\n".join(site.program.said())
            site.kill()
            if "is running on" not in said:
                raise
        return site.program is not None

    def watch(self):
        """Nothing ends by itself, but for want of room."""
        for folder in [self.hub, *self.people.sites]:
            program = folder.program
            if program is None or program.process.poll() is None:
                continue
            if not self.is_broken(("disk", folder)):
                raise harness.Failure(
                    f"{folder.name} ended with {program.process.returncode}")
            folder.kill()
        for site, line in self.lines.items():
            code = line.program.process.poll()
            if code is not None:
                raise harness.Failure(f"{site.name}'s line ended: {code}")

    def blow_kill(self):
        self.restart(self.some_site())

    def blow_kill_hub(self):
        self.restart(self.hub)

    def blow_kill_command(self):
        if not self.people.commands:
            return False
        self.random.choice(self.people.commands).kill()
        return True

    def stall(self, process):
        what = ("stall", process.pid)
        if self.is_broken(what):
            return False
        process.send_signal(signal.SIGSTOP)

        def go_on():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
        self.later(what, go_on)
        return True

    def blow_stall(self):
        program = self.some_site().program
        return program is not None and self.stall(program.process)

    def blow_stall_hub(self):
        return (self.hub.program is not None and
                self.stall(self.hub.program.process))

    def some_line(self):
        line = self.lines[self.some_site()]
        stalled = self.is_broken(("stall", line.program.process.pid))
        return None if stalled else line

    def blow_stall_line(self):
        """Both ends stay open, and nothing comes: a line half open."""
        line = self.some_line()
        return line is not None and self.stall(line.program.process)

    def blow_cut(self):
        line = self.some_line()
        if line is None:
            return False
        line.tell("cut")
        return True

    def blow_down(self):
        line = self.some_line()
        if line is None or self.is_broken(("down", line)):
            return False
        line.tell("down")

        def up():
            process = line.program.process
            process.send_signal(signal.SIGCONT)
            line.tell("up")
        self.later(("down", line), up)
        return True

    def blow_disk(self):
        folder = self.random.choice(sorted(self.small,
                                           key=lambda one: one.name))
        what = ("disk", folder)
        if self.is_broken(what):
            return False
        filler = folder.data.parent / "filler"
        with contextlib.suppress(OSError), open(filler, "wb") as stream:
            while True:
                stream.write(bytes(4096))
                stream.flush()

        def make_room():
            filler.unlink()
            self.restart(folder)
        self.later(what, make_room)
        return True

    def blow_clock(self):
        site = self.some_site()
        what = ("clock", site)
        if self.is_broken(what):
            return False
        site.set_clock(self.random.choice(CLOCKS_S))
        self.restart(site)

        def right():
            site.environment = None
            self.restart(site)
        self.later(what, right)
        return True

    def copy_folder(self, site, target):
        """Nobody works on it meanwhile."""
        self.people.send_home(site)
        if site.program is not None:
            site.kill()
        shutil.copytree(site.data, target)

    def blow_copy(self):
        site = self.some_site()
        if self.is_broken(("disk", site)):
            return False
        folder = self.here.base / f"copy-{self.blows['copy']}"
        self.copy_folder(site, folder)
        self.copies[site] = (folder, time.monotonic())
        self.restart(site)
        return True

    def blow_restore(self):
        """An old copy comes back; what only the newer one had is gone."""
        if not self.copies:
            return False
        site = self.random.choice(list(self.copies))
        if self.is_broken(("disk", site)):
            return False
        folder, when = self.copies.pop(site)
        self.people.send_home(site)
        if site.program is not None:
            site.kill()
        for entry in self.book.look():
            entry.is_lost = entry.site is site and entry.at > when
        shutil.rmtree(site.data)
        shutil.copytree(folder, site.data)
        self.restart(site)
        return True

    def blow_clone(self):
        """A folder is copied to a second computer, and both go on."""
        site = self.some_site()
        if self.blows["clone"] or self.is_broken(("disk", site)):
            return False
        twin = harness.Site(self.here.base, "twin")
        twin.laestab = site.laestab
        self.copy_folder(site, twin.data)
        self.lines[twin] = self.here.add_line(self.hub.address)
        self.people.sites.append(twin)
        self.restart(site)
        self.restart(twin)
        return True
