"""Containers whose runtime is scsup-runtime: whatever the engine's own profile is, the engine needs nothing else."""

import unittest

from case import for_each_engine
from engines import ENGINES
from policies import ALL, CHMOD, MKDIR, NEITHER, SAYS
from supervised import Supervised

DEFAULT = "neither"


class ByRuntime(Supervised):
    @classmethod
    def start_service(cls):
        super().start_service()
        cls.runtime = cls.service.runtime(DEFAULT, cls.ENGINE.REAL_RUNTIME)
        if not cls.ENGINE.ANNOTATIONS:
            # A policy that isn't the default one gets its own runtime.
            named = [(f"scsup-{name}", cls.service.runtime(name, cls.ENGINE.REAL_RUNTIME)) for name in ALL]
            cls.engine_options = {"runtimes": [("scsup", cls.runtime), *named]}
            cls.runtime = "scsup"

    def setUp(self):
        if lacking := self.engine.USUAL_RUNTIME_ONLY.get(self._testMethodName):
            self.skipTest(lacking)

    def wanting(self, policy):
        if not self.engine.ANNOTATIONS:
            return {"runtime": f"scsup-{policy}"}
        return {"runtime": self.runtime, "annotations": {"io.scsup.policy": policy}}

    def test_the_default_policy_needs_one_flag(self):
        container, talk = self.shell(runtime=self.runtime)
        self.succeeds(self.engine.detach(container))
        self.assertEqual(talk.ask(MKDIR) + talk.ask(CHMOD), "".join(SAYS[DEFAULT]))
        done = self.engine.exec(container, "sh", "-c", f"{MKDIR}; {CHMOD}")
        self.assertEqual(done.stdout, "".join(SAYS[DEFAULT]), done.stderr)
        session = self.service.session(self.engine.identity(container))
        self.assertEqual([g["policy"] for g in session["generations"]], [DEFAULT])

    def test_docker_run_with_that_flag_alone(self):
        if self.engine.ANNOTATIONS:
            self.skipTest("is for docker, whose default runtime is another")
        done = self.engine.call(*self.engine.program, "run", "--runtime", "scsup", "busybox-image", "mkdir", "/x")
        self.assertIn(f"mkdir: can't create directory '/x': {NEITHER}\n", done.stderr)

    def test_the_engines_own_profile_stays_in_force(self):
        asked = "unshare -U true; echo $?; mount -t tmpfs none /tmp; echo $?; grep Seccomp: /proc/self/status"
        _, by_itself = self.run_whole(asked)
        _, supervised = self.run_under("mkdir-only", asked)
        own = "Seccomp:\t2" in by_itself.stdout
        self.assertEqual((supervised.stdout, supervised.stderr),
                         (by_itself.stdout if own else by_itself.stdout.replace("Seccomp:\t0", "Seccomp:\t2"),
                          by_itself.stderr))

    def test_a_policy_that_is_not_there_starts_nothing(self):
        if not self.engine.ANNOTATIONS:
            self.skipTest("needs an engine with annotations")
        container = self.container("echo", "ran", runtime=self.runtime, annotations={"io.scsup.policy": "nowhere"})
        self.addCleanup(self.engine.remove, container)
        done = self.engine.run(container)
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("ran\n", done.stdout)
        self.assertIn("nowhere", done.stderr)


for_each_engine(globals(), ByRuntime, ENGINES)
del ByRuntime, Supervised

if __name__ == "__main__":
    unittest.main(verbosity=2)
