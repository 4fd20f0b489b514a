#!/usr/bin/env python3
"""Certificates run out: at two thirds of its life a computer asks for a new
one over the connection that it has, and nobody has to think of it."""
import time
import unittest

from harness import Failure, Partnership, until

OAK = "9992001"
LIFE_S = 12  # of a certificate, so that the test sees all of it


def shorten_life(hub):
    hub.stop()
    conf = hub.data / "hub.conf"
    lines = [line for line in conf.read_text("utf-8").splitlines()
             if not line.startswith("certificate_seconds")]
    lines.append(f"certificate_seconds = {LIFE_S}")
    conf.write_text("\n".join(lines) + "\n", "utf-8")
    hub.start()


class Renewal(unittest.TestCase):
    def test_certificate_is_renewed_before_it_ends(self):
        with Partnership() as here:
            hub = here.add_hub()
            hub.add_school("Oak Infant School", "infant", OAK, "123456")
            shorten_life(hub)
            oak = here.join(hub, OAK)
            late = here.join(hub, OAK)
            began = time.monotonic()
            first = (oak.data / "site.crt").read_bytes()
            oak.sync()
            self.assertEqual((oak.data / "site.crt").read_bytes(), first)
            oak.start()
            until(lambda: (oak.data / "site.crt").read_bytes() != first,
                  "the agent asks for a new certificate")
            self.assertLess(time.monotonic() - began, LIFE_S + 5)
            until(lambda: time.monotonic() - began > LIFE_S + 1,
                  "the first certificate has ended")
            oak.stop()
            oak.sync()
            # Who was away for all of that time is told what to do.
            with self.assertRaises(Failure) as refused:
                late.sync()
            self.assertIn("certificate", str(refused.exception))


if __name__ == "__main__":
    unittest.main()
