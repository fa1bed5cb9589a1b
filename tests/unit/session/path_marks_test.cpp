#include "check.hpp"
#include "session/path_marks.hpp"

using namespace wyn;
using namespace wyn::session;
using dgram::Ecn;
using dgram::TrafficClass;

namespace {

constexpr TrafficClass voice{46, Ecn::ect0};

DirectionResult arrived_with(std::initializer_list<wire::ClassCount> classes) {
    DirectionResult result{.sent_known = true, .received_known = true};
    result.sent.traffic_class = voice.byte();
    std::ranges::copy(classes, result.received.marks.classes.begin());
    for (const wire::ClassCount& one : classes) {
        result.received.packets += one.packets;
        if (TrafficClass{one.traffic_class}.ecn() == Ecn::ce)
            result.received.marks.congested += one.packets;
    }
    return result;
}

} // namespace

TEST_CASE("what left with one mark is told by what it arrived with", "[session]") {
    const DirectionResult result = arrived_with({{voice.byte(), 90}, {TrafficClass{0}.byte(), 10}});
    const auto seen = marks_of(result);
    REQUIRE(seen.size() == 2);
    CHECK(seen[0] == MarkSeen{voice, voice, 90});
    CHECK_FALSE(seen[0].is_remarked());
    CHECK_FALSE(seen[0].is_bleached());
    CHECK(seen[1].received == TrafficClass{});
    CHECK(seen[1].is_remarked());
    CHECK(seen[1].is_bleached());
}

TEST_CASE("a mark of congestion is neither remarked nor bleached", "[session]") {
    const auto seen = marks_of(arrived_with({{TrafficClass{46, Ecn::ce}.byte(), 3}}));
    REQUIRE(seen.size() == 1);
    CHECK_FALSE(seen[0].is_remarked());
    CHECK_FALSE(seen[0].is_bleached());
}

TEST_CASE("the share of congested datagrams is known when they could be marked", "[session]") {
    DirectionResult result =
        arrived_with({{voice.byte(), 75}, {TrafficClass{46, Ecn::ce}.byte(), 25}});
    CHECK(congested_ratio(result) == 0.25);
    result.received.marks.congested = 1000; // a peer that does not make sense
    CHECK(congested_ratio(result) == 1);
    result.sent.traffic_class = TrafficClass{46, Ecn::not_ect}.byte();
    CHECK_FALSE(congested_ratio(result));
}

TEST_CASE("marks are unknown without either record, or when no class was told", "[session]") {
    DirectionResult result = arrived_with({{voice.byte(), 1}});
    result.sent_known = false;
    CHECK(marks_of(result).empty());
    CHECK_FALSE(congested_ratio(result));
    result.sent_known = true;
    result.received_known = false;
    CHECK(marks_of(result).empty());
    CHECK(marks_of(arrived_with({})).empty());
    CHECK_FALSE(congested_ratio(arrived_with({})));
}

TEST_CASE("hops are counted down from what hosts begin with", "[session]") {
    const auto hops = [](std::uint8_t lowest, std::uint8_t highest) {
        DirectionResult result{.received_known = true};
        result.received.marks.lowest_ttl = lowest;
        result.received.marks.highest_ttl = highest;
        return hops_of(result);
    };
    CHECK(hops(64, 64) == Hops{0, 0});
    CHECK(hops(55, 55) == Hops{9, 9});
    CHECK(hops(54, 56) == Hops{8, 10}); // two paths
    CHECK(hops(65, 65) == Hops{63, 63});
    CHECK(hops(120, 120) == Hops{8, 8});
    CHECK(hops(255, 255) == Hops{0, 0});
    CHECK(hops(247, 247) == Hops{8, 8});
    CHECK(hops(1, 1) == Hops{63, 63});
    CHECK_FALSE(hops(0, 0));
    CHECK_FALSE(hops(60, 0)); // a peer that does not make sense
    CHECK_FALSE(hops_of(DirectionResult{}));
}
