// Active queue management: what RED, CoDel, flow-queued CoDel and PIE are there for.
#include "unit/link/load.hpp"

#include <algorithm>

using namespace wyn;
using namespace wyn::link;

namespace {

constexpr Packet plain{.bytes = 1500};
constexpr Packet capable{.bytes = 1500, .traffic_class = 2};

LinkSpec line_with(Discipline discipline) {
    LinkSpec link{.rate = mbit(50)};
    link.queue = {.discipline = discipline, .bytes = 2'000'000};
    return link;
}

// The median of the waits of packets that came since then.
Duration median_wait(const std::vector<Record>& records, WorldTime since) {
    std::vector<Duration> waits;
    for (const Record& record : records)
        if (record.arrived >= since) waits.push_back(record.waited);
    REQUIRE(!waits.empty());
    std::ranges::sort(waits);
    return waits[waits.size() / 2];
}

} // namespace

TEST_CASE("no discipline drops or marks while the line is not full", "[link]") {
    for (const Discipline discipline : {Discipline::tail_drop, Discipline::red, Discipline::codel,
                                        Discipline::fq_codel, Discipline::pie}) {
        INFO(print(discipline));
        LinkSpec link = line_with(discipline);
        link.queue.ecn = true;
        Load load{link};
        load.offer(mbit(45), capable, WorldTime{}, WorldTime{3s});
        load.finish();
        CHECK(load.delivered().size() == load.records().size());
        CHECK(load.model().summary().marked == 0);
    }
}

TEST_CASE("every discipline lets an overloaded line run at its rate", "[link]") {
    for (const Discipline discipline : {Discipline::tail_drop, Discipline::red, Discipline::codel,
                                        Discipline::fq_codel, Discipline::pie}) {
        INFO(print(discipline));
        Load load{line_with(discipline)};
        load.offer(mbit(75), plain, WorldTime{}, WorldTime{4s});
        CHECK(
            is_near(load.model().delivered(WorldTime{1s}, WorldTime{4s}).as_double(), 50e6, 0.005));
        CHECK(load.model().summary().longest_queue_bytes <= 2'000'000);
    }
}

TEST_CASE("AQM marks what can be marked and drops the rest", "[link]") {
    for (const Discipline discipline :
         {Discipline::red, Discipline::codel, Discipline::fq_codel, Discipline::pie}) {
        INFO(print(discipline));
        LinkSpec link = line_with(discipline);
        link.queue.ecn = true;
        Load marked{link};
        marked.offer(mbit(51), capable, WorldTime{}, WorldTime{4s});
        marked.finish();
        CHECK(marked.model().summary().marked > 10);
        WorldTime first = end_of_time;
        for (const Record& record : marked.delivered()) {
            CHECK(record.marked == (ecn_of(record.packet.traffic_class) == Ecn::ce));
            if (record.marked) first = std::min(first, record.arrived);
        }
        // Nobody here heeds the marks: RED and PIE come to drop after all, CoDel does not.
        const bool gives_up = discipline == Discipline::red || discipline == Discipline::pie;
        for (const Record& record : marked.with(Fate::aqm_dropped))
            CHECK((gives_up && record.arrived > first + 100ms));
        Load dropped{link};
        dropped.offer(mbit(51), plain, WorldTime{}, WorldTime{4s});
        dropped.finish();
        CHECK(dropped.with(Fate::aqm_dropped).size() > 10);
        CHECK(dropped.model().summary().marked == 0);
    }
}

TEST_CASE("CoDel keeps the standing delay near its target", "[link]") {
    for (const Duration target : {5ms, 20ms}) {
        LinkSpec link = line_with(Discipline::codel);
        link.queue.target = target;
        Load load{link};
        load.offer(BitRate{50'250'000}, plain, WorldTime{}, WorldTime{20s});
        load.finish();
        const Duration wait = median_wait(load.delivered(), WorldTime{10s});
        INFO(print_ns(wait.count()));
        CHECK(wait > target / 2);
        CHECK(wait < 2 * target);
    }
}

TEST_CASE("CoDel lets a burst pass that is gone within an interval", "[link]") {
    Load load{line_with(Discipline::codel)};
    load.offer(300, 10us, plain); // 72 ms of queue
    load.finish();
    CHECK(load.delivered().size() == 300);
}

