// The one file of a report: page.html with page.css, page.js and the JSON put in.
//
// What is in the JSON may be chosen by an attacker. It stands in a script element that isn't run, with no '<',
// '>' or '&' in it and in ASCII, so that no byte of it ends that element; page.js puts it into the document
// as text only. The page's Content-Security-Policy allows nothing but these two texts by their hash: no
// request, no other script, no handler in markup.
#pragma once

#include <string>

namespace scsup::analysis {

// `json` is ASCII.
std::string page(const std::string& data);

}  // namespace scsup::analysis
