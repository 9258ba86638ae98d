// A report's single file: page.html with page.css, page.js and the JSON inserted.
//
// An attacker may have chosen what is in the JSON. It is in a script element that isn't run, without '<', '>' or '&'
// and in ASCII, so that no byte of it ends that element; page.js puts it into the document as text only. The page's
// Content-Security-Policy allows nothing but these two texts by their hash: no request, no other script, no handler
// in markup.
#pragma once

#include <string>

namespace scsup::analysis {

// `json` is ASCII.
std::string page(const std::string& data);

}  // namespace scsup::analysis
