#include "check.hpp"
#include "verdict/load_latency.hpp"

using namespace wyn;
using namespace wyn::verdict;

namespace {

// `count` round trips from `from` to `to` in equal steps.
stats::Histogram round_trips(Duration from, Duration to, int count) {
    stats::Histogram histogram;
    for (int i = 0; i < count; ++i)
        histogram.record(from + (to - from) * i / std::max(count - 1, 1));
    return histogram;
}

// Each quantile of a histogram is within 1 %, and so is what is told between two of them of the
// larger one.
bool about(Duration value, Duration expected, Duration larger = 300ms) {
    return value >= expected - larger / 50 && value <= expected + larger / 50;
}

} // namespace

TEST_CASE("grades are those of the usual scale", "[verdict]") {
    CHECK(grade_of(-1ms) == Grade::a_plus);
    CHECK(grade_of(4999us) == Grade::a_plus);
    CHECK(grade_of(5ms) == Grade::a);
    CHECK(grade_of(30ms) == Grade::b);
    CHECK(grade_of(60ms) == Grade::c);
    CHECK(grade_of(200ms) == Grade::d);
    CHECK(grade_of(399ms) == Grade::d);
    CHECK(grade_of(400ms) == Grade::f);
    CHECK(name(Grade::a_plus) == "A+");
    CHECK(name(Grade::f) == "F");
}

TEST_CASE("added latency is told between medians, and graded by the mean", "[verdict]") {
    const auto latency =
        latency_under_load(round_trips(10ms, 12ms, 100), round_trips(100ms, 300ms, 1000));
    REQUIRE(latency);
    CHECK(about(latency->idle, 11ms, 12ms));
    CHECK(about(latency->loaded, 200ms));
    CHECK(latency->added == latency->loaded - latency->idle);
    CHECK(about(latency->mean_increase, 189ms));
    CHECK(about(latency->high_increase, 279ms));
    CHECK(about(*latency->p99_increase, 287ms));
    CHECK(about(*latency->idle_spread, 800us, 12ms));
    CHECK(latency->grade == Grade::c);
    CHECK(latency->round_trips_per_minute >= 297);
    CHECK(latency->round_trips_per_minute <= 303);
}

TEST_CASE("too few samples make no latency under load", "[verdict]") {
    const auto enough = round_trips(10ms, 10ms, 20);
    const auto few = round_trips(10ms, 10ms, 19);
    CHECK_FALSE(latency_under_load(few, enough));
    CHECK_FALSE(latency_under_load(enough, few));
    const auto latency = latency_under_load(enough, enough);
    REQUIRE(latency);
    CHECK(latency->added == 0ns);
    CHECK_FALSE(latency->p99_increase);
    CHECK_FALSE(latency->idle_spread);
}

TEST_CASE("round trips that become faster under load are told as they are", "[verdict]") {
    const auto latency =
        latency_under_load(round_trips(20ms, 20ms, 100), round_trips(10ms, 10ms, 100));
    REQUIRE(latency);
    CHECK(latency->added < 0ns);
    CHECK(latency->grade == Grade::a_plus);
}

TEST_CASE("round trips of no length at all are counted without dividing by them", "[verdict]") {
    const auto nothing = round_trips(0ns, 0ns, 100);
    CHECK(latency_under_load(nothing, nothing)->round_trips_per_minute > 0);
}

TEST_CASE("both directions together are graded by their mean", "[verdict]") {
    const LoadLatency short_queue{.mean_increase = 10ms};
    const LoadLatency long_queue{.mean_increase = 100ms};
    CHECK(grade_of(short_queue, long_queue) == Grade::b);
    CHECK_FALSE(grade_of(short_queue, std::nullopt).has_value());
}

TEST_CASE("who waits at the end of a search only stands in its queue all the same", "[verdict]") {
    // A long way to a full path, as where a round trip takes long: four fifths of the samples met
    // no queue yet.
    stats::Histogram loaded = round_trips(300ms, 300ms, 80);
    loaded.merge(round_trips(315ms, 315ms, 20));
    const auto latency = latency_under_load(round_trips(300ms, 300ms, 100), loaded);
    REQUIRE(latency);
    CHECK(about(latency->added, 0ms));
    CHECK_FALSE(has_flow_queueing(15ms, *latency).has_value());
}

TEST_CASE("a load that only delays itself has a queue of its own", "[verdict]") {
    const auto risen_by = [](Duration added) {
        return LoadLatency{.added = added, .high_increase = added};
    };
    CHECK(has_flow_queueing(100ms, risen_by(1ms)) == true);
    CHECK(has_flow_queueing(100ms, risen_by(-1ms)) == true);
    CHECK(has_flow_queueing(100ms, risen_by(90ms)) == false);
    CHECK(has_flow_queueing(100ms, risen_by(200ms)) == false);
    CHECK_FALSE(has_flow_queueing(100ms, risen_by(40ms)).has_value());
    CHECK_FALSE(has_flow_queueing(4ms, risen_by(0ms)).has_value());
}
