// The link emulator: carries packets between two network namespaces over a path that a file
// describes, and says in the end what it did with them.
//
//     emulator --client NAMESPACE-FILE --server NAMESPACE-FILE [--log FILE] SCENARIO.toml
//
// It prints "ready" when both devices are there, and a JSON object when SIGTERM or SIGINT ends it.
#include "emulator/emulator.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace {

using namespace wyn;
using emulator::Emulator;
using emulator::Settings;
using emulator::WayReport;
using Json = nlohmann::ordered_json;

// Above everything that is not as urgent; below what the kernel itself runs at 50.
constexpr int priority = 20;

int complain(std::string_view sentence) {
    fmt::print(stderr, "emulator: {}\n", sentence);
    return 1;
}

std::expected<link::Scenario, std::string> read_file(const std::string& file) {
    std::ifstream stream{file};
    if (!stream) return std::unexpected{fmt::format("{}: cannot be read", file)};
    const std::string text{std::istreambuf_iterator<char>{stream}, {}};
    auto scenario = link::read_scenario({file, text});
    if (!scenario) return std::unexpected{fmt::format("{}", fmt::join(scenario.error(), "\n"))};
    return *std::move(scenario);
}

// Waits end when they should, as far as this machine allows. True: with real-time priority.
bool be_punctual() {
    ::prctl(PR_SET_TIMERSLACK, 1UL);
    ::mlockall(MCL_CURRENT | MCL_FUTURE);
    const sched_param parameters{.sched_priority = priority};
    return ::sched_setscheduler(0, SCHED_FIFO, &parameters) == 0;
}

Result<net::Fd> signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return net::Fd::from_call(::signalfd(-1, &set, SFD_CLOEXEC), "signalfd");
}

Json ns_or_null(const std::optional<Duration>& time) {
    return time ? Json(time->count()) : Json(nullptr);
}

Json way_json(const WayReport& report) {
    Json by_fate;
    for (std::size_t i = 0; i < link::fates; ++i)
        by_fate[std::string{name(static_cast<link::Fate>(i))}] = report.summary.by_fate[i];
    return {{"offered", report.summary.offered},
            {"copies", report.summary.copies},
            {"under_way", report.summary.under_way()},
            {"fates", by_fate},
            {"delivered_bytes", report.summary.delivered_bytes},
            {"reordered", report.summary.reordered},
            {"marked", report.summary.marked},
            {"corrupted", report.summary.corrupted},
            {"longest_wait_ns", report.summary.longest_wait.count()},
            {"ignored", report.ignored},
            {"refused", report.refused},
            {"lateness_ns",
             {{"p50", ns_or_null(report.lateness.quantile(0.5))},
              {"p99", ns_or_null(report.lateness.quantile(0.99))},
              {"max", ns_or_null(report.lateness.max())}}}};
}

int emulate(const Settings& settings) {
    auto stop = signals();
    if (!stop) return complain(stop.error().what());
    auto emulator = Emulator::make(settings);
    if (!emulator) return complain(emulator.error().what());
    const bool real_time = be_punctual();
    fmt::print("ready\n");
    std::fflush(stdout);
    if (const auto run = emulator->run(stop->get()); !run) return complain(run.error().what());
    const Json report{{"real_time", real_time},
                      {"up", way_json(emulator->up())},
                      {"down", way_json(emulator->down())}};
    std::puts(report.dump().c_str());
    return 0;
}

int run(int argc, char** argv) {
    CLI::App app{"Carries packets between two network namespaces over a described path."};
    Settings settings;
    std::string scenario_file;
    std::uint32_t longest = 600;
    app.add_option("SCENARIO", scenario_file, "the description of the path")->required();
    app.add_option("--client", settings.client_namespace, "a namespace's file")->required();
    app.add_option("--server", settings.server_namespace, "a namespace's file")->required();
    app.add_option("--device", settings.device, "the name of both devices (wyn-path)")
        ->check(CLI::Validator(
            [](const std::string& name) {
                return name.empty() || name.size() > 15 ? "1 to 15 characters" : "";
            },
            ""));
    app.add_option("--seed", settings.seed, "of all chance (1)");
    app.add_option("--log", settings.log, "a file for the truth about each packet");
    app.add_option("--longest", longest, "seconds after which it ends by itself (600)")
        ->check(CLI::Range(1, 86400));
    CLI11_PARSE(app, argc, argv);
    settings.longest = std::chrono::seconds{longest};
    auto scenario = read_file(scenario_file);
    if (!scenario) return complain(scenario.error());
    settings.scenario = *std::move(scenario);
    return emulate(settings);
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) { // of the option parser, or no memory
        std::fprintf(stderr, "emulator: %s\n", error.what());
        return 1;
    }
}
