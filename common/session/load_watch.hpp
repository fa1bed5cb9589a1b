// Watches the host of a port while it moves a load, and adds to the record what was seen: how busy
// the thread was, how long it had to wait for a CPU, and what the kernel counted.
#pragma once

#include "session/host_gauge.hpp"
#include "session/port_link.hpp"

namespace wyn::session {

class LoadWatch {
public:
    explicit LoadWatch(HostGauge& gauge) : gauge_{gauge} {}

    // A load is about to begin.
    void begin(std::uint32_t test);
    // One of the port's turns; `packets` of the load have been moved so far. Only while this grows
    // does the time count: waiting for a load is no work.
    void on_turn(MonoTime now, std::uint64_t packets);
    // The load is over, and this is its record; told again it gets the same.
    void complete(TestEnded& ended, wire::Role role);

private:
    struct Reading {
        MonoTime at{};
        ThreadTimes thread;
    };
    void put_thread(wire::HostRecord& record) const;

    HostGauge& gauge_;
    std::uint32_t test_ = 0;
    std::optional<wire::HostRecord> record_;
    MonoTime next_reading_ = never;
    std::uint64_t packets_ = 0; // at the newest reading
    std::optional<Reading> first_;
    std::optional<Reading> last_; // at which packets had been moved since the one before
};

} // namespace wyn::session
