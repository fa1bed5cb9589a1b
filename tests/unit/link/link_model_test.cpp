// What happens to packets on their way as a whole: order, fates, records, schedules and seeds.
#include "unit/link/load.hpp"

#include <algorithm>

using namespace wyn;
using namespace wyn::link;

TEST_CASE("a link that does nothing gives every packet back as it was, at once", "[link]") {
    Load load{LinkSpec{}};
    load.offer(10, 1ms,
               {.bytes = 1500, .flow = 7, .traffic_class = 0xb9, .hop_limit = 3, .handle = 42});
    load.finish();
    REQUIRE(load.records().size() == 10);
    for (std::size_t i = 0; i < 10; ++i) {
        const Record& record = load.records()[i];
        CHECK(name(record.fate) == "delivered");
        CHECK(record.number == i + 1);
        CHECK(record.arrived == WorldTime{i * 1ms});
        CHECK(record.departed == record.arrived);
        CHECK(record.packet.bytes == 1500);
        CHECK(record.packet.flow == 7);
        CHECK(record.packet.traffic_class == 0xb9);
        CHECK(record.packet.hop_limit == 3);
        CHECK(record.packet.handle == 42);
        CHECK(record.last);
        CHECK(!record.copy);
    }
    CHECK(load.model().due() == end_of_time);
}

TEST_CASE("what cannot pass a link at all ends with its cause", "[link]") {
    SECTION("a partition lets nothing through") {
        Load load{LinkSpec{.partitioned = true}};
        load.offer(1, 1ms, {.bytes = 100});
        CHECK(load.with(Fate::partitioned).size() == 1);
    }
    SECTION("the MTU is the largest packet that passes") {
        Load load{LinkSpec{.mtu = 1400}};
        load.offer(WorldTime{}, {.bytes = 1400});
        load.offer(WorldTime{}, {.bytes = 1401});
        CHECK(load.delivered().size() == 1);
        CHECK(load.with(Fate::too_big).size() == 1);
    }
    SECTION("a packet needs a greater hop limit than the link has hops") {
        Load load{LinkSpec{.hops = 3}};
        load.offer(WorldTime{}, {.bytes = 100, .hop_limit = 3});
        load.offer(WorldTime{}, {.bytes = 100, .hop_limit = 4});
        REQUIRE(load.delivered().size() == 1);
        CHECK(load.delivered()[0].packet.hop_limit == 1);
        CHECK(load.with(Fate::expired).size() == 1);
    }
}

TEST_CASE("a script loses the packets that it names", "[link]") {
    Load load{LinkSpec{.lose = {17, 18, 40}}};
    load.offer(50, 1ms, {.bytes = 100});
    load.finish();
    std::vector<std::uint64_t> lost;
    for (const Record& record : load.with(Fate::lost_scripted))
        lost.push_back(record.number);
    CHECK(lost == std::vector<std::uint64_t>{17, 18, 40});
    CHECK(load.delivered().size() == 47);
}

TEST_CASE("a copy has the number of its original, and the last one is known", "[link]") {
    LinkSpec link{.duplicate = 0.3, .loss_after = 0.3};
    link.jitter = {.amount = 20ms, .keeps_order = false};
    Load load{link};
    load.offer(1000, 1ms, {.bytes = 100});
    load.finish();
    const Summary& summary = load.model().summary();
    CHECK(summary.copies > 200);
    CHECK(load.records().size() == 1000 + summary.copies);
    std::vector<int> seen(1001);
    std::vector<int> last(1001);
    std::vector<int> arrived(1001);
    std::uint64_t repeated = 0;
    for (const Record& record : load.records()) {
        ++seen[record.number];
        last[record.number] += record.last ? 1 : 0;
        if (record.last) CHECK(last[record.number] == 1);
        if (record.fate != Fate::delivered) continue;
        CHECK(record.repeated == (arrived[record.number]++ > 0));
        repeated += record.repeated ? 1U : 0U;
    }
    CHECK(std::all_of(last.begin() + 1, last.end(), [](int times) { return times == 1; }));
    CHECK(static_cast<std::uint64_t>(std::count(seen.begin(), seen.end(), 2)) == summary.copies);
    CHECK(repeated == summary.repeated);
    // Both have to survive.
    CHECK(is_near(static_cast<double>(repeated), 0.3 * 0.7 * 0.7 * 1000, 0.25));
}

TEST_CASE("the same seed gives the same fates, and another one others", "[link]") {
    LinkSpec link{
        .loss = 0.05, .bursts = {.enter = 0.01, .leave = 0.2}, .duplicate = 0.02, .rate = mbit(10)};
    link.jitter.amount = 5ms;
    link.corrupt = 0.01;
    const auto fates_of = [&](std::uint64_t seed, Duration gap) {
        Load load{link, seed};
        load.offer(3000, gap, {.bytes = 1000});
        load.finish();
        std::vector<std::tuple<std::uint64_t, bool, Fate, bool>> fates;
        for (const Record& record : load.records())
            fates.emplace_back(record.number, record.copy, record.fate, record.corrupted);
        std::ranges::sort(fates);
        return fates;
    };
    CHECK(fates_of(1, 1ms) == fates_of(1, 1ms));
    CHECK(fates_of(1, 1ms) == fates_of(1, 3ms)); // whenever the packets come
    CHECK(fates_of(1, 1ms) != fates_of(2, 1ms));
}

