#include "supervisor/control/call.h"

#include <vector>

namespace scsup::control {

namespace {

// A first pass that keeps nothing: refuses a short text that would become a large tree.
class Bounds {
 public:
  const std::string& complaint() const { return complaint_; }

  bool null() { return value(); }
  bool boolean(bool) { return value(); }
  bool number_integer(std::int64_t) { return value(); }
  bool number_unsigned(std::uint64_t) { return value(); }
  bool number_float(double, const std::string&) { return value(); }
  bool string(std::string&) { return value(); }
  bool binary(std::vector<std::uint8_t>&) { return false; }  // JSON text has none
  bool key(std::string&) { return value(); }
  bool start_object(std::size_t) { return deeper(); }
  bool start_array(std::size_t) { return deeper(); }
  bool end_object() { return --depth_ >= 0; }
  bool end_array() { return --depth_ >= 0; }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
    return fail("no JSON: it goes wrong at byte " + std::to_string(position));
  }

 private:
  bool value() {
    if (++values_ <= call_value_limit) return true;
    return fail("more than " + std::to_string(call_value_limit) + " values in one message");
  }
  bool deeper() {
    if (++depth_ <= call_depth_limit) return value();
    return fail("nested deeper than " + std::to_string(call_depth_limit) + " levels");
  }
  bool fail(std::string complaint) {
    complaint_ = std::move(complaint);
    return false;
  }

  int depth_ = 0;
  std::size_t values_ = 0;
  std::string complaint_;
};

std::string write(const Json& json) {
  std::string text = json.dump(-1, ' ', true, Json::error_handler_t::replace);
  text += '\0';
  return text;
}

}  // namespace

Refusal broken_message(const std::string& reason) { return refusal("BrokenMessage", reason); }

Refusal invalid_parameter(const std::string& parameter, const std::string& reason) {
  return {"org.varlink.service.InvalidParameter", {{"parameter", parameter}, {"reason", reason}}};
}

Refusal refusal(const char* name, const std::string& reason) {
  return {std::string(interface_name) + "." + name, {{"reason", reason}}};
}

tl::expected<Call, Refusal> read_call(std::string_view message) {
  const auto wrong = [](const std::string& reason) { return tl::unexpected(broken_message(reason)); };
  Bounds bounds;
  if (!Json::sax_parse(message, &bounds)) return wrong("this is " + bounds.complaint());
  Json json = Json::parse(message, nullptr, false);
  if (!json.is_object()) return wrong("a call is a JSON object");
  Call call;
  call.parameters = Json::object();
  for (auto& [key, value] : json.items()) {
    if (key == "method") {
      if (!value.is_string()) return wrong("\"method\" is a string");
      call.method = value.get<std::string>();
    } else if (key == "parameters") {
      if (!value.is_object() && !value.is_null()) return wrong("\"parameters\" is an object");
      if (value.is_object()) call.parameters = std::move(value);
    } else if (key == "oneway") {
      if (!value.is_boolean()) return wrong("\"oneway\" is true or false");
      call.oneway = value.get<bool>();
    } else if (key == "more") {  // accepted, and answered once: every method here has one reply
      if (!value.is_boolean()) return wrong("\"more\" is true or false");
    } else if (key == "upgrade") {
      if (value != false) return wrong("\"upgrade\": there is no other protocol here");
    } else {
      return wrong("a call has no such member; it has \"method\", \"parameters\", \"oneway\" and \"more\"");
    }
  }
  if (call.method.empty()) return wrong("\"method\" is missing");
  return call;
}

std::string write_reply(const Json& parameters) { return write({{"parameters", parameters}}); }

std::string write_reply(const Refusal& refusal) {
  return write({{"error", refusal.error}, {"parameters", refusal.parameters}});
}

}  // namespace scsup::control
