#include "ctl/latency_json.hpp"

#include "ctl/latency_events.hpp"
#include "ctl/report_values.hpp"
#include "stats/order_statistics.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace wyn::ctl {

namespace {

using stats::LatencySummary;

std::int64_t billionths(double ratio) {
    return std::llround(ratio * 1e9);
}
Json ratio_or_null(const std::optional<double>& ratio) {
    return ratio ? Json(*ratio) : Json(nullptr);
}

// Percentiles with their 95 % intervals; null where the values are too few. `series` are the newest
// values, in their order: where neighbours are alike, there are fewer independent ones.
template <typename Values>
void add_quantiles(Json& into, const Values& values, std::span<const Duration> series) {
    Json confidence = Json::object();
    for (const NamedQuantile& told : told_quantiles) {
        const auto rough = stats::estimate_quantile(values, told.q);
        const double dependence = rough ? stats::dependence_at(series, rough->value) : 1;
        const auto estimate = stats::estimate_quantile(values, told.q, dependence);
        into[told.key] = estimate ? Json(estimate->value.count()) : Json(nullptr);
        confidence[told.key] = {{"low", ns_or_null(estimate ? estimate->low : std::nullopt)},
                                {"high", ns_or_null(estimate ? estimate->high : std::nullopt)}};
    }
    into["confidence"] = std::move(confidence);
}

Json delays_json(const stats::Histogram& delays, std::span<const Duration> series) {
    Json object{{"count", delays.count()},
                {"min", ns_or_null(delays.min())},
                {"mean", ns_or_null(delays.mean())},
                {"max", ns_or_null(delays.max())}};
    add_quantiles(object, delays, series);
    return object;
}

// A lost probe as one that took longer than all others: null where the percentile is one of those,
// or not to be had at all.
Json with_losses_json(const stats::ProbeTally& probes) {
    Json object = Json::object();
    for (const NamedQuantile& told : told_quantiles) {
        const bool enough = stats::enough_values_for(told.q, probes.sent);
        const std::uint64_t rank = enough ? stats::nearest_rank(told.q, probes.sent) : 0;
        const bool returned = enough && rank <= probes.rtt.ranked();
        object[told.key] = returned ? ns_or_null(probes.rtt.at_rank(rank)) : Json(nullptr);
    }
    return object;
}

Json variation_json(const stats::DelayDirection& direction) {
    const stats::SignedHistogram& values = direction.variation;
    const auto at = [&values](double q) {
        const bool enough = stats::enough_values_for(std::max(q, 1 - q), values.ranked());
        return enough ? ns_or_null(values.at_rank(stats::nearest_rank(q, values.ranked())))
                      : Json(nullptr);
    };
    return {{"count", values.count()},
            {"min", ns_or_null(values.min())},
            {"p1", at(0.01)},
            {"p50", at(0.5)},
            {"p99", at(0.99)},
            {"max", ns_or_null(values.max())},
            {"mean_absolute", ns_or_null(values.mean_absolute())},
            {"rtp_jitter", ns_or_null(direction.jitter.value())}};
}

Json loss_json(const stats::LossPattern& pattern) {
    const auto interval = pattern.interval();
    const auto model = pattern.gilbert();
    return {{"of", pattern.count()},
            {"lost", pattern.lost()},
            {"unknown", pattern.unknown()},
            {"lost_ratio", ratio_or_null(pattern.ratio())},
            {"lost_low_ratio", interval ? Json(interval->low) : Json(nullptr)},
            {"lost_high_ratio", interval ? Json(interval->high) : Json(nullptr)},
            {"unit", pattern.bursty() ? "period" : "probe"},
            {"periods", pattern.periods()},
            {"longest_period", pattern.longest_period()},
            {"noticeable_ratio", ratio_or_null(pattern.noticeable_ratio())},
            {"gilbert",
             {{"good_to_bad_ratio", model ? Json(model->good_to_bad) : Json(nullptr)},
              {"bad_to_good_ratio", model ? Json(model->bad_to_good) : Json(nullptr)}}}};
}

Json reordering_json(const stats::ReorderingCounts& counts) {
    const bool any = counts.reordered > 0;
    return {{"of", counts.received},
            {"reordered", counts.reordered},
            {"reordered_by_3", counts.reordered_by_3},
            {"largest_extent", any ? Json(counts.largest_extent) : Json(nullptr)},
            {"latest_ns", any ? Json(counts.latest.count()) : Json(nullptr)}};
}

struct DirectionParts {
    const stats::DelayDirection& delays;
    std::span<const Duration> series;
    const stats::LossPattern& loss;
    const stats::ReorderingCounts& reordering;
    std::optional<Duration> lowest;
    std::uint32_t duplicates;
    std::uint32_t remarked;
};

Json direction_json(const DirectionParts& parts) {
    return {{"lowest_ns", ns_or_null(parts.lowest)},
            {"queueing_ns", delays_json(parts.delays.queueing, parts.series)},
            {"variation_ns", variation_json(parts.delays)},
            {"loss", loss_json(parts.loss)},
            {"reordering", reordering_json(parts.reordering)},
            {"duplicates", parts.duplicates},
            {"remarked", parts.remarked}};
}

Json up_json(const LatencyReport& report) {
    const LatencySummary& summary = *report.summary;
    const auto lowest = lowest_delays(report);
    return direction_json({.delays = summary.one_way.up,
                           .series = report.newest.up,
                           .loss = summary.up,
                           .reordering = summary.reordering_up,
                           .lowest = lowest ? std::optional{lowest->up} : std::nullopt,
                           .duplicates = report.outcome->counts.duplicates_there,
                           .remarked = report.outcome->counts.remarked_there});
}

Json down_json(const LatencyReport& report) {
    const LatencySummary& summary = *report.summary;
    const auto lowest = lowest_delays(report);
    return direction_json({.delays = summary.one_way.down,
                           .series = report.newest.down,
                           .loss = summary.down,
                           .reordering = summary.reordering_down,
                           .lowest = lowest ? std::optional{lowest->down} : std::nullopt,
                           .duplicates = report.outcome->counts.duplicates_back,
                           .remarked = report.outcome->counts.remarked_back});
}

Json end_clock_json(const std::optional<ClockState>& state) {
    if (!state) return nullptr;
    return {{"status", name(state->discipline.sync)},
            {"max_error_ns", ns_or_null(state->discipline.max_error)},
            {"steps", state->steps},
            {"slew_ppb", state->slew_ppb}};
}

Json clocks_json(const LatencyReport& report) {
    const stats::OneWayPicture& picture = report.summary->one_way;
    const auto lowest = lowest_delays(report);
    const auto of_fit = [&picture](auto value) {
        return picture.clocks ? Json(value(*picture.clocks)) : Json(nullptr);
    };
    using Clocks = stats::OneWayPicture::Clocks;
    return {{"client", end_clock_json(report.outcome->near_clock)},
            {"server", end_clock_json(report.outcome->far_clock)},
            {"basis", lowest ? Json(name(lowest->offset.basis)) : Json(nullptr)},
            {"offset_ns", lowest ? Json(lowest->offset.offset.count()) : Json(nullptr)},
            {"bound_ns", lowest ? Json(lowest->offset.bound.count()) : Json(nullptr)},
            {"asymmetry_ns", ns_or_null(lowest ? lowest->asymmetry() : std::nullopt)},
            {"half_rtt_ns", of_fit([](const Clocks& c) { return c.half_gap.count(); })},
            {"skew_ppb", of_fit([](const Clocks& c) { return billionths(c.skew); })},
            {"skew_low_ppb", of_fit([](const Clocks& c) { return billionths(c.least_skew); })},
            {"skew_high_ppb", of_fit([](const Clocks& c) { return billionths(c.most_skew); })},
            {"steps", picture.clock_steps},
            {"probes_without_fit", picture.without_fit}};
}

Json probes_json(const LatencyReport& report) {
    const stats::ProbeTally& probes = report.summary->probes;
    const session::LatencyCounts& counts = report.outcome->counts;
    return {{"sent", probes.sent},
            {"returned", probes.returned},
            {"lost",
             {{"total", probes.lost()},
              {"up", probes.lost_up},
              {"down", probes.lost_down},
              {"unknown", probes.lost_unknown}}},
            {"skipped", counts.skipped},
            {"refused", counts.refused},
            {"late", counts.late},
            {"implausible", probes.implausible},
            {"socket_drops", counts.socket_drops}};
}

Json noise_json(const stats::Histogram& noise) {
    const auto at = [&noise](double q) {
        return noise.enough_for(q) ? ns_or_null(noise.quantile(q)) : Json(nullptr);
    };
    return {{"p50", at(0.5)}, {"p99", at(0.99)}, {"max", ns_or_null(noise.max())}};
}

Json hosts_json(const LatencySummary& summary) {
    return {{"schedule_lag_ns", noise_json(summary.host.schedule_lag)},
            {"stack_time_ns", noise_json(summary.host.stack_time)},
            {"read_lag_ns", noise_json(summary.host.read_lag)},
            {"server_stack_time_ns", noise_json(summary.host.far_stack_time)},
            {"kernel_stamps",
             {{"of", summary.stamps.probes},
              {"client_sent", summary.stamps.sent},
              {"server_received", summary.stamps.far_received},
              {"server_sent", summary.stamps.far_sent},
              {"client_received", summary.stamps.received}}}};
}

Json events_json(const LatencySummary& summary) {
    return {{"outages", summary.outages},
            {"longest_outage_ns",
             summary.outages > 0 ? Json(summary.longest_outage.count()) : Json(nullptr)},
            {"delay_steps", summary.delay_shifts},
            {"clock_steps", summary.one_way.clock_steps}};
}

Json test_json(const LatencyReport& report) {
    const LatencyOptions& options = report.options;
    return {{"kind", "latency"},
            {"protocol", "udp"},
            {"interval_ns", options.interval.count()},
            {"schedule", name(options.schedule)},
            {"seed", report.seed},
            {"count", options.count ? Json(*options.count) : Json(nullptr)},
            {"duration_ns", ns_or_null(options.duration)},
            {"payload_bytes", options.payload_bytes},
            {"dscp", options.dscp},
            {"port_parallelism", print(options.port_parallelism)}};
}

Json rtt_json(const LatencyReport& report) {
    const stats::ProbeTally& probes = report.summary->probes;
    Json object = delays_json(probes.rtt, report.newest.rtt);
    object["with_losses"] = with_losses_json(probes);
    return object;
}

Json document(const LatencyReport& report) {
    const bool measured = report.summary && report.outcome;
    const auto if_measured = [&](auto part) { return measured ? part() : Json(nullptr); };
    return {
        {"schema", "wyndrvr.latency/1"},
        {"id", session_value(report.session)},
        {"tool", tool_value(report.server_release)},
        {"start", date_value(report.start)},
        {"duration_ns", report.took.count()},
        {"complete", report.complete()},
        {"target", target_value(report.options, report.server)},
        {"local", endpoint_value(report.local)},
        {"test", test_json(report)},
        {"probes", if_measured([&] { return probes_json(report); })},
        {"rtt_ns", if_measured([&] { return rtt_json(report); })},
        {"loss", if_measured([&] { return loss_json(report.summary->round_trip); })},
        {"up", if_measured([&] { return up_json(report); })},
        {"down", if_measured([&] { return down_json(report); })},
        {"clocks", if_measured([&] { return clocks_json(report); })},
        {"hosts", if_measured([&] { return hosts_json(*report.summary); })},
        {"events", if_measured([&] { return events_json(*report.summary); })},
        {"usage", {{"bytes", report.outcome ? Json(report.outcome->bytes_used) : Json(nullptr)}}},
        {"error", failure_value(report.failure)}};
}

std::string_view name(stats::ProbeFate fate) {
    switch (fate) {
    case stats::ProbeFate::pending: return "pending";
    case stats::ProbeFate::returned: return "returned";
    case stats::ProbeFate::lost_there: return "lost_up";
    case stats::ProbeFate::lost_back: return "lost_down";
    case stats::ProbeFate::lost: return "lost";
    }
    return "pending";
}

} // namespace

