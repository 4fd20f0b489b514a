#!/usr/bin/env python3
"""Accounts: made at one computer they work at the school's others, also
without a line; leavers are out; guessing is slow; passphrases are typed."""
import os
import pty
import subprocess
import unittest

import desk
import harness
import schools
from desk import PASSPHRASE

OTHER = "a kettle under rain"
WRONG = "the name or the passphrase is not right"


class Staff(unittest.TestCase):
    def prepare(self, here, computers=1):
        self.hub = here.add_hub()
        schools.add_schools(self.hub)
        self.desks = [desk.join(here, self.hub, schools.OAK)
                      for _ in range(computers)]
        self.sync()
        return self.desks

    def sync(self):
        """Twice, so that each has what the last one sent."""
        for one in self.desks * 2:
            one.sync()

    def test_account_works_at_the_other_computer_without_a_line(self):
        with harness.Partnership() as here:
            one, other = self.prepare(here, 2)
            one.add(None, "head", "head")
            one.add("head", "ana", "office", "--second-role", "senco")
            # The other has not heard of it, and goes on as before.
            self.assertEqual(other.list("pupil"), [])
            self.sync()
            self.hub.stop()
            self.assertIn("say who you are", other.refusal(
                None, "list", "pupil", passphrases=()))
            self.assertEqual(other.told_json("ana", "list", "pupil"), [])
            self.assertEqual(other.told_json("ANA", "list", "need"), [])
            self.assertIn(WRONG, other.refusal(
                "ana", "list", "pupil", passphrases=[OTHER]))
            listed = {each["login_name"]: each for each in
                      other.told_json("head", "staff", "list")}
            self.assertEqual(set(listed), {"head", "ana"})
            self.assertEqual(listed["ana"]["second_role"], "senco")
            self.assertNotIn("secret", listed["ana"])

    def test_leaver_is_out_everywhere(self):
        with harness.Partnership() as here:
            one, other = self.prepare(here, 2)
            one.add(None, "head", "head")
            one.add("head", "ana", "teacher")
            self.sync()
            other.told("ana", "list", "pupil")
            one.told("head", "staff", "remove", "ana", "--left-on",
                     "2026-07-21")
            self.assertIn(WRONG, one.refusal("ana", "list", "pupil"))
            # Until it has heard, the other lets her in.
            other.told("ana", "list", "pupil")
            self.sync()
            self.assertIn(WRONG, other.refusal("ana", "list", "pupil"))
            self.assertIn("last account", one.refusal(
                "head", "staff", "remove", "head"))
            self.assertEqual(
                [each["left_on"] for each in
                 other.told_json("head", "list", "staff")
                 if each["role"] == "teacher"], ["2026-07-21"])

    def test_passphrase_is_changed_by_whose_it_is_or_the_head(self):
        with harness.Partnership() as here:
            one, other = self.prepare(here, 2)
            one.add(None, "head", "head")
            one.add("head", "ana", "teacher")
            one.told("ana", "staff", "set", "ana", "--new-passphrase",
                     passphrases=[PASSPHRASE, OTHER])
            self.assertIn(WRONG, one.refusal("ana", "list", "pupil"))
            self.sync()
            other.told("ana", "list", "pupil", passphrases=[OTHER])
            self.assertIn("is for", one.refusal(
                "ana", "staff", "set", "head", "--new-passphrase",
                passphrases=[OTHER, OTHER]))
            self.assertIn("easily guessed", one.refusal(
                "head", "staff", "set", "ana", "--new-passphrase",
                passphrases=[PASSPHRASE, "oak primary school"]))
            one.told("head", "staff", "set", "ana", "--new-passphrase",
                     passphrases=[PASSPHRASE, PASSPHRASE])
            one.told("ana", "list", "pupil")

    def test_role_changes_at_once(self):
        with harness.Partnership() as here:
            one, = self.prepare(here)
            one.add(None, "head", "head")
            one.add("head", "ana", "teacher")
            self.assertIn("your role", one.refusal("ana", "list", "need"))
            one.told("head", "staff", "set", "ana", "--second-role", "senco")
            one.told("ana", "list", "need")
            one.told("head", "staff", "set", "ana", "--second-role", "none")
            self.assertIn("your role", one.refusal("ana", "list", "need"))
            self.assertIn("last account", one.refusal(
                "head", "staff", "set", "head", "--role", "teacher"))

    def test_wrong_tries_slow_down_and_a_restart_does_not_help(self):
        """Each command is a process of its own."""
        with harness.Partnership() as here:
            one, = self.prepare(here)
            one.add(None, "head", "head")
            for name in ("head", "nobody"):
                for _ in range(3):
                    self.assertIn(WRONG, one.refusal(
                        name, "list", "pupil", passphrases=[OTHER]))
            one.set_clock(-60)  # what is counted is not over then
            for name in ("head", "nobody"):
                self.assertIn("try again in 1 s", one.refusal(
                    name, "list", "pupil"))
            one.set_clock(60)
            one.told("head", "list", "pupil")
            self.assertIn(WRONG, one.refusal("nobody", "list", "pupil"))

    def test_reading_is_noted_and_the_note_reaches_the_other(self):
        with harness.Partnership() as here:
            one, other = self.prepare(here, 2)
            pupil = schools.make_pupil(one)
            one.add(None, "head", "head")
            one.add("head", "ana", "senco")
            one.told("ana", "get", "pupil", pupil)
            one.told("ana", "history", "pupil", pupil)
            one.told("ana", "export", "csv", "pupil", here.base / "out.csv")
            self.sync()
            noted = other.told_json("head", "list", "read_audit")
            self.assertEqual([each["act"] for each in noted],
                             ["opened", "exported"])
            self.assertEqual({each["dossier"] for each in noted}, {pupil})
            ana = next(each["staff"] for each in
                       other.told_json("head", "staff", "list")
                       if each["login_name"] == "ana")
            self.assertEqual({each["staff"] for each in noted}, {ana})
            wrote = one.told_json("ana", "put", "pupil", pupil, "sex=F")
            history = one.told_json("head", "history", "pupil", pupil)
            self.assertEqual([each["author"] for each in history
                              if each["change"] == wrote["commit"]], [ana])

    def test_before_the_first_sync_nobody_is_the_first(self):
        with harness.Partnership() as here:
            one, = self.prepare(here)
            one.add(None, "head", "head")
            one.sync()
            fresh = desk.join(here, self.hub, schools.OAK)
            self.assertIn("`throughline sync` first", fresh.refusal(
                None, "staff", "add", "me", "--role", "head", "--surname",
                "S", "--forename", "F"))
            fresh.sync()
            self.assertIn("say who you are", fresh.refusal(
                None, "staff", "add", "me", "--role", "head", "--surname",
                "S", "--forename", "F"))

    def test_cheap_passphrase_of_a_test_is_not_taken(self):
        """What keeps it asks for too little, and is refused unlooked at."""
        with harness.Partnership() as here:
            one, = self.prepare(here)
            one.add(None, "head", "head")
            self.assertIn("not safe", one.refusal(
                "head", "list", "pupil", program="throughline"))

    def test_arguments_hold_no_passphrase(self):
        with harness.Partnership() as here:
            one, = self.prepare(here)
            one.add(None, "head", "head")
            done = one.ask("head", "list", "pupil", f"--passphrase={OTHER}")
            self.assertEqual(done.returncode, 2)
            self.assertIn("at a terminal", one.run(
                "list", "pupil", "--as", "head", expect=2))

    # --- at a terminal

    def type(self, one, typed, *words):
        """What the terminal shows, and how the command ended.  It is typed
        when the program asks for it."""
        near, far = pty.openpty()
        process = subprocess.Popen(one.words(*words), stdin=far, stdout=far,
                                   stderr=far, start_new_session=True)
        os.close(far)
        shown = ""
        while True:
            try:
                shown += os.read(near, 1024).decode()
            except OSError:  # it ended
                break
            if typed and shown.endswith(typed[0][0] + ": "):
                os.write(near, typed.pop(0)[1].encode())
        os.close(near)
        return shown, process.wait(harness.PATIENCE)

    def test_typed_passphrase_is_not_shown(self):
        with harness.Partnership() as here:
            one, = self.prepare(here)
            words = ("staff", "add", "head", "--role", "head", "--surname",
                     "S", "--forename", "F")
            shown, code = self.type(
                one, [("Their passphrase", PASSPHRASE + "\r"),
                      ("The same again", OTHER + "\r")], *words)
            self.assertEqual(code, 1)
            self.assertIn("not the same", shown)
            shown, code = self.type(
                one, [("Their passphrase", "fourx\x7f words do well\r"),
                      ("The same again", PASSPHRASE + "\r")], *words)
            self.assertEqual(code, 0, shown)
            self.assertNotIn("four", shown)
            shown, code = self.type(
                one, [("Passphrase of head", PASSPHRASE + "\r")],
                "staff", "list", "--as", "head")
            self.assertEqual(code, 0, shown)
            self.assertNotIn("four", shown)
            shown, code = self.type(
                one, [("Passphrase of head", "fo\x03")], "staff", "list",
                "--as", "head")
            self.assertEqual(code, 1)
            self.assertIn("no passphrase was typed", shown)


if __name__ == "__main__":
    unittest.main()
