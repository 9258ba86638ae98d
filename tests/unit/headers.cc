// No test: what the unit tests include is precompiled as this is compiled.
