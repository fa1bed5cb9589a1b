#include "check.hpp"
#include "ctl/latency_collector.hpp"
#include "unit/ctl/documents.hpp"
#include "unit/stats/probe_path.hpp"

#include <nlohmann/json.hpp>

#include <map>

using namespace wyn;
using namespace wyn::ctl;
using test::ProbePath;

namespace {

constexpr WallTime start{1795157890412ms};

// What a measurement prints line by line.
struct Stream {
    explicit Stream(const LatencyOptions& options)
        : collector{options, {}, start, ProbePath::origin, [this](const std::string& line) {
                        lines.push_back(line);
                    }} {}

    void take(ProbePath& path, int probes) {
        for (int i = 0; i < probes; ++i) {
            const stats::ProbeRecord record = path.next();
            collector.on_records({&record, 1});
        }
    }
    // The objects of each kind; each line must be one.
    std::map<std::string, std::vector<nlohmann::json>> events() const {
        std::map<std::string, std::vector<nlohmann::json>> found;
        for (const std::string& line : lines) {
            INFO(line);
            test::keep_document("latency-lines", line);
            CHECK(line.find('\n') == std::string::npos);
            const auto object = nlohmann::json::parse(line, nullptr, false);
            REQUIRE(object.is_object());
            found[object.at("event").get<std::string>()].push_back(object);
        }
        return found;
    }

    std::vector<std::string> lines;
    LatencyCollector collector;
};

LatencyOptions json_lines() {
    LatencyOptions options;
    options.json_lines = true;
    return options;
}
LatencyOptions log() {
    LatencyOptions options;
    options.log = true;
    return options;
}

} // namespace

TEST_CASE("a stream has an object for each probe, each second and each event", "[ctl]") {
    Stream stream{json_lines()};
    ProbePath path{{.loss_up = 0.02, .loss_down = 0.01}, 3};
    stream.take(path, 1000);
    stream.collector.finish();
    const auto events = stream.events();
    const auto& probes = events.at("probe");
    REQUIRE(probes.size() == 1000);
    std::size_t lost = 0;
    for (std::size_t i = 0; i < probes.size(); ++i) {
        CHECK(probes[i].at("number") == i);
        const bool returned = probes[i].at("fate") == "returned";
        lost += returned ? 0U : 1U;
        CHECK(probes[i].at("rtt_ns").is_null() != returned);
        CHECK(probes[i].at("kernel_stamps").is_null() != returned);
    }
    std::size_t in_intervals = 0;
    for (const auto& interval : events.at("interval"))
        in_intervals += interval.at("sent").get<std::size_t>();
    CHECK(events.at("interval").size() == 10);
    CHECK(in_intervals == 1000);
    std::size_t in_runs = 0;
    for (const auto& run : events.at("loss_run"))
        in_runs += run.at("count").get<std::size_t>();
    CHECK(lost > 10);
    CHECK(in_runs == lost);
}

TEST_CASE("times in a stream are those of the wall clock at the beginning, running evenly",
          "[ctl]") {
    Stream stream{json_lines()};
    ProbePath path{{.interval = 500ms}, 1};
    stream.take(path, 5);
    const auto probes = stream.events().at("probe");
    CHECK(probes[0].at("time") == "2026-11-20T06:58:10.412Z");
    CHECK(probes[4].at("time") == "2026-11-20T06:58:12.412Z");
}

TEST_CASE("a log has the events and nothing else", "[ctl]") {
    Stream quiet{log()};
    ProbePath clean{{}, 1};
    quiet.take(clean, 1000);
    quiet.collector.finish();
    CHECK(quiet.lines.empty());

    Stream lossy{log()};
    ProbePath path{{.loss_up = 1}, 1};
    lossy.take(path, 200);
    lossy.collector.finish();
    REQUIRE(lossy.lines.size() == 2);
    CHECK(lossy.lines[0].find("outage       no answer from probe 0 on") != std::string::npos);
    CHECK(lossy.lines[1].find("outage over") != std::string::npos);
    CHECK(lossy.collector.newest_event() == lossy.lines[1]);
}

TEST_CASE("a pause makes one interval shorter and none empty", "[ctl]") {
    Stream stream{json_lines()};
    ProbePath path{{.interval = 7s}, 1};
    stream.take(path, 4);
    stream.collector.finish();
    const auto events = stream.events();
    REQUIRE(events.at("interval").size() == 4);
    for (const auto& interval : events.at("interval"))
        CHECK(interval.at("sent") == 1);
}

TEST_CASE("a collector holds the newest minute, however long it goes on", "[ctl]") {
    Stream stream{LatencyOptions{}};
    ProbePath path{{.interval = 100ms}, 1};
    stream.take(path, 20'000);
    CHECK(stream.lines.empty());
    CHECK(stream.collector.newest_cells().size() == 60);
    LatencyReport report;
    stream.collector.report(report);
    CHECK(report.summary->probes.sent == 20'000);
    CHECK(report.peaks.cells().size() <= PeakSeries::most_cells);
    CHECK(report.peaks.merged() == 8);
}
