#include "check.hpp"
#include "session/beats.hpp"

using namespace wyn;
using namespace wyn::session;

namespace {

constexpr MonoTime start{1000s};
const dgram::Endpoint client{dgram::Address::v4(192, 0, 2, 1), 40000};
const dgram::Endpoint neighbour{dgram::Address::v4(192, 0, 2, 1), 40001};

Stamp at(MonoTime time) {
    return {time, StampOrigin::kernel};
}

// Both halves, 20 ms apart, on clocks that have nothing in common.
struct Pair {
    SeededRandom client_random{1};
    SeededRandom server_random{2};
    BeatAsker asker{client_random, start, 250ms, 50ms};
    BeatAnswerer answerer{server_random};
    static constexpr Duration ahead = 5h; // of the server's clock
};

} // namespace

TEST_CASE("three beats prove the path to the server and give both sides the round trip",
          "[session]") {
    Pair pair;
    const auto beat0 = pair.asker.on_timer(start);
    REQUIRE(beat0.has_value());
    // The server holds it for 3 ms.
    const MonoTime there = start + 10ms + Pair::ahead;
    const BeatOutcome challenged = pair.answerer.on_beat0(at(there), there + 3ms, client, *beat0);
    REQUIRE(challenged.answer.has_value());
    CHECK(challenged.answer->echo == beat0->challenge);
    CHECK_FALSE(challenged.answer->confirmed);
    CHECK_FALSE(pair.answerer.proven().has_value());

    const BeatOutcome answered =
        pair.asker.on_beat1(at(start + 23ms), start + 25ms, *challenged.answer);
    CHECK(answered.confirmed); // for the first time
    CHECK(answered.rtt == 20ms);
    REQUIRE(answered.answer.has_value());

    const BeatOutcome proven =
        pair.answerer.on_beat2(at(there + 3ms + 22ms), client, *answered.answer);
    CHECK(proven.confirmed);
    CHECK(proven.rtt == 20ms);
    CHECK(pair.answerer.proven() == client);
}

