"""Without its service a container does nothing that its policy would have to decide."""

import os
import unittest

from bare_runtime import Crun, Runc
from case import EngineCase, for_each_engine
from policies import ALL, CHMOD, MKDIR, SAYS
from service import Service

NOBODY_ANSWERS = "Function not implemented"  # ENOSYS, of the kernel


class AbsentService(EngineCase):
    def setUp(self):
        self.place = self.subdirectory(f"service{next(self.numbers)}")
        self.service = self.serve()
        self.profile = self.service.profile("mkdir-only")

    def serve(self):
        service = Service(self.place, ALL)
        self.addCleanup(service.end)
        return service

    def kill_service(self):
        self.service.daemon.process.kill()
        self.service.daemon.process.wait()

    def test_no_container_starts(self):
        self.assertEqual(self.service.end(), 0)
        talk = self.subdirectory("told-" + self._testMethodName)
        container = self.container("sh", "-c", "echo ran; echo ran >/talk/ran", profile=self.profile,
                                   mounts={talk: "/talk"})
        self.addCleanup(self.engine.remove, container)
        done = self.engine.run(container)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual((done.stdout, os.listdir(talk)), ("", []))

    def test_a_container_whose_service_was_killed_is_let_do_nothing(self):
        container, talk = self.shell(profile=self.profile)
        self.succeeds(self.engine.detach(container))
        self.assertEqual(talk.ask(MKDIR), SAYS["mkdir-only"][0])
        self.kill_service()
        self.assertEqual(talk.ask("mkdir /tmp/x; chmod 700 /tmp; test -e /tmp/x; echo $?"),
                         f"mkdir: can't create directory '/tmp/x': {NOBODY_ANSWERS}\n"
                         f"chmod: /tmp: {NOBODY_ANSWERS}\n1\n")
        # Nothing can be brought into it either, until there is a service again.
        self.assertNotEqual(self.engine.exec(container, "true").returncode, 0)
        self.service = self.serve()
        done = self.engine.exec(container, "sh", "-c", f"{MKDIR}; {CHMOD}")
        self.assertEqual(done.stdout, "".join(SAYS["mkdir-only"]), done.stderr)

    def test_a_service_that_ends_answers_what_it_has_received(self):
        container, talk = self.shell(profile=self.profile)
        self.succeeds(self.engine.detach(container))
        talk.ask(MKDIR)
        self.assertEqual(self.service.end(), 0)
        self.assertIn(NOBODY_ANSWERS, talk.ask("mkdir /tmp/x"))
        end = self.service.records("end")[-1]
        self.assertEqual((end["received"], end["received"]), (end["answered"], end["recorded"]))


for_each_engine(globals(), AbsentService, (Runc, Crun))
del AbsentService

if __name__ == "__main__":
    unittest.main(verbosity=2)
