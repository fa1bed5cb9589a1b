// What the kernel of this host tells about itself, as a door of its own: in production rt's gauge
// stands behind it, in the simulator a made-up host, and by default a host that tells nothing.
#pragma once

#include "clock/time.hpp"
#include "wire/message.hpp"

#include <optional>

namespace wyn::session {

// What the calling thread has had so far.
struct ThreadTimes {
    Duration running{};
    std::optional<Duration> waiting; // ready to run, and no CPU was free for it
};

class HostGauge {
public:
    virtual ~HostGauge() = default;

    // Costs up to 10 us.
    virtual std::optional<ThreadTimes> thread_times() { return std::nullopt; }

    // From now on the host's counters are looked at, on behalf of the load of this port. May take
    // milliseconds, like the next one: for the beginning and the end of a load.
    virtual void begin() {}
    // What has changed since begin(), for whoever had this role; all of it absent before.
    virtual wire::HostRecord changes(wire::Role /*role*/) { return {}; }
};

} // namespace wyn::session
