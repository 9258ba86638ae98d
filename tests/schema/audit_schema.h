// docs/audit.schema.json, judging records: for fixtures, so that each record that a test has scsup write is
// one that the schema knows.
//
// The keywords of JSON Schema that are used there, and no others: an unknown one is an exception. Whether the
// schema means the same to others is a matter of python3-jsonschema (tests/shipped/schema_test.py).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace scsup::tests {

// What is wrong with it, "/proc/pid: ..." each; none: it is good.
std::vector<std::string> faults_of(const nlohmann::json& record);

// A failure of the running test for each bad record of the files audit*.jsonl in that directory. A line that
// is no JSON object is of no interest: tests tear lines.
void expect_known_records(const std::string& directory);

}  // namespace scsup::tests
