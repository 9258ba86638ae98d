// A directory that both twins get in turn, under the same name, and its final contents.
#pragma once

#include <string>

namespace twin {

enum class Place { disk, memory };  // the build's file system, tmpfs

// The name of an empty directory; "" if there is no such place that everybody may search and we may write.
std::string scratch_root(Place place);

void remove_tree(const std::string& path);
void make_empty(const std::string& path);
// A line for everything below: name, type and mode, owner, group, link target, ACLs.
std::string tree(const std::string& path);

}  // namespace twin
