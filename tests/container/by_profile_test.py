"""Containers whose seccomp profile names the receiver of their listener: listenerPath and listenerMetadata."""

import unittest

from case import for_each_engine
from engines import BY_PROFILE
from policies import ALL
from supervised import Supervised


class ByProfile(Supervised):
    @classmethod
    def start_service(cls):
        super().start_service()
        cls.profiles = {name: cls.service.profile(name) for name in ALL}

    def wanting(self, policy):
        return {"profile": self.profiles[policy]}


for_each_engine(globals(), ByProfile, BY_PROFILE)
del ByProfile, Supervised

if __name__ == "__main__":
    unittest.main(verbosity=2)
