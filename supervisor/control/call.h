// One message to the supervisor as varlink writes it (https://varlink.org/Method-Call), and the two kinds of
// reply. A call is read with bounds: it comes from whoever may connect.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace scsup::control {

using Json = nlohmann::json;

inline constexpr const char* interface_name = "io.scsup.control";
inline constexpr std::size_t call_limit = 17u << 20;  // bytes: a policy of 16 MiB, and what JSON adds to it
inline constexpr std::size_t small_call_limit = 64u << 10;  // longer ones are few at a time (connection.h)
inline constexpr int call_depth_limit = 8;
inline constexpr std::size_t call_value_limit = 4096;

struct Call {
  std::string method;  // "io.scsup.control.Sessions"
  Json parameters;     // an object
  bool oneway = false;
};

// An error on the wire.
struct Refusal {
  std::string error;  // "io.scsup.control.NoSuchSession"
  Json parameters = Json::object();
};

// Errors of our interface and of varlink's own (org.varlink.service).
Refusal broken_message(const std::string& reason);
Refusal invalid_parameter(const std::string& parameter, const std::string& reason);
Refusal refusal(const char* name, const std::string& reason);  // io.scsup.control.NAME

tl::expected<Call, Refusal> read_call(std::string_view message);

// With the final NUL. ASCII only: what is no UTF-8 is U+FFFD, all but ASCII is escaped, so that a reply can
// be shown on a terminal as it is.
std::string write_reply(const Json& parameters);
std::string write_reply(const Refusal& refusal);

}  // namespace scsup::control
