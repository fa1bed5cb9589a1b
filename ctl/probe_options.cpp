// The command line of wyndrvrctl probe.
#include "base/text.hpp"
#include "cli/option_table.hpp"
#include "ctl/shared_options.hpp"
#include "session/client_connection.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace wyn::ctl {

namespace {

// As many sessions as a server gives one address by its defaults.
constexpr std::uint32_t most_parallel = 32;

// Of a load whose sender does not end it before.
constexpr Duration fixed_time = 10s;

constexpr std::string_view synopsis =
    R"(Measures the network to HOST: idle latency, then load down and up with a
latency flow beside it.

Usage: wyndrvrctl [probe] [HOST[:PORT]] [OPTION]...)";

// What the command line said, before it is checked.
struct RawProbe : RawNetwork {
    bool up = false;
    bool down = false;
    std::optional<std::string> duration;
    std::optional<std::string> rate;
    std::optional<std::string> search;
    std::optional<std::string> sustained;
    std::optional<std::string> budget;
    bool staircase = false;
    std::optional<std::string> length;
    std::optional<std::string> pacing;
    std::optional<std::string> parallel;
    std::optional<std::string> dscp;
    bool ecn = false;
    bool no_gso = false;
};

constexpr std::array<std::string_view, 3> search_methods{"s3", "b", "c"};
constexpr std::array<std::string_view, 2> pacings{"sleep", "precise"};

void declare_load(CLI::App& app, RawProbe& raw) {
    const std::string group = "Load";
    app.add_option("-t,--time", raw.duration,
                   "length of the load per direction (10)\nof the search s3 at most, which ends "
                   "when it is\n"
                   "sure (3, or 6 round trips)")
        ->type_name("SECONDS")
        ->group(group);
    app.add_option("-b,--bitrate", raw.rate,
                   "fixed rate of UDP payload, such as 50M; 0 as\nfast as the sender can; without "
                   "it searched")
        ->type_name("RATE")
        ->group(group);
    auto* const search = app.add_option("--search", raw.search,
                                        "how to search: s3 until it is sure, b or c for 10 s\n"
                                        "as RFC 9097 type B or C (s3)")
                             ->type_name("METHOD")
                             ->group(group);
    cli::offer_words(*search, search_methods);
    app.add_option("--sustained", raw.sustained,
                   "keep the path full for so long, and see whether\nthe rate falls when a token "
                   "bucket is empty")
        ->type_name("SECONDS")
        ->group(group);
    app.add_flag(
           "--staircase", raw.staircase,
           "then load the path with 50, 80, 95 and 105 % of the\ncapacity found, each for 2 s")
        ->group(group);
    app.add_option("--budget", raw.budget,
                   "use no more than that, both ways and all\nheaders of IP together")
        ->type_name("BYTES")
        ->group(group);
    app.add_option("-l,--length", raw.length,
                   "UDP payload of each datagram, 40 to 65507\n(what fits the path unfragmented)")
        ->type_name("BYTES")
        ->group(group);
    auto* const pacing = app.add_option("--pacing", raw.pacing,
                                        "how the sender waits: sleep, or precise, which\n"
                                        "spins for the last 200 us, up to a core (sleep)")
                             ->type_name("MODE")
                             ->group(group);
    cli::offer_words(*pacing, pacings);
    app.add_flag("--no-gso", raw.no_gso,
                 "every datagram by itself through both hosts: no\nsegmentation, no coalescing")
        ->group(group);
    app.add_option("--dscp", raw.dscp,
                   "DiffServ mark of each datagram: EF, AF41, CS1, ...\nor 0 to 63 (CS0)")
        ->type_name("NAME|N")
        ->group(group);
    app.add_flag("--ecn", raw.ecn, "mark datagrams as ECN-capable, ECT(0)")->group(group);
    app.add_option(
           "-P,--parallel", raw.parallel,
           "flows at the same time, 1 to 32, a session\neach; they share the rate of -b (1)")
        ->type_name("FLOWS")
        ->group(group);
    app.add_flag("-R,--down", raw.down, "download only")->group(group);
    app.add_flag("--up", raw.up, "upload only")->group(group);
}

Result<dgram::TrafficClass> read_marks(const RawProbe& raw) {
    auto dscp = read_dscp(raw.dscp);
    if (!dscp) return pass_on(dscp);
    return dgram::TrafficClass{*dscp, raw.ecn ? dgram::Ecn::ect0 : dgram::Ecn::not_ect};
}

