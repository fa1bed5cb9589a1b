// Several flows of one probe, each a session of its own, as one result.
#pragma once

#include "session/probe_result.hpp"

#include <span>

namespace wyn::session {

// The sum of what they sent, received and lost, over the time from the first arrival of any to the
// last of any. What cannot be summed is that of the worst flow: how late its trains left, what
// limited it, why it ended. Unknown in one is unknown in all. At least one flow; all measured the
// same directions, unless they ended early.
ProbeResult sum_of(std::span<const ProbeResult> flows);

} // namespace wyn::session
