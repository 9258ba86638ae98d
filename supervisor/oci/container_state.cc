#include "supervisor/oci/container_state.h"

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>

namespace scsup::oci {
namespace {

using nlohmann::json;

tl::unexpected<Error> wrong(const std::string& what) { return failed(EBADMSG, what); }

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The string at `key`, "" if there is none.
Result<std::string> text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::string();
  if (!found->is_string()) return wrong("its \"" + std::string(key) + "\" is no string");
  return found->get<std::string>();
}

Result<pid_t> pid_at(const json& object) {
  const auto found = object.find("pid");
  if (found == object.end() || found->is_null()) return 0;
  // A negative number is is_number_integer() only.
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() > std::numeric_limits<pid_t>::max())
    return wrong("its \"pid\" is no process number");
  return found->get<pid_t>();
}

Result<void> expect_one_listener(const json& message) {
  const auto fds = message.find("fds");
  if (fds == message.end() || !fds->is_array()) return wrong("it has no list \"fds\"");
  if (fds->size() != 1 || fds->front() != "seccompFd")
    return wrong("its \"fds\" is not [\"seccompFd\"], the one descriptor that belongs to it");
  return {};
}

Result<std::map<std::string, std::string>> annotations_at(const json& state) {
  std::map<std::string, std::string> annotations;
  const auto found = state.find("annotations");
  if (found == state.end() || found->is_null()) return annotations;
  if (!found->is_object()) return wrong("its \"annotations\" are no object");
  for (const auto& [key, value] : found->items()) {
    if (!value.is_string()) return wrong("one of its \"annotations\" is no string");
    annotations.emplace(key, value.get<std::string>());
  }
  return annotations;
}

Result<std::string> id_at(const json& state) {
  auto id = text_at(state, "id");
  if (!id) return id;
  if (id->empty()) return wrong("its \"state\" has no \"id\"");
  if (id->size() > id_limit) return wrong("its \"id\" has more than " + std::to_string(id_limit) + " bytes");
  return id;
}

}  // namespace

std::map<std::string, std::string> parse_metadata(std::string_view text) {
  std::map<std::string, std::string> metadata;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(';', at), text.size());
    const std::string_view pair = text.substr(at, end - at);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view key = trimmed(pair.substr(0, equals));
    const std::string_view value = equals < pair.size() ? trimmed(pair.substr(equals + 1)) : "";
    if (!key.empty()) metadata.emplace(key, value);
    at = end + 1;
  }
  return metadata;
}

Result<ContainerState> parse_container_state(std::string_view text) {
  const json message = json::parse(text, nullptr, false);
  if (message.is_discarded() || !message.is_object()) return wrong("it is no JSON object");
  if (auto one = expect_one_listener(message); !one) return failed(one.error());
  const auto state = message.find("state");
  if (state == message.end() || !state->is_object()) return wrong("it has no object \"state\"");

  auto id = id_at(*state);
  if (!id) return failed(id.error());
  auto status = text_at(*state, "status");
  if (!status) return failed(status.error());
  auto bundle = text_at(*state, "bundle");
  if (!bundle) return failed(bundle.error());
  auto pid = pid_at(message);
  if (!pid) return failed(pid.error());
  auto metadata = text_at(message, "metadata");
  if (!metadata) return failed(metadata.error());
  auto annotations = annotations_at(*state);
  if (!annotations) return failed(annotations.error());

  ContainerState result;
  result.id = std::move(*id);
  result.status = std::move(*status);
  result.bundle = std::move(*bundle);
  result.pid = *pid;
  result.metadata = parse_metadata(*metadata);
  result.metadata_text = std::move(*metadata);
  result.names = names_of(*annotations, result.bundle);
  result.annotations = std::move(*annotations);
  return result;
}

}  // namespace scsup::oci
