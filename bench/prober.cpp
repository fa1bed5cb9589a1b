// One client that sends latency probes by the code of wyndrvrctl, and prints what it knows of each:
// its round trip, and what the round trip would be if only arrivals had been stamped.
#include "crypto/primitives.hpp"
#include "ctl/latency_runner.hpp"
#include "net/resolve.hpp"
#include "stats/host_noise.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <string>
#include <vector>

namespace {

using namespace wyn;
using Json = nlohmann::ordered_json;

struct Task {
    std::string server = "127.0.0.1";
    std::uint16_t port = 6711;
    session::LatencyPlan plan;
};

class Prober {
public:
    explicit Prober(const Task& task) : task_{task} {}

    Result<Json> run() {
        auto servers = net::resolve(task_.server, task_.port, net::Family::any);
        if (!servers) return pass_on(servers);
        auto loop = rt::Loop::create();
        if (!loop) return pass_on(loop);
        loop_ = std::move(*loop);
        auto contact = ctl::Contact::begin(
            *loop_, {.servers = std::move(*servers), .host = task_.server, .wishes = {}},
            [this](const ctl::Contact::Outcome& outcome) { on_contact(outcome); });
        if (!contact) return pass_on(contact);
        if (auto turned = loop_->run(); !turned) return pass_on(turned);
        if (!failure_.empty()) return fail(failure_);
        return report();
    }

private:
    void on_contact(const ctl::Contact::Outcome& outcome) {
        if (const auto* failure = std::get_if<ctl::Failure>(&outcome))
            return stop(failure->sentence);
        auto runner = ctl::LatencyRunner::begin(
            *loop_, {.plan = task_.plan, .ports = {}}, std::get<ctl::Contacted>(outcome),
            {.on_records = [this](auto records) { take(records); },
             .on_done = [this] { stop(""); }});
        if (!runner) return stop(runner.error().what());
        runner_ = std::move(*runner);
    }

    void stop(const std::string& failure) {
        failure_ = failure;
        loop_->exit(0);
    }

    void take(std::span<const stats::ProbeRecord> records) {
        for (const stats::ProbeRecord& record : records) {
            noise_.add(record);
            const bool returned = record.fate == stats::ProbeFate::returned;
            const Duration estimated_rtt = (record.received.time - record.sent_estimate) -
                                           (record.far_sent_estimate - record.far_received.time);
            rtt_.push_back(returned ? Json(record.rtt().count()) : Json(nullptr));
            receive_.push_back(returned ? Json(estimated_rtt.count()) : Json(nullptr));
            stamps_.push_back(returned ? record.kernel_stamps() : 0);
        }
    }

    Json report() const {
        const session::LatencyOutcome& outcome = runner_->outcome();
        const session::LatencyCounts& counts = outcome.counts;
        return {{"end", wire::name(outcome.end)},
                {"sent", counts.sent},
                {"returned", counts.returned},
                {"skipped", counts.skipped},
                {"lost_there", counts.lost_there},
                {"lost_back", counts.lost_back},
                {"unstamped", counts.unstamped_sent + counts.unstamped_far_received +
                                  counts.unstamped_far_sent + counts.unstamped_received},
                {"rtt_ns", rtt_},
                {"rtt_of_arrivals_ns", receive_},
                {"kernel_stamps", stamps_},
                {"noise_us",
                 {{"schedule_lag", quantiles(noise_.schedule_lag)},
                  {"stack_time", quantiles(noise_.stack_time)},
                  {"far_stack_time", quantiles(noise_.far_stack_time)},
                  {"read_lag", quantiles(noise_.read_lag)},
                  {"far_turnaround", quantiles(noise_.far_turnaround)}}}};
    }

    static Json quantiles(const stats::Histogram& histogram) {
        const auto at = [&](double q) {
            const auto time = histogram.quantile(q);
            return time ? Json(to_seconds(*time) * 1e6) : Json(nullptr);
        };
        return {{"p50", at(0.5)}, {"p99", at(0.99)}, {"max", at(1)}};
    }

    Task task_;
    std::unique_ptr<rt::Loop> loop_;
    std::unique_ptr<ctl::LatencyRunner> runner_;
    std::string failure_;
    stats::HostNoise noise_;
    std::vector<Json> rtt_;
    std::vector<Json> receive_;
    std::vector<int> stamps_;
};

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Sends latency probes to a daemon and prints what is known of each."};
    Task task;
    session::SetProbing& probing = task.plan.probing;
    double interval_ms = 1;
    app.add_option("HOST", task.server, "the daemon's host (127.0.0.1)");
    app.add_option("-p", task.port, "its port (6711)");
    app.add_option("--interval-ms", interval_ms, "between two probes (1)")
        ->check(CLI::Range(0.5, 60'000.0));
    app.add_option("--count", probing.most_probes, "how many (1000)")
        ->check(CLI::Range(1, 1'000'000));
    app.add_flag("!--no-echo-stamps", probing.stamp_echoes,
                 "do not ask when echoes leave the server's kernel");
    probing.most_probes = 1000;
    CLI11_PARSE(app, argc, argv);
    probing.interval = from_seconds(interval_ms / 1000);
    if (const auto usable = crypto::self_test(); !usable) {
        fmt::print(stderr, "prober: {}\n", usable.error().what());
        return 1;
    }
    const auto report = Prober{task}.run();
    if (!report) {
        fmt::print(stderr, "prober: {}\n", report.error().what());
        return 1;
    }
    std::puts(report->dump().c_str());
    return 0;
}
