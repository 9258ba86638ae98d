// What the agent tells the supervisor about itself.
#pragma once

#include "agent/agent.h"
#include "base/handshake.h"

namespace scsup::agent {

handshake::Hello introduce(const Command& command);

}  // namespace scsup::agent
