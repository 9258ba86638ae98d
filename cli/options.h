// Parsing of command lines with Boost.Program_options, in scsup's words.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace scsup {

using Arguments = std::vector<std::string>;

// scsup's own failure, as in env(1), timeout(1), docker run.
inline constexpr int own_failure = 125;

// Prints "scsup: MESSAGE" on stderr.
void complain(const std::string& message);

// A mistake on the command line; what() says what was expected.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Option {
  const char* name;   // without dashes; "lines,n": also -n
  const char* value;  // name of its value in help; nullptr: a switch
  const char* help;
};

class Options {
 public:
  // Options come first; the rest begins at "--" or at the first argument that is no option. Throws
  // UsageError.
  Options(const Arguments& arguments, const std::vector<Option>& options);

  bool has(const std::string& name) const;
  std::optional<std::string> value(const std::string& name) const;
  const Arguments& rest() const { return rest_; }

 private:
  struct Given {
    std::string name, value;
  };
  std::vector<Given> given_;
  Arguments rest_;
};

// "Usage: ..." with the options below, at most a screen.
std::string help(const std::string& usage, const std::vector<Option>& options);

}  // namespace scsup
