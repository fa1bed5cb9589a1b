// Counters out of the text of /proc, proc(5): parsers, and the one function that reads such a file.
// What a text does not tell, or not as we know it, is absent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wyn::net {

// The whole of a file below /proc; nothing when it cannot be read or is longer than 4 MiB.
std::optional<std::string> read_proc(const std::string& path);

// A counter of UDP over IPv4 by its name, out of /proc/net/snmp: a line of names, a line of values.
std::optional<std::uint64_t> udp_counter(std::string_view snmp, std::string_view name);
// One out of /proc/net/snmp6, by its whole name: "Udp6RcvbufErrors".
std::optional<std::uint64_t> snmp6_counter(std::string_view snmp6, std::string_view name);

// /proc/net/softnet_stat, summed over all CPUs: what the kernel did with packets that had arrived.
struct SoftnetCounters {
    std::uint64_t drops = 0;    // its backlog was full
    std::uint64_t squeezes = 0; // it ran out of time with packets left
    bool operator==(const SoftnetCounters&) const = default;
};
std::optional<SoftnetCounters> softnet_counters(std::string_view softnet_stat);

// /proc/stat, in ticks since boot.
struct CpuTimes {
    std::uint64_t busy = 0;   // with anything at all, interrupts included
    std::uint64_t stolen = 0; // of these, by the hypervisor
    std::uint64_t all = 0;
};
struct AllCpuTimes {
    CpuTimes sum;
    std::vector<CpuTimes> each; // by number; of one that is off: zeros
};
std::optional<AllCpuTimes> cpu_times(std::string_view stat);

// /proc/thread-self/schedstat: for how many nanoseconds the thread was ready to run and had no CPU
// (sched-stats.rst of the kernel). Nothing where the kernel does not count it.
std::optional<std::uint64_t> ns_without_cpu(std::string_view schedstat);

} // namespace wyn::net
