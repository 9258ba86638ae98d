#include "cli/options.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <sstream>

#include "base/say.h"

namespace scsup {

namespace {

namespace po = boost::program_options;

po::options_description describe(const std::vector<Option>& options) {
  po::options_description description("", 100, 50);
  for (const Option& option : options) {
    if (option.value)
      description.add_options()(option.name, po::value<std::string>()->value_name(option.value), option.help);
    else
      description.add_options()(option.name, option.help);
  }
  description.add_options()("help", "print this and exit");
  return description;
}

// The option as written on the command line, with its dashes.
const Option* find(const std::vector<Option>& options, const std::string& word) {
  const auto is_named = [&](const Option& option) {
    const std::string names = option.name;
    const std::size_t comma = names.find(',');
    return word == "--" + names.substr(0, comma) ||
           (comma != std::string::npos && word == "-" + names.substr(comma + 1));
  };
  const auto it = std::find_if(options.begin(), options.end(), is_named);
  return it == options.end() ? nullptr : &*it;
}

// Where the options end: Boost would also parse those of the command that follows.
std::size_t end_of_options(const Arguments& arguments, const std::vector<Option>& options) {
  std::size_t i = 0;
  while (i < arguments.size() && arguments[i] != "--" && arguments[i].size() > 1 && arguments[i][0] == '-') {
    const Option* option = find(options, arguments[i]);
    i += option && option->value ? 2 : 1;
  }
  return std::min(i, arguments.size());
}

}  // namespace

Options::Options(const Arguments& arguments, const std::vector<Option>& options) {
  const std::size_t end = end_of_options(arguments, options);
  const Arguments ours(arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(end));
  rest_.assign(arguments.begin() + static_cast<std::ptrdiff_t>(end), arguments.end());
  if (!rest_.empty() && rest_.front() == "--") rest_.erase(rest_.begin());
  try {
    const po::options_description description = describe(options);
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    const po::parsed_options parsed = po::command_line_parser(ours).options(description).style(style).run();
    for (const auto& option : parsed.options) {
      if (has(option.string_key)) throw UsageError("option '--" + option.string_key + "' is given twice");
      given_.push_back({option.string_key, option.value.empty() ? "" : option.value.front()});
    }
  } catch (const po::error& error) {
    throw UsageError(error.what());
  }
}

bool Options::has(const std::string& name) const {
  return std::any_of(given_.begin(), given_.end(), [&](const Given& g) { return g.name == name; });
}

std::optional<std::string> Options::value(const std::string& name) const {
  for (const Given& given : given_)
    if (given.name == name) return given.value;
  return std::nullopt;
}

std::string help(const std::string& usage, const std::vector<Option>& options) {
  std::ostringstream out;
  out << usage << "\nOptions:\n" << describe(options);
  return out.str();
}

void complain(const std::string& message) { say(Severity::error, message); }

}  // namespace scsup
