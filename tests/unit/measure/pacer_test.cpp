#include "check.hpp"
#include "measure/pacer.hpp"

#include <algorithm>

using namespace wyn;
using measure::Pacer;

namespace {

constexpr MonoTime start{1000s};
constexpr std::uint32_t size = 1250; // 10,000 bits

// Sends whatever is due whenever it is, until `end`; the number of datagrams that left.
std::uint64_t run(Pacer& pacer, MonoTime& now, MonoTime end) {
    std::uint64_t sent = 0;
    while (pacer.due() < end) {
        now = std::max(now, pacer.due());
        const std::uint32_t count = pacer.due_now(now);
        REQUIRE(count > 0);
        pacer.on_sent(count);
        sent += count;
    }
    return sent;
}

} // namespace

TEST_CASE("datagrams are due at the multiples of the gap, and never add up errors", "[measure]") {
    Pacer pacer;
    CHECK(pacer.due_now(start) == 0);                // no rate yet
    pacer.set_rate(start, BitRate{7'000'000}, size); // 1.428571... ms
    for (std::uint64_t k = 0; k < 100'000; ++k) {
        const auto exact = static_cast<Duration::rep>((k * 10'000'000 + 3) / 7);
        REQUIRE(pacer.due() - start >= Duration{exact - 1});
        REQUIRE(pacer.due() - start <= Duration{exact + 1});
        CHECK(pacer.due_now(pacer.due() - 1ns) == 0);
        REQUIRE(pacer.due_now(pacer.due()) == 1);
        pacer.on_sent(1);
    }
    CHECK(pacer.skipped() == 0);
}

