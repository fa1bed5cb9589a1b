// What the journal's sink has to say about itself. Pure.
#pragma once

#include "journal/rate_limit.hpp"

namespace wyn::journal {

// Nobody took `count` events, because the journal stood still or was not there.
Event announce_lost(std::uint64_t count);
// The limit kept these back; at least one.
Event announce_suppressed(const std::vector<LeftOut>& left_out);

} // namespace wyn::journal
