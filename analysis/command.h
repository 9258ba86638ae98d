// The commands of scsup-audit, one file each: arguments without the command's name, to an exit status.
#pragma once

#include "cli/options.h"

namespace scsup::analysis {

int command_summary(const Arguments& arguments);
int command_show(const Arguments& arguments);
int command_verify(const Arguments& arguments);
int command_keygen(const Arguments& arguments);
int command_report(const Arguments& arguments);

}  // namespace scsup::analysis
