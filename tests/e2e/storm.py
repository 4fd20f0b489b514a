"""The weather over people.py: whatever can break, and is mended after a while.

Everything is drawn from one random generator.  Which command meets which
blow depends on the computer as well, so a seed makes a storm likely again,
not certain.
"""
import collections
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import harness

DISK_BYTES = 6 * 1024 * 1024
CLOCKS_S = (-10 * 365 * 86400, -3600, 3600, 40 * 86400, 10 * 365 * 86400)
INSIDE = "THROUGHLINE_STORM_INSIDE"

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


def unmount(path):
    """Also while somebody has it open."""
    subprocess.run(["umount", "--lazy", path], check=True)


def mount_small(path):
    path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}",
                    "none", path], check=True)


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
        for one in list(self.mending):
            if everything or one[0] <= now:
                self.mending.remove(one)
                one[2]()

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
