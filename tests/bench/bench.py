"""./run bench: what Throughline costs, beside what could not cost less.

	bench.py [--runs N] [--json FILE] [--smoke]

Prints a small table, and with --json writes every figure as one document.
A figure with a baseline is measured beside it in the same run, and the ratio
is taken run by run; what is shown is the median of the runs, and of the
ratios their range.

Rates and bytes without TLS come from real replicas, engines and a hub in one
process (throughline-bench-rates and -day), and the cost of comparing two sets
from -sketch and -night.  All else comes from the real programs, over TLS on
the loopback address, with the invented partnership's pupils at one school.
Round trips are counted twice: in lockstep by -day, and over a line
(throughline-line) of a known delay, from how much longer a sync takes than
without it; that counts TCP's and TLS's handshakes too.
"""
import argparse
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import harness  # pylint: disable=wrong-import-position

LAESTAB = 9992001
DELAY_MS = 100  # of the line, each way
PATIENCE = 600  # seconds for the largest step


class Size:
    """How much of everything."""

    def __init__(self, smoke, runs):
        self.runs = 1 if smoke else runs
        self.pupils = 4 if smoke else 300  # in one process
        self.edits = 16 if smoke else 1000
        self.all_pupils = 4 if smoke else 0  # 0: all of them
        self.changes = 10 if smoke else 500  # of a day
        self.pushes = 3 if smoke else 60
        self.items = 200 if smoke else 100000  # of sets to compare
        self.differences = 10 if smoke else 1000
        self.nights = (150, 160, 170) if smoke else (5000, 44000, 100000)
        self.most = 10 if smoke else 10000  # differences of a night
        self.quiet = 2 if smoke else 1000  # quiet nights
        self.sites = 2 if smoke else 50  # that are connected at once


def say(text):
    print(f"-- {text}", file=sys.stderr, flush=True)