TEST_CASE("one mechanism draws nothing from another one's chance", "[link]") {
    const auto lost_with = [](const LinkSpec& link) {
        Load load{link, 9};
        load.offer(2000, 1ms, {.bytes = 1000});
        load.finish();
        std::vector<std::uint64_t> lost;
        for (const Record& record : load.with(Fate::lost))
            lost.push_back(record.number);
        return lost;
    };
    LinkSpec more{.loss = 0.1, .duplicate = 0.1, .rate = mbit(50), .loss_after = 0.1};
    more.jitter.amount = 1ms;
    CHECK(lost_with({.loss = 0.1}) == lost_with(more));
}

TEST_CASE("a schedule is applied at its time, and to the packet that is being sent", "[link]") {
    const LinkSpec slow{.rate = kbit(8)}; // a millisecond for each byte
    LinkSpec fast = slow;
    fast.rate = kbit(80);
    Load load{Direction{slow, {{WorldTime{2s}, fast}}}};
    load.offer(WorldTime{0s}, {.bytes = 1000});
    load.offer(WorldTime{1500ms}, {.bytes = 1000}); // half of it is sent at each rate
    load.offer(WorldTime{3s}, {.bytes = 1000});
    load.finish();
    REQUIRE(load.delivered().size() == 3);
    CHECK(load.delivered()[0].departed == WorldTime{1s});
    CHECK(load.delivered()[1].departed == WorldTime{2s + 50ms});
    CHECK(load.delivered()[2].departed == WorldTime{3100ms});
}

TEST_CASE("a change from outside is as good as one by schedule", "[link]") {
    Load load{LinkSpec{.delay = 5ms}};
    load.offer(WorldTime{0s}, {.bytes = 100});
    load.model().change(WorldTime{1ms}, {.partitioned = true});
    load.offer(WorldTime{2ms}, {.bytes = 100});
    load.model().change(WorldTime{3ms}, {.delay = 1ms});
    load.offer(WorldTime{4ms}, {.bytes = 100});
    load.finish();
    REQUIRE(load.records().size() == 3);
    CHECK(name(load.records()[0].fate) == "partitioned");
    // What was on its way stayed as it was.
    CHECK(load.records()[1].departed == WorldTime{5ms});
    CHECK(load.records()[2].departed == WorldTime{5ms});
}

TEST_CASE("a late caller finds the times that were due", "[link]") {
    LinkModel model{LinkSpec{.rate = mbit(8), .delay = 1ms}, 1};
    for (int i = 0; i < 3; ++i)
        model.offer(WorldTime{}, {.bytes = 1000});
    CHECK(model.due() == WorldTime{2ms});
    CHECK(!model.take(WorldTime{2ms - 1ns}));
    for (int i = 0; i < 3; ++i)
        CHECK(model.take(WorldTime{1s}).value().departed == WorldTime{2ms + i * 1ms});
    CHECK(!model.take(WorldTime{1s}));
}

TEST_CASE("ECN and DSCP are rewritten as told, and CE is set only where ECT was", "[link]") {
    const auto through = [](const LinkSpec& link, std::uint8_t traffic_class) {
        Load load{link};
        load.offer(WorldTime{}, {.bytes = 100, .traffic_class = traffic_class});
        load.finish();
        return unsigned{load.delivered().at(0).packet.traffic_class};
    };
    CHECK(through({.bleach_ecn = 1}, 0xba) == 0xb8);
    CHECK(through({.mark_ecn = 1}, 0xba) == 0xbb);
    CHECK(through({.mark_ecn = 1}, 0xb9) == 0xbb);
    CHECK(through({.mark_ecn = 1}, 0xb8) == 0xb8);
    LinkSpec link;
    link.dscp = 8;
    CHECK(through(link, 0xb9) == 0x21);
}

TEST_CASE("the summary is the sum of the records", "[link]") {
    LinkSpec link{.loss = 0.1, .duplicate = 0.1, .rate = mbit(4), .corrupt = 0.1};
    link.queue.bytes = 20'000;
    link.reordering = {.chance = 0.1, .packets = 2};
    Load load{link};
    load.offer(2000, 1800us, {.bytes = 1000});
    load.finish();
    Summary sum{.offered = 2000, .offered_bytes = 2'000'000};
    for (const Record& record : load.records()) {
        ++sum.by_fate[static_cast<std::size_t>(record.fate)];
        sum.copies += record.copy ? 1U : 0U;
        sum.longest_queue_bytes = std::max(sum.longest_queue_bytes, record.queue_bytes);
    }
    const Summary& summary = load.model().summary();
    CHECK(summary.by_fate == sum.by_fate);
    CHECK(summary.copies == sum.copies);
    CHECK(summary.longest_queue_bytes == sum.longest_queue_bytes);
    CHECK(summary.delivered_bytes == 1000 * summary.of(Fate::delivered));
    CHECK(summary.corrupted > 0);
    CHECK(summary.held_back > 0);
    CHECK(summary.reordered > 0);
    CHECK(print(summary).starts_with("offered 2000, copies "));
}
