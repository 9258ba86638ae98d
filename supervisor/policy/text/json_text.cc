#include "supervisor/policy/text/json_text.h"

#include <algorithm>
#include <cstdio>

namespace scsup {
namespace {

void append_string(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
    } else {
      out += c;
    }
  }
  out += '"';
}

// `gap` follows ',' and ':'.
void append(const Json& json, std::string_view gap, std::string& out) {
  switch (json.kind) {
    case Json::Kind::null:
      out += "null";
      break;
    case Json::Kind::boolean:
      out += json.boolean ? "true" : "false";
      break;
    case Json::Kind::number:
      out += json.text;
      break;
    case Json::Kind::string:
      append_string(json.text, out);
      break;
    case Json::Kind::array:
      out += '[';
      for (const Json& item : json.items) {
        if (&item != &json.items.front()) (out += ',') += gap;
        append(item, gap, out);
      }
      out += ']';
      break;
    case Json::Kind::object:
      out += '{';
      for (const Member& member : json.members) {
        if (&member != &json.members.front()) (out += ',') += gap;
        append_string(member.key, out);
        (out += ':') += gap;
        append(member.value, gap, out);
      }
      out += '}';
      break;
  }
}

bool is_plain(const Json& json) { return json.kind != Json::Kind::array && json.kind != Json::Kind::object; }

class Page {
 public:
  explicit Page(std::size_t columns) : columns_(columns) {}

  void put(const Json& json, std::size_t indent) {
    std::string line;
    append(json, " ", line);
    if (is_plain(json) || column() + line.size() + 1 <= columns_) {
      out_ += line;
    } else if (json.kind == Json::Kind::object) {
      out_ += '{';
      for (const Member& member : json.members) {
        new_line(&member == &json.members.front(), indent + 2);
        append_string(member.key, out_);
        out_ += ": ";
        put(member.value, indent + 2);
      }
      close('}', indent);
    } else {
      put_list(json, indent);
    }
  }
  std::string take() { return std::move(out_); }

 private:
  // Several words share a line; anything else has a line of its own.
  void put_list(const Json& json, std::size_t indent) {
    out_ += '[';
    bool first = true;
    for (const Json& item : json.items) {
      std::string word;
      if (is_plain(item)) append(item, " ", word);
      if (!first && is_plain(item) && column() + word.size() + 3 <= columns_)
        out_ += ", ";
      else
        new_line(first, indent + 2);
      if (is_plain(item))
        out_ += word;
      else
        put(item, indent + 2);
      first = false;
    }
    close(']', indent);
  }
  void new_line(bool first, std::size_t indent) {
    out_ += first ? "\n" : ",\n";
    out_.append(indent, ' ');
  }
  void close(char bracket, std::size_t indent) {
    out_ += '\n';
    out_.append(indent, ' ');
    out_ += bracket;
  }
  std::size_t column() const {
    const std::size_t line = out_.rfind('\n');
    return line == std::string::npos ? out_.size() : out_.size() - line - 1;
  }

  const std::size_t columns_;
  std::string out_;
};

}  // namespace

std::string json_text(const Json& json) {
  std::string out;
  append(json, "", out);
  return out;
}

std::string json_page(const Json& json, std::size_t columns) {
  Page page(columns);
  page.put(json, 0);
  return page.take() + "\n";
}

Json json_string(std::string_view text) {
  Json json;
  json.kind = Json::Kind::string;
  json.text = text;
  return json;
}

Json json_number(std::uint64_t number) {
  Json json;
  json.kind = Json::Kind::number;
  json.whole = number;
  json.text = std::to_string(number);
  return json;
}

Json json_object() {
  Json json;
  json.kind = Json::Kind::object;
  return json;
}

Json json_list(std::vector<Json> items) {
  Json json;
  json.kind = Json::Kind::array;
  json.items = std::move(items);
  return json;
}

Json json_list(std::span<const std::string> items) {
  Json json = json_list();
  for (const std::string& item : items) json.items.push_back(json_string(item));
  return json;
}

Json& set(Json& object, std::string_view key, Json value) {
  for (Member& member : object.members)
    if (member.key == key) return member.value = std::move(value);
  object.members.push_back({std::string(key), {}, std::move(value)});
  return object.members.back().value;
}

void remove(Json& object, std::string_view key) {
  std::erase_if(object.members, [&](const Member& member) { return member.key == key; });
}

bool same(const Json& a, const Json& b) { return json_text(a) == json_text(b); }

}  // namespace scsup
