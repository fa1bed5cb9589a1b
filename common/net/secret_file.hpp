// Reading a file that holds secrets.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>

namespace wyn::net {

// What keeps others from the file.
enum class Guard : std::uint8_t {
    file_mode, // its own permissions: neither group nor others may have any
    manager,   // the service manager's: its credentials may show an access list as a group's rights
};

// The whole text of `path`: a regular file of at most 64 KiB. Errors name the path and what to do.
Result<std::string> read_secret_file(const std::string& path, Guard guard = Guard::file_mode);

} // namespace wyn::net
