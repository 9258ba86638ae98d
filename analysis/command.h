// The commands of scsup-audit, one file each: each takes its arguments without the command's name and returns an exit
// status.
#pragma once

#include "cli/options.h"

namespace scsup::analysis {

int command_diff(const Arguments& arguments);
int command_export(const Arguments& arguments);
int command_merge(const Arguments& arguments);
int command_show(const Arguments& arguments);
int command_summary(const Arguments& arguments);
int command_tail(const Arguments& arguments);
int command_timeline(const Arguments& arguments);
int command_tree(const Arguments& arguments);
int command_why(const Arguments& arguments);
int command_suggest(const Arguments& arguments);
int command_replay(const Arguments& arguments);
int command_coverage(const Arguments& arguments);
int command_profile(const Arguments& arguments);
int command_verify(const Arguments& arguments);
int command_keygen(const Arguments& arguments);
int command_report(const Arguments& arguments);

}  // namespace scsup::analysis
