#include "tests/e2e/scsup_test.h"
