#include "check.hpp"
#include "stats/latency_events.hpp"

#include <optional>

using namespace wyn;
using stats::LatencyEvent;
using stats::LossRun;
using stats::LossRunWatch;
using stats::OutageBegan;
using stats::Way;

namespace {

MonoTime at(Duration since) {
    return MonoTime{100s + since};
}

} // namespace

TEST_CASE("a run of losses is told when it is over", "[stats]") {
    LossRunWatch watch;
    CHECK_FALSE(watch.on_returned(at(0ms)));
    CHECK_FALSE(watch.on_lost(1, at(10ms), Way::up));
    CHECK_FALSE(watch.on_lost(2, at(20ms), Way::up));
    CHECK_FALSE(watch.on_lost(3, at(30ms), Way::down));
    const auto event = watch.on_returned(at(40ms));
    REQUIRE(event);
    CHECK(std::get<LossRun>(*event) == LossRun{.at = at(10ms),
                                               .number = 1,
                                               .count = 3,
                                               .lost_up = 2,
                                               .lost_down = 1,
                                               .silence = 40ms,
                                               .ended = true});
    CHECK_FALSE(watch.on_returned(at(50ms)));
    CHECK_FALSE(watch.finish());
    CHECK(watch.outages() == 0);
}

TEST_CASE("an outage is told when it is one, and again when it is over", "[stats]") {
    LossRunWatch watch;
    CHECK_FALSE(watch.on_returned(at(0ms)));
    std::optional<OutageBegan> began;
    for (std::uint32_t i = 1; i < 300; ++i) {
        const auto event = watch.on_lost(i, at(10ms * i), Way::unknown);
        if (!event) continue;
        CHECK_FALSE(began);
        began = std::get<OutageBegan>(*event);
        CHECK(i == 100); // a second after the last answer
    }
    CHECK(began == OutageBegan{.at = at(10ms), .number = 1});
    const auto ended = watch.on_returned(at(3000ms));
    REQUIRE(ended);
    const auto run = std::get<LossRun>(*ended);
    CHECK(run.outage);
    CHECK(run.ended);
    CHECK(run.count == 299);
    CHECK(run.silence == 3s);
    CHECK(watch.outages() == 1);
    CHECK(watch.longest_outage() == 3s);
}

TEST_CASE("one or two lost probes are no outage, however rare probes are", "[stats]") {
    LossRunWatch watch;
    CHECK_FALSE(watch.on_returned(at(0s)));
    CHECK_FALSE(watch.on_lost(1, at(10s), Way::up));
    CHECK_FALSE(watch.on_lost(2, at(20s), Way::up));
    CHECK(watch.on_lost(3, at(30s), Way::up));
}

TEST_CASE("losses that nothing came before are a run as well", "[stats]") {
    LossRunWatch watch;
    CHECK_FALSE(watch.on_lost(0, at(0ms), Way::up));
    CHECK_FALSE(watch.on_lost(1, at(500ms), Way::up));
    CHECK(watch.on_lost(2, at(1000ms), Way::up)); // an outage
    const auto event = watch.on_returned(at(1500ms));
    REQUIRE(event);
    CHECK(std::get<LossRun>(*event).silence == 1500ms);
}

TEST_CASE("a run that the end of the measurement cuts off is told as that", "[stats]") {
    LossRunWatch watch;
    CHECK_FALSE(watch.on_returned(at(0ms)));
    CHECK_FALSE(watch.on_lost(1, at(10ms), Way::down));
    CHECK_FALSE(watch.on_lost(2, at(20ms), Way::down));
    const auto event = watch.finish();
    REQUIRE(event);
    CHECK_FALSE(std::get<LossRun>(*event).ended);
    CHECK(std::get<LossRun>(*event).silence == 20ms);
    CHECK_FALSE(watch.finish());
}
