#!/usr/bin/env python3
"""The harness itself, with a stand-in for both programs."""
import contextlib
import io
import os
import pathlib
import shutil
import tempfile
import unittest

import harness


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class HarnessTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        fake = pathlib.Path(__file__).resolve().parent / "fake.py"
        for name in ("throughline", "throughline-hub"):
            program = pathlib.Path(folder.name) / name
            shutil.copy(fake, program)
            program.chmod(0o755)
        self.addCleanup(setattr, harness, "BIN", harness.BIN)
        harness.BIN = pathlib.Path(folder.name)

    def test_words_reach_the_programs(self):
        with harness.Partnership() as here:
            hub = here.add_hub()
            self.assertEqual(hub.address, "127.0.0.1:1")
            self.assertEqual(hub.invite(9991001), "TL1-CODE")
            oak = here.join(hub, 9991001)
            ash = here.join(hub, 9991001)
            self.assertNotEqual(oak.data, ash.data)
            self.assertEqual(oak.list("pupil", surname="Bell"), [
                "list", "pupil", "--where", "surname=Bell", "--json",
                "--data", str(oak.data)])
            base = here.base
        self.assertFalse(base.exists())

    def test_unexpected_end_is_a_failure(self):
        with harness.Partnership() as here:
            site = harness.Site(here.base, "oak")
            with self.assertRaisesRegex(harness.Failure, "nothing is ref"):
                site.run("refused")
            self.assertIn("nothing", site.run("refused", expect=1))
            site.run("leave", expect=2)
            with self.assertRaisesRegex(harness.Failure, "ended with 2"):
                site.start_program("never", "leave")

    def test_nothing_outlives_a_failed_test(self):
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            with self.assertRaises(ZeroDivisionError):
                with harness.Partnership() as here:
                    site = harness.Site(here.base, "oak")
                    site.start()
                    line = site.program.wait_for("agent")
                    self.assertTrue(is_alive(int(line.split()[1])))
                    raise ZeroDivisionError
        self.addCleanup(shutil.rmtree, here.base)
        self.assertFalse(is_alive(int(line.split()[1])))
        self.assertIn(str(here.base), said.getvalue())
        self.assertIn("agent", said.getvalue())

    def test_program_is_stopped_killed_and_started_again(self):
        with harness.Partnership() as here:
            site = harness.Site(here.base, "oak")
            site.start()
            first = site.program.wait_for("agent")
            site.kill()
            site.start()
            self.assertNotEqual(site.program.wait_for("agent"), first)
            site.stop()

    def test_until_gives_up_with_a_reason(self):
        with self.assertRaisesRegex(harness.Failure, "without: rain"):
            harness.until(lambda: False, "rain", patience=0.0)


if __name__ == "__main__":
    unittest.main()