Result<void> read_load(const RawProbe& raw, ProbeOptions& options) {
    if (raw.duration) {
        const auto time = read_time("-t", *raw.duration, 100ms, 3600s);
        if (!time) return fail(time.error().what());
        options.duration = *time;
    }
    if (raw.rate == "0") {
        options.rate = BitRate{0};
    } else if (raw.rate) {
        const auto rate = parse_rate(*raw.rate);
        if (!rate) return fail(fmt::format("-b: {}", rate.error().what()));
        options.rate = *rate;
    }
    if (raw.length) {
        const auto bytes = parse_bytes(*raw.length);
        if (!bytes) return fail(fmt::format("-l: {}", bytes.error().what()));
        if (*bytes < wire::shortest_bulk || *bytes > wire::longest_bulk)
            return fail(fmt::format("-l {}: expected {} to {} bytes", *raw.length,
                                    wire::shortest_bulk, wire::longest_bulk));
        options.payload_bytes = static_cast<std::uint16_t>(*bytes);
    }
    if (raw.pacing && *raw.pacing != "sleep" && *raw.pacing != "precise")
        return fail(fmt::format("--pacing '{}': expected sleep or precise", escaped(*raw.pacing)));
    if (raw.pacing == "precise") options.pacing = wire::Pacing::precise;
    options.offload = !raw.no_gso;
    auto marks = read_marks(raw);
    if (!marks) return pass_on(marks);
    options.traffic_class = *marks;
    if (raw.up != raw.down)
        options.directions = {raw.up ? wire::Direction::up : wire::Direction::down};
    return {};
}

Result<void> read_search(const RawProbe& raw, ProbeOptions& options) {
    if (raw.search) {
        if (options.rate) return fail("-b fixes the rate, --search looks for it: give one of them");
        if (*raw.search == "b")
            options.search_method = wire::Search::type_b;
        else if (*raw.search == "c")
            options.search_method = wire::Search::type_c;
        else if (*raw.search != "s3")
            return fail(fmt::format("--search '{}': expected s3, b or c", escaped(*raw.search)));
    }
    const bool is_s3 = options.search() == wire::Search::s3;
    if (!is_s3 && !options.duration) options.duration = fixed_time;
    if (raw.staircase && !is_s3)
        return fail(fmt::format("--staircase belongs to the search s3, not to {}",
                                options.rate ? "-b" : "--search " + *raw.search));
    options.staircase = raw.staircase;
    if (!raw.sustained) return {};
    if (!is_s3)
        return fail(fmt::format("--sustained belongs to the search s3, not to {}",
                                options.rate ? "-b" : "--search " + *raw.search));
    const auto time = read_time("--sustained", *raw.sustained, 100ms, 3600s);
    if (!time) return fail(time.error().what());
    options.sustained = *time;
    if (options.duration && *options.duration <= options.sustained)
        return fail(fmt::format("-t {} leaves no time to reach the {} s of --sustained",
                                escaped(*raw.duration), to_seconds(options.sustained)));
    return {};
}

// Before anything is sent: with less nothing could be measured.
Result<void> read_budget(const RawProbe& raw, ProbeOptions& options) {
    if (!raw.budget) return {};
    const auto bytes = parse_bytes(*raw.budget);
    if (!bytes) return fail(fmt::format("--budget: {}", bytes.error().what()));
    const session::ProbePlan plan{.directions = options.directions,
                                  .duration = options.duration,
                                  .sustained = options.sustained,
                                  .staircase = options.staircase};
    const std::uint64_t least = session::least_budget(plan) * options.parallel;
    if (*bytes < least)
        return fail(fmt::format("--budget {} is too little: this probe needs {} at least",
                                escaped(*raw.budget), print_bytes(least)));
    options.budget_bytes = *bytes;
    return {};
}

Result<void> read_parallel(const RawProbe& raw, ProbeOptions& options) {
    if (!raw.parallel) return {};
    const std::string& text = *raw.parallel;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), options.parallel);
    if (error != std::errc{} || end != text.data() + text.size() || options.parallel < 1 ||
        options.parallel > most_parallel)
        return fail(fmt::format("-P '{}': expected a number of flows from 1 to {}", escaped(text),
                                most_parallel));
    if (options.parallel == 1) return {};
    if (!options.rate) return fail("-P needs a rate: give -b RATE, which the flows share, or -b 0");
    if (*options.rate != BitRate{0} && options.rate->bps() < options.parallel)
        return fail(
            fmt::format("-b {}: too little for {} flows", escaped(*raw.rate), options.parallel));
    options.port_parallelism = Placement::thread; // each flow its own core
    return {};
}

} // namespace

std::expected<Options, cli::Exit> parse_probe(const std::vector<std::string>& arguments) {
    CLI::App app{with_host(synopsis)};
    lay_out(app, measuring_closing);
    ProbeOptions options;
    RawProbe raw;
    declare_load(app, raw);
    declare_network(app, raw, "single; thread\nwith -P");
    declare_json(app, options);
    declare_looks(app, options);
    if (auto exit = parse(app, arguments, "probe")) return std::unexpected{std::move(*exit)};
    Result<void> done = read_load(raw, options);
    if (done) done = read_search(raw, options);
    if (done) done = read_parallel(raw, options);
    if (done) done = read_budget(raw, options);
    if (done) done = read_network(raw, options);
    if (done) done = check_output(options);
    if (!done) return std::unexpected{cli::usage_error("wyndrvrctl probe", done.error().what())};
    return options;
}

} // namespace wyn::ctl
