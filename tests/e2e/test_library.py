#!/usr/bin/env python3
"""A program of somebody else's, on the library: what it writes reaches the
school's other computer."""
import subprocess
import unittest

from harness import BIN, Partnership

OAK = "9992001"
UPN = "C999200119017"


class Library(unittest.TestCase):
    def test_example_writes_a_note(self):
        with Partnership() as here:
            hub = here.add_hub()
            hub.add_school("Oak Infant School", "infant", OAK, "123456")
            oak = here.join(hub, OAK)
            other = here.join(hub, OAK)
            oak.sync()
            oak.put("pupil", surname="Invented", forename="Ana", upn=UPN,
                    birth_date="2015-09-01")
            done = self.example(oak, UPN, "Settled well.")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("changed: note ", done.stdout)
            other.sync()
            self.assertEqual([note["text"] for note in other.list("note")],
                             ["Settled well."])

    def test_unknown_child_is_told(self):
        with Partnership() as here:
            hub = here.add_hub()
            hub.add_school("Oak Infant School", "infant", OAK, "123456")
            oak = here.join(hub, OAK)
            oak.sync()
            done = self.example(oak, UPN, "Whose?")
            self.assertEqual(done.returncode, 1)
            self.assertTrue(done.stderr.startswith("example: "))

    @staticmethod
    def example(site, upn, text):
        return subprocess.run(
            [BIN / "throughline-example", site.data, upn, text],
            capture_output=True, text=True, timeout=60, check=False)


if __name__ == "__main__":
    unittest.main()
