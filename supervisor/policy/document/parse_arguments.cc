#include "supervisor/policy/document/parse_parts.h"

namespace scsup {
namespace {

constexpr std::string_view argument_keys[] = {"index", "value", "valueTwo", "op"};

struct Operator {
  Compare compare;
  bool masked;
};
constexpr Word<Operator> operator_words[] = {
    {"SCMP_CMP_NE", {Compare::ne, false}},       {"SCMP_CMP_LT", {Compare::lt, false}},
    {"SCMP_CMP_LE", {Compare::le, false}},       {"SCMP_CMP_EQ", {Compare::eq, false}},
    {"SCMP_CMP_GE", {Compare::ge, false}},       {"SCMP_CMP_GT", {Compare::gt, false}},
    {"SCMP_CMP_MASKED_EQ", {Compare::eq, true}},
};

std::optional<ProfileArgument> read_argument(Reader& reader, const Json& json) {
  if (!reader.object(json, "an element of \"args\"", argument_keys)) return std::nullopt;
  const Json* index = given(json, "index");
  const Json* value = given(json, "value");
  const Json* second = given(json, "valueTwo");
  const Json* op = given(json, "op");
  if (!index) reader.error(json.place, "this element of \"args\" has no \"index\"");
  if (!value) reader.error(json.place, "this element of \"args\" has no \"value\"");
  if (!op) reader.error(json.place, "this element of \"args\" has no \"op\"");
  std::optional<std::uint64_t> arg, datum, datum_two = 0;
  std::optional<Operator> compare;
  if (index) arg = reader.whole(*index, "\"index\"", 5);
  if (value) datum = reader.whole(*value, "\"value\"", every_bit, 64);
  if (second) datum_two = reader.whole(*second, "\"valueTwo\"", every_bit, 64);
  if (op) compare = reader.word<Operator>(*op, "operator", operator_words);
  if (!arg || !datum || !datum_two || !compare) return std::nullopt;
  ProfileArgument argument;
  argument.place = json.place;
  argument.comparison.arg = static_cast<std::uint8_t>(*arg);
  argument.comparison.op = compare->compare;
  argument.comparison.value = *datum;
  if (compare->masked) {  // libseccomp: "value" is the mask, "valueTwo" what the masked argument must equal
    argument.comparison.mask = *datum;
    argument.comparison.value = *datum_two;
  }
  return argument;
}

}  // namespace

std::vector<ProfileArgument> read_arguments(Reader& reader, const Json& json) {
  std::vector<ProfileArgument> arguments;
  if (const auto* items = reader.list(json, "\"args\""))
    for (const Json& item : *items)
      if (auto argument = read_argument(reader, item)) arguments.push_back(*argument);
  return arguments;
}

}  // namespace scsup
