#include "check.hpp"
#include "ctl/latency_events.hpp"
#include "ctl/latency_json.hpp"
#include "unit/ctl/documents.hpp"

#include <nlohmann/json.hpp>

using namespace wyn;
using namespace wyn::ctl;
using stats::Way;

namespace {

constexpr Style unicode{.unicode = true};
constexpr WallTime when{1795157890412ms};

std::string text(const stats::LatencyEvent& event, const Style& style = unicode) {
    std::string line = event_as_text(event, when, style);
    CHECK(line.find('\n') == std::string::npos);
    const std::string date = "2026-11-20T06:58:10.412Z  ";
    REQUIRE(line.starts_with(date));
    return line.substr(date.size());
}

// What of it is in a stream.
Json object(const stats::LatencyEvent& event) {
    test::keep_document("latency-lines", event_as_json_line(event, when));
    return event_as_json(event, when);
}

const stats::LossRun run{.number = 641,
                         .count = 4,
                         .lost_up = 2,
                         .lost_down = 1,
                         .silence = 50ms,
                         .outage = false,
                         .ended = true};

} // namespace

TEST_CASE("each event is one line with its date", "[ctl]") {
    CHECK(text(run) == "lost         4 probes from 641 on, ↑ 2, ↓ 1, 1 nobody knows where, 50.0 ms "
                       "without an answer");
    CHECK(text(stats::OutageBegan{.number = 700}) == "outage       no answer from probe 700 on");
    CHECK(text(stats::Reordered{.way = Way::down,
                                .displacement = {.number = 9, .extent = 3, .late = 12ms}}) ==
          "reordered    ↓ probe 9, overtaken by up to 3 and 12.0 ms");
    CHECK(
        text(stats::DelayShift{.step = {.number = 50, .from = 11ms, .to = 35ms}, .way = Way::up}) ==
        "delay step   lowest RTT 11.0 → 35.0 ms from probe 50 on, ↑");
    CHECK(text(stats::ClockStep{.number = 77, .size = -400ms}) ==
          "clock step   the server's clock lost 400 ms against ours before probe 77");
}

TEST_CASE("a single lost probe is no run, and an outage says that it is over or is not", "[ctl]") {
    stats::LossRun one = run;
    one.count = one.lost_up = 1;
    one.lost_down = 0;
    CHECK(text(one) == "lost         probe 641, ↑ 1, 50.0 ms without an answer");
    stats::LossRun outage = run;
    outage.outage = true;
    outage.silence = 3s;
    CHECK(text(outage).starts_with("outage over  4 probes"));
    outage.ended = false;
    CHECK(text(outage).ends_with(", up to the end"));
}

TEST_CASE("without Unicode an event is ASCII", "[ctl]") {
    for (const char c : text(run, {}))
        CHECK((c >= ' ' && c < '\x7f'));
}

TEST_CASE("an event as an object names its kind and its date first", "[ctl]") {
    CHECK(object(run).dump() ==
          R"({"event":"loss_run","time":"2026-11-20T06:58:10.412Z","number":641,"count":4,"up":2,)"
          R"("down":1,"unknown":1,"silence_ns":50000000,"outage":false,"ended":true})");
    CHECK(object(stats::OutageBegan{.number = 7})["event"] == "outage");
    CHECK(object(stats::Reordered{.way = Way::up})["event"] == "reordering");
    CHECK(object(stats::ClockStep{.size = -1s})["step_ns"] == -1'000'000'000);
    SECTION("and a direction that nobody knows is null") {
        const Json shift = object(stats::DelayShift{.way = Way::unknown});
        CHECK(shift["event"] == "delay_step");
        CHECK(shift["direction"].is_null());
        CHECK(object(stats::DelayShift{.way = Way::down})["direction"] == "down");
    }
}

TEST_CASE("an event happened when its probe was sent", "[ctl]") {
    const MonoTime at{7s};
    CHECK(time_of(stats::LossRun{.at = at}) == at);
    CHECK(time_of(stats::OutageBegan{.at = at}) == at);
    CHECK(time_of(stats::Reordered{.displacement = {.at = at}}) == at);
    CHECK(time_of(stats::DelayShift{.step = {.at = at}}) == at);
    CHECK(time_of(stats::ClockStep{.at = at}) == at);
}
