// Reading a file that holds secrets.
#pragma once

#include "base/error.hpp"

namespace wyn::net {

// The whole text of `path`: a regular file of at most 64 KiB that neither group nor others may
// read or write. Errors name the path and what to do.
Result<std::string> read_secret_file(const std::string& path);

} // namespace wyn::net
