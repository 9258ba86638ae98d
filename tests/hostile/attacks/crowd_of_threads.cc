// A thousand threads call at once, each for a directory of its own.
#include <pthread.h>

#include <vector>

#include "tests/hostile/attacks/attack.h"

namespace {

std::string root;
pthread_barrier_t all_here;

void* work(void* number) {
  pthread_barrier_wait(&all_here);
  const std::string name = root + "/ok/t" + std::to_string(reinterpret_cast<long>(number));
  for (int i = 0; i < 5; ++i) {
    if (mkdir(name.c_str(), 0777) != 0) breach("mkdir: %s", std::strerror(errno));
    if (rmdir(name.c_str()) != 0) breach("rmdir: %s", std::strerror(errno));
  }
  return nullptr;
}

}  // namespace

int main(int, char** argv) {
  root = argv[1];
  constexpr long count = 1000;
  pthread_barrier_init(&all_here, nullptr, count);
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 64 << 10);
  std::vector<pthread_t> threads(count);
  for (long i = 0; i < count; ++i) {
    errno = pthread_create(&threads[i], &small, work, reinterpret_cast<void*>(i));
    if (errno != 0) impossible("1,000 threads");
  }
  for (pthread_t thread : threads) pthread_join(thread, nullptr);
}
