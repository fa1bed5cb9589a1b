#include "ctl/report_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wyn::ctl {

namespace {

using Json = nlohmann::ordered_json; // the order of the document is the author's

Json ns_or_null(const std::optional<Duration>& value) {
    return value ? Json(value->count()) : Json(nullptr);
}

// RFC 3339 in UTC with milliseconds.
std::string date(WallTime time) {
    const auto since = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
    const auto days = std::chrono::floor<std::chrono::days>(since);
    const std::chrono::year_month_day day{std::chrono::sys_days{days}};
    const std::chrono::hh_mm_ss clock{since - days};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(day.year()),
                       static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

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
    return {{"rtt_ns", rtt_json(latency.rtt)},
            {"probes",
             {{"sent", latency.probes_sent},
              {"arrived", latency.probes_arrived},
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

// sent = received + lost.total; lost.total = path + sender_host + receiver_socket.
Json packets_json(const session::DirectionResult& result) {
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
                    {"receiver_host", nullptr}};
    const auto received = [&](std::uint64_t value) {
        return result.received_known ? Json(value) : Json(nullptr);
    };
    return {{"sent", result.sent_known ? Json(result.sent.offered()) : Json(nullptr)},
            {"received", received(result.received.packets)},
            {"duplicate", received(result.received.duplicates)},
            {"reordered", received(result.received.reordered)},
            {"late", received(result.received.late)},
            {"skipped", result.sent_known ? Json(result.sent.packets_skipped) : Json(nullptr)},
            {"lost", lost}};
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

Json direction_json(const Report& report, const session::DirectionResult& result) {
    const auto rates = result.rates();
    return {{"rate_bps", rates_json(result)},
            {"rate_span_ns", rates ? Json(rates->span.count()) : Json(nullptr)},
            {"packets", packets_json(result)},
            {"payload_bytes", received_or_null(result, result.received.payload_bytes)},
            {"loaded_rtt_ns", rtt_json(result.loaded.rtt)},
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
            {"flows", flows_json(report, result.direction)},
            {"end", wire::name(result.end)}};
}

Json endpoint_json(const std::optional<dgram::Endpoint>& endpoint) {
    if (!endpoint) return nullptr;
    return {{"address", dgram::print(endpoint->address)}, {"port", endpoint->port}};
}

Json target_json(const Report& report) {
    const std::optional<dgram::Endpoint>& server = report.server;
    return {{"name", report.options.host},
            {"address", server ? Json(dgram::print(server->address)) : Json(nullptr)},
            {"port", server ? server->port : report.options.port}};
}

Json failure_json(const Failure& failure) {
    return {{"code", static_cast<int>(failure.code)},
            {"reason", failure.reason},
            {"message", failure.sentence},
            {"advice", failure.advice}};
}

Json test_json(const Report& report) {
    const ProbeOptions& options = report.options;
    return {
        {"kind", "probe"},
        {"protocol", "udp"},
        {"search", options.rate ? Json(nullptr) : Json(wire::name(options.search()))},
        {"rate_bps", options.rate ? Json(options.rate->bps()) : Json(nullptr)},
        {"duration_ns", options.duration.count()},
        {"payload_bytes", report.payload_bytes == 0 ? Json(nullptr) : Json(report.payload_bytes)},
        {"pacing", wire::name(options.pacing)},
        {"offload", options.offload},
        {"parallel", options.parallel},
        {"port_parallelism", print(options.port_parallelism)}};
}

} // namespace

std::string report_as_json(const Report& report) {
    const session::ProbeResult* const result = report.result ? &*report.result : nullptr;
    const auto direction = [&report](const std::optional<session::DirectionResult>* which) {
        return which != nullptr && *which ? direction_json(report, **which) : Json(nullptr);
    };
    const Json document{
        {"schema", "wyndrvr.result/1"},
        {"id", report.session == 0 ? Json(nullptr) : Json(fmt::format("{:016x}", report.session))},
        {"tool", {{"client", WYN_VERSION}, {"server", nullptr}}},
        {"start", date(report.start)},
        {"duration_ns", report.took.count()},
        {"complete", report.complete() && !report.failure},
        {"target", target_json(report)},
        {"local", endpoint_json(report.local)},
        {"test", test_json(report)},
        {"idle", result != nullptr && result->idle ? latency_json(*result->idle) : Json(nullptr)},
        {"up", direction(result == nullptr ? nullptr : &result->up)},
        {"down", direction(result == nullptr ? nullptr : &result->down)},
        {"verdict", nullptr},
        {"usage", {{"bytes", result == nullptr ? Json(nullptr) : Json(result->bytes_used)}}},
        {"error", report.failure ? failure_json(*report.failure) : Json(nullptr)}};
    // Names come from the command line: whatever bytes they hold, the document is valid JSON.
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace wyn::ctl
