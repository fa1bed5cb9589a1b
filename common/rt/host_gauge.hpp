// What the kernel counts of this host while a load runs, read from rtnetlink(7), /proc and the
// clock of the calling thread. Needs no privileges; what a sandbox hides is absent.
#pragma once

#include "net/egress.hpp"
#include "net/proc_counters.hpp"
#include "session/host_gauge.hpp"

namespace wyn::rt {

class HostGauge final : public session::HostGauge {
public:
    // `socket` is the port's, and outlives the gauge; connected before begin().
    explicit HostGauge(int socket) : socket_{socket} {}

    std::optional<session::ThreadTimes> thread_times() override;
    void begin() override;
    wire::HostRecord changes(wire::Role role) override;

private:
    // Counters that only rise; what could not be read is absent.
    struct Readings {
        std::optional<net::DeviceCounters> device;
        std::optional<net::QueueCounters> queue;
        std::optional<net::SoftnetCounters> softnet;
        std::optional<net::AllCpuTimes> cpus;
        std::optional<std::uint64_t> udp_send_errors;
        std::optional<std::uint64_t> udp_receive_errors;
    };
    Readings read() const;
    static void put_cpus(const net::AllCpuTimes& before, const net::AllCpuTimes& after,
                         wire::HostRecord& record);

    int socket_;
    bool in_our_network_ = true; // or its counters are not ours to read
    std::optional<int> device_;
    std::optional<std::uint64_t> link_bps_;
    std::optional<Readings> before_;
};

} // namespace wyn::rt
