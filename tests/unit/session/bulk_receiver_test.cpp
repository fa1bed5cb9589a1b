#include "check.hpp"
#include "session/bulk_receiver.hpp"
#include "wire/codec.hpp"

#include <vector>

using namespace wyn;
using namespace wyn::session;

namespace {

constexpr MonoTime start{1000s};
constexpr std::uint16_t size = 1000;

struct Receiving {
    explicit Receiving(const BeginReceiving& order = {.test = 7}) : receiver{order, Terms{}, 0} {}

    // One datagram, sent by a clock that is five hours ahead, arrives.
    void arrive(std::uint64_t sequence, Duration at, std::uint32_t step = 1,
                std::uint16_t test = 7) {
        arrive_together(header(sequence, at, step, test), 1, at);
    }
    // A train whose numbers rise by one from the first's.
    void arrive_together(const wire::BulkHeader& first, std::size_t count, Duration at) {
        std::vector<std::uint8_t> bytes(count * size);
        wire::encode_bulk(first, bytes, size);
        take(bytes, at);
    }
    void take(std::span<const std::uint8_t> bytes, Duration at) {
        receiver.on_train({.bytes = bytes,
                           .segment_size = size,
                           .stamp = {start + at, StampOrigin::kernel},
                           .traffic_class = traffic_class,
                           .ttl = ttl},
                          authentic);
    }
    static wire::BulkHeader header(std::uint64_t sequence, Duration sent_at, std::uint32_t step = 1,
                                   std::uint16_t test = 7) {
        return {.length = size,
                .test = test,
                .sequence = sequence,
                .sent_ns = to_ns(start + 5h + sent_at),
                .step = step,
                .receipt = 1000 + step};
    }

    BulkReceiver receiver;
    std::bitset<128> authentic{~std::bitset<128>{}};
    std::optional<dgram::TrafficClass> traffic_class;
    std::optional<std::uint8_t> ttl;
};

} // namespace

TEST_CASE("the first datagram is answered at once, then one feedback each interval", "[session]") {
    Receiving receiving;
    CHECK(receiving.receiver.due() == never);
    CHECK_FALSE(receiving.receiver.on_timer(start).has_value());
    receiving.arrive(0, 10ms, 0); // a primer
    CHECK(receiving.receiver.due() == start + 10ms);
    const auto first = receiving.receiver.on_timer(start + 11ms);
    REQUIRE(first.has_value());
    CHECK(first->test == 7);
    CHECK(first->newest_step == 0);
    CHECK(first->newest_receipt == 1000);
    CHECK(first->held_ns == 1'000'000);
    CHECK(first->totals.packets == 0); // primers are no load
    CHECK_FALSE(receiving.receiver.on_timer(start + 35ms).has_value());
    // Whether anything came or not: the sender must know that we live.
    CHECK(receiving.receiver.on_timer(start + 36ms).has_value());
    CHECK(receiving.receiver.on_timer(start + 61ms).has_value());
}

TEST_CASE("feedback is cumulative and proves the newest datagram", "[session]") {
    Receiving receiving;
    for (const std::uint64_t sequence : {0U, 1U, 3U, 4U, 4U, 2U})
        receiving.arrive(sequence, sequence * 1ms, sequence < 3 ? 1 : 2);
    const auto feedback = receiving.receiver.on_timer(start + 10ms);
    REQUIRE(feedback.has_value());
    CHECK(feedback->newest_sequence == 4);
    CHECK(feedback->newest_step == 2);
    CHECK(feedback->newest_receipt == 1002);
    CHECK(feedback->newest_sent_ns == to_ns(start + 5h + 4ms));
    CHECK(feedback->held_ns == 6'000'000);
    CHECK(feedback->totals.packets == 5);
    CHECK(feedback->totals.payload_bytes == 5 * size);
    CHECK(feedback->totals.duplicates == 1);
    CHECK(feedback->totals.reordered == 1);
    CHECK(feedback->totals.first_arrival_ns == to_ns(start));
    CHECK(feedback->totals.last_arrival_ns == to_ns(start + 4ms));
    REQUIRE(feedback->steps.size() == 3); // step 0 is that of the primers
    CHECK(feedback->steps[0].packets == 0);
    CHECK(feedback->steps[1].packets == 3);
    CHECK(feedback->steps[2].packets == 2);
}

