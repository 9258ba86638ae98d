// scsup reload, scsup policy set: policies that change while targets run.
#include "supervisor/client/reload.h"

#include <cstdio>

#include "base/printable.h"
#include "supervisor/catalogue/policy_file.h"
#include "supervisor/client/asking.h"
#include "supervisor/control/wire.h"
#include "supervisor/policy/text/json_syntax.h"

namespace scsup {

namespace {

using control::Changed;
using control::Reloaded;

constexpr const char* reload_usage =
    "Usage: scsup reload [NAME...] [--control PATH]\n"
    "\n"
    "Makes a running supervisor read its policies again, all of them or those named, and says for each\n"
    "session what takes effect now and what only a restart of its processes can change. A mistake in one\n"
    "leaves the old versions in force; the exit status is then 1.\n";
constexpr const char* set_usage =
    "Usage: scsup policy set SESSION FILE [--control PATH]\n"
    "\n"
    "Gives one session the policy of FILE from now on. `scsup ps` lists the sessions. With a mistake\n"
    "in FILE nothing changes and the exit status is 1.\n";

void print_session(const Changed& changed) {
  const std::string session = "  session " + std::to_string(changed.session) + ": ";
  if (changed.needs_restart.empty()) return print(session + "all of it takes effect now");
  print(session + "takes effect now, except what needs a restart of its processes:");
  for (const std::string& what : changed.needs_restart) print("    " + printable(what));
}

void print_one(const Reloaded& policy) {
  const std::string name = printable(policy.policy);
  const std::string generation = "generation " + std::to_string(policy.generation);
  if (!policy.mistakes.empty()) {
    print(name + ": not changed, " + generation + " stays in force");
    for (const std::string& mistake : policy.mistakes) print(printable(mistake));
    return;
  }
  if (!policy.changed) {
    print(name + ": the same text as before, " + generation);
    for (const Changed& session : policy.sessions)
      if (!session.needs_restart.empty()) print_session(session);
    return;
  }
  print(name + ": " + generation + ", from " + printable(policy.file));
  if (policy.sessions.empty()) print("  no session has it");
  for (const Changed& changed : policy.sessions) print_session(changed);
}

}  // namespace

bool print_reloaded(const std::vector<Reloaded>& policies) {
  bool fine = true;
  for (const Reloaded& policy : policies) {
    print_one(policy);
    fine = fine && policy.mistakes.empty();
  }
  return fine;
}

int command_reload(const Arguments& arguments) {
  try {
    Asking asking(reload_usage, arguments, {control_option});
    if (asking.helped()) return 0;
    const control::Json reply = asking.ask("Reload", {{"names", asking.words()}});
    return print_reloaded(control::list_from_wire<Reloaded>(reply, "policies")) ? 0 : 1;
  } catch (const UsageError& error) {
    return complain_of_usage("reload", error);
  }
}

int command_policy_set(const Arguments& arguments) {
  try {
    Asking asking(set_usage, arguments, {control_option});
    if (asking.helped()) return 0;
    if (asking.words().size() < 2) throw UsageError("a SESSION and a FILE are expected");
    expect_no_words(asking.words(), 2);
    const std::uint32_t session = session_number(asking.words()[0]);
    const std::string& file = asking.words()[1];
    const auto policy = read_policy_file(file);
    if (!policy) throw std::runtime_error(printable(policy.error().text()));
    if (first_invalid_utf8(policy->text))  // JSON can't carry it
      throw std::runtime_error(printable(file) + " is no UTF-8; a policy is UTF-8 text");
    const control::Json reply =
        asking.ask("SetPolicy", {{"session", session}, {"file", file}, {"text", policy->text}});
    Reloaded reloaded;
    if (const auto told = reply.find("policy"); told != reply.end() && told->is_object())
      control::from_wire(*told, reloaded);
    return print_reloaded({reloaded}) ? 0 : 1;
  } catch (const UsageError& error) {
    return complain_of_usage("policy set", error);
  }
}

}  // namespace scsup
