#include "supervisor/control/methods.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "supervisor/control/interface.h"
#include "supervisor/control/wire.h"

namespace scsup::control {

namespace {

using Outcome = tl::expected<Json, Refusal>;

// The parameters of one call, read by type. The first error is remembered, and values read after it mean nothing.
class Parameters {
 public:
  explicit Parameters(const Json& given) : given_(given) {}

  std::uint32_t session() {
    const Json* value = find("session");
    if (value && value->is_number_unsigned() && value->get<std::uint64_t>() <= UINT32_MAX)
      return value->get<std::uint32_t>();
    wrong("session", "expected the number of a session");
    return 0;
  }
  std::string text(const char* key) {
    const Json* value = find(key);
    if (value && value->is_string()) return value->get<std::string>();
    wrong(key, "expected a string");
    return {};
  }
  std::vector<std::string> names() {
    const Json* value = find("names");
    std::vector<std::string> names;
    if (!value || value->is_null()) return names;
    if (!value->is_array() ||
        !std::all_of(value->begin(), value->end(), [](const Json& name) { return name.is_string(); })) {
      wrong("names", "expected a list of strings");
      return names;
    }
    for (const Json& name : *value) names.push_back(name.get<std::string>());
    return names;
  }
  // To be called after all were read: any other parameter is an error too, a misspelt name for example.
  std::optional<Refusal> refused() {
    for (const auto& [key, value] : given_.items())
      if (std::find(known_.begin(), known_.end(), key) == known_.end())
        wrong(key, "this method has no such parameter");
    return refused_;
  }

 private:
  const Json* find(const char* key) {
    known_.push_back(key);
    const auto value = given_.find(key);
    return value == given_.end() ? nullptr : &*value;
  }
  void wrong(const std::string& key, const char* reason) {
    if (!refused_) refused_ = invalid_parameter(key, reason);
  }

  const Json& given_;
  std::vector<std::string> known_;
  std::optional<Refusal> refused_;
};

tl::unexpected<Refusal> refused(Refusal refusal) { return tl::unexpected(std::move(refusal)); }

tl::unexpected<Refusal> refused(const Error& error, std::uint32_t session) {
  if (error.err == ESRCH)
    return refused({std::string(interface_name) + ".NoSuchSession", {{"session", session}}});
  if (error.err == ENOENT) return refused(refusal("NoSuchPolicy", error.what));
  Refusal failure = refusal("Failed", error.text());
  failure.parameters["errno"] = error.err;
  return refused(std::move(failure));
}

std::int64_t now_us(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * std::int64_t{1'000'000} + now.tv_nsec / 1000;
}

Outcome get_info(Service&, const Json& given) {
  if (auto wrong = Parameters(given).refused()) return refused(*wrong);
  return Json{{"vendor", "scsup"},
              {"product", "scsup"},
              {"version", SCSUP_VERSION},
              {"url", "man:scsup-control(7)"},
              {"interfaces", {"org.varlink.service", interface_name}}};
}

Outcome get_description(Service&, const Json& given) {
  Parameters parameters(given);
  const std::string interface = parameters.text("interface");
  if (auto wrong = parameters.refused()) return refused(*wrong);
  if (interface == interface_name) return Json{{"description", own_description}};
  if (interface == "org.varlink.service") return Json{{"description", varlink_description}};
  return refused({"org.varlink.service.InterfaceNotFound", {{"interface", interface}}});
}

Outcome sessions(Service& service, const Json& given) {
  if (auto wrong = Parameters(given).refused()) return refused(*wrong);
  return Json{{"sessions", to_wire(service.sessions())},
              {"remarks", service.remarks()},
              {"events", service.events()}};
}

Outcome inspect(Service& service, const Json& given) {
  Parameters parameters(given);
  const std::uint32_t session = parameters.session();
  if (auto wrong = parameters.refused()) return refused(*wrong);
  const auto inspection = service.inspect(session);
  if (!inspection) return refused(inspection.error(), session);
  return to_wire(*inspection);
}

Outcome top(Service& service, const Json& given) {
  if (auto wrong = Parameters(given).refused()) return refused(*wrong);
  Json reply{{"mono_us", now_us(CLOCK_MONOTONIC)}, {"now_us", now_us(CLOCK_REALTIME)}};
  const std::vector<SessionState> all = service.sessions();
  Json rules = Json::array();
  for (const SessionState& session : all)
    if (const auto rates = service.rates(session.number); rates && !rates->empty())  // it may have just ended
      rules.push_back({{"session", session.number}, {"rules", to_wire(*rates)}});
  reply["sessions"] = to_wire(all);
  reply["rules"] = std::move(rules);
  return reply;
}

Outcome audit(Service& service, const Json& given) {
  if (auto wrong = Parameters(given).refused()) return refused(*wrong);
  return Json{{"file", service.audit()}};
}

Outcome reload(Service& service, const Json& given) {
  Parameters parameters(given);
  const std::vector<std::string> names = parameters.names();
  if (auto wrong = parameters.refused()) return refused(*wrong);
  const auto reloaded = service.reload(names);
  if (!reloaded) return refused(reloaded.error(), 0);
  return Json{{"policies", to_wire(*reloaded)}};
}

Outcome set_policy(Service& service, const Json& given) {
  Parameters parameters(given);
  const std::uint32_t session = parameters.session();
  const std::string file = parameters.text("file");
  const std::string text = parameters.text("text");
  if (auto wrong = parameters.refused()) return refused(*wrong);
  const auto reloaded = service.set_policy(session, file, text);
  if (!reloaded) return refused(reloaded.error(), session);
  return Json{{"policy", to_wire(*reloaded)}};
}

Outcome kill(Service& service, const Json& given) {
  Parameters parameters(given);
  const std::uint32_t session = parameters.session();
  if (auto wrong = parameters.refused()) return refused(*wrong);
  const auto killed = service.kill(session);
  if (!killed) return refused(killed.error(), session);
  return Json{{"processes", *killed}};
}

Outcome perform(Service& service, const Call& call) {
  using Method = Outcome (*)(Service&, const Json&);
  static const std::map<std::string, Method> methods = {
      {"io.scsup.control.Audit", audit},
      {"io.scsup.control.Inspect", inspect},
      {"io.scsup.control.Kill", kill},
      {"io.scsup.control.Reload", reload},
      {"io.scsup.control.Sessions", sessions},
      {"io.scsup.control.SetPolicy", set_policy},
      {"io.scsup.control.Top", top},
      {"org.varlink.service.GetInfo", get_info},
      {"org.varlink.service.GetInterfaceDescription", get_description}};
  if (const auto method = methods.find(call.method); method != methods.end())
    return method->second(service, call.parameters);
  const std::string interface = call.method.substr(0, std::min(call.method.rfind('.'), call.method.size()));
  if (interface == interface_name || interface == "org.varlink.service")
    return refused({"org.varlink.service.MethodNotFound", {{"method", call.method}}});
  return refused({"org.varlink.service.InterfaceNotFound", {{"interface", interface}}});
}

}  // namespace

Answer answer(Service& service, std::string_view message) {
  const auto call = read_call(message);
  if (!call) return {write_reply(call.error()), true};
  const Outcome outcome = perform(service, *call);
  if (call->oneway) return {};
  return {outcome ? write_reply(*outcome) : write_reply(outcome.error())};
}

}  // namespace scsup::control
