// One message to the supervisor in varlink's form (https://varlink.org/Method-Call), and the two kinds of reply.
// Reading a call has bounds: it may come from anybody who can connect.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace scsup::control {

using Json = nlohmann::json;

inline constexpr const char* interface_name = "io.scsup.control";
inline constexpr std::size_t call_limit = 17u << 20;        // bytes: a policy of 16 MiB, and JSON's overhead
inline constexpr std::size_t small_call_limit = 64u << 10;  // only a few longer ones are read at a time
                                                            // (connection.h)
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

// With the final NUL. Invalid UTF-8 becomes U+FFFD, and everything but ASCII is escaped, so that a reply can be shown
// on a terminal as it is.
std::string write_reply(const Json& parameters);
std::string write_reply(const Refusal& refusal);

}  // namespace scsup::control
