// Limits of the process.
#pragma once

#include "base/error.hpp"

#include <cstdint>

namespace wyn::rt {

// Raises the number of descriptors we may open from the soft to the hard limit (systemd gives 1024
// and 524288) and returns it. The soft one is low only for the sake of select(), which we never
// use.
Result<std::uint64_t> raise_descriptor_limit();

} // namespace wyn::rt