TEST_CASE("an echo counts once, from who was challenged, and only when it is right", "[session]") {
    Pair pair;
    const wire::Beat challenge =
        *pair.answerer.on_beat0(at(start), start, client, {.number = 7}).answer;
    wire::Beat echo{.step = 2, .number = 7, .echo = challenge.challenge};

    SECTION("from another port of the same address") {
        const BeatOutcome outcome = pair.answerer.on_beat2(at(start), neighbour, echo);
        CHECK(outcome.drop == wire::Drop::source);
        CHECK_FALSE(pair.answerer.proven().has_value());
    }
    SECTION("with any bit of the challenge wrong") {
        for (std::size_t bit = 0; bit < 128; ++bit) {
            wire::Beat wrong = echo;
            wrong.echo[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
            CHECK(pair.answerer.on_beat2(at(start), client, wrong).drop == wire::Drop::unexpected);
        }
        CHECK_FALSE(pair.answerer.proven().has_value());
    }
    SECTION("of another number, or of a challenge never made") {
        echo.number = 7 + most_outstanding_beats;
        CHECK(pair.answerer.on_beat2(at(start), client, echo).drop == wire::Drop::unexpected);
        const wire::Beat made_up{.step = 2, .number = 3};
        CHECK(pair.answerer.on_beat2(at(start), client, made_up).drop == wire::Drop::unexpected);
    }
    SECTION("twice") {
        CHECK(pair.answerer.on_beat2(at(start), client, echo).confirmed);
        CHECK(pair.answerer.on_beat2(at(start), client, echo).drop == wire::Drop::unexpected);
    }
}

TEST_CASE("each challenge is another one", "[session]") {
    Pair pair;
    const auto challenge = [&](std::uint32_t number) {
        return pair.answerer.on_beat0(at(start), start, client, {.number = number})
            .answer->challenge;
    };
    CHECK(challenge(0) != challenge(1));
    CHECK(challenge(1) != challenge(1)); // asked twice
}

TEST_CASE("the client beats every 50 ms until it is confirmed, then at its interval", "[session]") {
    Pair pair;
    CHECK(pair.asker.on_timer(start).has_value());
    CHECK_FALSE(pair.asker.on_timer(start + 49ms).has_value());
    const auto beat = pair.asker.on_timer(start + 50ms);
    REQUIRE(beat.has_value());
    wire::Beat answer{.step = 1, .number = beat->number, .echo = beat->challenge};
    answer.confirmed = true;
    CHECK(pair.asker.on_beat1(at(start + 60ms), start + 60ms, answer).answer.has_value());
    CHECK(pair.asker.confirmed());
    CHECK(pair.asker.due() == start + 300ms); // 250 ms after the beat that was answered
}

TEST_CASE("a beat that is not answered is soon followed by another", "[session]") {
    Pair pair;
    wire::Beat asked = *pair.asker.on_timer(start);
    const auto answer = [&](MonoTime now) {
        const wire::Beat beat1{
            .step = 1, .number = asked.number, .confirmed = true, .echo = asked.challenge};
        return pair.asker.on_beat1(at(now), now, beat1);
    };
    REQUIRE(answer(start + 10ms).answer.has_value());
    pair.asker.set_interval(start + 20ms, 10s);
    CHECK(pair.asker.due() == start + 10s);
    asked = *pair.asker.on_timer(start + 10s);
    CHECK(pair.asker.due() == start + 10250ms);
    SECTION("at the interval of the beginning") {
        asked = *pair.asker.on_timer(start + 10250ms);
        CHECK(pair.asker.due() == start + 10500ms);
        REQUIRE(answer(start + 10260ms).answer.has_value());
        CHECK(pair.asker.due() == start + 20250ms);
    }
    SECTION("or after two round trips of a long path") {
        REQUIRE(answer(start + 12s).rtt == 2s);
        CHECK(pair.asker.due() == start + 20s);
        CHECK(pair.asker.on_timer(start + 20s).has_value());
        CHECK(pair.asker.due() == start + 24s);
    }
    SECTION("also when its interval changes meanwhile") {
        pair.asker.set_interval(start + 10100ms, 25s);
        CHECK(pair.asker.due() == start + 10250ms);
    }
}

TEST_CASE("after its first answer the client beats at once, so that the next one confirms",
          "[session]") {
    Pair pair;
    const auto answer_to = [](const wire::Beat& beat) {
        return wire::Beat{.step = 1, .number = beat.number, .echo = beat.challenge};
    };
    const wire::Beat first = *pair.asker.on_timer(start);
    pair.asker.on_beat1(at(start + 10ms), start + 10ms, answer_to(first));
    CHECK(pair.asker.due() == start + 10ms);
    const wire::Beat second = *pair.asker.on_timer(start + 10ms);
    // A server that does not confirm is not asked faster and faster.
    pair.asker.on_beat1(at(start + 20ms), start + 20ms, answer_to(second));
    CHECK(pair.asker.due() == start + 60ms);
}

TEST_CASE("a round trip of three seconds still confirms a port", "[session]") {
    Pair pair;
    const wire::Beat first = *pair.asker.on_timer(start);
    for (Duration passed = 50ms; passed < 3s; passed += 50ms)
        REQUIRE(pair.asker.on_timer(start + passed).has_value());
    const wire::Beat answer{.step = 1, .number = first.number, .echo = first.challenge};
    const BeatOutcome outcome = pair.asker.on_beat1(at(start + 3s), start + 3s, answer);
    CHECK(outcome.answer.has_value());
    CHECK(outcome.rtt == 3s);
}

TEST_CASE("an answer to no question is dropped", "[session]") {
    Pair pair;
    const wire::Beat asked = *pair.asker.on_timer(start);
    const wire::Beat right{.step = 1, .number = asked.number, .echo = asked.challenge};
    wire::Beat wrong = right;
    wrong.echo[0] ^= 1;
    CHECK(pair.asker.on_beat1(at(start), start, wrong).drop == wire::Drop::unexpected);
    CHECK(pair.asker.on_beat1(at(start), start, {.step = 1, .number = 9}).drop ==
          wire::Drop::unexpected);
    CHECK(pair.asker.on_beat1(at(start), start, right).answer.has_value());
    CHECK(pair.asker.on_beat1(at(start), start, right).drop == wire::Drop::unexpected);
}

TEST_CASE("a peer that claims to have held a beat longer than it was away gives no round trip",
          "[session]") {
    Pair pair;
    const wire::Beat asked = *pair.asker.on_timer(start);
    wire::Beat answer{.step = 1, .number = asked.number, .echo = asked.challenge};
    answer.held_ns = 21'000'000;
    const BeatOutcome outcome = pair.asker.on_beat1(at(start + 20ms), start + 20ms, answer);
    CHECK(outcome.answer.has_value());
    CHECK_FALSE(outcome.rtt.has_value());
}
