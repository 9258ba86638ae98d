#include "supervisor/client/asking.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>

#include "base/printable.h"
#include "supervisor/control/place.h"

namespace scsup {

namespace {

// Options accepts them only in front; here they may be anywhere before a "--".
Arguments options_first(const Arguments& arguments, const std::vector<Option>& options) {
  Arguments front, words;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--") {
      words.insert(words.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, arguments.end());
      break;
    }
    if (word.size() < 2 || word[0] != '-') {
      words.push_back(word);
      continue;
    }
    front.push_back(word);
    const bool takes_value = std::any_of(options.begin(), options.end(), [&](const Option& option) {
      return option.value && word == "--" + std::string(option.name);
    });
    if (takes_value && i + 1 < arguments.size()) front.push_back(arguments[++i]);
  }
  front.push_back("--");
  front.insert(front.end(), words.begin(), words.end());
  return front;
}

std::string in_quotes(const std::string& text) { return "'" + printable(text) + "'"; }

std::string cannot_connect(const std::string& path, const Error& error) {
  if (error.err == ENOENT || error.err == ECONNREFUSED)
    return "no supervisor answers at " + printable(path) + "; is `scsup serve` running? (see --control)";
  if (error.err == EACCES || error.err == EPERM)
    return "may not connect to " + in_quotes(path) + "; run this as the supervisor's user, or as root";
  if (error.err == EPROTOTYPE)
    return in_quotes(path) +
           " is the socket for agents; --control takes the one that `scsup serve --control` made";
  return printable(error.text());
}

}  // namespace

Asking::Asking(const char* usage, const Arguments& arguments, std::vector<Option> options)
    : given_(options_first(arguments, options), options) {
  if (given_.has("help")) {
    std::fputs(help(usage, options).c_str(), stdout);
    helped_ = true;
    return;
  }
  if (const auto path = given_.value("control")) {
    path_ = *path;
  } else if (const auto usual = control::usual_socket()) {
    path_ = *usual;
  } else {
    throw std::runtime_error(
        "where is the supervisor's control socket? $XDG_RUNTIME_DIR is not set; use --control PATH");
  }
}

control::Client& Asking::client() {
  if (client_) return *client_;
  auto connected = control::Client::connect(path_);
  if (!connected) throw std::runtime_error(cannot_connect(path_, connected.error()));
  return client_.emplace(std::move(*connected));
}

control::Json Asking::ask(const std::string& method, const control::Json& parameters) {
  const auto reply = client().call(method, parameters);
  if (!reply) fail(reply.error());
  return parameters_of(*reply);
}

void Asking::fail(const Error& error) const {
  if (error.err == ECONNRESET)
    throw std::runtime_error("the supervisor at " + printable(path_) +
                             " hung up without a reply; its log may say why");
  throw std::runtime_error(printable(path_) + ": " + printable(error.text()));
}

control::Json Asking::parameters_of(const control::Reply& reply) const {
  if (reply.error.empty()) return reply.parameters;
  const std::string own = std::string(control::interface_name) + ".";
  if (reply.error == own + "NoSuchSession")
    throw std::runtime_error("there is no session " + std::to_string(number_in(reply.parameters, "session")) +
                             "; `scsup ps` lists those that live");
  if (reply.error.ends_with(".MethodNotFound") || reply.error.ends_with(".InterfaceNotFound"))
    throw std::runtime_error("the program at " + printable(path_) +
                             " can't do that; is it a supervisor of this version?");
  const auto reason = reply.parameters.find("reason");
  throw std::runtime_error(reason != reply.parameters.end() && reason->is_string()
                               ? printable(reason->get<std::string>())
                               : "the supervisor refused: " + printable(reply.error));
}

int complain_of_usage(const char* command, const UsageError& error) {
  complain(std::string(error.what()) + "; try 'scsup " + command + " --help'");
  return own_failure;
}

std::uint32_t session_number(const std::string& word) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size())
    throw UsageError(in_quotes(word) + " is not the number of a session (`scsup ps` lists them)");
  return number;
}

void expect_no_words(const Arguments& words, std::size_t after) {
  if (words.size() > after) throw UsageError(in_quotes(words[after]) + " is not expected here");
}

std::uint64_t number_in(const control::Json& reply, const char* key) {
  const auto value = reply.find(key);
  return value != reply.end() && value->is_number_unsigned() ? value->get<std::uint64_t>() : 0;
}

void print(const std::string& line) { std::puts(line.c_str()); }

void print_json(const control::Json& reply) {
  std::puts(reply.dump(-1, ' ', true, control::Json::error_handler_t::replace).c_str());
}

std::string title_of(const control::SessionState& session) {
  const auto known = [&](const char* key) {
    const auto found = session.container.find(key);
    return found == session.container.end() ? std::string() : found->second;
  };
  if (const std::string name = known("name"); !name.empty()) return printable(name);
  const std::string id = known("id");
  const bool is_digest = id.size() == 64 && id.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!id.empty()) return printable(is_digest ? id.substr(0, 12) : id);
  return printable(session.command);
}

std::string rule_words(const std::string& rule) {
  constexpr std::string_view prefix = "rule ";
  return printable(rule.starts_with(prefix) ? rule.substr(prefix.size()) : rule);
}

}  // namespace scsup
