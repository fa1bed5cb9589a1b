#include "ctl/report_json.hpp"

#include "ctl/evidence.hpp"
#include "ctl/path_values.hpp"
#include "verdict/signs.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wyn::ctl {

namespace {

// No percentile of too few samples: it would be one of the largest few and mean nothing.
Json quantile(const stats::Histogram& histogram, double q) {
    return histogram.enough_for(q) ? ns_or_null(histogram.quantile(q)) : Json(nullptr);
}

Json rtt_json(const stats::Histogram& rtt) {
    return {{"min", ns_or_null(rtt.min())}, {"mean", ns_or_null(rtt.mean())},
            {"p50", quantile(rtt, 0.5)},    {"p90", quantile(rtt, 0.9)},
            {"p99", quantile(rtt, 0.99)},   {"max", ns_or_null(rtt.max())},
            {"count", rtt.count()}};
}

Json latency_json(const session::LatencyResult& latency) {
    const bool all_known = latency.lost_unknown == 0;
    return {{"rtt_ns", rtt_json(latency.rtt)},
            {"probes",
             {{"sent", latency.probes_sent},
              {"arrived", all_known ? Json(latency.probes_arrived) : Json(nullptr)},
              {"returned", latency.echoes_received},
              {"stamps_missing", latency.stamps_missing}}}};
}

Json rates_json(const session::DirectionResult& result) {
    const auto rates = result.rates();
    const auto bps = [&](BitRate session::DirectionResult::Rates::* which) {
        return rates ? Json(((*rates).*which).bps()) : Json(nullptr);
    };
    return {{"payload", bps(&session::DirectionResult::Rates::payload)},
            {"ip", bps(&session::DirectionResult::Rates::ip)},
            {"wire", bps(&session::DirectionResult::Rates::wire)}};
}

// A share and its 95 % interval.
Json path_loss_json(const verdict::Load& load) {
    const auto share = verdict::path_loss(load);
    if (!share || share->trials == 0) return nullptr;
    const verdict::Interval interval = verdict::interval_of(*share);
    return {{"ratio", share->ratio()}, {"low_ratio", interval.low}, {"high_ratio", interval.high}};
}

Json load_latency_json(const verdict::Load& load) {
    if (!load.latency) return nullptr;
    const verdict::LoadLatency& latency = *load.latency;
    const auto flow_queueing = verdict::has_flow_queueing(load);
    return {{"added_ns", latency.added.count()},
            {"mean_increase_ns", latency.mean_increase.count()},
            {"p99_increase_ns", ns_or_null(latency.p99_increase)},
            {"round_trips_per_minute", latency.round_trips_per_minute},
            {"grade", verdict::name(latency.grade)},
            {"flow_queueing", flow_queueing ? Json(*flow_queueing) : Json(nullptr)}};
}

// sent = received + lost.total; lost.total = path + sender_host + receiver_socket.
Json packets_json(const session::DirectionResult& result, const verdict::Load& load) {
    using Losses = session::DirectionResult::Losses;
    const auto losses = result.losses();
    const auto part = [&](std::uint64_t Losses::* which) {
        return losses ? Json((*losses).*which) : Json(nullptr);
    };
    const Json lost{{"total", part(&Losses::total)},
                    {"path", part(&Losses::path)},
                    {"sender_host", losses              ? Json(losses->sender_host)
                                    : result.sent_known ? Json(result.sent.packets_refused)
                                                        : Json(nullptr)},
                    {"receiver_socket", part(&Losses::receiver_socket)},
                    {"sender_queue", count_or_null(result.perhaps_in_sender_host())},
                    {"receiver_host", count_or_null(result.perhaps_in_receiver_host())}};
    const auto received = [&](std::uint64_t value) {
        return result.received_known ? Json(value) : Json(nullptr);
    };
    return {{"sent", result.sent_known ? Json(result.sent.offered()) : Json(nullptr)},
            {"received", received(result.received.packets)},
            {"duplicate", received(result.received.duplicates)},
            {"reordered", received(result.received.reordered)},
            {"late", received(result.received.late)},
            {"skipped", result.sent_known ? Json(result.sent.packets_skipped) : Json(nullptr)},
            {"lost", lost},
            {"path_loss", path_loss_json(load)}};
}

Json pacing_json(const wire::SenderRecord& sent) {
    return {{"mode", wire::name(sent.pacing)},
            {"lateness_ns",
             {{"p50", ns_or_null(sent.lateness.p50)},
              {"p99", ns_or_null(sent.lateness.p99)},
              {"max", ns_or_null(sent.lateness.max)}}}};
}

Json sent_or_null(const session::DirectionResult& result, Json value) {
    return result.sent_known ? std::move(value) : Json(nullptr);
}
Json received_or_null(const session::DirectionResult& result, Json value) {
    return result.received_known ? std::move(value) : Json(nullptr);
}
// 0 says that the receiver does not know.
Json known_or_null(const session::DirectionResult& result, std::uint64_t value) {
    return received_or_null(result, value == 0 ? Json(nullptr) : Json(value));
}

// What each of several flows had of it; null when there was one only.
Json flows_json(const Report& report, wire::Direction direction) {
    if (report.flows.empty()) return nullptr;
    Json flows = Json::array();
    for (const Flow& flow : report.flows) {
        const auto& result = direction == wire::Direction::up ? flow.result.up : flow.result.down;
        const auto rates = result ? result->rates() : std::nullopt;
        const auto losses = result ? result->losses() : std::nullopt;
        flows.push_back({{"id", fmt::format("{:016x}", flow.session)},
                         {"payload_bps", rates ? Json(rates->payload.bps()) : Json(nullptr)},
                         {"lost", losses ? Json(losses->total) : Json(nullptr)}});
    }
    return flows;
}

// Of a search for it; null when there was none.
Json capacity_json(const session::DirectionResult& result) {
    if (!result.reports_capacity()) return nullptr;
    const wire::CapacityRecord& found = result.capacity;
    const auto known = [](std::uint64_t value) { return value == 0 ? Json(nullptr) : Json(value); };
    Json burst = nullptr;
    if (found.burst_bps != 0)
        burst = {{"ip_bps", found.burst_bps},
                 {"half_width_bps", known(found.burst_half_width_bps)},
                 {"bucket_bytes", found.bucket_bytes}};
    return {{"verdict", wire::name(found.verdict)},
            {"ip_bps", found.ip_bps},
            {"half_width_bps", known(found.half_width_bps)},
            {"burst", burst},
            {"saturated_ns", found.saturated_ns},
            {"saturated_bytes", found.saturated_bytes},
            {"datagram_bytes", known(found.datagram_bytes)},
            {"queue_ns", found.queue_ns},
            {"base_rtt_ns", known(found.base_rtt_ns)},
            {"loaded_rtt_ns", known(found.loaded_rtt_ns)},
            {"excess_loss_ppb", found.excess_loss_ppb},
            {"loss_floor_ppb", found.loss_floor_ppb}};
}

Json follow_up_json(const session::ProbeResult& result, const session::FollowUp& followed) {
    const verdict::Load load = load_of(followed.load, result);
    return {{"capacity_ratio", followed.share},
            {"asked_bps", followed.load.asked.bps()},
            {"rate_bps", rates_json(followed.load)},
            {"packets", packets_json(followed.load, load)},
            {"loaded_rtt_ns", rtt_json(followed.load.loaded.rtt)},
            {"latency_under_load", load_latency_json(load)},
            {"end", wire::name(followed.load.end)}};
}

// The loads after a search, in the order in which they were loaded; null without a search S3.
Json follow_ups_json(const Report& report, const session::DirectionResult& searched) {
    if (searched.search != wire::Search::s3) return nullptr;
    Json loads = Json::array();
    for (const session::FollowUp& one : report.result->follow_ups)
        if (one.load.direction == searched.direction)
            loads.push_back(follow_up_json(*report.result, one));
    return loads;
}

Json direction_json(const Report& report, const session::DirectionResult& result,
                    const verdict::Load& load) {
    const auto rates = result.rates();
    return {{"rate_bps", rates_json(result)},
            {"rate_span_ns", rates ? Json(rates->span.count()) : Json(nullptr)},
            {"capacity", capacity_json(result)},
            {"packets", packets_json(result, load)},
            {"payload_bytes", received_or_null(result, result.received.payload_bytes)},
            {"loaded_rtt_ns", rtt_json(report.result->beside(result).rtt)},
            {"latency_under_load", load_latency_json(load)},
            {"duration_ns", result.duration.count()},
            {"datagram_bytes", result.datagram_bytes},
            {"granted_bps", result.granted.bps() == 0 ? Json(nullptr) : Json(result.granted.bps())},
            {"limited_by", sent_or_null(result, wire::name(result.sent.limited_by))},
            {"pacing", sent_or_null(result, pacing_json(result.sent))},
            {"offload",
             {{"segmentation", sent_or_null(result, result.sent.segmentation)},
              {"coalescing", received_or_null(result, result.received.coalescing)}}},
            {"longest_train", known_or_null(result, result.received.longest_train)},
            {"receive_buffer_bytes", known_or_null(result, result.received.receive_buffer_bytes)},
            {"stamps_missing", received_or_null(result, result.received.stamps_missing)},
            {"cpu", cpu_value(result)},
            {"host_wide", hosts_value(result)},
            {"marks", marks_value(result)},
            {"congested_ratio", congested_value(result)},
            {"ttl", ttl_value(result)},
            {"hops", hops_value(result)},
            {"flows", flows_json(report, result.direction)},
            {"follow_ups", follow_ups_json(report, result)},
            {"end", wire::name(result.end)}};
}

} // namespace

