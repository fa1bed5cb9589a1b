#include "check.hpp"
#include "ctl/evidence.hpp"
#include "ctl/report_json.hpp"
#include "ctl/report_lines.hpp"
#include "unit/ctl/documents.hpp"
#include "unit/ctl/situations.hpp"

#include <nlohmann/json.hpp>

using namespace wyn;
using namespace wyn::ctl;
using session::ProbePhase;
using session::ProbeProgress;

namespace {

Json parsed(const std::string& line) {
    test::keep_document("lines", line);
    CHECK(line.find('\n') == std::string::npos);
    Json value = Json::parse(line, nullptr, false);
    INFO(line);
    REQUIRE(value.is_object());
    return value;
}

std::vector<Json> parsed(const std::vector<std::string>& lines) {
    std::vector<Json> values;
    for (const std::string& line : lines)
        values.push_back(parsed(line));
    return values;
}

} // namespace

TEST_CASE("hello tells whom and what, in the words of the result", "[ctl]") {
    const Report report = test::ordinary();
    const Json hello = parsed(hello_line(report));
    const Json document = report_value(report, evidence_of(report));
    CHECK(hello["event"] == "hello");
    CHECK(hello["schema"] == "wyndrvr.lines/1");
    for (const char* const key : {"id", "tool", "start", "target", "local", "test"})
        CHECK(hello[key] == document[key]);
}

TEST_CASE("a phase is told once, and how it goes every time", "[ctl]") {
    ProgressLines lines;
    const ProbeProgress idle{.phase = ProbePhase::idle, .planned = 1s, .rtt = 11ms};
    auto values = parsed(lines.update(500ms, idle));
    REQUIRE(values.size() == 2);
    CHECK(values[0] == Json{{"event", "phase"},
                            {"elapsed_ns", 500'000'000},
                            {"phase", "idle"},
                            {"planned_ns", 1'000'000'000}});
    CHECK(values[1] == Json{{"event", "interval"},
                            {"elapsed_ns", 500'000'000},
                            {"phase", "idle"},
                            {"payload_bps", nullptr},
                            {"rtt_ns", 11'000'000}});
    CHECK(parsed(lines.update(600ms, idle)).size() == 1);

    values = parsed(lines.update(2s, {.phase = ProbePhase::down, .rate = BitRate{914'000'000}}));
    REQUIRE(values.size() == 2);
    CHECK(values[0]["phase"] == "down");
    CHECK(values[0]["planned_ns"].is_null());
    CHECK(values[1]["payload_bps"] == 914'000'000);
    CHECK(values[1]["rtt_ns"].is_null());
}

TEST_CASE("every phase has its name", "[ctl]") {
    for (const ProbePhase phase :
         {ProbePhase::opening, ProbePhase::idle, ProbePhase::down, ProbePhase::up,
          ProbePhase::resting, ProbePhase::closing, ProbePhase::done}) {
        ProgressLines lines;
        CHECK(parsed(lines.update(1s, {.phase = phase})).size() == 2);
    }
}

TEST_CASE("the last line is the document, behind the findings", "[ctl]") {
    for (const test::Situation& situation : test::situations()) {
        const auto values = parsed(closing_lines(situation.report, situation.evidence));
        const Json document = report_value(situation.report, situation.evidence);
        const Json& findings = document["verdict"]["findings"];
        REQUIRE(values.size() == findings.size() + 1);
        for (std::size_t i = 0; i < findings.size(); ++i) {
            CHECK(values[i]["event"] == "finding");
            CHECK(values[i]["data"] == findings[i]);
        }
        CHECK(values.back()["event"] == "result");
        CHECK(values.back()["data"].dump() == document.dump());
    }
}

TEST_CASE("an error comes before the document that repeats it", "[ctl]") {
    const Report report = test::failed();
    const auto values = parsed(closing_lines(report, evidence_of(report)));
    REQUIRE(values.size() == 2);
    CHECK(values[0]["event"] == "error");
    CHECK(values[0]["data"]["reason"] == "no_answer");
    CHECK(values[1]["data"]["error"] == values[0]["data"]);
    CHECK(parsed(closing_lines(test::interrupted(), evidence_of(test::interrupted())))
              .back()["data"]["complete"] == false);
}