TEST_CASE("what is forged, of another test, or too late is in no statistic", "[session]") {
    Receiving receiving;
    receiving.arrive(0, 0ms);
    receiving.arrive(1, 1ms, 1, 8);
    receiving.authentic.reset();
    receiving.arrive(2, 2ms);
    receiving.authentic.set(0);
    CHECK(receiving.receiver.record().packets == 1);
    CHECK(receiving.receiver.record().rejected == 2);
    receiving.receiver.end(start + 2ms);
    receiving.arrive(3, 3ms);
    CHECK(receiving.receiver.record().packets == 1);
    CHECK(receiving.receiver.record().rejected == 2);
    CHECK(receiving.receiver.due() == never);
}

TEST_CASE("a test that ends tells its sender once of all that has come", "[session]") {
    Receiving receiving;
    CHECK_FALSE(Receiving{}.receiver.end(start).has_value()); // nothing has
    receiving.arrive(0, 0ms);
    REQUIRE(receiving.receiver.on_timer(start).has_value());
    receiving.arrive(1, 1ms);
    receiving.arrive(2, 2ms);
    const auto last = receiving.receiver.end(start + 5ms);
    REQUIRE(last.has_value());
    CHECK(last->totals.packets == 3);
    CHECK(last->newest_sequence == 2);
    CHECK(last->held_ns == 3'000'000);
    CHECK_FALSE(receiving.receiver.end(start + 6ms).has_value());
}

TEST_CASE("the low 16 bits of a test's number are what its datagrams carry", "[session]") {
    Receiving receiving{{.test = 0x10007}};
    receiving.arrive(0, 0ms);
    CHECK(receiving.receiver.record().packets == 1);
}

TEST_CASE("a sender that keeps to its grant is left alone, one that does not is found out",
          "[session]") {
    const auto broken_after_two_seconds = [](std::uint64_t per_millisecond) {
        Receiving receiving{{.test = 7, .granted = BitRate{8'000'000}}}; // one each millisecond
        std::uint64_t sequence = 0;
        for (Duration at = 0ms; at < 2s; at += 1ms)
            for (std::uint64_t i = 0; i < per_millisecond; ++i)
                receiving.arrive(sequence++, at);
        return receiving.receiver.broken_grant();
    };
    CHECK(broken_after_two_seconds(1) == wire::End::none);
    CHECK(broken_after_two_seconds(2) == wire::End::rate_exceeded);
}

TEST_CASE("copies that the path makes break no grant and use no volume", "[session]") {
    Receiving receiving{{.test = 7, .granted = BitRate{8'000'000}, .volume_bytes = 2'000'000}};
    for (std::uint64_t sequence = 0; sequence < 2000; ++sequence)
        for (int copy = 0; copy < 3; ++copy)
            receiving.arrive(sequence, sequence * 1ms);
    CHECK(receiving.receiver.broken_grant() == wire::End::none);
    CHECK(receiving.receiver.record().duplicates == 4000);
}

