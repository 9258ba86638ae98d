// The files page.html, page.css and page.js with table.js, embedded by the build (embed.cmake).
#pragma once

#include <string_view>

namespace scsup::analysis {

extern const std::string_view page_html, page_css, page_js;

}  // namespace scsup::analysis
