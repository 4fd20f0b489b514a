#!/usr/bin/env python3
"""purity.py finds what is impure in a library, and only that."""
import os
import subprocess
import tempfile
import unittest

import purity

IMPURE = """
#include <stdio.h>
#include <time.h>
long now(void);
long now(void)
{
	FILE *file = fopen("x", "r");
	return time(NULL) + (file != NULL);
}
"""
PURE = """
#include <stdio.h>
#include <string.h>
int name(char *text, unsigned long bytes, int i);
int name(char *text, unsigned long bytes, int i)
{
	return snprintf(text, bytes, "%d %lu", i, (unsigned long)strlen(text));
}
"""


def found_in(source):
    with tempfile.TemporaryDirectory() as folder:
        c = os.path.join(folder, "part.c")
        with open(c, "w", encoding="utf-8") as stream:
            stream.write(source)
        compiler = os.environ.get("CC", "cc")
        subprocess.run([compiler, "-O2", "-D_FORTIFY_SOURCE=2", "-c", "part.c",
                        "-o", "part.o"], cwd=folder, check=True)
        subprocess.run(["ar", "rcs", "libpart.a", "part.o"], cwd=folder,
                       check=True)
        return list(purity.check(os.path.join(folder, "libpart.a")))


class PurityTest(unittest.TestCase):
    def test_impure_library_is_found(self):
        self.assertEqual(sorted(found_in(IMPURE)), [
            "libpart.a:part.o: fopen() reaches for a file",
            "libpart.a:part.o: time() reaches for a clock",
        ])

    def test_pure_library_passes(self):
        self.assertEqual(found_in(PURE), [])

    def test_names_in_disguise_are_known(self):
        for symbol in ("clock_gettime@GLIBC_2.17", "__read_chk", "open64",
                       "__open_2", "__printf_chk", "uv_now",
                       "randombytes_buf", "crypto_sign_keypair"):
            self.assertIsNotNone(purity.impurity(symbol), symbol)

    def test_harmless_names_pass(self):
        for symbol in ("memcpy", "__assert_fail", "__snprintf_chk", "strftime",
                       "crypto_sign_seed_keypair", "crypto_generichash",
                       "sqlite3_open_v2", "__asan_init", "gmtime_r"):
            self.assertIsNone(purity.impurity(symbol), symbol)


if __name__ == "__main__":
    unittest.main()
