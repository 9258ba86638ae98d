#pragma once

#include <string>
#include <string_view>

namespace scsup {

std::string sha256_hex(std::string_view bytes);

}  // namespace scsup