std::string latency_as_json(const LatencyReport& report) {
    return one_line(document(report));
}

std::string hello_as_json(const LatencyReport& report) {
    return one_line({{"event", "hello"},
                     {"schema", "wyndrvr.latency-lines/1"},
                     {"id", session_value(report.session)},
                     {"tool", tool_value(report.server_release)},
                     {"start", date_value(report.start)},
                     {"target", target_value(report.options, report.server)},
                     {"local", endpoint_value(report.local)},
                     {"test", test_json(report)}});
}

// One-way times carry the offset between the two hosts' clocks, in opposite senses.
std::string probe_as_json(const stats::ProbeRecord& probe, WallTime when) {
    const bool returned = probe.fate == stats::ProbeFate::returned;
    const auto if_returned = [returned](Duration value) {
        return returned ? Json(value.count()) : Json(nullptr);
    };
    return one_line({{"event", "probe"},
                     {"time", date_value(when)},
                     {"number", probe.number},
                     {"fate", name(probe.fate)},
                     {"planned_ns", probe.planned.time_since_epoch().count()},
                     {"sent_ns", probe.sent.time.time_since_epoch().count()},
                     {"rtt_ns", if_returned(probe.rtt())},
                     {"up_ns", if_returned(probe.there())},
                     {"down_ns", if_returned(probe.back())},
                     {"kernel_stamps", returned ? Json(probe.kernel_stamps()) : Json(nullptr)},
                     {"duplicates", probe.duplicates}});
}

std::string interval_as_json(const stats::LatencyInterval& interval, WallTime from) {
    const stats::ProbeTally& probes = interval.probes;
    const auto at = [&probes](double q) {
        return probes.rtt.enough_for(q) ? ns_or_null(probes.rtt.quantile(q)) : Json(nullptr);
    };
    return one_line(
        {{"event", "interval"},
         {"time", date_value(from)},
         {"duration_ns", (interval.until - interval.from).count()},
         {"sent", probes.sent},
         {"returned", probes.returned},
         {"lost",
          {{"up", probes.lost_up}, {"down", probes.lost_down}, {"unknown", probes.lost_unknown}}},
         {"rtt_ns",
          {{"min", ns_or_null(probes.rtt.min())},
           {"mean", ns_or_null(probes.rtt.mean())},
           {"p50", at(0.5)},
           {"p90", at(0.9)},
           {"p99", at(0.99)},
           {"max", ns_or_null(probes.rtt.max())}}}});
}

std::string event_as_json_line(const stats::LatencyEvent& event, WallTime when) {
    return one_line(event_as_json(event, when));
}

std::string result_as_json(const LatencyReport& report) {
    return one_line({{"event", "result"}, {"data", document(report)}});
}

} // namespace wyn::ctl
