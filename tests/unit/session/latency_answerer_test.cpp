#include "check.hpp"
#include "session/latency_answerer.hpp"

#include <vector>

using namespace wyn;
using namespace wyn::session;

namespace {

constexpr MonoTime start{1000s};

Stamp kernel(MonoTime time) {
    return {time, StampOrigin::kernel};
}

// Which of the probes from 0 to `newest` an echo says have come; what it does not tell is nothing.
std::vector<std::optional<bool>> told_by(const wire::Echo& echo) {
    std::vector<std::optional<bool>> told(echo.map.newest + 1);
    wire::StretchReader reader{echo.map};
    while (const auto stretch = reader.next())
        for (std::uint64_t i = 0; i < stretch->count; ++i)
            told[stretch->highest - i] = stretch->came;
    REQUIRE(reader.is_sound());
    return told;
}

} // namespace

TEST_CASE("an echo has the length of its probe and says when that came and it leaves",
          "[session]") {
    LatencyAnswerer answerer{BitRate{0}};
    const wire::Probe probe{.length = 400, .number = 7, .sent_ns = 12'345};
    const auto echo = answerer.on_probe(kernel(start), start + 40us, 184, probe);
    REQUIRE(echo.has_value());
    CHECK(echo->length == 400);
    CHECK(echo->number == 7);
    CHECK(echo->probe_sent_ns == 12'345);
    CHECK(echo->kernel_stamp);
    CHECK(echo->traffic_class == 184);
    CHECK(echo->probe_received_ns == to_ns(start));
    CHECK(echo->sent_ns == to_ns(start + 40us));
    CHECK_FALSE(echo->stamped); // nobody asked
    const auto without = answerer.on_probe({start, StampOrigin::user}, start, 0, {.number = 8});
    CHECK_FALSE(without->kernel_stamp);
}

TEST_CASE("an echo tells what came: first copies, further ones, and those that were overtaken",
          "[session]") {
    LatencyAnswerer answerer{BitRate{0}};
    MonoTime now = start;
    const auto probe = [&](std::uint32_t number) {
        now += 1ms;
        return answerer.on_probe(kernel(now), now, 0, {.number = number}).value();
    };
    probe(0);
    probe(2);
    probe(1);
    answerer.on_copy({.number = 2});
    answerer.on_copy({.number = 4}); // older than what tells copies apart, so perhaps none
    const wire::Echo echo = probe(5);
    CHECK(echo.received == 4);
    CHECK(echo.reordered == 1);
    CHECK(echo.duplicates == 1);
    CHECK(echo.map.newest == 5);
    const std::vector<std::optional<bool>> expected{true, true, true, false, false, true};
    CHECK(told_by(echo) == expected);
}

TEST_CASE("a sweep is answered and counts as nothing", "[session]") {
    LatencyAnswerer answerer{BitRate{0}};
    const auto empty = answerer.on_probe(kernel(start), start, 0, {.sweep = true});
    REQUIRE(empty.has_value());
    CHECK(empty->received == 0);
    answerer.on_probe(kernel(start), start, 0, {.number = 0});
    const auto sweep = answerer.on_probe(kernel(start), start, 0,
                                         {.number = 1, .stamp_echo = true, .sweep = true});
    CHECK(sweep->received == 1);
    CHECK(sweep->map.newest == 0);
    CHECK_FALSE(sweep->stamped);
}

TEST_CASE("a sweep looks below its number, and finds the highest one there that came",
          "[session]") {
    LatencyAnswerer answerer{BitRate{0}};
    for (const std::uint32_t number : {2U, 3U, 900U, 901U})
        answerer.on_probe(kernel(start), start, 0, {.number = number});
    const auto newest = [&](std::uint32_t below) {
        const auto echo =
            answerer.on_probe(kernel(start), start, 0, {.number = below, .sweep = true});
        CHECK(echo->number == below);
        return echo->map.newest;
    };
    CHECK(newest(5000) == 901);
    CHECK(newest(901) == 900);
    CHECK(newest(500) == 3);
    CHECK(newest(3) == 2);
    const auto none = answerer.on_probe(kernel(start), start, 0, {.number = 2, .sweep = true});
    for (const auto& came : told_by(*none))
        CHECK_FALSE(came.value_or(false));
}

TEST_CASE("the map reaches back for thousands of probes when few are lost, and for one a bit at "
          "worst",
          "[session]") {
    MonoTime now = start;
    const auto after = [&now](std::uint32_t count, auto is_lost) {
        LatencyAnswerer answerer{BitRate{0}};
        wire::Echo echo;
        for (std::uint32_t number = 0; number < count; ++number)
            if (!is_lost(number)) {
                now += 1ms;
                echo = answerer.on_probe(kernel(now), now, 0, {.number = number}).value();
            }
        return echo;
    };
    const auto told = [](const wire::Echo& echo) {
        const auto all = told_by(echo);
        return std::ranges::count_if(all, [](const auto& one) { return one.has_value(); });
    };
    CHECK(told(after(20'000, [](std::uint32_t) { return false; })) == 16'384);
    // An outage of 5000, and single losses.
    CHECK(told(after(12'000, [](std::uint32_t n) { return n >= 4000 && n < 9000; })) == 12'000);
    CHECK(told(after(5001, [](std::uint32_t n) { return n % 500 == 250; })) == 5001);
    CHECK(told(after(2001, [](std::uint32_t n) { return n % 2 == 1; })) == 256);
}

TEST_CASE("an echo tells when the kernel let the two echoes before it leave", "[session]") {
    LatencyAnswerer answerer{BitRate{0}};
    MonoTime now = start;
    const auto probe = [&](std::uint32_t number) {
        now += 10ms;
        return answerer.on_probe(kernel(now), now, 0, {.number = number, .stamp_echo = true})
            .value();
    };
    CHECK(probe(0).stamped);
    CHECK(probe(1).followed == wire::Followed{}); // nothing is known yet
    answerer.on_departure(0, kernel(start + 10ms + 3us));
    answerer.on_departure(1, kernel(now + 5us));
    wire::Followed expected{.number = 1, .stamped_after = {{5us, 3us}}};
    CHECK(probe(2).followed == expected);
    answerer.on_departure(2, kernel(now));       // our clock and the kernel's agree to a nanosecond
    answerer.on_departure(2, kernel(now + 9us)); // told twice
    answerer.on_departure(9, kernel(now));       // never answered
    expected = {.number = 2, .stamped_after = {{1ns, 5us}}};
    CHECK(probe(3).followed == expected);
    answerer.on_departure(3, kernel(now - 1ms)); // before it was made
    probe(4);
    answerer.on_departure(4, kernel(now + 4us));
    expected = {.number = 4, .stamped_after = {{4us, std::nullopt}}};
    CHECK(probe(5).followed == expected);
}

TEST_CASE("an echo tells when those before it left by the server's own clock", "[session]") {
    LatencyAnswerer answerer{BitRate{0}};
    MonoTime now = start;
    const auto probe = [&](std::uint32_t number, bool sweep = false) {
        now += 10ms;
        return answerer.on_probe(kernel(now), now, 0, {.number = number, .sweep = sweep})
            .value()
            .followed;
    };
    const auto handed = [&](std::uint32_t number, Duration after, dgram::SendStatus status) {
        answerer.on_handed(number,
                           {.status = status, .handed = now + after, .left = now + after + 7us});
    };
    CHECK(probe(0) == wire::Followed{});
    handed(0, 2us, dgram::SendStatus::sent);
    CHECK(probe(1) == wire::Followed{.number = 0, .left_after = {{9us}}});
    handed(1, 4us, dgram::SendStatus::sent);
    wire::Followed expected{.number = 1, .left_after = {{11us, 9us}}};
    CHECK(probe(2) == expected);
    handed(2, 4us, dgram::SendStatus::refused);
    handed(7, 4us, dgram::SendStatus::sent); // never answered
    CHECK(probe(3) == expected);
    CHECK(probe(3, true) == expected); // a question, which takes nobody's place
    answerer.on_handed(3, {.status = dgram::SendStatus::sent}); // by a door without a clock
    CHECK(probe(4) == expected);
}

TEST_CASE("a server whose kernel does not stamp departures stops asking it", "[session]") {
    LatencyAnswerer answerer{BitRate{0}};
    MonoTime now = start;
    int asked = 0;
    for (std::uint32_t number = 0; number < 1000; ++number) {
        now += 10ms;
        asked +=
            answerer.on_probe(kernel(now), now, 0, {.number = number, .stamp_echo = true})->stamped
                ? 1
                : 0;
    }
    CHECK(asked > 64); // so many may be under way
    CHECK(asked < 100);
}

TEST_CASE("an echo tells of the server's clocks what was noted last", "[session]") {
    LatencyAnswerer answerer{BitRate{0}};
    CHECK(answerer.on_probe(kernel(start), start, 0, {})->clock == ClockState{});
    const ClockState clock{
        .discipline = {ClockSync::synchronised, 3ms}, .steps = 2, .slew_ppb = -7};
    answerer.note_clock(clock);
    CHECK(answerer.on_probe(kernel(start), start, 0, {.number = 1})->clock == clock);
}

TEST_CASE("more probes than two thousand a second, or than the grant, are not answered",
          "[session]") {
    const auto answered = [](BitRate most, std::uint16_t length, Duration interval) {
        LatencyAnswerer answerer{most};
        int count = 0;
        MonoTime now = start;
        for (std::uint32_t number = 0; now < start + 10s; ++number, now += interval) {
            const auto echo =
                answerer.on_probe(kernel(now), now, 0, {.length = length, .number = number});
            if (!echo) CHECK(echo.error() == wire::Drop::limit);
            count += echo ? 1 : 0;
        }
        return count;
    };
    CHECK(answered(BitRate{0}, 160, 500us) == 20'000);
    // A burst of a second, and then what the rate allows.
    CHECK(std::abs(answered(BitRate{0}, 160, 100us) - 22'000) <= 1);
    CHECK(answered(BitRate{12'800'000}, 1472, 1ms) == 10'000);
    CHECK(std::abs(answered(BitRate{1'000'000}, 1250, 1ms) - 1100) <= 1);
}
