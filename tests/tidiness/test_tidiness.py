#!/usr/bin/env python3
"""Each rule of tidiness.py fails on a bad example and passes a good one."""
import os
import tempfile
import unittest

import tidiness

GOOD = {
    "protocol/a.h": "int a_get(void);\n",
    "protocol/a.c": '#include "protocol/a.h"\n\n/* strcpy() is banned */\n'
                    'int\na_get(void)\n{\n\treturn 1;\n}\n',
    "tests/unit/protocol/test_a.c": '#include "protocol/a.h"\n',
}


def findings(tree):
    with tempfile.TemporaryDirectory() as root:
        for path, text in tree.items():
            whole = os.path.join(root, path)
            os.makedirs(os.path.dirname(whole), exist_ok=True)
            with open(whole, "w", encoding="utf-8") as stream:
                stream.write(text)
        return [f"{file.path}:{number}: {sentence}"
                for file, number, sentence in tidiness.check_tree(root)]


class TidinessTest(unittest.TestCase):
    def expect(self, path, text, place, part):
        found = findings({**GOOD, path: text})
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(place + ": "), found)
        self.assertIn(part, found[0])

    def test_good_tree_is_tidy(self):
        self.assertEqual(findings(GOOD), [])

    def test_long_file_is_found(self):
        self.expect("server/core/../x.py", "x = 1\n" * 501,
                    "server/x.py:501", "501 lines")

    def test_very_long_file_is_found(self):
        self.expect("tests/x.c", "\n" * 701, "tests/x.c:701", "never")

    def test_long_header_is_found(self):
        self.expect("protocol/b.h", "\n" * 201, "protocol/b.h:201", "200")

    def test_excused_header_still_has_a_limit(self):
        self.assertEqual(
            findings({**GOOD, "protocol/message.h": "\n" * 299}), [])
        self.expect("protocol/message.h", "\n" * 301,
                    "protocol/message.h:301", "300 are never")

    def test_long_function_is_found(self):
        body = "static int\nlong_one(int a,\n    int b)\n{\n%s}\n"
        self.assertEqual(
            findings({**GOOD, "tests/x.c": body % ("\ta++;\n" * 65)}), [])
        self.expect("tests/x.c", "\n" + body % ("\ta++;\n" * 66),
                    "tests/x.c:2", "71 lines")

    def test_wide_line_is_found(self):
        self.expect("tests/x.c", "\n\t/* %s */\n" % ("x" * 70),
                    "tests/x.c:2", "84 columns")

    def test_include_of_a_layer_below_is_found(self):
        for folder, target in (
                ("protocol", "common/catalogue/catalogue.h"),
                ("client/engine", "common/net/tls.h"),
                ("client/engine", "common/support/log.h"),
                ("client/agent", "server/core/session.h"),
                ("server/core", "client/engine/engine.h")):
            self.expect(f"{folder}/b.h", f'\n#include "{target}"\n',
                        f"{folder}/b.h:2", "may not include")

    def test_folder_without_a_layer_is_found(self):
        self.expect("common/other/b.h", "\n", "common/other/b.h:1", "layers")

    def test_loop_in_a_pure_folder_is_found(self):
        self.expect("server/core/b.h", "#include <uv.h>\n",
                    "server/core/b.h:1", "pure")

    def test_banned_call_is_found(self):
        for call in ("strcpy(a, b)", "sprintf (a, b)", "atoi(a)", "rand()"):
            self.expect("tests/x.c", f"\n\t{call};\n", "tests/x.c:2",
                        "not used")

    def test_posix_header_is_found(self):
        for header in ("unistd.h", "sys/socket.h", "pthread.h"):
            self.expect("common/net/b.h", f"#include <{header}>\n",
                        "common/net/b.h:1", "not on every system")

    def test_work_left_for_later_is_found(self):
        self.expect("tests/x.c", "/* TO" "DO: more */\n", "tests/x.c:1",
                    "later")

    def test_place_outside_is_found(self):
        self.expect("README.md", "see ../sha" "red\n", "README.md:1",
                    "outside")

    def test_typedef_of_struct_is_found(self):
        self.expect("tests/x.c", "typedef struct a b;\n", "tests/x.c:1",
                    "its tag")

    def test_formatted_sql_is_found(self):
        self.expect("tests/x.c",
                    '\nsnprintf(a, n,\n    "SELECT x FROM %s", b);\n',
                    "tests/x.c:2", "SQL")

    def test_module_without_test_is_found(self):
        self.expect("common/net/b.c", "int\nb(void)\n{\n}\n",
                    "common/net/b.c:1", "no test")
        self.assertEqual(
            findings({**GOOD, "common/net/table.c": "const int b = 1;\n"}),
            [])

    def test_part_of_a_module_is_tested_with_it(self):
        self.assertEqual(
            findings({**GOOD, "protocol/a_more.c": "int\nb(void)\n{\n}\n"}), [])


if __name__ == "__main__":
    unittest.main()
