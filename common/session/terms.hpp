// What a session was granted: the limits that the server enforces and the intervals that both sides
// keep. The server makes them from its configuration, ASSIGN carries them, the client obeys them.
#pragma once

#include "base/units.hpp"
#include "clock/time.hpp"
#include "wire/message.hpp"

namespace wyn::session {

struct Terms {
    BitRate max_rate{0};                // payload bits per direction; 0: no limit
    std::uint64_t max_volume_bytes = 0; // payload of the session, both directions; 0: no limit
    Duration max_duration = 60s;        // of one test
    std::uint16_t max_datagram_bytes = wire::longest_bulk;
    Duration heartbeat = 250ms;       // between two beats on a port
    Duration adjustment_delay = 50ms; // between two changes of the offered rate
    Duration feedback_interval = 25ms;
    Duration half_open = 3s;    // for the three ports to be confirmed
    Duration idle_timeout = 5s; // silence that ends a session

    bool operator==(const Terms&) const = default;
};

// Fixed by the protocol, as the next: no bulk leaves when no feedback was accepted for this long.
inline constexpr Duration dead_man = 500ms;
// The load goes on with the next feedback, or after so long without any is over.
inline constexpr Duration feedback_awaited = 2s;

// How often the receiver of a load tells what it has seen: a quarter of the round trip for a search
// that judges whole steps, as long as that is no more often than each 5 ms and no less than each
// 20 ms, and as the terms say for all else.
Duration feedback_interval_of(const Terms& terms, wire::Search search, Duration rtt);
// It may be that long all the same: feedback takes no more than a hundredth of the load.
Duration longest_feedback_interval_of(const Terms& terms, wire::Search search);

Terms terms_of(const wire::Assign& assign);
void put(const Terms& terms, wire::Assign& assign);

} // namespace wyn::session