TEST_CASE("PIE keeps the delay near its reference and lets the first burst pass", "[link]") {
    LinkSpec link = line_with(Discipline::pie);
    link.queue.target = 15ms;
    Load load{link};
    load.offer(mbit(55), plain, WorldTime{}, WorldTime{20s});
    load.finish();
    const Duration wait = median_wait(load.delivered(), WorldTime{10s});
    INFO(print_ns(wait.count()));
    CHECK(wait > 9ms);
    CHECK(wait < 22ms);
    CHECK(load.with(Fate::aqm_dropped).at(0).arrived > WorldTime{150ms}); // MAX_BURST
}

TEST_CASE("RED drops as often as its slope says, evenly", "[link]") {
    LinkSpec link = line_with(Discipline::red);
    link.queue.red = {.min_bytes = 100'000, .max_bytes = 400'000, .max_chance = 0.1};
    Load load{link};
    load.offer(BitRate{52'500'000}, plain, WorldTime{}, WorldTime{20s});
    load.finish();
    // 1 of 21 must go. Gaps between drops are uniform from 1 to 1/p, so 2 / (1 + 1/p) of all do:
    // p = 1/41, and that is where the average queue stands on the slope.
    double sum = 0;
    double count = 0;
    for (const Record& record : load.records()) {
        if (record.arrived < WorldTime{10s}) continue;
        sum += static_cast<double>(record.queue_bytes);
        ++count;
    }
    CHECK(is_near(sum / count, 100'000 + 300'000 * (1.0 / 41) / 0.1, 0.1));
    const std::vector<Record> dropped = load.with(Fate::aqm_dropped);
    CHECK(is_near(static_cast<double>(dropped.size()), 20 * 52.5e6 / 12'000 / 21, 0.1));
}

TEST_CASE("flow queuing isolates a sparse flow from a flood", "[link]") {
    const Packet sparse{.bytes = 100, .flow = 2};
    const auto longest_wait_of_sparse = [&](Discipline discipline) {
        Load load{line_with(discipline)};
        const Packet bulk{.bytes = 1500, .flow = 1};
        for (int i = 0; i < 100; ++i) {
            const WorldTime begin{i * 20ms};
            load.offer(begin + 7ms, sparse);
            load.offer(mbit(100), bulk, begin + 7ms, begin + 20ms);
        }
        load.finish();
        Duration longest{};
        std::size_t delivered = 0;
        for (const Record& record : load.delivered()) {
            if (record.packet.flow != 2) continue;
            ++delivered;
            longest = std::max(longest, record.waited);
        }
        CHECK(delivered >= 95);
        return std::pair{delivered, longest};
    };
    const auto [delivered, wait] = longest_wait_of_sparse(Discipline::fq_codel);
    CHECK(delivered == 100);
    // No more than the packet that was being sent: 240 us.
    CHECK(wait <= 240us);
    CHECK(longest_wait_of_sparse(Discipline::tail_drop).second > 20ms);
}

TEST_CASE("flow queuing shares the line by bytes", "[link]") {
    Load load{line_with(Discipline::fq_codel)};
    // Small packets and three times the load of the other one.
    WorldTime small{};
    WorldTime large{};
    while (small < WorldTime{4s}) {
        if (small <= large) {
            load.offer(small, {.bytes = 500, .flow = 1});
            small += 40us; // 100 Mbit/s
        } else {
            load.offer(large, {.bytes = 1500, .flow = 2});
            large += 360us; // 33.3 Mbit/s
        }
    }
    std::uint64_t bytes[3]{};
    for (const Record& record : load.delivered())
        if (record.departed >= WorldTime{1s}) bytes[record.packet.flow] += record.packet.bytes;
    CHECK(is_near(static_cast<double>(bytes[1]), static_cast<double>(bytes[2]), 0.02));
}

TEST_CASE("a full flow queue drops of the longest flow, from the front", "[link]") {
    LinkSpec link = line_with(Discipline::fq_codel);
    link.queue.bytes = 150'000;
    Load load{link};
    load.offer(10, 0ms, {.bytes = 1500, .flow = 2});
    load.offer(200, 0ms, {.bytes = 1500, .flow = 1});
    load.finish();
    const std::vector<Record> dropped = load.with(Fate::queue_full);
    CHECK(dropped.size() >= 100);
    for (const Record& record : dropped)
        CHECK(record.packet.flow == 1);
    CHECK(load.delivered().back().number == 210);
}
