"""Each engine can do by itself, unsupervised, what the other tests need, so scsup causes any failure there."""

import unittest

from case import EngineCase, for_each_engine
from engines import ENGINES


class Unsupervised(EngineCase):
    def test_run_gives_the_commands_output_and_status(self):
        _, done = self.run_whole("mkdir /x && ls -d /x; exit 3")
        self.assertEqual((done.returncode, done.stdout), (3, "/x\n"), done.stderr)

    def test_create_start_exec_kill(self):
        container, talk = self.shell()
        self.succeeds(self.engine.create(container))
        self.succeeds(self.engine.start(container))
        self.assertEqual(talk.ask("mkdir /y; echo $?"), "0\n")
        done = self.engine.exec(container, "sh", "-c", "ls -d /y; exit 4")
        self.assertEqual((done.returncode, done.stdout), (4, "/y\n"), done.stderr)
        self.succeeds(self.engine.kill(container))
        self.assertEqual(talk.wait_for_end(), "")

    def test_a_container_outlives_its_run(self):
        container, talk = self.shell()
        self.succeeds(self.engine.detach(container))
        self.assertEqual(talk.ask("echo here"), "here\n")
        talk.tell("exit")
        talk.wait_for_end()

    def test_several_at_once(self):
        several = [self.shell() for _ in range(3)]
        for container, _ in several:
            self.succeeds(self.engine.detach(container))
        for number, (_, talk) in enumerate(several):
            self.assertEqual(talk.ask(f"mkdir /n{number}; cd /; echo n*"), f"n{number}\n")

    def test_a_user_namespace(self):
        if not self.engine.USER_NAMESPACE:
            self.skipTest("needs a daemon that was started with user namespaces")
        _, done = self.run_whole("cat /proc/self/uid_map", user_namespace=True)
        self.assertEqual(self.succeeds(done).split(), ["0", "100000", "65536"])

    def test_a_read_only_root(self):
        _, done = self.run_whole("mkdir /x", read_only=True)
        self.assertEqual((done.returncode, done.stderr),
                         (1, "mkdir: can't create directory '/x': Read-only file system\n"))

    def test_no_new_privileges_on_and_off(self):
        for wanted in (True, False):
            _, done = self.run_whole("grep NoNewPrivs /proc/self/status", no_new_privileges=wanted)
            self.assertEqual(self.succeeds(done).split()[-1], str(int(wanted)))

    def test_more_capabilities(self):
        _, done = self.run_whole("grep CapEff /proc/self/status", capabilities=("CAP_SYS_ADMIN",))
        self.assertTrue(int(self.succeeds(done).split()[-1], 16) & 1 << 21)


for_each_engine(globals(), Unsupervised, ENGINES)
del Unsupervised

if __name__ == "__main__":
    unittest.main(verbosity=2)
