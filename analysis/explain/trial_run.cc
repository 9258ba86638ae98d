#include "analysis/explain/trial_run.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "base/fd.h"

namespace scsup::analysis {
namespace {

class TemporaryFile {
 public:
  TemporaryFile() {
    const char* const folder = std::getenv("TMPDIR");
    name_ = std::string(folder && *folder ? folder : "/tmp") + "/scsup-profile-XXXXXX";
    fd_ = Fd(mkostemp(name_.data(), O_CLOEXEC));
  }
  ~TemporaryFile() {
    if (fd_) unlink(name_.c_str());
  }
  TemporaryFile(TemporaryFile&&) = delete;

  Result<void> write(const std::string& text) const {
    if (!fd_) return failed("cannot make a file like '" + name_ + "'");
    for (std::size_t at = 0; at < text.size();) {
      const ssize_t wrote = ::write(fd_.get(), text.data() + at, text.size() - at);
      if (wrote < 0) return failed("cannot write '" + name_ + "'");
      at += static_cast<std::size_t>(wrote);
    }
    return {};
  }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  Fd fd_;
};

std::string scsup_beside_us() {
  std::string self(4096, '\0');
  const ssize_t size = readlink("/proc/self/exe", self.data(), self.size());
  if (size <= 0) return "scsup";
  self.resize(static_cast<std::size_t>(size));
  self = self.substr(0, self.rfind('/')) + "/scsup";
  return access(self.c_str(), X_OK) == 0 ? self : "scsup";
}

}  // namespace

Result<int> trial_run(const std::string& policy, const std::vector<std::string>& command) {
  const TemporaryFile file;
  if (auto written = file.write(policy); !written) return failed(written.error());
  std::vector<std::string> words = {scsup_beside_us(), "--policy", file.name(), "--audit", "none", "--"};
  words.insert(words.end(), command.begin(), command.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = 0;
  if (const int err = posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ); err != 0)
    return failed(err, "cannot run '" + words[0] + "'");
  int status = 0;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return failed("cannot wait for '" + words[0] + "'");
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace scsup::analysis
