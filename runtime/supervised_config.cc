#include "runtime/supervised_config.h"

#include <sys/utsname.h>

#include <cstdio>

#include "supervisor/catalogue/catalogue.h"
#include "supervisor/catalogue/policy_file.h"
#include "supervisor/policy/document/parse_reader.h"
#include "supervisor/policy/engines/merged_profile.h"
#include "supervisor/policy/rules/gate.h"
#include "supervisor/policy/text/json_text.h"

namespace scsup::runtime {
namespace {

constexpr const char* policy_annotation = "io.scsup.policy";

// They make crun take another filter, hand the listener to another process, or run the program without an exec
// (crun(1), annotations).
constexpr const char* around_the_profile[] = {"run.oci.seccomp_bpf_data", "run.oci.seccomp.plugins",
                                              "run.oci.handler"};
constexpr const char* other_receiver = "run.oci.seccomp.receiver";

const Json nothing;  // null

// A member that must be an object or absent; as in Go's JSON, null counts as absent.
Result<const Json*> object_at(const Json& parent, const char* key, const std::string& file) {
  const Json* json = given(parent, key);
  if (!json) return &nothing;
  if (json->kind != Json::Kind::object)
    return failed(0, render(file, json->place) + ": error: expected an object for \"" + key + "\", found " +
                         describe(*json));
  return json;
}

Result<std::string> text_at(const Json& parent, const char* key, const std::string& file) {
  const Json* json = given(parent, key);
  if (!json) return std::string();
  if (json->kind != Json::Kind::string)
    return failed(0, render(file, json->place) + ": error: expected a string for \"" + key + "\", found " +
                         describe(*json));
  return json->text;
}

// "policy=web;sha=0123": the value of a key.
std::string metadata_value(const std::string& metadata, const std::string& key) {
  for (std::size_t from = 0; from < metadata.size();) {
    const std::size_t end = std::min(metadata.find(';', from), metadata.size());
    if (metadata.compare(from, key.size() + 1, key + "=") == 0)
      return metadata.substr(from + key.size() + 1, end - from - key.size() - 1);
    from = end + 1;
  }
  return "";
}

class Supervised {
 public:
  Supervised(const std::string& file, const Settings& settings) : file_(file), settings_(settings) {}

  Result<Json> make(const Json& config) {
    if (config.kind != Json::Kind::object)
      return failed(0,
                    render(file_, config.place) + ": error: expected an object, found " + describe(config));
    const auto annotations = object_at(config, "annotations", file_),
               linux = object_at(config, "linux", file_);
    if (!annotations) return failed(annotations.error());
    if (!linux) return failed(linux.error());
    if (auto fine = check_annotations(**annotations); !fine) return failed(fine.error());
    const auto section = object_at(**linux, "seccomp", file_);
    if (!section) return failed(section.error());
    const auto name = policy_name(**annotations, **section);
    if (!name) return failed(name.error());
    const auto policy = read_policy(*name);
    if (!policy) return failed(policy.error());
    const auto environment = environment_of(config);
    if (!environment) return failed(environment.error());
    const Built built = build(policy->parsed.document, policy->file, *environment);
    if (!built.policy) return failed(0, first_error(policy->file, built.diagnostics));
    auto merged = merged_profile(**section, file_, *built.policy,
                                 {settings_.listener, "policy=" + *name + ";sha=" + policy->sha});
    if (!merged) return failed(merged.error());
    Json result = config;
    Json within = (*linux)->kind == Json::Kind::object ? **linux : json_object();
    set(within, "seccomp", std::move(*merged));
    set(result, "linux", std::move(within));
    return result;
  }

 private:
  Result<void> check_annotations(const Json& annotations) const {
    for (const char* key : around_the_profile)
      if (given(annotations, key))
        return failed(0, render(file_, given(annotations, key)->place) + ": error: the annotation '" + key +
                             "' makes crun bypass the seccomp profile; a supervised container can't have it");
    const auto receiver = text_at(annotations, other_receiver, file_);
    if (!receiver) return failed(receiver.error());
    if (!receiver->empty() && *receiver != settings_.listener)
      return another_agent(*receiver, other_receiver);
    return {};
  }

