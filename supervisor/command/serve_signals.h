// SIGTERM and SIGINT end the service, SIGHUP reads the policies again.
#pragma once

#include <atomic>
#include <functional>

#include "base/fd.h"
#include "supervisor/config/config.h"
#include "supervisor/loop/loop.h"
#include "supervisor/service/notify.h"
#include "supervisor/service/reloads.h"
#include "supervisor/session/reception.h"

namespace scsup {

class ServeSignals : public Source {
 public:
  // They are blocked already. `close_doors` keeps new clients out.
  ServeSignals(Loop& loop, AtEnd at_end, Reception& reception, Reloads& reloads, const NotifySocket& manager,
               std::function<void()> close_doors);

  int fd() const override { return signals_.get(); }
  Next serve(std::uint32_t ready, Lead& lead) override;
  // The last target has gone: ends the service if it waited for that.
  void nobody_left();

 private:
  void end();

  Loop& loop_;
  const AtEnd at_end_;
  Reception& reception_;
  Reloads& reloads_;
  const NotifySocket& manager_;
  const std::function<void()> close_doors_;
  Fd signals_;
  std::atomic<bool> waiting_{false};
};

}  // namespace scsup
