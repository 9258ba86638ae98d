#include "supervisor/policy/paths/approach.h"

#include <gtest/gtest.h>

namespace scsup {
namespace {

Approach to(std::initializer_list<const char*> globs) {
  Approach approach;
  for (const char* glob : globs) {
    const auto flat = read_glob(glob, {"/home/me", "/project/here"});
    for (const FlatGlob& one : *flat) approach.add(one);
  }
  return approach;
}

TEST(Approach, LeadsThroughEachDirectoryAboveALiteralPlace) {
  const Approach approach = to({"/srv/app/**"});
  for (const char* path : {"/", "/srv", "/srv/app"}) EXPECT_TRUE(approach.leads_on(path)) << path;
  for (const char* path : {"/srv/ap", "/srv/apple", "/etc", "/srv/other", ""})
    EXPECT_FALSE(approach.leads_on(path)) << path;
}

TEST(Approach, MayLeadAnywhereBelowAWildcard) {
  const Approach approach = to({"/srv/*/app"});
  for (const char* path : {"/", "/srv", "/srv/x", "/srv/x/y/z"}) EXPECT_TRUE(approach.leads_on(path)) << path;
  EXPECT_FALSE(approach.leads_on("/etc"));
  EXPECT_TRUE(to({"/**/x"}).leads_on("/any/where"));
}

TEST(Approach, KnowsHomeAndTheWorkingDirectory) {
  const Approach approach = to({"~/a", "${PWD}/**"});
  for (const char* path : {"/home", "/home/me", "/project"}) EXPECT_TRUE(approach.leads_on(path)) << path;
  EXPECT_FALSE(approach.leads_on("/home/you"));
}

TEST(Approach, OfNothingLeadsNowhere) { EXPECT_FALSE(Approach().leads_on("/")); }

}  // namespace
}  // namespace scsup
