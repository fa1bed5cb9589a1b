// When trains leave: without a schedule, later than their times, or handed over early.
#include "unit/session/bulk_sending.hpp"

using namespace wyn;
using namespace wyn::session;
using namespace wyn::session::test;

namespace {

BeginSending unpaced_order() {
    BeginSending unpaced = order(BitRate{0});
    unpaced.search = wire::Search::unpaced;
    return unpaced;
}

// Full trains, one each 100 us, until then; feedback every 25 ms, of all that was sent or always
// the same.
void send_flat_out(Sending& sending, MonoTime end,
                   const std::optional<wire::Feedback>& stuck = std::nullopt) {
    MonoTime next_feedback = sending.now + 25ms;
    for (; sending.now < end && !sending.sender.ended(); sending.now += 100us) {
        sending.sender.on_timer(sending.now);
        const BulkTrain train = sending.sender.next_train(sending.now);
        if (!train.bytes.empty()) {
            sending.sent.push_back(*wire::decode_bulk(train.bytes.last(size)));
            sending.sender.on_sent(sending.now, {.segments = train.count()});
        }
        if (sending.now < next_feedback) continue;
        next_feedback += 25ms;
        sending.sender.on_feedback(sending.now, stuck ? *stuck : sending.feedback());
    }
}

} // namespace

