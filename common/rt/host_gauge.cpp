#include "rt/host_gauge.hpp"

#include "clock/system_clock.hpp"
#include "net/socket_options.hpp"

#include <algorithm>

namespace wyn::rt {

namespace {

// Of this thread's network namespace, whichever the process began in.
const std::string net_files = "/proc/thread-self/net/";

template <typename T>
std::optional<T> known(Result<T> result) {
    return result ? std::optional{*std::move(result)} : std::nullopt;
}

// What a counter has grown by; nothing when either reading is missing or it has been set back.
template <typename Counters>
std::optional<std::uint64_t> growth(const std::optional<Counters>& before,
                                    const std::optional<Counters>& after,
                                    std::uint64_t Counters::* counter) {
    if (!before || !after || (*after).*counter < (*before).*counter) return std::nullopt;
    return (*after).*counter - (*before).*counter;
}

std::optional<std::uint64_t> growth(const std::optional<std::uint64_t>& before,
                                    const std::optional<std::uint64_t>& after) {
    if (!before || !after || *after < *before) return std::nullopt;
    return *after - *before;
}

// IPv4 and IPv6 together; a kernel without the latter has one only.
std::optional<std::uint64_t> udp_errors(const std::string& snmp, const std::string& snmp6,
                                        const std::string& name) {
    const auto v4 = net::udp_counter(snmp, name);
    if (!v4) return std::nullopt;
    return *v4 + net::snmp6_counter(snmp6, "Udp6" + name).value_or(0);
}

double ticks(std::uint64_t before, std::uint64_t after) {
    return after > before ? static_cast<double>(after - before) : 0;
}

} // namespace

std::optional<session::ThreadTimes> HostGauge::thread_times() {
    const auto running = thread_time_used();
    if (!running) return std::nullopt;
    session::ThreadTimes times{.running = *running, .waiting = std::nullopt};
    if (const auto text = net::read_proc("/proc/thread-self/schedstat"))
        if (const auto waited = net::ns_without_cpu(*text))
            times.waiting = Duration{static_cast<Duration::rep>(*waited)};
    return times;
}

void HostGauge::begin() {
    in_our_network_ = net::is_in_our_network(socket_);
    if (in_our_network_) device_ = known(net::egress_device(socket_));
    before_ = read();
    link_bps_ = before_->device ? net::link_speed(*before_->device) : std::nullopt;
}

HostGauge::Readings HostGauge::read() const {
    Readings now;
    if (device_) {
        now.device = known(net::device_counters(*device_));
        now.queue = known(net::queue_counters(*device_));
    }
    if (const auto text = net::read_proc(net_files + "softnet_stat"))
        now.softnet = net::softnet_counters(*text);
    if (const auto text = net::read_proc("/proc/stat")) now.cpus = net::cpu_times(*text);
    if (!in_our_network_) return now;
    const std::string snmp = net::read_proc(net_files + "snmp").value_or("");
    const std::string snmp6 = net::read_proc(net_files + "snmp6").value_or("");
    now.udp_send_errors = udp_errors(snmp, snmp6, "SndbufErrors");
    now.udp_receive_errors = udp_errors(snmp, snmp6, "RcvbufErrors");
    return now;
}

wire::HostRecord HostGauge::changes(wire::Role role) {
    if (!before_) return {};
    const Readings after = read();
    const bool sends = role == wire::Role::sender;
    using Device = net::DeviceCounters;
    wire::HostRecord record{
        .link_bps = link_bps_,
        .device_drops = growth(before_->device, after.device,
                               sends ? &Device::sent_drops : &Device::received_drops),
        .qdisc_drops = growth(before_->queue, after.queue, &net::QueueCounters::drops),
        .udp_buffer_errors = sends ? growth(before_->udp_send_errors, after.udp_send_errors)
                                   : growth(before_->udp_receive_errors, after.udp_receive_errors),
        .softnet_drops = growth(before_->softnet, after.softnet, &net::SoftnetCounters::drops),
        .softnet_squeezes =
            growth(before_->softnet, after.softnet, &net::SoftnetCounters::squeezes)};
    if (after.queue) record.qdisc_backlog_bytes = after.queue->backlog_bytes;
    if (before_->cpus && after.cpus) put_cpus(*before_->cpus, *after.cpus, record);
    return record;
}

void HostGauge::put_cpus(const net::AllCpuTimes& before, const net::AllCpuTimes& after,
                         wire::HostRecord& record) {
    const double all = ticks(before.sum.all, after.sum.all);
    if (all == 0) return; // less than a tick of 10 ms
    record.stolen = wire::Share::of(ticks(before.sum.stolen, after.sum.stolen), all);
    wire::Share busiest;
    for (std::size_t i = 0; i < std::min(before.each.size(), after.each.size()); ++i) {
        const auto share = wire::Share::of(ticks(before.each[i].busy, after.each[i].busy),
                                           ticks(before.each[i].all, after.each[i].all));
        busiest.parts = std::max(busiest.parts, share.parts);
    }
    record.busiest_cpu = busiest;
}

} // namespace wyn::rt
