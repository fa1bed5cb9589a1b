// The command line of wyndrvrctl latency.
#include "base/text.hpp"
#include "cli/option_table.hpp"
#include "ctl/shared_options.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

namespace wyn::ctl {

namespace {

constexpr std::string_view synopsis =
    R"(Watches the round trips and both one-way delays to HOST, until Ctrl-C.

Usage: wyndrvrctl latency [HOST[:PORT]] [OPTION]...)";

constexpr std::array<std::string_view, 2> schedules{"periodic", "poisson"};

struct RawLatency : RawNetwork {
    std::optional<std::string> interval;
    std::optional<std::string> count;
    std::optional<std::string> duration;
    std::optional<std::string> length;
    std::optional<std::string> dscp;
    std::optional<std::string> schedule;
    std::optional<std::string> seed;
};

void declare_probes(CLI::App& app, RawLatency& raw) {
    const std::string group = "Probes";
    app.add_option("-i,--interval", raw.interval, "between two probes: 10ms, 0.2, 1m (10ms)")
        ->type_name("TIME")
        ->group(group);
    app.add_option("-c,--count", raw.count, "ends after so many probes")
        ->type_name("COUNT")
        ->group(group);
    app.add_option("-t,--time", raw.duration, "ends after this time (at Ctrl-C)")
        ->type_name("SECONDS")
        ->group(group);
    app.add_option("-l,--length", raw.length,
                   fmt::format("UDP payload of each probe and its echo, {} to {}\n({})",
                               wire::shortest_probe, wire::longest_probe, wire::shortest_probe))
        ->type_name("BYTES")
        ->group(group);
    app.add_option("--dscp", raw.dscp, "mark on probes and echoes: EF, AF41, CS1, 0 to 63\n(CS0)")
        ->type_name("NAME|N")
        ->group(group);
    auto* const schedule =
        app.add_option("--schedule", raw.schedule,
                       "periodic, or poisson: at random, independent times\n(periodic)")
            ->type_name("KIND")
            ->group(group);
    cli::offer_words(*schedule, schedules);
    app.add_option("--seed", raw.seed, "repeats the schedule of the run that had this seed")
        ->type_name("N")
        ->group(group);
}

void declare_prints(CLI::App& app, LatencyOptions& options) {
    declare_json(app, options);
    app.add_flag("--log", options.log,
                 "events only, a line each: runs of losses, outages,\nsteps of the delay or of a "
                 "clock, reordering")
        ->group("Output");
    declare_looks(app, options);
}

Result<void> read_extent(const RawLatency& raw, LatencyOptions& options) {
    if (raw.interval) {
        const auto time = read_time("-i", *raw.interval, session::shortest_probe_interval,
                                    LatencyOptions::longest_interval);
        if (!time) return fail(time.error().what());
        options.interval = *time;
    }
    if (raw.count) {
        options.count = whole_number<std::uint32_t>(*raw.count);
        if (!options.count || *options.count == 0)
            return fail(fmt::format("-c '{}': expected a number of probes from 1 to {}",
                                    escaped(*raw.count),
                                    std::numeric_limits<std::uint32_t>::max()));
    }
    if (raw.duration) {
        const auto time = read_time("-t", *raw.duration, 100ms, 100 * 24h);
        if (!time) return fail(time.error().what());
        options.duration = *time;
    }
    return {};
}

Result<void> read_probes(const RawLatency& raw, LatencyOptions& options) {
    if (raw.length) {
        const auto bytes = parse_bytes(*raw.length);
        if (!bytes) return fail(fmt::format("-l: {}", bytes.error().what()));
        if (*bytes < wire::shortest_probe || *bytes > wire::longest_probe)
            return fail(fmt::format("-l {}: expected {} to {} bytes", *raw.length,
                                    wire::shortest_probe, wire::longest_probe));
        options.payload_bytes = static_cast<std::uint16_t>(*bytes);
    }
    auto dscp = read_dscp(raw.dscp);
    if (!dscp) return pass_on(dscp);
    options.dscp = *dscp;
    if (raw.schedule && *raw.schedule != "periodic" && *raw.schedule != "poisson")
        return fail(
            fmt::format("--schedule '{}': expected periodic or poisson", escaped(*raw.schedule)));
    if (raw.schedule == "poisson") options.schedule = session::ProbeTiming::poisson;
    if (raw.seed) {
        options.seed = whole_number<std::uint32_t>(*raw.seed);
        if (!options.seed)
            return fail(fmt::format("--seed '{}': expected a number from 0 to {}",
                                    escaped(*raw.seed), std::numeric_limits<std::uint32_t>::max()));
    }
    return {};
}

Result<void> check_prints(const LatencyOptions& options) {
    if (options.log && (options.json || options.json_lines))
        return fail("--log prints text: -J and --json-lines exclude it");
    return check_output(options);
}

} // namespace

std::string_view name(session::ProbeTiming timing) {
    switch (timing) {
    case session::ProbeTiming::periodic: return "periodic";
    case session::ProbeTiming::poisson: return "poisson";
    }
    return "periodic";
}

std::expected<Options, cli::Exit> parse_latency(const std::vector<std::string>& arguments) {
    CLI::App app{with_host(synopsis)};
    lay_out(app, measuring_closing);
    LatencyOptions options;
    RawLatency raw;
    declare_probes(app, raw);
    declare_network(app, raw, "single");
    declare_prints(app, options);
    if (auto exit = parse(app, arguments, "latency")) return std::unexpected{std::move(*exit)};
    Result<void> done = read_network(raw, options);
    if (done) done = read_extent(raw, options);
    if (done) done = read_probes(raw, options);
    if (done) done = check_prints(options);
    if (!done) return std::unexpected{cli::usage_error("wyndrvrctl latency", done.error().what())};
    return options;
}

} // namespace wyn::ctl
