// What the commands that ask a supervisor have in common: options, the call, and the message if it fails. Failures
// throw std::runtime_error, which main prints.
#pragma once

#include <optional>
#include <string>

#include "cli/options.h"
#include "cli/terminal.h"
#include "supervisor/control/client.h"
#include "supervisor/control/service.h"

namespace scsup {

inline const Option control_option = {"control", "PATH",
                                      "the supervisor's control socket (default: scsup/control.sock in /run "
                                      "for root, else in $XDG_RUNTIME_DIR)"};
inline const Option json_option = {"json", nullptr, "the supervisor's reply as one line of JSON"};

class Asking {
 public:
  // Options may come before and after the arguments. If help was asked for, prints it, and helped() is true.
  Asking(const char* usage, const Arguments& arguments, std::vector<Option> options);

  bool helped() const { return helped_; }
  bool has(const char* option) const { return given_.has(option); }
  const Arguments& words() const { return given_.rest(); }

  // Connects on first use.
  control::Client& client();
  // The parameters of the reply.
  control::Json ask(const std::string& method, const control::Json& parameters = control::Json::object());
  // The same for a reply that came in another way, or didn't come.
  [[noreturn]] void fail(const Error& error) const;
  control::Json parameters_of(const control::Reply& reply) const;

 private:
  std::string path_;
  Options given_;
  bool helped_ = false;
  std::optional<control::Client> client_;
};

// Prints "scsup: ...; try 'scsup ps --help'"; returns the exit status for that.
int complain_of_usage(const char* command, const UsageError& error);

// Throws UsageError.
std::uint32_t session_number(const std::string& word);
void expect_no_words(const Arguments& words, std::size_t after);

// 0 if it is missing.
std::uint64_t number_in(const control::Json& reply, const char* key);

void print(const std::string& line);
// The reply as it came, for --json.
void print_json(const control::Json& reply);

// The session's name: the container's name, or its id as engines show it (the first 12 digits of 64), else its
// command. Printable.
std::string title_of(const control::SessionState& session);

// A rule's words, printable, for a column with the title RULE: "no-mkdir at p.json:6:7".
std::string rule_words(const std::string& rule);

}  // namespace scsup
