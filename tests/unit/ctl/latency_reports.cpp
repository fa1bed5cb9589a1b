#include "unit/ctl/latency_reports.hpp"

#include "ctl/latency_collector.hpp"

namespace wyn::test {

namespace {

constexpr WallTime start{1795157890412ms};

ClockState synchronised(Duration max_error, Duration ahead) {
    return {.discipline = {.sync = ClockSync::synchronised, .max_error = max_error},
            .wall_ahead = ahead};
}

ctl::LatencyReport contacted(const ctl::LatencyOptions& options) {
    ctl::LatencyReport report;
    report.options = options;
    report.options.host = "fra1.example.net";
    report.seed = 42;
    report.server = dgram::Endpoint{dgram::Address::parse("2001:db8:41::7").value(), 6711};
    report.local = dgram::Endpoint{dgram::Address::parse("2001:db8:10::23").value(), 50611};
    report.session = 0x8f3c000000000017;
    report.ports = {7811, 7864, 7893};
    report.start = start;
    return report;
}

} // namespace

ctl::LatencyReport measured(const ProbePath::Settings& path, std::uint32_t probes,
                            const ctl::LatencyOptions& options) {
    ctl::LatencyReport report = contacted(options);
    ctl::LatencyCollector collector{
        options, {}, start, ProbePath::origin, [](const std::string&) {}};
    ProbePath crossed{path, 7};
    for (std::uint32_t i = 0; i < probes; ++i) {
        const stats::ProbeRecord record = crossed.next();
        collector.on_records({&record, 1});
    }
    collector.finish();
    collector.report(report);
    report.took = path.interval * probes + 300ms;
    session::LatencyOutcome& outcome = report.outcome.emplace();
    outcome.end = wire::End::completed;
    outcome.port_reached = {true, true, true};
    outcome.bytes_used = std::uint64_t{2} * probes * options.payload_bytes;
    outcome.departure_stamps = true;
    outcome.counts.sent = probes;
    outcome.near_clock.emplace().discipline.sync = ClockSync::unsynchronised;
    outcome.far_clock = outcome.near_clock;
    return report;
}

ctl::LatencyReport quiet() {
    const Duration offset = 1234567us;
    ctl::LatencyReport report = measured({.floor_up = 5800us,
                                          .floor_down = 5400us,
                                          .jitter_up = 90us,
                                          .jitter_down = 50us,
                                          .offset = offset,
                                          .skew = 12e-6},
                                         6000);
    report.outcome->near_clock = synchronised(60us, 1h);
    // They agree to 25 us. The middle of the fit is off by half the difference of the two ways.
    const Duration apart = report.summary->one_way.clocks->offset - 200us;
    report.outcome->far_clock = synchronised(40us, 1h - apart - 25us);
    return report;
}

ctl::LatencyReport troubled() {
    ctl::LatencyOptions options;
    options.dscp = 46;
    options.schedule = session::ProbeTiming::poisson;
    options.duration = 40s;
    ctl::LatencyReport report = measured({.floor_up = 5800us,
                                          .floor_down = 5400us,
                                          .jitter_up = 2ms,
                                          .loss_up = 0.02,
                                          .loss_down = 0.01,
                                          .queue_up = queue_between(20s, 24s, 176ms)},
                                         4000, options);
    session::LatencyCounts& counts = report.outcome->counts;
    counts.duplicates_there = 3;
    counts.duplicates_back = 17;
    counts.remarked_there = 3900;
    counts.skipped = 12;
    counts.socket_drops = 4;
    report.summary->outages = 2;
    report.summary->longest_outage = 3100ms;
    report.outcome->near_clock = synchronised(1ms, 1h);
    report.outcome->far_clock = synchronised(1ms, 1h + 400ms);
    report.outcome->far_clock->steps = 1;
    return report;
}

ctl::LatencyReport cut_short() {
    ctl::LatencyOptions options;
    options.count = 1000;
    ctl::LatencyReport report = measured({.loss_up = 0.1}, 30, options);
    report.outcome->end = wire::End::interrupted;
    report.outcome->far_clock.reset();
    report.failure = ctl::judge(report);
    return report;
}

ctl::LatencyReport unanswered() {
    ctl::LatencyReport report;
    report.options.host = "fra1.example.net";
    report.start = start;
    report.took = 5s;
    report.server = dgram::Endpoint{dgram::Address::parse("2001:db8:41::7").value(), 6711};
    report.failure = ctl::describe_silence({.hellos_sent = 6, .waited = 5s}, *report.server,
                                           report.options.host);
    return report;
}

ctl::LatencyReport vast() {
    ctl::LatencyReport report = troubled();
    report.options.host = "measurement-server-17.datacentre-frankfurt.example.net";
    report.server->address =
        dgram::Address::parse("2001:db8:1234:5678:9abc:def0:1234:5678").value();
    report.server->port = 65535;
    report.options.payload_bytes = 1472;
    report.options.interval = 59999ms;
    report.took = 100 * 24h;
    session::LatencyCounts& counts = report.outcome->counts;
    counts.duplicates_there = counts.duplicates_back = 4'000'000'000;
    counts.remarked_there = counts.remarked_back = 4'000'000'000;
    counts.skipped = counts.refused = 4'000'000'000;
    counts.socket_drops = 9'000'000'000;
    stats::LatencySummary& summary = *report.summary;
    summary.outages = 123'456;
    summary.longest_outage = 40h;
    summary.one_way.clock_steps = 1'234'567;
    for (auto* const order : {&summary.reordering_up, &summary.reordering_down})
        *order = {.received = 4'000'000'000,
                  .reordered = 3'999'999'999,
                  .reordered_by_3 = 3'000'000'000,
                  .largest_extent = 512,
                  .latest = 5s,
                  .late = {}};
    summary.stamps.sent = 17;
    summary.stamps.far_sent = 0;
    report.outcome->end = wire::End::peer_silent;
    report.failure = ctl::judge(report);
    return report;
}

} // namespace wyn::test
