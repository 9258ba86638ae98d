#include "tests/e2e/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace scsup::e2e {

namespace {

using Clock = std::chrono::steady_clock;

int left_of(Clock::time_point end) {
  return static_cast<int>(
      std::max<long>(0, std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count()));
}

int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status); }

std::vector<char*> pointers(const Words& words) {
  std::vector<char*> out;
  for (const std::string& word : words) out.push_back(const_cast<char*>(word.c_str()));
  out.push_back(nullptr);
  return out;
}

// True while the descriptor is open.
bool take(int fd, std::string& text) {
  char chunk[65536];
  const ssize_t got = read(fd, chunk, sizeof chunk);
  if (got > 0) text.append(chunk, static_cast<std::size_t>(got));
  return got > 0 || (got < 0 && errno == EINTR);
}

}  // namespace

int Finished::code() const { return code_of(status); }

std::vector<char*> environment(const Start& start, std::vector<std::string>& keep) {
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    if (!start.env.count(text.substr(0, text.find('=')))) keep.push_back(text);
  }
  for (const auto& [name, value] : start.env)
    if (value) keep.push_back(name + "=" + *value);
  return pointers(keep);
}

void become(const Start& start, std::vector<char*>& argv, std::vector<char*>& env) {
  // In the background, or under nohup, the test suite may have started with some of them ignored.
  for (const int usual : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU})
    signal(usual, SIG_DFL);
  if (!start.directory.empty() && chdir(start.directory.c_str()) != 0) _exit(99);
  if (start.prepare) start.prepare();
  execvpe(argv[0], argv.data(), env.data());
  _exit(98);
}

Finished run(const Start& start) {
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) std::abort();
  // A file, because a writer of much input must not wait for a program that doesn't read.
  FILE* input = std::tmpfile();
  std::fwrite(start.input.data(), 1, start.input.size(), input);
  std::rewind(input);
  std::vector<std::string> keep;
  std::vector<char*> argv = pointers(start.argv), env = environment(start, keep);
  const pid_t pid = fork();
  if (pid < 0) std::abort();
  if (pid == 0) {
    dup2(fileno(input), 0);
    dup2(out[1], 1);
    dup2(err[1], 2);
    close(fileno(input));
    become(start, argv, env);
  }
  std::fclose(input);
  close(out[1]);
  close(err[1]);
  Finished finished;
  const auto end = Clock::now() + std::chrono::milliseconds(patience_ms);
  pollfd open[] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
  while (open[0].fd >= 0 || open[1].fd >= 0) {
    if (poll(open, 2, left_of(end)) == 0) {
      ADD_FAILURE() << start.argv[0] << " took too long; output so far: " << finished.out << finished.err;
      kill(pid, SIGKILL);
      break;
    }
    if (open[0].revents && !take(out[0], finished.out)) open[0].fd = -1;
    if (open[1].revents && !take(err[0], finished.err)) open[1].fd = -1;
  }
  waitpid(pid, &finished.status, 0);
  close(out[0]);
  close(err[0]);
  return finished;
}

Running::Running(const Start& start) {
  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) std::abort();
  std::vector<std::string> keep;
  std::vector<char*> argv = pointers(start.argv), env = environment(start, keep);
  pid_ = fork();
  if (pid_ < 0) std::abort();
  if (pid_ == 0) {
    dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
    dup2(out[1], 1);
    become(start, argv, env);
  }
  close(out[1]);
  out_ = out[0];
}

Running::~Running() {
  if (out_ >= 0) close(out_);
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

bool Running::read_more() {
  pollfd ready{out_, POLLIN, 0};
  if (poll(&ready, 1, patience_ms) == 0) {
    ADD_FAILURE() << "no more output; so far: " << text_;
    return false;
  }
  return take(out_, text_);
}

bool Running::says(const std::string& text) {
  while (text_.find(text) == std::string::npos)
    if (!read_more()) return false;
  return true;
}

std::string Running::rest() {
  while (read_more()) {
  }
  return text_;
}

int Running::wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return code_of(status);
}

// Never to -1, which means everybody.
void Running::send(int signal) const {
  if (pid_ > 0) kill(pid_, signal);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_file(const std::string& path, const std::string& text, unsigned mode) {
  std::ofstream(path, std::ios::binary) << text;
  if (chmod(path.c_str(), mode) != 0) ADD_FAILURE() << "cannot write " << path;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

bool eventually(const std::function<bool()>& holds) {
  const auto end = Clock::now() + std::chrono::milliseconds(patience_ms);
  while (!holds()) {
    if (left_of(end) == 0) return false;
    poll(nullptr, 0, 1);
  }
  return true;
}

char state_of(pid_t pid) {
  const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t name_end = stat.rfind(") ");
  return name_end == stat.npos ? 0 : stat[name_end + 2];
}

bool is_installed(const std::string& name) {
  std::istringstream folders(std::getenv("PATH") ? std::getenv("PATH") : "/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (access((folder + "/" + name).c_str(), X_OK) == 0) return true;
  return false;
}

}  // namespace scsup::e2e
