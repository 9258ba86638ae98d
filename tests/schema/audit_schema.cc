#include "tests/schema/audit_schema.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>

namespace scsup::tests {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const Json& schema() {
  static const Json whole = Json::parse(std::ifstream(SCSUP_SOURCE "/docs/audit.schema.json"));
  return whole;
}

bool matches(const std::string& pattern, const std::string& text) {
  static std::map<std::string, std::unique_ptr<RE2>> compiled;
  auto& one = compiled[pattern];
  if (!one) one = std::make_unique<RE2>(pattern);
  return RE2::PartialMatch(text, *one);
}

class Check {
 public:
  std::vector<std::string> faults;

  void value(const Json& rule, const Json& value, const std::string& at) {
    for (const auto& [word, wanted] : rule.items()) keyword(rule, word, wanted, value, at);
  }

 private:
  void fail(const std::string& at, const std::string& why) { faults.push_back(at + ": " + why); }

  void keyword(const Json& rule, const std::string& word, const Json& wanted, const Json& it,
               const std::string& at) {
    static const std::set<std::string> said_elsewhere = {
        "$schema", "$id", "$defs", "title", "description", "x-ocsf", "x-ecs", "patternProperties", "then"};
    if (said_elsewhere.contains(word)) return;
    if (word == "$ref")
      return value(schema().at(Json::json_pointer(wanted.get<std::string>().substr(1))), it, at);
    if (word == "const" && it != wanted) return fail(at, "is not " + wanted.dump());
    if (word == "enum" && std::find(wanted.begin(), wanted.end(), it) == wanted.end())
      return fail(at, it.dump() + " is none of " + wanted.dump());
    if (word == "type" && !has_type(it, wanted))
      return fail(at, it.dump() + " is no " + wanted.get<std::string>());
    if (word == "pattern" && it.is_string() && !matches(wanted, it))
      return fail(at, it.dump() + " is not like " + wanted.get<std::string>());
    if (word == "minimum" && it.is_number() && it < wanted) return fail(at, it.dump() + " is too small");
    if (word == "maximum" && it.is_number() && it > wanted) return fail(at, it.dump() + " is too large");
    if (word == "maxItems" && it.is_array() && it.size() > wanted) return fail(at, "has too many items");
    if (word == "minProperties" && it.is_object() && it.size() < wanted)
      return fail(at, "has too few members");
    if (word == "items" && it.is_array())
      for (std::size_t i = 0; i < it.size(); ++i) value(wanted, it[i], at + "/" + std::to_string(i));
    if (word == "required" && it.is_object())
      for (const Json& name : wanted)
        if (!it.contains(name.get<std::string>())) fail(at, "lacks " + name.dump());
    if (word == "properties" && it.is_object())
      for (const auto& [name, below] : wanted.items())
        if (it.contains(name)) value(below, it[name], at + "/" + name);
    if (word == "additionalProperties" && it.is_object()) only_known(rule, it, at);
    if (word == "allOf")
      for (const Json& one : wanted) value(one, it, at);
    if (word == "if") {
      Check asked;
      asked.value(wanted, it, at);
      if (asked.faults.empty()) value(rule.at("then"), it, at);
    }
    static const std::set<std::string> done = {
        "const",    "enum",     "type",       "pattern",       "minimum", "maximum",
        "maxItems", "required", "properties", "minProperties", "items",   "additionalProperties",
        "allOf",    "if"};
    if (!done.contains(word)) throw std::runtime_error("the schema's " + word + " is not known here");
  }

  void only_known(const Json& rule, const Json& it, const std::string& at) {
    const Json patterns = rule.value("patternProperties", Json::object());
    for (const auto& [name, inner] : it.items()) {
      if (rule.at("properties").contains(name)) continue;
      bool known = false;
      for (const auto& [pattern, below] : patterns.items()) {
        if (!matches(pattern, name)) continue;
        known = true;
        value(below, inner, at + "/" + name);
      }
      if (!known) fail(at, "has a member that the schema doesn't know: " + name);
    }
  }

  static bool has_type(const Json& it, const std::string& type) {
    if (type == "object") return it.is_object();
    if (type == "array") return it.is_array();
    if (type == "string") return it.is_string();
    if (type == "integer") return it.is_number_integer();
    if (type == "boolean") return it.is_boolean();
    throw std::runtime_error("the schema's type " + type + " is not known here");
  }
};

}  // namespace

std::vector<std::string> faults_of(const Json& record) {
  Check check;
  check.value(schema(), record, "");
  return check.faults;
}

void expect_known_records(const std::string& directory) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with("audit") || !name.ends_with(".jsonl") || !entry.is_regular_file(error)) continue;
    std::ifstream in(entry.path());
    std::size_t number = 0, bad = 0;
    for (std::string line; bad < 3 && std::getline(in, line);) {
      ++number;
      const Json record = Json::parse(line, nullptr, false);
      if (!record.is_object()) continue;
      const auto faults = faults_of(record);
      if (faults.empty()) continue;
      ++bad;
      ADD_FAILURE() << name << ":" << number << ": not as docs/audit.schema.json says: " << faults[0] << "\n"
                    << line.substr(0, 1000);
    }
  }
}

}  // namespace scsup::tests
