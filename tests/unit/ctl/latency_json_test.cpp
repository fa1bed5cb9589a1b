#include "check.hpp"
#include "ctl/latency_json.hpp"
#include "unit/ctl/documents.hpp"
#include "unit/ctl/latency_reports.hpp"
#include "unit/golden_text.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace wyn;
using namespace wyn::ctl;

namespace {

using json = nlohmann::ordered_json;
using Keys = std::vector<std::string>;

json object_of(const std::string& text, const std::string& schema) {
    test::keep_document(schema, text);
    CHECK(text.find('\n') == std::string::npos);
    json document = json::parse(text, nullptr, false);
    INFO(text);
    REQUIRE(document.is_object());
    return document;
}
json parsed(const LatencyReport& report) {
    return object_of(latency_as_json(report), "latency");
}

Keys keys_of(const json& object) {
    Keys keys;
    for (const auto& [key, value] : object.items())
        keys.push_back(key);
    return keys;
}

void check_golden(const std::string& name, const LatencyReport& report) {
    json document = parsed(report);
    CHECK(document["tool"]["client"] == WYN_VERSION);
    document["tool"]["client"] = "0.0.0";
    golden::check_text(name, document.dump(2) + '\n');
}

} // namespace

TEST_CASE("the document of a latency measurement is as its golden file shows", "[ctl]") {
    check_golden("latency_quiet.json", test::quiet());
    check_golden("latency_troubled.json", test::troubled());
    check_golden("latency_cut_short.json", test::cut_short());
    check_golden("latency_unanswered.json", test::unanswered());
}

TEST_CASE("every latency document has the same keys, whatever became of it", "[ctl]") {
    const Keys keys{"schema", "id",    "tool",   "start",  "duration_ns", "complete", "target",
                    "local",  "test",  "probes", "rtt_ns", "loss",        "up",       "down",
                    "clocks", "hosts", "events", "usage",  "error"};
    for (const LatencyReport& report : {test::quiet(), test::troubled(), test::cut_short(),
                                        test::unanswered(), test::vast(), LatencyReport{}}) {
        const json document = parsed(report);
        CHECK(keys_of(document) == keys);
        CHECK(document["schema"] == "wyndrvr.latency/1");
        CHECK(document["error"].is_null() == (report.exit_code() == ExitCode::measured));
    }
    const json document = parsed(test::quiet());
    CHECK(keys_of(document["up"]) == keys_of(document["down"]));
}

TEST_CASE("no number of a latency document is a float but shares", "[ctl]") {
    const auto check_all = [](const json& value, const auto& self) -> void {
        for (const auto& [key, inner] : value.items()) {
            INFO(key);
            const bool is_share = std::string_view{key}.ends_with("_ratio");
            CHECK((is_share || !inner.is_number_float()));
            if (inner.is_object()) self(inner, self);
        }
    };
    for (const LatencyReport& report : {test::quiet(), test::troubled(), test::vast()})
        check_all(parsed(report), check_all);
}

TEST_CASE("percentiles come with an interval around them, or not at all", "[ctl]") {
    const auto check = [](const json& delays) {
        for (const auto& [key, interval] : delays["confidence"].items()) {
            INFO(key);
            if (delays[key].is_null()) {
                CHECK(interval["low"].is_null());
                CHECK(interval["high"].is_null());
            } else if (!interval["low"].is_null()) {
                CHECK(interval["low"] <= delays[key]);
                CHECK(delays[key] <= interval["high"]);
            }
        }
    };
    for (const LatencyReport& report : {test::quiet(), test::troubled(), test::cut_short()}) {
        const json document = parsed(report);
        check(document["rtt_ns"]);
        check(document["up"]["queueing_ns"]);
        check(document["down"]["queueing_ns"]);
    }
    const json few = parsed(test::cut_short());
    CHECK(few["rtt_ns"]["p50"].is_number());
    CHECK(few["rtt_ns"]["p90"].is_null());
    CHECK(parsed(test::quiet())["rtt_ns"]["confidence"]["p99"]["low"].is_number());
}

TEST_CASE("with the losses as the slowest, a percentile among them is not known", "[ctl]") {
    const json rtt = parsed(test::troubled())["rtt_ns"]; // 3 of 100 are lost
    CHECK(rtt["p99"].is_number());
    CHECK(rtt["with_losses"]["p99"].is_null());
    CHECK(rtt["with_losses"]["p90"] >= rtt["p90"]);
}

TEST_CASE("the sums of a latency document hold", "[ctl]") {
    for (const LatencyReport& report : {test::quiet(), test::troubled(), test::cut_short()}) {
        const json probes = parsed(report)["probes"];
        const json& lost = probes["lost"];
        CHECK(probes["sent"] ==
              probes["returned"].get<std::uint64_t>() + lost["total"].get<std::uint64_t>());
        CHECK(lost["total"] == lost["up"].get<std::uint64_t>() + lost["down"].get<std::uint64_t>() +
                                   lost["unknown"].get<std::uint64_t>());
    }
}

TEST_CASE("a one-way delay in the document has its bound and its basis", "[ctl]") {
    const json quiet = parsed(test::quiet());
    CHECK(quiet["clocks"]["basis"] == "synchronised");
    CHECK(quiet["clocks"]["bound_ns"] == 100'000);
    CHECK(quiet["up"]["lowest_ns"].is_number());
    LatencyReport report = test::quiet();
    report.summary->one_way.clocks.reset();
    const json without = parsed(report);
    for (const char* const key : {"basis", "offset_ns", "bound_ns", "asymmetry_ns", "half_rtt_ns",
                                  "skew_ppb", "skew_low_ppb", "skew_high_ppb"}) {
        INFO(key);
        CHECK(without["clocks"][key].is_null());
    }
    CHECK(without["up"]["lowest_ns"].is_null());
    CHECK(parsed(test::cut_short())["clocks"]["server"].is_null());
}

TEST_CASE("the first object of a stream says who measures whom, the last one is the document",
          "[ctl]") {
    const json hello = object_of(hello_as_json(test::quiet()), "latency-lines");
    CHECK(keys_of(hello) ==
          Keys{"event", "schema", "id", "tool", "start", "target", "local", "test"});
    CHECK(hello["event"] == "hello");
    CHECK(hello["test"]["seed"] == 42);
    const json result = object_of(result_as_json(test::quiet()), "latency-lines");
    CHECK(result["event"] == "result");
    CHECK(result["data"] == parsed(test::quiet()));
}

TEST_CASE("a probe in a stream that nobody answered has no times but its own", "[ctl]") {
    stats::ProbeRecord record{.number = 9, .fate = stats::ProbeFate::lost_there};
    record.planned = MonoTime{5s};
    record.sent = {MonoTime{5s + 3us}, StampOrigin::kernel};
    const json lost = object_of(probe_as_json(record, WallTime{}), "latency-lines");
    CHECK(lost["fate"] == "lost_up");
    CHECK(lost["sent_ns"] == 5'000'003'000);
    for (const char* const key : {"rtt_ns", "up_ns", "down_ns", "kernel_stamps"}) {
        INFO(key);
        CHECK(lost[key].is_null());
    }
    record.fate = stats::ProbeFate::lost_back;
    CHECK(object_of(probe_as_json(record, WallTime{}), "latency-lines")["fate"] == "lost_down");
    record.fate = stats::ProbeFate::lost;
    CHECK(object_of(probe_as_json(record, WallTime{}), "latency-lines")["fate"] == "lost");
}
