// docs/audit.schema.json as a validator of records: fixtures use it, so that each record that scsup writes in a test
// conforms to the schema.
//
// Supports only the keywords of JSON Schema that are used there; an unknown one is an exception. Whether other
// validators agree is tested with python3-jsonschema (tests/shipped/schema_test.py).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace scsup::tests {

// What is wrong with it, "/proc/pid: ..." each; empty if it is valid.
std::vector<std::string> faults_of(const nlohmann::json& record);

// A failure of the running test for each bad record of the files audit*.jsonl in that directory. Ignores lines that
// are not JSON objects, because tests tear lines.
void expect_known_records(const std::string& directory);

}  // namespace scsup::tests
