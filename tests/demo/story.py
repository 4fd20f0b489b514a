"""How the demonstration speaks: numbered steps, a line for each thing done,
a progress line that writes over itself on a terminal, and waiting for what
has to become true."""

import sys
import time

WIDTH = 76


class Failure(Exception):
    """Something was not as it ought to be; the text is for a person."""


class Refusal(Failure):
    """A program would not; told is its own sentence."""

    def __init__(self, sentence, told):
        super().__init__(sentence)
        self.told = told


def expect(condition, sentence):
    if not condition:
        raise Failure(sentence)


class Story:
    def __init__(self):
        self.began = time.monotonic()
        self.steps = 0
        self.terminal = sys.stdout.isatty()
        self.open_line = False

    def step(self, title):
        self._close_line()
        self.steps += 1
        seconds = time.monotonic() - self.began
        stamp = f"{int(seconds) // 60}:{int(seconds) % 60:02}"
        heading = f"{self.steps}. {title}"
        print(f"\n{heading:<{WIDTH - len(stamp)}}{stamp}\n{'-' * WIDTH}",
              flush=True)

    def say(self, text=""):
        self._close_line()
        for line in text.split("\n"):
            print(f"   {line}".rstrip(), flush=True)

    def progress(self, text):
        """Only on a terminal: there it stands until the next line."""
        if self.terminal:
            print(f"\r   {text[:WIDTH]:<{WIDTH}}", end="", flush=True)
            self.open_line = True

    def wait(self, what, condition, seconds=120, show=None):
        """Poll until condition() is true, and return what it gave."""
        deadline = time.monotonic() + seconds
        pause = 0.05
        while True:
            found = condition()
            if found:
                return found
            if time.monotonic() > deadline:
                state = f" ({show()})" if show else ""
                raise Failure(f"after {seconds} seconds still not so: "
                              f"{what}{state}")
            if show:
                self.progress(f"{what}: {show()}")
            time.sleep(pause)
            pause = min(pause * 1.5, 1)

    def _close_line(self):
        if self.open_line:
            print("\r" + " " * (WIDTH + 3) + "\r", end="")
            self.open_line = False
