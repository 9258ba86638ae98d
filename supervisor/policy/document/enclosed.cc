#include "supervisor/policy/document/enclosed.h"

#include "supervisor/policy/document/parse_reader.h"
#include "supervisor/policy/document/security_option.h"
#include "supervisor/policy/text/yaml.h"

namespace scsup {
namespace {

class Enclosing {
 public:
  Enclosing(std::string_view text, Diagnostics& diagnostics) : text_(text), diagnostics_(diagnostics) {}

  std::optional<Json> profile_of(Json file) {
    // A file with a policy's own keys is a policy, and everything else in it is an error: otherwise other tools could
    // see one policy in it, and scsup another.
    if (file.kind == Json::Kind::object && !is_given(file, "defaultAction") && !is_given(file, "supervise")) {
      if (is_given(file, "ociVersion") || is_given(file, "linux")) return of_bundle(std::move(file));
      if (is_given(file, "apiVersion") && is_given(file, "kind")) return of_kubernetes(std::move(file));
      if (is_given(file, "HostConfig") || is_given(file, "SecurityOpt")) return of_container(file);
    }
    if (file.kind == Json::Kind::array && !file.items.empty()) {
      const Json& first = file.items.front();
      if (first.kind == Json::Kind::string) return of_options(file);
      if (first.kind == Json::Kind::object && is_given(first, "HostConfig")) {
        if (file.items.size() == 1) return of_container(first);
        return refuse(file.items[1].place, "this is 'docker inspect' of several containers; one is expected");
      }
    }
    if (is_option(file)) return of_option(file);
    return file;
  }

  std::optional<Json> of_bare_option() {
    auto profile = profile_in_bare_option(text_, diagnostics_);
    return profile ? found_option(std::move(*profile)) : std::nullopt;
  }

  std::optional<Json> of_kubernetes(Json file) {
    const Json* kind = given(file, "kind");
    if (kind->kind != Json::Kind::string || kind->text != "SeccompProfile")
      return refuse(kind->place,
                    "this Kubernetes object is " + describe(*kind) + "; a SeccompProfile is expected");
    Json* spec = member(file, "spec");
    if (!spec || spec->kind != Json::Kind::object)
      return refuse(file.place, "this SeccompProfile has no \"spec\"");
    if (const Json* base = given(*spec, "baseProfileName"))
      return refuse(base->place, "this SeccompProfile only adds to another, " + describe(*base) +
                                     ", which is not in this file (baseProfileName)");
    const Json* disabled = given(*spec, "disabled");
    if (disabled && disabled->kind != Json::Kind::boolean)
      return refuse(disabled->place, "expected true or false for \"disabled\", found " + describe(*disabled));
    if (disabled && disabled->boolean) return refuse(disabled->place, "this SeccompProfile is disabled");
    std::erase_if(spec->members,
                  [](const Member& one) { return one.key == "baseProfileName" || one.key == "disabled"; });
    return found(std::move(*spec), "a Kubernetes SeccompProfile", "its \"spec\"");
  }

 private:
  static bool is_given(const Json& object, std::string_view key) { return given(object, key) != nullptr; }
  static Json* member(Json& object, std::string_view key) {
    for (Member& one : object.members)
      if (one.key == key) return &one.value;
    return nullptr;
  }
  static bool is_option(const Json& json) {
    return json.kind == Json::Kind::string && json.text.starts_with(seccomp_option);
  }

  std::nullopt_t refuse(Place place, std::string message) {
    diagnostics_.push_back({Diagnostic::Severity::error, place, std::move(message)});
    return std::nullopt;
  }
  std::optional<Json> found(Json profile, const std::string& what, const std::string& where) {
    diagnostics_.push_back({Diagnostic::Severity::note, profile.place,
                            "this is " + what + "; " + where + " is taken as the policy"});
    return profile;
  }

  std::optional<Json> found_option(Json profile) {
    return found(std::move(profile), "a container's security options", "the profile in \"seccomp=...\"");
  }

  std::optional<Json> of_bundle(Json file) {
    constexpr const char* what = "an OCI bundle's config.json";
    Json* const linux = member(file, "linux");
    Json* const seccomp = linux && linux->kind == Json::Kind::object ? member(*linux, "seccomp") : nullptr;
    if (!seccomp || seccomp->kind == Json::Kind::null)
      return refuse(file.place, std::string("this is ") + what + " without a profile (linux.seccomp)");
    return found(std::move(*seccomp), what, "its linux.seccomp");
  }

  std::optional<Json> of_container(const Json& container) {
    const Json* const host = given(container, "HostConfig");
    const Json* const options =
        given(host && host->kind == Json::Kind::object ? *host : container, "SecurityOpt");
    if (!options)
      return refuse(
          container.place,
          "this container has no seccomp option (HostConfig.SecurityOpt): it runs under the engine's own "
          "profile, which is not in this file");
    return of_options(*options);
  }

  std::optional<Json> of_options(const Json& options) {
    const Json* found = nullptr;
    for (const Json& option : options.items) {
      if (!is_option(option)) continue;
      if (found) return refuse(option.place, "this is a second \"seccomp=...\"; one is expected");
      found = &option;
    }
    if (found) return of_option(*found);
    return refuse(options.place, "none of these security options is \"seccomp=...\"");
  }

  std::optional<Json> of_option(const Json& option) {
    auto profile = profile_in_option(text_, option, diagnostics_);
    return profile ? found_option(std::move(*profile)) : std::nullopt;
  }

  const std::string_view text_;
  Diagnostics& diagnostics_;
};

}  // namespace

std::optional<Json> read_policy_tree(std::string_view text, Diagnostics& diagnostics) {
  Enclosing enclosing(text, diagnostics);
  if (is_bare_option(text)) return enclosing.of_bare_option();
  if (looks_like_yaml(text)) {
    auto file = read_yaml(text, diagnostics);
    if (!file) return file;
    if (file->kind == Json::Kind::object && given(*file, "apiVersion") && given(*file, "kind"))
      return enclosing.of_kubernetes(std::move(*file));
    diagnostics.push_back(
        {Diagnostic::Severity::error, file->place,
         "a policy is JSON; YAML is taken only of a Kubernetes SeccompProfile (apiVersion, kind, "
         "spec)"});
    return std::nullopt;
  }
  auto file = read_json(text, diagnostics);
  if (!file) return file;
  return enclosing.profile_of(std::move(*file));
}

}  // namespace scsup