  tl::unexpected<Error> another_agent(const std::string& path, const std::string& where) const {
    return failed(0,
                  file_ + ": error: the container has a seccomp agent already, '" + path + "' (" + where +
                      "), and there can be one only; take it out, or use another runtime than scsup-runtime");
  }

  Result<std::string> policy_name(const Json& annotations, const Json& section) const {
    const auto listener = text_at(section, "listenerPath", file_);
    const auto metadata = text_at(section, "listenerMetadata", file_);
    const auto annotated = text_at(annotations, policy_annotation, file_);
    if (!listener) return failed(listener.error());
    if (!metadata) return failed(metadata.error());
    if (!annotated) return failed(annotated.error());
    if (!listener->empty() && *listener != settings_.listener)
      return another_agent(*listener, "listenerPath");
    // Metadata with a sha is our own, perhaps from a time with another default.
    const bool from_profile = !listener->empty() && metadata_value(*metadata, "sha").empty();
    const std::string in_profile = from_profile ? metadata_value(*metadata, "policy") : "";
    if (!annotated->empty() && !in_profile.empty() && *annotated != in_profile)
      return failed(0, file_ + ": error: the seccomp profile is for the policy " + in_quotes(in_profile) +
                           ", and the annotation " + policy_annotation + " asks for " +
                           in_quotes(*annotated));
    const std::string name = !annotated->empty()   ? *annotated
                             : !in_profile.empty() ? in_profile
                                                   : settings_.default_policy;
    if (name.empty())
      return failed(0, "the container names no policy: name one by the annotation " +
                           std::string(policy_annotation) + ", or by \"default_policy\" in " +
                           settings_.file);
    if (!is_policy_name(name) || name.find(';') != std::string::npos)
      return failed(0, file_ + ": error: " + in_quotes(name) + " can't be a policy's name; see " +
                           policy_annotation + " in scsup-runtime(8)");
    return name;
  }

  Result<PolicyFile> read_policy(const std::string& name) const {
    auto policy = read_policy_file(settings_.policies + "/" + name + ".json");
    if (!policy && policy.error().err == ENOENT)
      return failed(0, "there is no policy " + in_quotes(name) + " in '" + settings_.policies +
                           "'; name one by the annotation " + policy_annotation +
                           ", or by \"default_policy\" in " + settings_.file);
    if (!policy) return failed(policy.error());
    if (has_errors(policy->parsed.diagnostics))
      return failed(0, first_error(policy->file, policy->parsed.diagnostics));
    return policy;
  }

  // As the supervisor will see the container's first process: the capabilities are its bounding set.
  Result<Environment> environment_of(const Json& config) const {
    Environment environment = scsup::environment_of(handshake::Hello{});
    const auto process = object_at(config, "process", file_);
    if (!process) return failed(process.error());
    const auto capabilities = object_at(**process, "capabilities", file_);
    if (!capabilities) return failed(capabilities.error());
    const Json* bounding = given(**capabilities, "bounding");
    if (bounding && bounding->kind != Json::Kind::array)
      return failed(0, render(file_, bounding->place) + ": error: expected a list for \"bounding\", found " +
                           describe(*bounding));
    if (bounding)
      for (const Json& item : bounding->items)
        if (const int number = capability_number(item.text); number >= 0)
          environment.caps |= std::uint64_t{1} << number;
    return environment;
  }

  const std::string& file_;
  const Settings& settings_;
};

}  // namespace

Result<std::optional<std::string>> supervised_config(const std::string& text, const std::string& file,
                                                     const Settings& settings) {
  Diagnostics mistakes;
  const auto config = read_json(text, mistakes, "configuration");
  if (!config || has_errors(mistakes)) return failed(0, render(file, mistakes.front()));
  const auto made = Supervised(file, settings).make(*config);
  if (!made) return failed(made.error());
  if (same(*made, *config)) return std::optional<std::string>();
  return std::optional<std::string>(json_text(*made));
}

}  // namespace scsup::runtime