TEST_CASE("the rate is kept from slow to fast, alone or in trains", "[measure]") {
    for (const std::uint64_t mbits : {1U, 10U, 199U, 201U, 1000U, 6000U, 40'000U}) {
        INFO(mbits << " Mbit/s");
        Pacer pacer;
        MonoTime now = start;
        pacer.set_rate(start, BitRate{mbits * 1'000'000}, size);
        const std::uint64_t sent = run(pacer, now, start + 1s);
        const std::uint64_t ideal = mbits * 100;
        CHECK(sent >= ideal);
        CHECK(sent < ideal + 128);
        CHECK(pacer.skipped() == 0);
    }
}

TEST_CASE("a train never exceeds what one call takes", "[measure]") {
    for (const std::uint32_t bytes : {40U, 1472U, 9000U, 65507U}) {
        Pacer pacer;
        pacer.set_rate(start, BitRate{100'000'000'000}, bytes);
        const std::uint32_t train = pacer.due_now(start);
        INFO(bytes);
        CHECK(train >= 1);
        CHECK(train <= 128);
        CHECK(train * bytes <= std::max<std::uint32_t>(65507, bytes));
    }
}

TEST_CASE("after a stall at most 2 ms of the rate leave at once, the rest is skipped",
          "[measure]") {
    Pacer pacer;
    pacer.set_rate(start, BitRate{50'000'000}, size); // one each 200 us
    const MonoTime late = start + 1s;
    std::uint64_t burst = 0;
    while (const std::uint32_t count = pacer.due_now(late)) {
        pacer.on_sent(count);
        burst += count;
    }
    CHECK(burst == 10);
    CHECK(pacer.skipped() == 5001 - 10);
    CHECK(pacer.due() == late + 200us);
}

TEST_CASE("a slow rate never banks a burst", "[measure]") {
    Pacer pacer;
    pacer.set_rate(start, BitRate{100'000}, size); // one each 100 ms
    CHECK(pacer.due_now(start + 1050ms) == 1);
    pacer.on_sent(1);
    CHECK(pacer.due_now(start + 1050ms) == 0);
    CHECK(pacer.due() == start + 1100ms);
    CHECK(pacer.skipped() == 10);
}

TEST_CASE("a new rate takes over the share of the gap that has been waited for", "[measure]") {
    Pacer pacer;
    pacer.set_rate(start, BitRate{1'000'000}, size); // 10 ms
    pacer.on_sent(1);
    // Half of the gap is over: half of the new one remains.
    pacer.set_rate(start + 5ms, BitRate{10'000'000}, size);
    CHECK(pacer.due() == start + 5ms + 500us);
}

TEST_CASE("setting the same rate again changes nothing", "[measure]") {
    Pacer often;
    Pacer once;
    once.set_rate(start, BitRate{3'000'000}, size);
    MonoTime now = start;
    std::uint64_t sent = 0;
    for (int i = 0; i < 100; ++i) {
        often.set_rate(start + i * 50ms, BitRate{3'000'000}, size);
        sent += run(often, now, start + (i + 1) * 50ms);
    }
    MonoTime other = start;
    CHECK(sent == run(once, other, start + 5s));
    CHECK(often.due() == once.due());
}

TEST_CASE("nothing is due in a pause, and nothing is late after it at the same rate", "[measure]") {
    Pacer pacer;
    MonoTime now = start;
    pacer.set_rate(start, BitRate{10'000'000}, size);
    (void)run(pacer, now, start + 100ms);
    pacer.pause();
    CHECK(pacer.due_now(start + 200ms) == 0);
    pacer.set_rate(start + 300ms, BitRate{10'000'000}, size);
    CHECK(pacer.due() == start + 300ms);
    now = start + 300ms;
    CHECK(run(pacer, now, start + 400ms) == 100);
    pacer.stop(start + 400ms);
    CHECK(pacer.skipped() == 0);
}

TEST_CASE("a schedule that is put off skips nothing", "[measure]") {
    Pacer pacer;
    pacer.set_rate(start, BitRate{1'000'000'000}, size); // one each 10 us
    pacer.postpone(start - 1ms);
    CHECK(pacer.due() == start);
    pacer.postpone(start + 5ms);
    CHECK(pacer.due() == start + 5ms);
    CHECK(pacer.due_now(start + 5ms) > 0);
    CHECK(pacer.skipped() == 0);
}

TEST_CASE("what was due before the end and has not left is skipped", "[measure]") {
    Pacer pacer;
    pacer.set_rate(start, BitRate{1'000'000}, size);
    MonoTime now = start;
    const std::uint64_t sent = run(pacer, now, start + 500ms);
    pacer.stop(start + 1s);
    CHECK(sent + pacer.skipped() == 100);
}

TEST_CASE("without a rate a full train is due at any time, and nothing is skipped", "[measure]") {
    Pacer pacer;
    pacer.set_rate(start, BitRate::unlimited(), 1472);
    CHECK(pacer.unpaced());
    CHECK(pacer.due() <= start);
    for (const MonoTime now : {start, start + 1ns, start + 10s}) {
        CHECK(pacer.due_now(now) == 44); // 64 KiB
        pacer.on_sent(44);
    }
    pacer.stop(start + 20s);
    CHECK(pacer.skipped() == 0);
    pacer.set_rate(start, BitRate::unlimited(), 64);
    CHECK(pacer.due_now(start) == 128);
}

TEST_CASE("a rate that follows none begins its schedule at once", "[measure]") {
    Pacer pacer;
    pacer.set_rate(start, BitRate::unlimited(), size);
    pacer.on_sent(pacer.due_now(start));
    pacer.set_rate(start + 1s, BitRate{10'000'000}, size); // one each 1 ms
    CHECK_FALSE(pacer.unpaced());
    CHECK(pacer.due() == start + 1s);
    CHECK(pacer.due_now(start + 1s) == 1);
}

TEST_CASE("a high rate makes up for what a sleeping thread wakes up too late", "[measure]") {
    Pacer pacer;
    pacer.set_rate(start, BitRate{20'000'000'000}, 1250); // one each 500 ns
    const MonoTime late = start + 400us;
    std::uint64_t sent = 0;
    while (const std::uint32_t count = pacer.due_now(late)) {
        pacer.on_sent(count);
        sent += count;
    }
    CHECK(pacer.skipped() == 0);
    CHECK(sent >= 800);
    CHECK(sent <= 852);
}
