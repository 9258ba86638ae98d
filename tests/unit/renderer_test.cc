// A call's record: rendered and put into a journal without allocating memory.
#include "supervisor/audit/renderer.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <new>

#include "supervisor/audit/store/journal.h"
#include "supervisor/seccomp/syscalls.h"

namespace {
std::atomic<std::uint64_t> allocations{0};
}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { free(memory); }
void operator delete(void* memory, std::size_t) noexcept { free(memory); }

namespace scsup {
namespace {

TEST(Renderer, OfACallAllocatesNothing) {
  char name[] = "/tmp/scsup-renderer-XXXXXX";
  const std::string path = std::string(mkdtemp(name)) + "/journal", run = new_run_id();
  auto journal = Journal::create(path, run);
  if (!journal) GTEST_SKIP() << "needs fallocate(2) in /tmp: " << journal.error().text();
  Renderer renderer(run, {});
  const std::string process = renderer.describe({1, 2, 3, "comm", "/usr/bin/mkdir", "/", 0, 0}),
                    resolved = "/srv/a";
  const std::string policy = "\"sha\":\"0\",\"gen\":1";
  const Origin origin{Origin::Kind::rule, "id", "p.json:1:2", "rule id"};
  Call call;
  call.syscall = find_syscall("mkdir");
  call.operand.path = "a";
  CallRecord record;
  record.process = &process;
  record.call = &call;
  record.resolved = &resolved;
  record.origin = &origin;
  record.policy = &policy;
  const auto once = [&] {
    const LogLine line = renderer.call(record);
    if (!(*journal)->put(line)) (*journal)->taken((*journal)->put_end());
    return line.text.size();
  };
  EXPECT_GT(once(), 200u);
  const std::uint64_t before = allocations;
  for (int i = 0; i < 10'000; ++i) once();
  EXPECT_EQ(allocations, before);
  (*journal)->remove();
  rmdir(name);
}

}  // namespace
}  // namespace scsup