Json report_value(const Report& report, const verdict::Evidence& evidence) {
    const session::ProbeResult* const result = report.result ? &*report.result : nullptr;
    const auto direction = [&report](const std::optional<session::DirectionResult>* which,
                                     const std::optional<verdict::Load>& load) {
        return which != nullptr && *which && load ? direction_json(report, **which, *load)
                                                  : Json(nullptr);
    };
    return {
        {"schema", "wyndrvr.result/1"},
        {"id", session_value(report.session)},
        {"tool", tool_value(report.server_release)},
        {"start", date_value(report.start)},
        {"duration_ns", report.took.count()},
        {"complete", report.complete() && !report.failure},
        {"target", target_value(report.options, report.server)},
        {"local", local_value(report)},
        {"test", test_value(report)},
        {"path", path_value(report)},
        {"idle", result != nullptr && result->idle ? latency_json(*result->idle) : Json(nullptr)},
        {"up", direction(result == nullptr ? nullptr : &result->up, evidence.up)},
        {"down", direction(result == nullptr ? nullptr : &result->down, evidence.down)},
        {"verdict", verdict_value(evidence)},
        {"server", server_value(report)},
        {"usage", {{"bytes", result == nullptr ? Json(nullptr) : Json(result->bytes_used)}}},
        {"error", failure_value(report.failure)}};
}

std::string report_as_json(const Report& report) {
    return one_line(report_value(report, evidence_of(report)));
}
std::string report_as_json(const Report& report, const verdict::Evidence& evidence) {
    return one_line(report_value(report, evidence));
}

} // namespace wyn::ctl
