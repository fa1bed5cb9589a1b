#include "ctl/path_values.hpp"

#include "session/path_marks.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wyn::ctl {

namespace {

Json ratio_or_null(const std::optional<wire::Share>& share) {
    return share ? Json(share->ratio()) : Json(nullptr);
}

Json class_json(dgram::TrafficClass traffic_class) {
    return {{"dscp", traffic_class.dscp()}, {"ecn", dgram::name(traffic_class.ecn())}};
}

Json range_json(const std::optional<std::pair<int, int>>& range) {
    return {{"min", range ? Json(range->first) : Json(nullptr)},
            {"max", range ? Json(range->second) : Json(nullptr)}};
}

Json host_json(const wire::HostRecord& host) {
    return {{"busiest_cpu_ratio", ratio_or_null(host.busiest_cpu)},
            {"steal_ratio", ratio_or_null(host.stolen)},
            {"link_bps", count_or_null(host.link_bps)},
            {"device_drops", count_or_null(host.device_drops)},
            {"qdisc_drops", count_or_null(host.qdisc_drops)},
            {"qdisc_backlog_bytes", count_or_null(host.qdisc_backlog_bytes)},
            {"udp_buffer_errors", count_or_null(host.udp_buffer_errors)},
            {"softnet_drops", count_or_null(host.softnet_drops)},
            {"softnet_squeezes", count_or_null(host.softnet_squeezes)}};
}

// Why no larger packet passes; null when that is not known, or when none was tried.
Json limit_json(const session::PathMtu& mtu) {
    if (!mtu.limit || *mtu.limit == measure::MtuLimit::none) return nullptr;
    return measure::name(*mtu.limit);
}

Json bytes_json(const session::PathMtu& mtu) {
    return mtu.bytes == 0 ? Json(nullptr) : Json(mtu.bytes);
}

// Null when neither direction has one and not both are known.
Json hole_json(const session::PathMtuFound& found) {
    const auto hole = [](const session::PathMtu& mtu) {
        return mtu.limit == measure::MtuLimit::silence;
    };
    const bool any_hole = hole(found.up) || hole(found.down);
    return (found.up.limit && found.down.limit) || any_hole ? Json(any_hole) : Json(nullptr);
}

} // namespace

Json count_or_null(const std::optional<std::uint64_t>& count) {
    return count ? Json(*count) : Json(nullptr);
}

Json local_value(const Report& report) {
    if (!report.local) return nullptr;
    const auto& seen = report.seen_as;
    const auto nat = report.has_nat();
    return {{"address", dgram::print(report.local->address)},
            {"port", report.local->port},
            {"seen_as", seen ? Json(dgram::print(seen->address)) : Json(nullptr)},
            {"seen_as_port", seen ? Json(seen->port) : Json(nullptr)},
            {"nat", nat ? Json(*nat) : Json(nullptr)}};
}

Json path_value(const Report& report) {
    const auto found = report.result ? report.result->path.value_or(session::PathMtuFound{})
                                     : session::PathMtuFound{};
    return {{"mtu_up_bytes", bytes_json(found.up)},
            {"mtu_down_bytes", bytes_json(found.down)},
            {"mtu_up_limit", limit_json(found.up)},
            {"mtu_down_limit", limit_json(found.down)},
            {"mtu_black_hole", hole_json(found)}};
}

Json server_value(const Report& report) {
    wire::ServerLoad most;
    const auto note = [&most](const std::optional<session::DirectionResult>& direction) {
        if (!direction) return;
        most.sessions = std::max(most.sessions, direction->server.sessions);
        most.loads = std::max(most.loads, direction->server.loads);
    };
    if (report.result) {
        note(report.result->down);
        note(report.result->up);
    }
    return {{"concurrent_sessions", most.sessions == 0 ? Json(nullptr) : Json(most.sessions)},
            {"concurrent_loads", most.loads == 0 ? Json(nullptr) : Json(most.loads)}};
}

Json cpu_value(const session::DirectionResult& result) {
    return {
        {"sender_ratio", ratio_or_null(result.sent.host.thread_busy)},
        {"sender_kept_waiting_ratio", ratio_or_null(result.sent.host.thread_kept_waiting)},
        {"receiver_ratio", ratio_or_null(result.received.host.thread_busy)},
        {"receiver_kept_waiting_ratio", ratio_or_null(result.received.host.thread_kept_waiting)}};
}

Json hosts_value(const session::DirectionResult& result) {
    return {{"sender", host_json(result.sent.host)}, {"receiver", host_json(result.received.host)}};
}

Json marks_value(const session::DirectionResult& result) {
    const auto seen = session::marks_of(result);
    if (seen.empty()) return nullptr;
    Json marks = Json::array();
    for (const session::MarkSeen& one : seen)
        marks.push_back({{"sent", class_json(one.sent)},
                         {"received", class_json(one.received)},
                         {"count", one.packets}});
    return marks;
}

Json congested_value(const session::DirectionResult& result) {
    const auto ratio = session::congested_ratio(result);
    return ratio ? Json(*ratio) : Json(nullptr);
}

Json ttl_value(const session::DirectionResult& result) {
    if (!session::hops_of(result)) return range_json(std::nullopt);
    return range_json(
        std::pair<int, int>{result.received.marks.lowest_ttl, result.received.marks.highest_ttl});
}

Json hops_value(const session::DirectionResult& result) {
    const auto hops = session::hops_of(result);
    if (!hops) return range_json(std::nullopt);
    return range_json(std::pair<int, int>{hops->least, hops->most});
}

} // namespace wyn::ctl
