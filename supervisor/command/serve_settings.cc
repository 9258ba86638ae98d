#include "supervisor/command/serve_settings.h"

#include <unistd.h>

#include <charconv>
#include <filesystem>

#include "base/say.h"
#include "supervisor/command/command.h"
#include "supervisor/command/prerequisites.h"
#include "supervisor/command/supervise.h"

namespace scsup {

namespace {

constexpr unsigned most_threads = 64;

std::string absolute(const std::string& path) { return std::filesystem::absolute(path).lexically_normal(); }

// Reads the named file, or the usual one if it exists.
bool read_usual_config(const Options& given, const Places& places, Config& config) {
  const std::string file = given.value("config").value_or(places.config);
  if (!given.value("config") && (file.empty() || access(file.c_str(), F_OK) != 0)) return true;
  return read_config_file(file, config);
}

void take_options(const Options& given, Config& config) {
  if (const auto directory = given.value("policies")) config.policies = absolute(*directory);
  if (const auto path = given.value("socket")) config.sockets.agent.path = absolute(*path);
  if (const auto path = given.value("oci-socket")) config.sockets.oci.path = absolute(*path);
  if (const auto path = given.value("control")) config.sockets.control.path = absolute(*path);
  if (const auto text = given.value("threads")) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), config.threads);
    if (error != std::errc() || end != text->data() + text->size() || config.threads < 1 ||
        config.threads > most_threads)
      throw UsageError("--threads takes 1 to " + std::to_string(most_threads));
  }
}

}  // namespace

bool read_config_file(const std::string& file, Config& config) {
  auto parsed = read_config(file, config, system_accounts());
  if (!parsed) {
    complain(parsed.error().text());
    return false;
  }
  for (const Diagnostic& diagnostic : parsed->diagnostics)
    say_line(diagnostic.severity == Diagnostic::Severity::error ? Severity::error : Severity::warning,
             render(file, diagnostic));
  if (has_errors(parsed->diagnostics)) return false;
  config = std::move(parsed->config);
  return true;
}

const std::vector<Option>& serve_options() {
  static const std::vector<Option> options = {
      {"config", "FILE", "who may attach and control, and the rest; see scsup-config(5)"},
      {"policies", "DIR", "the policies, NAME.json each"},
      {"policy", "FILE", "one policy for all, instead of a config and a directory"},
      {"socket", "PATH", "where agents connect"},
      {"oci-socket", "PATH", "where container runtimes connect (listenerPath)"},
      {"control", "PATH", "where scsup ps, reload and the others connect"},
      {"audit", "FILE",
       "where each call is recorded; - is standard output, none is nowhere (default: $SCSUP_AUDIT, else "
       "~/.local/state/scsup/audit.jsonl)"},
      {"threads", "N", "loops that serve sessions (default: 1)"},
      {"quiet", nullptr, "say nothing but errors"},
  };
  return options;
}

std::string ServeSettings::greeting() const {
  std::string text =
      "serving " + (catalogue->is_single() ? "'" + catalogue->fallback() + "'"
                                           : "the policies in '" + catalogue->directory() + "'");
  const char* between = " at ";
  for (const auto* socket : {&sockets.agent, &sockets.oci, &sockets.control}) {
    if (!socket->fd) continue;
    text += between + ("'" + socket->path + "'");
    between = ", ";
  }
  return text;
}

std::optional<ServeSettings> read_serve_settings(const Options& given) {
  if (!given.rest().empty()) throw UsageError("'" + given.rest().front() + "' is not expected here");
  const bool single = given.value("policy").has_value();
  if (single && (given.value("config") || given.value("policies")))
    throw UsageError("--policy is for one policy, --config and --policies are for several");
  if (single && !given.value("socket") && !given.value("oci-socket"))
    throw UsageError("--socket PATH or --oci-socket PATH is missing");

  ServeSettings settings;
  settings.quiet = given.has("quiet");
  const Places places = default_places();
  settings.config = default_config(places, geteuid());
  if (single)
    settings.config.sockets = {};
  else if (!read_usual_config(given, places, settings.config))
    return std::nullopt;
  take_options(given, settings.config);
  if (single) {
    auto policy = load_policy(*given.value("policy"), settings.quiet);
    if (!policy) return std::nullopt;
    settings.catalogue = std::make_unique<Catalogue>(std::move(*policy));
  } else {
    settings.catalogue =
        std::make_unique<Catalogue>(settings.config.policies, settings.config.default_policy);
  }

  settings.kernel = probe_kernel();
  settings.kernel.quiet = settings.quiet;
  Undertaking undertaking;
  undertaking.serves_strangers = true;
  if (const std::string missing = what_is_missing(settings.kernel, whose_memory_is_readable(), undertaking);
      !missing.empty()) {
    complain(missing + "; nothing is served");
    return std::nullopt;
  }
  if (!settings.quiet)
    for (const std::string& fallback : settings.kernel.fallbacks) say(Severity::notice, fallback);
  if (const std::string missing = what_is_missing_to_kill("scsup kill"); !settings.quiet && !missing.empty())
    say(Severity::notice, missing);

  auto passed = take_passed_sockets();
  auto sockets = passed ? ServiceSockets::open(settings.config.sockets, places, std::move(*passed))
                        : Result<ServiceSockets>(failed(passed.error()));
  if (!sockets) {
    complain(sockets.error().text());
    return std::nullopt;
  }
  settings.sockets = std::move(*sockets);
  auto target = find_audit(given.value("audit"), settings.config.audit);
  auto audit = target ? open_target(std::move(*target)) : Result<LogParts>(failed(target.error()));
  if (!audit) {
    complain(audit.error().text() + " (see --audit)");
    return std::nullopt;
  }
  settings.audit = std::move(*audit);
  return settings;
}

}  // namespace scsup
