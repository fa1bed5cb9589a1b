#include "check.hpp"
#include "session/latency.hpp"

using namespace wyn;
using namespace wyn::session;

namespace {

constexpr MonoTime start{1000s};

Stamp at(MonoTime time) {
    return {time, StampOrigin::kernel};
}

} // namespace

TEST_CASE("a round trip is free of the time that the server held the probe", "[session]") {
    LatencyProber prober;
    LatencyAnswerer answerer;
    prober.set_interval(start, 10ms);
    const auto probe = prober.on_timer(start);
    REQUIRE(probe.has_value());
    // The server's clock is hours away; it answers after 7 ms.
    const MonoTime there = start + 5h;
    const wire::Echo echo = answerer.on_probe(at(there), there + 7ms, *probe);
    CHECK_FALSE(prober.on_echo(at(start + 27ms), echo).has_value());
    const auto news = prober.take_news(start + 100ms);
    REQUIRE(news.has_value());
    REQUIRE(news->count == 1);
    CHECK(news->samples[0].rtt == 20ms);
    CHECK(news->samples[0].sent == start);
    CHECK(news->probes_sent == 1);
    CHECK(news->echoes_received == 1);
    CHECK(news->probes_arrived == 1);
}

TEST_CASE("probes leave on an absolute schedule, and never in a burst", "[session]") {
    LatencyProber prober;
    CHECK_FALSE(prober.on_timer(start).has_value());
    prober.set_interval(start, 10ms);
    CHECK(prober.on_timer(start + 1ms).has_value()); // a little late
    CHECK(prober.due() == start + 10ms);
    CHECK(prober.on_timer(start + 95ms).has_value()); // very late
    CHECK_FALSE(prober.on_timer(start + 95ms).has_value());
    CHECK(prober.due() == start + 105ms);
    prober.set_interval(start + 100ms, 0ms);
    CHECK(prober.due() == never);
}

TEST_CASE("an echo counts once, and only for a probe that was sent", "[session]") {
    LatencyProber prober;
    LatencyAnswerer answerer;
    prober.set_interval(start, 10ms);
    const wire::Probe probe = *prober.on_timer(start);
    const wire::Echo echo = answerer.on_probe(at(start), start, probe);
    wire::Echo other = echo;
    other.number = 1;
    CHECK(prober.on_echo(at(start + 20ms), other) == wire::Drop::unexpected);
    other = echo;
    other.probe_sent_ns += 1;
    CHECK(prober.on_echo(at(start + 20ms), other) == wire::Drop::unexpected);
    CHECK_FALSE(prober.on_echo(at(start + 20ms), echo).has_value());
    CHECK(prober.on_echo(at(start + 20ms), echo) == wire::Drop::unexpected);
}

TEST_CASE("an echo that claims to have been held for longer than it was away gives no sample",
          "[session]") {
    LatencyProber prober;
    prober.set_interval(start, 10ms);
    const wire::Probe probe = *prober.on_timer(start);
    const wire::Echo backwards{
        .number = 0, .probe_sent_ns = probe.sent_ns, .probe_received_ns = 5, .sent_ns = 4};
    CHECK(prober.on_echo(at(start + 20ms), backwards) == wire::Drop::value);
    const wire::Echo slow{
        .number = 0, .probe_sent_ns = probe.sent_ns, .probe_received_ns = 0, .sent_ns = 21'000'000};
    CHECK_FALSE(prober.on_echo(at(start + 20ms), slow).has_value());

    prober.set_interval(start + 20ms, 10ms);
    LatencyAnswerer answerer;
    const wire::Echo good =
        answerer.on_probe(at(start + 20ms), start + 20ms, *prober.on_timer(start + 20ms));
    CHECK_FALSE(prober.on_echo(at(start + 21ms), good).has_value());
    const auto news = prober.take_news(start + 100ms);
    REQUIRE(news.has_value());
    CHECK(news->echoes_received == 2); // neither is lost
    CHECK(news->count == 1);
}

TEST_CASE("samples are told after 50 ms, or when there are many", "[session]") {
    LatencyProber prober;
    LatencyAnswerer answerer;
    prober.set_interval(start, 1ms);
    MonoTime now = start;
    const auto one_more = [&] {
        const wire::Probe probe = *prober.on_timer(now);
        prober.on_echo(at(now), answerer.on_probe(at(now), now, probe));
        now += 1ms;
    };
    one_more();
    CHECK_FALSE(prober.take_news(start + 49ms).has_value());
    CHECK(prober.due() <= start + 50ms);
    REQUIRE(prober.take_news(start + 50ms).has_value());
    CHECK_FALSE(prober.take_news(start + 200ms).has_value()); // nothing new
    for (std::size_t i = 0; i < LatencyNews::most_samples; ++i)
        one_more();
    CHECK(prober.due() == MonoTime{}); // at once
    REQUIRE(prober.take_news(now).has_value());
}
