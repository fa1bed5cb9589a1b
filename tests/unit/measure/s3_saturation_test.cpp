// How S3 fills a path and keeps it full. The path here is as simple as one can be: what is offered
// beyond its capacity stands in a queue, or is lost where there is none.
#include "check.hpp"
#include "measure/s3_saturation.hpp"

#include <algorithm>
#include <vector>

using namespace wyn;
using namespace wyn::measure;

namespace {

constexpr S3Packets packets{.largest = 1500, .header_bytes = 28};
constexpr Duration rtt = 20ms;
constexpr Duration one_way = 10ms;

struct Line {
    double capacity = 100e6;
    double buffer_seconds = 1; // 0: what does not fit is lost
    double ceiling = 1e12;
    double sends_at_most = 1e12; // the sending host
};

struct Filling {
    explicit Filling(const Line& path, double guess, bool policed = false)
        : line{path}, saturation{packets, path.ceiling, base} {
        saturation.begin(1, {.bps = guess, .rtt = rtt, .policed = policed});
    }

    // Steps, one after the other; each is told of when the next one has begun to arrive.
    void pass(std::size_t steps) {
        for (std::size_t i = 0; i < steps; ++i)
            pass_one();
    }
    double rate() const { return plan.ip_bps; }

    Line line;
    PathBase base{.delay = one_way, .packet_bytes = 1500};
    S3Saturation saturation;
    StepBook book;
    S3Step plan;
    double queue_seconds = 0;

private:
    void pass_one() {
        const std::uint32_t id = book.newest() + 1;
        plan = saturation.next(id, book);
        book.open(id, plan.ip_bps, plan.packet_bytes);
        const double seconds = to_seconds(plan.length);
        const double bits = std::min(plan.ip_bps, line.sends_at_most) * seconds;
        const auto sent = static_cast<std::uint64_t>(bits / 8 / plan.packet_bytes);
        const double at_first = queue_seconds;
        double carried = bits;
        const double grown = queue_seconds + bits / line.capacity - seconds;
        queue_seconds = std::clamp(grown, 0.0, line.buffer_seconds);
        if (grown > line.buffer_seconds) carried -= (grown - line.buffer_seconds) * line.capacity;
        outcomes.push_back(
            {.id = id,
             .datagram_bytes = plan.packet_bytes - 28,
             .sent = sent,
             .first_sent = now,
             .received = static_cast<std::uint64_t>(static_cast<double>(sent) * carried / bits),
             .first_arrival = now + one_way + from_seconds(at_first),
             .span = plan.length,
             .lowest_delay = one_way + from_seconds(std::min(at_first, queue_seconds)),
             .last_delay = one_way + from_seconds(queue_seconds)});
        now += plan.length;
        book.update({.now = now, .newest_step = id, .steps = outcomes});
        saturation.on_feedback(book);
    }

    MonoTime now{1000s};
    std::vector<StepOutcome> outcomes;
};

using State = S3Saturation::State;

} // namespace

TEST_CASE("a path that does not follow a higher rate is full, and its rate is what got through",
          "[measure]") {
    Filling filling{{}, 95e6};
    filling.pass(1);
    CHECK(filling.rate() == Approx(1.12 * 95e6));
    CHECK_FALSE(filling.saturation.has_held());
    filling.pass(3);
    CHECK(filling.saturation.state() == State::hold);
    CHECK(filling.saturation.has_held());
    CHECK(filling.saturation.capacity_bps() == Approx(100e6).epsilon(0.02));
    CHECK(filling.saturation.counts_since() == 1);
}

TEST_CASE("while the path is full a small queue is kept, whatever the buffer could take",
          "[measure]") {
    Filling filling{{}, 95e6};
    filling.pass(80);
    CHECK(filling.saturation.state() == State::hold);
    // Threshold 3 ms, and 12 ms more.
    CHECK(filling.queue_seconds == Approx(0.015).margin(0.003));
    CHECK(filling.rate() == Approx(100e6).epsilon(0.02));
}

TEST_CASE("without a buffer a tenth too much is offered, and lost", "[measure]") {
    Filling filling{{.buffer_seconds = 0}, 98e6};
    filling.pass(40);
    CHECK(filling.saturation.state() == State::hold);
    CHECK(filling.saturation.capacity_bps() == Approx(100e6).epsilon(0.01));
    CHECK(filling.rate() == Approx(110e6).epsilon(0.01));
}

TEST_CASE("a path that follows is offered more, and only what came then counts", "[measure]") {
    Filling filling{{}, 80e6};
    filling.pass(3); // 89.6 Mbit/s got through
    CHECK(filling.saturation.state() == State::overdrive);
    CHECK(filling.saturation.counts_since() > 1);
    filling.pass(4);
    CHECK(filling.saturation.state() == State::hold);
}

TEST_CASE("when the end is far another chirp is cheaper", "[measure]") {
    Filling filling{{}, 10e6};
    filling.pass(8);
    CHECK(filling.saturation.state() == State::too_slow);
}

TEST_CASE("tokens that a policer has saved are used up by more, for longer", "[measure]") {
    Filling filling{{}, 10e6, true};
    filling.pass(1);
    CHECK(filling.rate() == Approx(16e6));
    filling.pass(8);
    CHECK(filling.saturation.state() == State::overdrive);
}

TEST_CASE("at the ceiling the search stays, and knows that the path is not full", "[measure]") {
    Filling filling{{.ceiling = 50e6}, 49e6};
    filling.pass(6);
    CHECK(filling.rate() == Approx(50e6));
    CHECK(filling.saturation.at_ceiling());
    CHECK_FALSE(filling.saturation.has_held());
}

TEST_CASE("a host that does not send as fast as it should is told from a slow path", "[measure]") {
    Filling filling{{.sends_at_most = 50e6}, 60e6};
    filling.pass(6);
    CHECK(filling.saturation.sender_short());
    CHECK_FALSE(filling.saturation.has_held());
}

TEST_CASE("when the path becomes faster the search goes after it", "[measure]") {
    Filling filling{{}, 95e6};
    filling.pass(40);
    REQUIRE(filling.saturation.state() == State::hold);
    filling.line.capacity = 200e6;
    filling.pass(80);
    CHECK(filling.saturation.has_held());
    CHECK(filling.saturation.capacity_bps() == Approx(200e6).epsilon(0.02));
}

TEST_CASE("when the path becomes slower the queue is brought back", "[measure]") {
    Filling filling{{}, 95e6};
    filling.pass(40);
    filling.line.capacity = 50e6;
    filling.pass(120);
    CHECK(filling.saturation.capacity_bps() == Approx(50e6).epsilon(0.02));
    CHECK(filling.queue_seconds < 0.03);
}