def program(name, *words):
    """Run a program of ours to its end; the JSON that it prints."""
    done = subprocess.run(
        [str(harness.BIN / name), *map(str, words)], capture_output=True,
        text=True, timeout=PATIENCE, check=False)
    if done.returncode != 0:
        raise harness.Failure(f"{name}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def median_of(runs):
    """The median of every figure; of ratios also the least and the most."""
    figures = {}
    for key in runs[0]:
        values = [run[key] for run in runs]
        figures[key] = statistics.median(values)
        if key.endswith("_ratio"):
            figures[key + "_range"] = [min(values), max(values)]
    return figures


# --- in one process ---------------------------------------------------------

def measure_rates(size):
    runs = []
    for number in range(size.runs):
        say(f"rates, run {number + 1} of {size.runs}")
        runs.append(program("throughline-bench-rates", "--pupils", size.pupils,
                            "--edits", size.edits))
    return median_of(runs)


def measure_day(size):
    say("the bytes of a day")
    return program("throughline-bench-day", "--pupils", size.pupils,
                   "--changes", size.changes, "--pushes", size.pushes)


def measure_sketch(size):
    say("comparing two sets")
    return median_of([
        program("throughline-bench-sketch", "--items", size.items,
                "--differences", size.differences)
        for _ in range(size.runs)])


def measure_night(size):
    say("nights")
    return program("throughline-bench-night", "--small", size.nights[0],
                   "--middle", size.nights[1], "--large", size.nights[2],
                   "--most", size.most, "--nights", size.quiet)


# --- the real programs ------------------------------------------------------

def timed(call, *words):
    began = time.monotonic()
    value = call(*words)
    return value, time.monotonic() - began


def write(site, *words):
    return program("throughline-bench-write", "--data", site.data, *words)


def start_all(sites, address):
    """Start their agents, and wait until each has proved itself anew."""
    before = [site.json("status")["last_synced"] for site in sites]
    for site in sites:
        site.start("--hub", address)

    def in_step(site, former):
        status = site.json("status")
        return status["synced"] and status["last_synced"] != former

    for site, former in zip(sites, before):
        harness.until(lambda s=site, f=former: in_step(s, f),
                      f"{site.name} is in step", PATIENCE)


def measure_first_sync(size, here, hub, first):
    """All records, to the hub, and from there to another computer."""
    say("a first sync of everything")
    written, seconds = timed(write, first, "--pupils", size.all_pupils)
    figures = {"records": written["records"], "commits": written["commits"],
               "left_out": written["left_out"], "write_s": seconds}
    pushed = first.json("sync")
    if pushed["refused"]:
        raise harness.Failure(f"the hub refused {pushed['refused']}")
    figures |= {"push_s": pushed["elapsed_ms"] / 1000,
                "push_bytes": pushed["bytes_out"] + pushed["bytes_in"]}
    took = []
    for _ in range(size.runs):
        site = here.join(hub, LAESTAB)
        took.append(site.json("sync"))
    figures |= {
        "sync_s": statistics.median(t["elapsed_ms"] for t in took) / 1000,
        "sync_bytes_in": statistics.median(t["bytes_in"] for t in took),
        "sync_bytes_out": statistics.median(t["bytes_out"] for t in took),
        "database_bytes": (site.data / "replica.db").stat().st_size}
    return site, figures


def measure_catch_up(size, here, hub, writer, sleeper):
    """Resumed, with a day's changes behind; with and without delay."""
    say("catching up")
    took = {0: [], DELAY_MS: []}
    lines = {0: here.add_line(hub.address),
             DELAY_MS: here.add_line(hub.address, "--delay",
                                     f"{DELAY_MS}ms")}
    sleeper.run("sync", "--hub", lines[0].address)
    first = 0
    for _ in range(max(size.runs, 2)):
        for delay, line in lines.items():
            write(writer, "--edits", size.changes, "--first", first)
            first += size.changes
            writer.run("sync")
            took[delay].append(
                sleeper.json("sync", "--hub", line.address))
    figures = {"resumed": all(t["resumed"] for t in took[DELAY_MS]),
               "changes": size.changes}
    quick, slow = (statistics.median(t["elapsed_ms"] for t in took[delay])
                   for delay in (0, DELAY_MS))
    figures |= {"elapsed_ms": quick, "delayed_ms": slow, "delay_ms": DELAY_MS,
                "round_trips": (slow - quick) / (2 * DELAY_MS),
                "bytes": statistics.median(
                    t["bytes_in"] + t["bytes_out"] for t in took[0])}
    for line in lines.values():
        line.stop()
    return figures


def connection_bytes(here, hub, site, work):
    """What goes over a site's line, from start to stop of its agent."""
    line = here.add_line(hub.address)
    start_all([site], line.address)
    work()
    site.stop()
    counts = line.stop()
    return counts["up"] + counts["down"]


def measure_wire(size, here, hub, writer):
    """A day's changes by a running agent, TLS included."""
    say("a day's changes over TLS")
    first = 100 * size.changes

    def day():
        nonlocal first
        done = 0
        for push in range(size.pushes):
            upto = size.changes * (push + 1) // size.pushes
            write(writer, "--edits", upto - done, "--first", first)
            first += upto - done
            done = upto
            harness.until(lambda: writer.json("status")["synced"],
                          "the push is answered")

    nothing = connection_bytes(here, hub, writer, lambda: None)
    bytes_of_day = connection_bytes(here, hub, writer, day)
    write(writer, "--edits", size.changes, "--first", first)
    once = writer.json("sync", "--hub", hub.address)
    return {"connect_bytes": nothing, "day_bytes": bytes_of_day - nothing,
            "go_bytes": once["bytes_in"] + once["bytes_out"] - nothing}


def memory(pid):
    """Bytes: resident now, the most ever, and what is this process's own."""
    wanted = {"VmRSS": "rss", "VmHWM": "peak", "Private_Dirty": "dirty"}
    figures = {}
    for name in ("status", "smaps_rollup"):
        with open(f"/proc/{pid}/{name}", encoding="utf-8") as lines:
            for line in lines:
                key = line.split(":")[0]
                if key in wanted:
                    figures[wanted[key]] = int(line.split()[1]) * 1024
    return figures


def measure_client_memory(here, hub, site):
    say("memory of an agent in step")
    line = here.add_line(hub.address)
    start_all([site], line.address)
    figures = memory(site.program.process.pid)
    site.stop()
    line.stop()
    return figures


def measure_hub_memory(size, here):
    """A hub of its own, so that its sites have little to fetch."""
    say(f"memory of a hub with {size.sites} computers")
    hub = here.add_hub("memory-hub")
    hub.add_school("Hollin School", "secondary", LAESTAB, 123456)
    sites = [here.join(hub, LAESTAB) for _ in range(size.sites)]
    for site in sites:
        site.run("sync")
    hub.stop()
    hub.start()
    idle = memory(hub.program.process.pid)
    start_all(sites, hub.address)
    busy = memory(hub.program.process.pid)
    for site in sites:
        site.stop()
    return {"sites": size.sites, "idle": idle, "connected": busy} | {
        f"{key}_a_site": (busy[key] - idle[key]) / size.sites
        for key in ("rss", "dirty")}


def measure_programs(size, figures):
    with harness.Partnership() as here:
        hub = here.add_hub()
        hub.add_school("Hollin School", "secondary", LAESTAB, 123456)
        writer = here.join(hub, LAESTAB)
        site, figures["first_sync"] = measure_first_sync(
            size, here, hub, writer)
        figures["hub_memory_with_all"] = memory(hub.program.process.pid)
        figures["catch_up"] = measure_catch_up(size, here, hub, writer, site)
        figures["wire"] = measure_wire(size, here, hub, writer)
        figures["client_memory"] = measure_client_memory(here, hub, site)
        figures["hub_memory"] = measure_hub_memory(size, here)


def measure_sizes():
    sizes = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("throughline", "throughline-hub"):
            source = harness.BIN / name
            if source.exists() and shutil.which("strip"):
                out = pathlib.Path(folder) / name
                subprocess.run(["strip", "-o", out, source], check=True)
                sizes[name] = out.stat().st_size
    return sizes


# --- for people -------------------------------------------------------------

def kib(count):
    return f"{count / 1024:,.1f} KiB"


def mib(count):
    return f"{count / 1024 / 1024:,.1f} MiB"


def rate_rows(rates):
    names = {"client_pupils": "written, a pupil a commit",
             "client_edits": "written, an edit a commit",
             "hub_batches": "admitted, from one computer",
             "hub_turns": "admitted, an edit each from 8"}
    for key, name in names.items():
        least, most = rates[f"{key}_ratio_range"]
        yield (f"{name}", f"{rates[f'{key}_per_s']:,.0f} changes/s",
               f"{rates[f'{key}_ratio']:.2f} ({least:.2f} to {most:.2f}) of "
               f"bare SQLite's {rates[f'{key}_bare_per_s']:,.0f}")
    yield ("sent and taken in a first sync",
           f"{rates['fill_hub_per_s']:,.0f} records/s by the hub",
           f"{rates['fill_client_per_s']:,.0f} by the computer")


def day_rows(day):
    for key, name in (("day_writer", f"{day['day_pushes']:.0f} pushes"),
                      ("go_writer", "in one go")):
        least = day[f"{key.split('_')[0]}_values_zstd19_bytes"]
        bare = day[f"{key.split('_')[0]}_values_bytes"]
        count = day[f"{key}_bytes"]
        yield (f"{day['day_changes']:.0f} changes, {name}", kib(count),
               f"{count / least:.1f} of the values by zstd -19, "
               f"{kib(least)}; bare {kib(bare)}")
    yield ("the same, to another computer", kib(day["day_listener_bytes"]), "")
    yield ("a connection on which nothing happens",
           f"{kib(day['idle_bytes_an_hour'])}/h", "")
    yield ("catching up with them", kib(day["catch_up_bytes"]),
           f"{day['catch_up_round_trips']:.0f} round trips after TLS, "
           f"{day['catch_up_proved_round_trips']:.0f} with the proof")


def sketch_rows(sketch):
    yield (f"sketch of {sketch['items']:,.0f} items",
           f"{sketch['first_cells_ms']:.1f} ms",
           f"the first 32 cells; {sketch['add_ms']:.1f} ms to hash them")
    yield (f"the same, {sketch['differences']:,.0f} differences",
           f"{sketch['encode_ms']:.1f} ms",
           f"and {sketch['decode_ms']:.1f} ms at the receiver; "
           f"{sketch['cells']:,.0f} cells in {sketch['rounds']:.0f} rounds")


def night_rows(night):
    for size in ("small", "middle", "large"):
        count = night[f"{size}_commits"]
        for differences in (0, 1, 10, 100, 1000, 10000):
            def get(name, at=f"{size}_{differences}"):
                return night[f"{at}_{name}"]
            if f"{size}_{differences}_bytes" not in night:
                continue
            yield (f"{count:,.0f} commits, {differences:,} differ",
                   f"{get('find_bytes'):,.0f} bytes",
                   f"to find them, in {get('find_frames') / 2:.0f} round "
                   f"trips, {get('find_client_ms'):.0f} ms here and "
                   f"{get('find_hub_ms'):.0f} ms at the hub; "
                   f"{kib(get('bytes'))}, {get('client_ms'):.0f} ms and "
                   f"{get('hub_ms'):.0f} ms with the repair")
    yield (f"{night['quiet_nights']:.0f} quiet nights, one after the other",
           f"{night['quiet_hub_ms'] * night['quiet_nights'] / 1000:.1f} s",
           f"of the hub's time: {night['quiet_hub_ms']:.1f} ms each, and "
           f"{night['quiet_client_ms']:.1f} ms at the computer; its look at "
           f"tables and file takes {night['quiet_check_ms']:.0f} ms more")


def program_rows(figures):
    sync, wire = figures["first_sync"], figures["wire"]
    late, agent = figures["catch_up"], figures["client_memory"]
    hub = figures["hub_memory"]
    yield (f"first sync of {sync['records']:,} records",
           f"{sync['sync_s']:.2f} s",
           f"{mib(sync['sync_bytes_in'])} in, {kib(sync['sync_bytes_out'])} "
           f"out; database {mib(sync['database_bytes'])}")
    yield ("the same to the hub", f"{sync['push_s']:.2f} s",
           f"{mib(sync['push_bytes'])}, {sync['commits']:,} commits")
    yield ("a connection: TLS and greeting", kib(wire["connect_bytes"]), "")
    yield ("the day's pushes with TLS", kib(wire["day_bytes"]), "")
    yield ("the day in one go with TLS", kib(wire["go_bytes"]), "")
    yield (f"catching up with {late['changes']} changes",
           f"{late['round_trips']:.1f} round trips",
           f"TCP and TLS included, {'' if late['resumed'] else 'not '}resumed;"
           f" {late['elapsed_ms']:.0f} ms without delay, {kib(late['bytes'])}")
    yield ("agent in step, resident", mib(agent["rss"]),
           f"at most {mib(agent['peak'])}; its own {mib(agent['dirty'])}")
    yield ("hub, idle", mib(hub["idle"]["rss"]),
           f"{kib(hub['rss_a_site'])} more for each of {hub['sites']} "
           f"connected ({kib(hub['dirty_a_site'])} private)")
    for name, count in figures["sizes"].items():
        yield (f"{name}, stripped", kib(count), "")


def show(figures):
    for title, rows in (("In one process", [*rate_rows(figures["rates"]),
                                            *day_rows(figures["day"]),
                                            *sketch_rows(figures["sketch"])]),
                        ("Nights", night_rows(figures["night"])),
                        ("Real programs, TLS on loopback",
                         program_rows(figures) if "wire" in figures else [])):
        rows = list(rows)
        if not rows:
            continue
        print(f"\n{title}\n")
        for name, value, more in rows:
            print(f"  {name:38} {value:>24}  {more}".rstrip())


def main():
    parser = argparse.ArgumentParser(description="Measure the release build.")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--smoke", action="store_true",
                        help="tiny sizes: whether it runs, not how fast")
    options = parser.parse_args()
    size = Size(options.smoke, options.runs)
    figures = {"computer": {"system": platform.platform(),
                            "processors": os.cpu_count()},
               "runs": size.runs,
               "rates": measure_rates(size), "day": measure_day(size),
               "sketch": measure_sketch(size),
               "night": measure_night(size)}
    if not options.smoke:
        measure_programs(size, figures)
        figures["sizes"] = measure_sizes()
    show(figures)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump(figures, out, indent="\t")
            out.write("\n")


if __name__ == "__main__":
    main()
