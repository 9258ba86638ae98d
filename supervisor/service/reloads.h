// Reads policies again after a signal or a changed file. One reload at a time, on a worker, and its result is
// reported.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "supervisor/control/service.h"
#include "supervisor/loop/workers.h"
#include "supervisor/service/directory_watch.h"
#include "supervisor/service/notify.h"

namespace scsup {

class Catalogue;

class Reloads {
 public:
  // `status` is for the service manager, afterwards.
  Reloads(control::Service& service, Workers& workers, const NotifySocket& manager,
          std::function<std::string()> status)
      : service_(service), workers_(workers), manager_(manager), status_(std::move(status)) {}

  // Reads all policies, soon. Requests that come during a reload become one.
  void request();

 private:
  void work();

  control::Service& service_;
  Workers& workers_;
  const NotifySocket& manager_;
  const std::function<std::string()> status_;
  std::mutex mutex_;
  bool working_ = false, again_ = false;
};

// A source that requests a reload when a file of the catalogue has changed.
Result<std::shared_ptr<DirectoryWatch>> watch_policies(const Catalogue& catalogue, Reloads& reloads);

}  // namespace scsup
