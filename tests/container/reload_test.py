"""A policy changes while its containers run."""

import unittest

from bare_runtime import Crun, Runc
from case import EngineCase, for_each_engine
from policies import CHMOD, CHMOD_ONLY, MKDIR, MKDIR_ONLY, SAYS
from service import Service


class Reload(EngineCase):
    def setUp(self):
        directory = self.subdirectory(f"service{next(self.numbers)}")
        self.service = Service(directory, {"app": MKDIR_ONLY})
        self.addCleanup(self.service.end)

    def test_the_other_way_round_in_the_same_container(self):
        container, talk = self.shell(profile=self.service.profile("app"))
        self.succeeds(self.engine.detach(container))
        self.assertEqual(talk.ask(MKDIR) + talk.ask(CHMOD), "".join(SAYS["mkdir-only"]))

        self.service.put("app", CHMOD_ONLY)
        said = self.service.ask("reload")
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertEqual(talk.ask(MKDIR) + talk.ask(CHMOD), "".join(SAYS["chmod-only"]))
        done = self.engine.exec(container, "sh", "-c", f"{MKDIR}; {CHMOD}")
        self.assertEqual(done.stdout, "".join(SAYS["chmod-only"]), done.stderr)

        identity = self.engine.identity(container)
        first, second = self.service.session(identity)["generations"]
        self.assertLess(first["number"], second["number"])
        self.assertNotEqual(first["sha"], second["sha"])
        calls = self.service.calls(identity, "mkdir", "chmod")
        self.assertEqual([first["counts"][k] for k in ("emulated", "denied")], [1, 1], self.service.records("call"))
        self.assertEqual([second["counts"][k] for k in ("emulated", "denied")], [2, 2], self.service.records("call"))
        # The same for people.
        said = self.service.ask("ps").stdout
        self.assertEqual(said.count("app"), 2, said)
        # Each record has the policy that decided.
        self.assertEqual([r["policy"]["gen"] for r in calls], [first["number"]] * 2 + [second["number"]] * 4)
        self.assertEqual([r["policy"]["sha"] for r in calls], [first["sha"][:16]] * 2 + [second["sha"][:16]] * 4)

    def test_a_mistake_leaves_the_old_policy_in_force(self):
        container, talk = self.shell(profile=self.service.profile("app"))
        self.succeeds(self.engine.detach(container))
        self.service.put("app", '{"defaultAction": "SCMP_ACT_ALLOW", "supervize": {}}')
        said = self.service.ask("reload", "app")
        self.assertNotEqual(said.returncode, 0)
        self.assertIn("app.json:1:37: error", said.stdout + said.stderr)
        self.assertEqual(talk.ask(MKDIR) + talk.ask(CHMOD), "".join(SAYS["mkdir-only"]))

    def test_another_policy_for_one_container(self):
        several = [self.shell(profile=self.service.profile("app")) for _ in range(2)]
        for container, _ in several:
            self.succeeds(self.engine.detach(container))
        session = self.service.session(self.engine.identity(several[0][0]))["number"]
        other = self.write("other.json", CHMOD_ONLY)
        said = self.service.ask("policy", "set", str(session), other)
        self.assertEqual(said.returncode, 0, said.stderr)
        for (_, talk), policy in zip(several, ("chmod-only", "mkdir-only")):
            self.assertEqual(talk.ask(MKDIR) + talk.ask(CHMOD), "".join(SAYS[policy]))

    def test_kill_ends_a_container(self):
        container, talk = self.shell(profile=self.service.profile("app"))
        self.succeeds(self.engine.detach(container))
        talk.ask("sleep 1000 & true")
        session = self.service.session(self.engine.identity(container))["number"]
        self.assertEqual(self.service.ask("kill", str(session)).returncode, 0)
        talk.wait_for_end()


for_each_engine(globals(), Reload, (Runc, Crun))
del Reload

if __name__ == "__main__":
    unittest.main(verbosity=2)
