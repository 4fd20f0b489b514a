"""A school's computer with accounts, and people who log in at it.  Passphrases
cost next to nothing here: see quick.c."""
import json
import subprocess

import harness

PASSPHRASE = "four words do well"


class Desk(harness.Site):
    program_name = "throughline-quick"

    def ask(self, login, *words, passphrases=(PASSPHRASE,), program=None):
        """Run a command as somebody (None: nobody); how it ended."""
        words = self.words(*words)
        if login is not None:
            words += ["--as", login]
        if passphrases:
            words += ["--passphrase-fd", "0"]
        if program is not None:
            words[0] = str(harness.BIN / program)
        return subprocess.run(
            words, input="".join(f"{one}\n" for one in passphrases),
            capture_output=True, text=True, check=False,
            timeout=harness.PATIENCE, env=self.environment)

    def told(self, login, *words, **rest):
        """What it says, when it can be done."""
        done = self.ask(login, *words, **rest)
        if done.returncode != 0:
            raise harness.Failure(f"{login}: {' '.join(map(str, words))}: "
                                  f"{done.stderr.strip()}")
        return done.stdout

    def told_json(self, login, *words, **rest):
        return json.loads(self.told(login, *words, "--json", **rest))

    def refusal(self, login, *words, **rest):
        """The sentence, when it cannot."""
        done = self.ask(login, *words, **rest)
        if done.returncode != 1 or done.stdout:
            raise harness.Failure(f"{login}: {' '.join(map(str, words))} "
                                  f"ended with {done.returncode}: "
                                  f"{done.stderr.strip()}")
        return done.stderr.strip()

    def add(self, by, login, role, *words):
        """An account, made by somebody (None: the first one)."""
        count = 1 if by is None else 2
        self.told(by, "staff", "add", login, "--role", role, "--surname",
                  "Brandt", "--forename", role, *words,
                  passphrases=[PASSPHRASE] * count)


def join(here, hub, laestab):
    desk = Desk(here.base, here.unique(f"desk-{laestab}"))
    desk.laestab = laestab
    desk.run("join", hub.invite(laestab))
    return desk
