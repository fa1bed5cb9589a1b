// From one message of a caller to what it is answered. Pure but for what the call has done.
#pragma once

#include "clock/time.hpp"
#include "daemon/operations.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wyn::daemon {

struct Answer {
    std::string bytes;             // one or several replies with their NULs; may be empty
    std::optional<Duration> watch; // the caller wants a status at this interval from now on
};

struct Asker {
    std::uint32_t uid = 0;
    bool may_change = false; // is root or the daemon's own user
};

Answer answer_call(std::string_view message, const Asker& asker, Operations& daemon);

// A further status for who watches.
std::string next_of_watch(const Operations& daemon);

} // namespace wyn::daemon