TEST_CASE("the volume may be passed by what is on its way, not by more", "[session]") {
    Receiving receiving{{.test = 7, .volume_bytes = 100'000}};
    std::uint64_t sequence = 0;
    for (; sequence < 166; ++sequence)
        receiving.arrive(sequence, sequence * 1ms);
    CHECK(receiving.receiver.broken_grant() == wire::End::none);
    for (; sequence < 168; ++sequence)
        receiving.arrive(sequence, sequence * 1ms);
    CHECK(receiving.receiver.broken_grant() == wire::End::volume_used);
}

TEST_CASE("a train counts as its datagrams do one by one", "[session]") {
    // What is new, what has come before, and what another train began: in one train, or apart.
    Receiving together;
    Receiving apart;
    const auto both = [&](std::uint64_t first, std::size_t count, Duration at, std::uint32_t step) {
        together.arrive_together(Receiving::header(first, at, step), count, at);
        for (std::size_t i = 0; i < count; ++i)
            apart.take(
                [&] {
                    std::vector<std::uint8_t> bytes(size);
                    wire::encode_bulk(Receiving::header(first + i, at, step), bytes, size);
                    return bytes;
                }(),
                at);
    };
    both(0, 10, 1ms, 1);
    both(20, 10, 3ms, 1); // 10 to 19 are missing
    both(8, 20, 4ms, 2);  // two and eight of them are there already
    both(30, 1, 1100ms, 3);
    wire::ReceiverRecord of_trains = together.receiver.record();
    of_trains.longest_train = apart.receiver.record().longest_train;
    CHECK(of_trains == apart.receiver.record());
    CHECK(of_trains.packets == 31);
    CHECK(of_trains.duplicates == 10);
    CHECK(of_trains.reordered == 10);
    CHECK(together.receiver.on_timer(start + 1100ms) == apart.receiver.on_timer(start + 1100ms));
}

TEST_CASE("of a train whose headers differ each is counted for itself", "[session]") {
    Receiving receiving;
    std::vector<std::uint8_t> train(6 * size);
    const auto put = [&](std::size_t index, const wire::BulkHeader& header) {
        wire::encode_bulk(header, std::span{train}.subspan(index * size, size), size);
    };
    put(0, Receiving::header(0, 1ms));
    put(1, Receiving::header(1, 1ms));
    put(2, Receiving::header(2, 2ms));       // another send time
    put(3, Receiving::header(5, 2ms));       // a gap
    put(4, Receiving::header(6, 2ms, 1, 8)); // another test
    put(5, Receiving::header(7, 2ms, 2));    // another step
    SECTION("all authentic") {
        receiving.take(train, 3ms);
        CHECK(receiving.receiver.record().packets == 5);
        CHECK(receiving.receiver.record().rejected == 1);
        CHECK(receiving.receiver.on_timer(start + 3ms)->newest_step == 2);
    }
    SECTION("or not, in the middle of a run") {
        receiving.authentic[1] = false;
        receiving.take(train, 3ms);
        CHECK(receiving.receiver.record().packets == 4);
        CHECK(receiving.receiver.record().rejected == 2);
    }
}

TEST_CASE("first copies are counted by the marks with which they came", "[session]") {
    Receiving receiving;
    receiving.traffic_class = dgram::TrafficClass{46, dgram::Ecn::ect0};
    receiving.ttl = 61;
    receiving.arrive(0, 0ms, 0); // a primer
    receiving.arrive_together(Receiving::header(0, 1ms), 10, 1ms);
    receiving.traffic_class = dgram::TrafficClass{46, dgram::Ecn::ce};
    receiving.ttl = 60;
    receiving.arrive_together(Receiving::header(8, 2ms), 5, 2ms); // two are there already
    receiving.traffic_class.reset();
    receiving.ttl.reset();
    receiving.arrive_together(Receiving::header(13, 3ms), 7, 3ms); // of these nothing is told
    const wire::ReceiverRecord record = receiving.receiver.record();
    CHECK(record.packets == 20);
    CHECK(record.marks == wire::Marks{.classes = {{{.traffic_class = 0xba, .packets = 10},
                                                   {.traffic_class = 0xbb, .packets = 3}}},
                                      .congested = 3,
                                      .lowest_ttl = 60,
                                      .highest_ttl = 61});
    CHECK(receiving.receiver.on_timer(start + 30ms)->totals.marks.congested == 3);
}

TEST_CASE("the longest train is told where trains can be seen", "[session]") {
    Receiving receiving;
    receiving.arrive_together(Receiving::header(0, 1ms), 44, 1ms);
    receiving.arrive_together(Receiving::header(44, 2ms), 3, 2ms);
    CHECK(receiving.receiver.record().longest_train == 0); // nobody has said that they can
    receiving.receiver.note_capabilities({.coalescing = true, .receive_buffer_bytes = 33'554'432});
    CHECK(receiving.receiver.record().longest_train == 44);
    CHECK(receiving.receiver.record().coalescing);
    CHECK(receiving.receiver.record().receive_buffer_bytes == 33'554'432);
}
