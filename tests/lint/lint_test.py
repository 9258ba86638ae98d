#!/usr/bin/env python3
"""Each check of lint.py finds its mistake, and nothing in a tree without that mistake."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

LINT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lint.py")
CLEAN = {
    "base/fd.h": "#pragma once\n",
    "supervisor/seccomp/filter.h": '#pragma once\n\n#include <linux/filter.h>\n\n#include "base/fd.h"\n',
    "supervisor/policy/rule.h": '#pragma once\n\n#include "supervisor/seccomp/filter.h"\n',
    "supervisor/target/task.h": '#pragma once\n\n#include "supervisor/seccomp/filter.h"\n',
    "supervisor/audit/log.h": '#pragma once\n\n#include "supervisor/policy/rule.h"\n',
    "supervisor/session/line.h": '#pragma once\n\n#include "supervisor/audit/log.h"\n#include "supervisor/target/task.h"\n',
    "agent/main.cc": '#include "base/fd.h"\n',
    "agent/CMakeLists.txt": "add_executable(scsup-agent main.cc)\n",
    "dev": "#!/bin/sh\necho hello\n",
    ".clang-format": "BasedOnStyle: Google\nColumnLimit: 110\n",
}


class Lint(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="scsup-lint-")
        self.addCleanup(shutil.rmtree, self.root)
        for name, text in CLEAN.items():
            self.write(name, text)

    def write(self, name, text):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    def lint(self, *checks):
        done = subprocess.run([sys.executable, LINT, "--root", self.root, *checks], stdout=subprocess.PIPE, text=True)
        if done.returncode == 77:
            self.skipTest(done.stdout.strip().split(", ")[-1])
        return done.returncode, done.stdout

    def finds(self, check, *words):
        status, said = self.lint(check)
        self.assertEqual(status, 1, said)
        self.assertEqual(said.count(f"[{check}]"), 1, said)
        for word in words:
            self.assertIn(word, said)

    def test_a_clean_tree_passes(self):
        status, said = self.lint()
        self.assertEqual(status, 0, said)

    def test_an_include_against_the_arrow(self):
        self.write("base/fd.h", '#pragma once\n\n#include "supervisor/policy/rule.h"\n')
        self.finds("includes", "base/fd.h:3:", "base must not include supervisor/policy")

    def test_a_room_of_the_wiring_that_includes_one_above(self):
        self.write("supervisor/command/run.h", "#pragma once\n")
        self.write("supervisor/session/line.h", '#pragma once\n\n#include "supervisor/command/run.h"\n')
        self.finds("includes", "supervisor/session must not include supervisor/command")

    def test_a_folder_of_the_policy_that_includes_one_above(self):
        self.write("supervisor/policy/rules/steps.h", "#pragma once\n")
        self.write("supervisor/policy/text/json.h", '#pragma once\n\n#include "supervisor/policy/rules/steps.h"\n')
        self.finds("includes", "supervisor/policy/text must not include supervisor/policy/rules")

    def test_an_include_across_the_arrows(self):
        self.write("supervisor/audit/log.h", '#pragma once\n\n#include "supervisor/target/task.h"\n')
        self.finds("includes", "supervisor/audit must not include supervisor/target")

    def test_a_room_that_includes_the_wiring(self):
        self.write("supervisor/policy/rule.h", '#pragma once\n\n#include "supervisor/session/line.h"\n')
        self.finds("includes", "supervisor/policy must not include supervisor/session;")

    def test_the_agent_stays_on_base(self):
        self.write("agent/main.cc", '#include "supervisor/seccomp/filter.h"\n')
        self.finds("includes", "agent must not include supervisor/seccomp")

    def test_a_relative_include(self):
        self.write("agent/main.cc", '#include "fd.h"\n')
        self.finds("includes", "is not a path from the root")

    def test_the_kernel_interface_outside_its_room(self):
        self.write("supervisor/target/task.h", "#pragma once\n\n#include <linux/seccomp.h>\n")
        self.finds("includes", "<linux/seccomp.h> belongs to")

    def test_a_policy_that_reads_the_clock(self):
        self.write("supervisor/policy/rule.h", "#pragma once\n\n#include <chrono>\n")
        self.finds("includes", "knows no clock")

    def test_a_long_file(self):
        self.write("base/fd.h", "// line\n" * 401)
        self.finds("length", "401 lines")

    def test_a_table_may_be_long(self):
        self.write("supervisor/seccomp/syscall_table.inc", "// line\n" * 401)
        self.assertEqual(self.lint("length")[0], 0)

    def test_a_to_do_without_an_owner(self):
        self.write("base/fd.h", "// TO" + "DO: later\n")
        self.finds("words", "base/fd.h:1:", "without an owner")

    def test_a_to_do_with_an_owner(self):
        self.write("base/fd.h", "// TO" + "DO(port): arm64 has no mkdir\n")
        self.assertEqual(self.lint("words")[0], 0)

    def test_a_type_name_that_says_nothing(self):
        self.write("base/fd.h", "#pragma once\n\nclass FdManager {};\n")
        self.finds("names", "FdManager")

    def test_a_kernel_struct_is_not_ours_to_name(self):
        self.write("base/fd.h", "#pragma once\n\nstruct seccomp_data;\n")
        self.assertEqual(self.lint("names")[0], 0)

    def test_a_source_that_is_not_built(self):
        self.write("agent/forgotten.cc", "int forgotten;\n")
        self.finds("listed", "agent/forgotten.cc")

    def test_a_test_that_sleeps(self):
        self.write("tests/unit/x_test.cc", "void f() { usleep(1); }\n")
        self.finds("waits", "tests/unit/x_test.cc:1:")

    def test_a_file_that_is_not_formatted(self):
        self.write("base/fd.h", "#pragma once\nint   x ;\n")
        self.finds("format", "base/fd.h:2:")

    def test_a_shell_script_with_a_mistake(self):
        self.write("dev", "#!/bin/sh\nrm $1\n")
        self.finds("shell", "dev:2:")


if __name__ == "__main__":
    unittest.main(verbosity=2)
