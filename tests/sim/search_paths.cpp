// Searches for the capacity of described paths, with chance from seeds: one line of JSON for each
// run, with what was found and what the path could have carried.
#include "link/scenario_files.hpp"
#include "sim/search_run.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <exception>

using namespace wyn;

namespace {

struct Options {
    std::vector<std::string> paths; // none: all that there are
    std::string search = "s3";
    std::uint64_t first_seed = 1;
    std::uint64_t seeds = 1;
    double seconds = 0; // 0: as long as each may take
    double sustained = 0;
    bool list = false;
};

wire::Search search_of(const std::string& name) {
    if (name == "b") return wire::Search::type_b;
    return name == "c" ? wire::Search::type_c : wire::Search::s3;
}

nlohmann::ordered_json told(const std::string& path, const Options& options, std::uint64_t seed,
                            const sim::SearchRun& run) {
    const wire::CapacityRecord& found = run.capacity;
    return {{"path", path},
            {"search", options.search},
            {"seed", seed},
            {"found_bps", run.found.bps()},
            {"truth_bps", run.truth.bps()},
            {"error", run.error()},
            {"half_width", static_cast<double>(found.half_width_bps) / run.truth.as_double()},
            {"verdict", wire::name(found.verdict)},
            {"seconds", to_seconds(run.took)},
            {"load_seconds", run.load_seconds},
            {"queue_ms", to_seconds(run.worst_queue) * 1e3},
            {"burst_bps", found.burst_bps},
            {"bucket_bytes", found.bucket_bytes},
            {"end", wire::name(run.end)}};
}

void run_all(const Options& options) {
    const auto paths = options.paths.empty() ? link::scenario_names() : options.paths;
    for (const std::string& path : paths) {
        if (options.list) {
            std::puts(path.c_str());
            continue;
        }
        const link::Scenario scenario = link::load_scenario(path);
        for (std::uint64_t i = 0; i < options.seeds; ++i) {
            const std::uint64_t seed = options.first_seed + i;
            sim::SearchOrder order = sim::order_over(scenario, search_of(options.search), seed);
            if (options.seconds > 0) order.duration = from_seconds(options.seconds);
            order.sustained = from_seconds(options.sustained);
            std::puts(told(path, options, seed, sim::run_search(order)).dump().c_str());
            std::fflush(stdout);
        }
    }
}

} // namespace

int main(int argc, char** argv) try {
    CLI::App app{"Searches for the capacity of described paths."};
    Options options;
    app.add_option("PATH", options.paths, "names of tests/link/scenarios (all)");
    app.add_option("--search", options.search, "s3, b or c (s3)")
        ->check(CLI::IsMember({"s3", "b", "c"}));
    app.add_option("--first-seed", options.first_seed, "(1)");
    app.add_option("--seeds", options.seeds, "runs of each (1)");
    app.add_option("--seconds", options.seconds, "of the load (what each may take)");
    app.add_option("--sustained", options.sustained, "seconds for which the path is to be full");
    app.add_flag("--list", options.list, "names of all paths");
    CLI11_PARSE(app, argc, argv);
    run_all(options);
    return 0;
} catch (const std::exception& failed) {
    std::fprintf(stderr, "search_paths: %s\n", failed.what());
    return 1;
}
