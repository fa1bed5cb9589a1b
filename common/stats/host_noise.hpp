// What the hosts themselves add to a probe, which a tool without the kernel's stamps would report
// as the network's. Percentiles, in fixed memory.
#pragma once

#include "stats/histogram.hpp"
#include "stats/probe_record.hpp"

namespace wyn::stats {

struct HostNoise {
    // handed - planned, of every probe: how late the client was run, and how long it took to be
    // ready.
    Histogram schedule_lag;
    // T1 - handed, where the kernel stamped T1: the time in the client's stack.
    Histogram stack_time;
    // T3 - far_handed, where the kernel stamped T3: the time in the server's stack.
    Histogram far_stack_time;
    // read - T4, where the kernel stamped T4: the wake-up of the client.
    Histogram read_lag;
    // far_handed - T2, where the kernel stamped T2: the wake-up of the server, and its answer.
    Histogram far_turnaround;

    // A settled record, each once.
    void add(const ProbeRecord& record) noexcept;
    void merge(const HostNoise& other) noexcept;
};
static_assert(std::is_trivially_copyable_v<HostNoise>);

} // namespace wyn::stats