TEST_CASE("an unpaced load sends full trains whenever it may, and says that its host is the limit",
          "[session]") {
    Sending sending{unpaced_order()};
    sending.prime();
    CHECK(sending.sender.due() <= sending.now);
    CHECK(sending.sender.train_due() <= sending.now);
    CHECK(sending.sender.spin() == 0s);
    send_flat_out(sending, start + 1999ms);
    CHECK(sending.sender.record().packets_accepted == 19'990 * 65);
    sending.sender.on_timer(start + 2s);
    CHECK(sending.sender.why_ended() == wire::End::completed);
    const wire::SenderRecord record = sending.sender.record();
    CHECK(record.limited_by == wire::LimitedBy::host);
    CHECK(record.pacing == wire::Pacing::none);
    CHECK(record.lateness == wire::SendLateness{}); // there was no schedule
    CHECK(record.packets_skipped == 0);
}

TEST_CASE("an unpaced load that gets lost is cut to what the breaker leaves", "[session]") {
    Sending sending{unpaced_order()};
    sending.prime();
    const wire::Feedback stuck = sending.feedback();
    send_flat_out(sending, start + 500ms, stuck);
    const std::uint64_t first_half = sending.sender.record().packets_accepted;
    CHECK(first_half >= 4'990 * 65); // nobody can know it yet
    // Nothing has arrived: no more of the mean rate than half a second's worth.
    send_flat_out(sending, start + 1500ms, stuck);
    CHECK(sending.sender.record().packets_accepted < first_half + 1'100);
    CHECK(sending.sender.record().limited_by == wire::LimitedBy::breaker);
}

TEST_CASE("an unpaced load is paced at what is granted", "[session]") {
    BeginSending granted = unpaced_order();
    granted.granted = BitRate{8'000'000};
    Sending sending{granted};
    sending.prime();
    sending.run_with_feedback_until(start + 2s);
    const wire::SenderRecord record = sending.sender.record();
    CHECK(record.packets_accepted >= 1975);
    CHECK(record.packets_accepted <= 2001);
    CHECK(record.limited_by == wire::LimitedBy::grant);
    CHECK(record.pacing == wire::Pacing::sleep);
}

TEST_CASE("the record says how late trains left", "[session]") {
    BeginSending precise = order(BitRate{8'000'000}); // one each 1 ms
    precise.pacing = wire::Pacing::precise;
    Sending sending{precise};
    sending.prime();
    CHECK(sending.sender.record().lateness.p50 == std::nullopt); // one is not enough
    CHECK(sending.sender.spin() == 200us);
    sending.send(); // the first, in time
    for (int k = 1; k < 100; ++k) {
        sending.now = start + k * 1ms + (k == 50 ? 900us : 10us);
        if (k % 25 == 0) CHECK(sending.sender.on_feedback(sending.now, sending.feedback()));
        sending.sender.on_timer(sending.now);
        sending.send();
    }
    const wire::SendLateness late = sending.sender.record().lateness;
    REQUIRE(late.p50.has_value());
    CHECK(*late.p50 >= 9900ns);
    CHECK(*late.p50 <= 10'100ns);
    CHECK(late.p99 == std::nullopt); // needs a thousand
    CHECK(late.max == 900us);
    CHECK(sending.sender.record().pacing == wire::Pacing::precise);
}

TEST_CASE("a host that skips more than one in a hundred is the limit", "[session]") {
    const std::uint64_t stalled_ms = GENERATE(10U, 40U);
    Sending sending{order(BitRate{8'000'000})};
    sending.prime();
    sending.run_with_feedback_until(start + 500ms);
    sending.now += std::chrono::milliseconds{stalled_ms}; // nobody runs us
    CHECK(sending.sender.on_feedback(sending.now, sending.feedback()));
    sending.send();
    sending.run_with_feedback_until(start + 2s);
    sending.run_until(start + 2s);
    REQUIRE(sending.sender.ended());
    const wire::SenderRecord record = sending.sender.record();
    INFO("skipped " << record.packets_skipped << " of " << record.packets_accepted);
    CHECK(record.packets_skipped >= stalled_ms - 3);
    CHECK(record.limited_by ==
          (stalled_ms == 40 ? wire::LimitedBy::host : wire::LimitedBy::nothing));
}

TEST_CASE("a host that stands still over the load's end sends and skips nothing of after it",
          "[session]") {
    Sending sending{order(BitRate{8'000'000})}; // 1 ms each: 2000 places
    sending.prime();
    sending.run_with_feedback_until(start + 1990ms);
    sending.now = start + 2030ms;
    sending.send(); // before anybody looked at the time
    CHECK(sending.sent.back().sent_ns < to_ns(start + 2s));
    sending.sender.on_timer(sending.now);
    REQUIRE(sending.sender.why_ended() == wire::End::completed);
    const wire::SenderRecord record = sending.sender.record();
    CHECK(record.packets_accepted + record.packets_skipped == 2000);
    CHECK(record.packets_skipped >= 9);
}

TEST_CASE("a grant that the host came near to is the limit, else the host is", "[session]") {
    const std::uint64_t stalled_ms = GENERATE(40U, 300U);
    BeginSending granted = order(BitRate{80'000'000});
    granted.granted = BitRate{8'000'000};
    Sending sending{granted};
    sending.prime();
    sending.run_with_feedback_until(start + 500ms);
    sending.now += std::chrono::milliseconds{stalled_ms};
    CHECK(sending.sender.on_feedback(sending.now, sending.feedback()));
    sending.send();
    sending.run_with_feedback_until(start + 2s);
    sending.run_until(start + 2s);
    REQUIRE(sending.sender.ended());
    CHECK(sending.sender.record().limited_by ==
          (stalled_ms == 40 ? wire::LimitedBy::grant : wire::LimitedBy::host));
}

TEST_CASE("what the kernel lets wait is handed over up to 2 ms early, with its time", "[session]") {
    Sending sending{order(BitRate{80'000'000})}; // one each 100 us
    sending.sender.use_departure_times(true);
    sending.prime();
    CHECK(sending.sender.spin() == 0s);
    MonoTime expected = start;
    int wakes = 0;
    for (MonoTime now = start; now < start + 100ms; now = sending.sender.train_due()) {
        ++wakes;
        if (now >= start + 20ms * (wakes / 20))
            CHECK(sending.sender.on_feedback(now, sending.feedback()));
        for (;;) {
            const BulkTrain train = sending.sender.next_train(now);
            if (train.bytes.empty()) break;
            const wire::BulkHeader header = *wire::decode_bulk(train.bytes);
            sending.sent.push_back(header);
            CHECK(header.sent_ns == to_ns(expected));
            CHECK(train.departs.value_or(now) == expected);
            CHECK(expected - now <= 2ms);
            sending.sender.on_sent(now, {.segments = 1});
            expected += 100us;
        }
    }
    CHECK(wakes <= 102); // one each millisecond
    CHECK(sending.sender.record().pacing == wire::Pacing::kernel);
    CHECK(sending.sender.record().lateness.max == 0s);
    CHECK(sending.sender.record().packets_skipped == 0);
}

TEST_CASE("nothing is handed over early that would leave after the load's end, or that is too fast",
          "[session]") {
    SECTION("the end") {
        Sending sending{order(BitRate{8'000'000})}; // one each 1 ms
        sending.sender.use_departure_times(true);
        sending.prime();
        sending.run_with_feedback_until(start + 2s);
        sending.run_until(start + 2s);
        CHECK(sending.sender.record().packets_accepted == 2000);
        CHECK(sending.sender.record().last_sent_ns == to_ns(start + 1999ms));
    }
    SECTION("a rate beyond 1 Gbit/s") {
        Sending sending{order(BitRate{1'000'000'001})};
        sending.sender.use_departure_times(true);
        sending.prime();
        CHECK(sending.sender.next_train(start).departs == std::nullopt);
        CHECK(sending.sender.record().pacing == wire::Pacing::sleep);
    }
}
