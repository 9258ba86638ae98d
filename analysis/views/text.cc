#include "analysis/views/text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "cli/units.h"

namespace scsup::analysis {
namespace {

constexpr const char* red = "\033[31m";
constexpr const char* yellow = "\033[33m";
constexpr const char* plain = "\033[0m";

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

// "10:50:03.047" of "2026-11-22T10:50:03.047069112Z"
std::string clock_time(std::string_view time) {
  return time.size() >= 23 ? printable(time.substr(11, 12)) : printable(time);
}

// " (1000 times until 10:50:03.047)" of a record that stands for several calls.
std::string times(const Record& record) {
  if (record.count == 1) return "";
  return " (" + std::to_string(record.count) + " times until " + clock_time(record.last()) + ")";
}

std::string who(const Record& record) {
  const std::string_view exe = record.exe;
  const std::string_view name = exe.empty() ? record.comm : exe.substr(exe.rfind('/') + 1);
  std::string text = printable(name.empty() ? std::string_view("?") : name);
  if (record.tid >= 0) text += "[" + std::to_string(record.tid) + "]";
  if (!record.container_name.empty() || !record.container_id.empty())
    text += "@" + printable(record.container_name.empty() ? record.container_id.substr(0, 12)
                                                          : record.container_name);
  return text;
}

std::string what(const Record& record) {
  std::string text = printable(record.syscall.empty() ? std::string_view("?") : record.syscall) + "(";
  std::string between;
  const auto add = [&](std::string_view word) {
    if (word.empty()) return;
    text += between + printable(word);
    between = ", ";
  };
  add(record.path.empty() ? record.resolved : record.path);
  add(record.mode);
  if (record.path.empty() && record.resolved.empty())
    for (std::size_t i = 0; i < record.arg_count; ++i) add(record.args[i]);
  text += ")";
  if (!record.path.empty() && !record.resolved.empty() && record.path != record.resolved)
    text += " -> " + printable(record.resolved);
  return text;
}

std::string result(const Record& record) {
  if (record.how == "continue") return "";
  if (record.act == "kill") return " killed";
  if (!record.err.empty()) return " = " + printable(record.err);
  return record.ret >= 0 ? " = " + std::to_string(record.ret) : " = 0";
}

std::string rule(const Record& record) {
  std::string text = ", " + printable(record.rule.empty() ? std::string_view("rule") : record.rule);
  if (record.rule.empty() && record.by_default) text = ", default";
  if (!record.rule_at.empty()) text += " at " + printable(record.rule_at);
  return text;
}

std::string about_others(const Record& record) {
  std::string text = printable(record.type_name);
  if (record.session >= 0) text += " session " + std::to_string(record.session);
  if (!record.command.empty()) text += " " + printable(record.command);
  if (!record.version.empty()) text += " of scsup " + printable(record.version);
  if (!record.file.empty()) text += " under " + printable(record.file);
  if (record.lost >= 0)
    text += ": " + std::to_string(record.lost) + " records lost, " + printable(record.cause);
  return text;
}

std::string as_ascii(const Record& record, int indent) {
  const auto tree = nlohmann::ordered_json::parse(record.line, nullptr, false);
  if (tree.is_discarded()) return printable(record.line);
  return tree.dump(indent, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string line_of(const Record& record, Colours colours) {
  if (record.type != Type::call)
    return padded("", 8) + " " + clock_time(record.time) + "  -- " + about_others(record);
  const char* colour = nullptr;
  if (colours == Colours::on) colour = record.is_denied() ? red : record.act == "emulate" ? yellow : nullptr;
  const std::string seq = record.seq >= 0 ? std::to_string(record.seq) : "?";
  std::string act = padded(printable(record.act), 7);
  if (colour) act = colour + act + plain;
  return padded(seq, 8) + " " + clock_time(record.time) + " " + act + " " + padded(who(record), 20) + " " +
         what(record) + result(record) + rule(record) + (record.out == "gone" ? ", never arrived" : "") +
         times(record);
}

std::string json_line_of(const Record& record) {
  const bool harmless = std::ranges::all_of(record.line, [](char c) { return c >= 0x20 && c < 0x7f; });
  return harmless ? std::string(record.line) : as_ascii(record, -1);
}

std::string whole(const Record& record) { return as_ascii(record, 2); }

}  // namespace scsup::analysis
