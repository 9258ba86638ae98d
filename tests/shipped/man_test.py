"""scsup accepts every policy that scsup-policy(5) shows, and the page describes every key."""

import os
import re
import unittest

from audited import AUDIT
from shipped import SCSUP, SOURCE, Shipped, run


def page(name):
    with open(os.path.join(SOURCE, "man", name)) as file:
        return file.read()


class ManPages(Shipped):
    def test_each_policy_shown_is_good(self):
        shown = re.findall(r"^```\n(\{.*?\n\})\n```$", page("scsup-policy.5.scd"), re.S | re.M)
        self.assertGreaterEqual(len(shown), 4)
        for number, text in enumerate(shown):
            path = os.path.join(self.work, f"{number}.json")
            with open(path, "w") as file:
                file.write(text)
            checked = run(SCSUP, "policy", "check", path)
            self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""), text)

    def test_each_key_of_the_parser_is_described(self):
        text = page("scsup-policy.5.scd")
        keys = set()
        folder = os.path.join(SOURCE, "supervisor", "policy", "document")
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name)) as file:
                for group in re.findall(r"_keys\[\] = \{(.*?)\}", file.read(), re.S):
                    keys.update(re.findall(r'"(\w+)"', group))
        self.assertGreater(len(keys), 25)
        missing = [k for k in sorted(keys) if not re.search(rf"\b{k}\b", text)]
        self.assertEqual(missing, [])

    def test_each_key_of_the_config_is_described(self):
        text = page("scsup-config.5.scd")
        groups = []
        for name in ("config_parse.cc", "config_audit.cc"):
            with open(os.path.join(SOURCE, "supervisor", "config", name)) as file:
                groups += re.findall(r"_keys\[\] = \{(.*?)\}", file.read(), re.S)
        keys = {key for group in groups for key in re.findall(r'"(\w+)"', group)}
        self.assertGreater(len(keys), 10)
        self.assertEqual([k for k in sorted(keys) if f"*{k}*" not in text and f'*"{k}"*' not in text], [])

    def test_each_option_is_described(self):
        for command in ("run", "serve", "syscalls", "ps", "inspect", "top", "reload", "kill"):
            said = run(SCSUP, command, "--help")
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertLessEqual(said.stdout.count("\n"), 24, "--help fits a screen")
            text = page("scsup-serve.8.scd" if command == "serve" else "scsup.1.scd")
            for option in set(re.findall(r"--[a-z-]+", said.stdout)):
                self.assertIn(f"*{option}*", text, f"{option} of {command}")

    def test_each_command_of_the_audit_tool_is_described(self):
        text = page("scsup-audit.1.scd")
        commands = re.findall(r"^  (\w+)  ", run(AUDIT, "--help").stdout, re.M)
        self.assertGreater(len(commands), 15)
        for command in commands:
            self.assertRegex(text, rf"(?m)^\*scsup-audit [\w*|]*\b{command}\b", "synopsis")
            self.assertRegex(text, rf"(?m)^\*{command}\*( |$)", "commands")
            said = run(AUDIT, command, "--help")
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertLessEqual(said.stdout.count("\n"), 30, command)
            for option in set(re.findall(r"^  (?:-\w \[ )?(--[a-z-]+)", said.stdout, re.M)) - {"--help"}:
                self.assertRegex(text, rf"[* ]{option}\b", f"{option} of {command}")

    def test_the_control_socket_is_described_as_it_is(self):
        text = page("scsup-control.7.scd")
        with open(os.path.join(SOURCE, "supervisor", "control", "interface.cc")) as file:
            told = re.search(r'own_description = R"\((.*?)\)";', file.read(), re.S)[1]
        self.assertIn("\n```\n" + told + "```\n", text)
        for name in re.findall(r"^(?:method|error) (\w+)", told, re.M):
            self.assertRegex(text, rf"(?m)^\*{name}\*")
        with open(os.path.join(SOURCE, "examples", "control", "denials.py")) as file:
            example = file.read().split('"""\n', 1)[1]
        self.assertIn("\n```\n" + example + "```\n", text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
