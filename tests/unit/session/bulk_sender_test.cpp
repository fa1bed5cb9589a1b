// What a sender of bulk believes, and what it may send.
#include "unit/session/bulk_sending.hpp"

#include <cerrno>

using namespace wyn;
using namespace wyn::session;
using namespace wyn::session::test;

TEST_CASE("before any feedback at most 64 KiB of primers leave, one each 25 ms", "[session]") {
    Sending sending{order(BitRate{80'000'000})};
    sending.run_until(start + 1s);
    CHECK(sending.sent.size() == 41);
    for (const wire::BulkHeader& primer : sending.sent)
        CHECK(primer.step == 0);
    sending.run_until(start + 4900ms);
    CHECK(sending.bytes() <= 65536);
    CHECK(sending.bytes() > 65536 - size);
    CHECK_FALSE(sending.sender.ended());
    sending.run_until(start + 5s);
    CHECK(sending.sender.why_ended() == wire::End::no_feedback);
    CHECK(sending.sender.record().packets_accepted == 0); // primers are no load
}

TEST_CASE("the load lasts for its time, counted from the first feedback", "[session]") {
    Sending sending{order(BitRate{8'000'000})}; // one each millisecond
    sending.run_until(start + 100ms);
    REQUIRE(sending.sender.on_feedback(sending.now, sending.feedback()));
    sending.run_with_feedback_until(start + 3s);
    CHECK(sending.sender.ended());
    CHECK(sending.sender.why_ended() == wire::End::completed);
    const wire::SenderRecord record = sending.sender.record();
    CHECK(record.packets_accepted == 2000);
    CHECK(record.first_sent_ns == to_ns(start + 100ms));
    CHECK(record.last_sent_ns == to_ns(start + 2099ms));
    CHECK(sending.sent.back().sequence == 1999);
    CHECK(sending.sender.due() == never);
    CHECK(record.limited_by == wire::LimitedBy::nothing);
}

TEST_CASE("after 500 ms without feedback nothing leaves, and after 2 s the load is over",
          "[session]") {
    Sending sending{order(BitRate{8'000'000}, 5s)};
    sending.prime();
    sending.run_with_feedback_until(start + 500ms);
    const MonoTime last = start + 475ms;
    sending.run_until(last + 1999ms);
    CHECK_FALSE(sending.sender.ended());
    CHECK(sending.sender.train_due() == never);
    sending.run_until(start + 3s);
    CHECK(sending.sender.why_ended() == wire::End::no_feedback);
    const MonoTime newest = mono_from_ns(sending.sent.back().sent_ns);
    CHECK(newest < last + 500ms);
    CHECK(newest > last + 498ms);
    CHECK(sending.sender.record().limited_by == wire::LimitedBy::silence);
}

TEST_CASE("a load that paused goes on with the next feedback, and owes nothing for the pause",
          "[session]") {
    Sending sending{order(BitRate{8'000'000}, 5s)}; // one each millisecond
    sending.prime();
    sending.run_with_feedback_until(start + 500ms);
    sending.run_until(start + 2s);
    const std::size_t before = sending.sent.size();
    const std::uint32_t step = sending.sent.back().step;
    REQUIRE(sending.sender.on_feedback(sending.now, sending.feedback()));
    sending.run_with_feedback_until(start + 6s);
    CHECK(sending.sender.why_ended() == wire::End::completed);
    REQUIRE(sending.sent.size() > before);
    CHECK(mono_from_ns(sending.sent.at(before).sent_ns) == start + 2s);
    CHECK(sending.sent.at(before).step == step + 1);
    const wire::SenderRecord record = sending.sender.record();
    CHECK(record.packets_skipped == 0);
    CHECK(record.limited_by == wire::LimitedBy::silence);
    CHECK(std::abs(static_cast<double>(record.packets_accepted) - 3975) <= 1); // 975 ms, 3 s
}

TEST_CASE("feedback without a proof, or beyond what was sent, is none", "[session]") {
    Sending sending{order(BitRate{8'000'000})};
    sending.prime();
    sending.run_with_feedback_until(start + 300ms);
    sending.run_until(start + 330ms);
    const wire::Feedback right = sending.feedback();
    const auto is_refused = [&](auto change) {
        wire::Feedback wrong = right;
        change(wrong);
        return !sending.sender.on_feedback(sending.now, wrong);
    };
    CHECK(is_refused([](auto& wrong) { wrong.test = 4; }));
    CHECK(is_refused([](auto& wrong) { wrong.newest_receipt ^= 1; }));
    CHECK(is_refused([](auto& wrong) { wrong.newest_step += 1; }));
    CHECK(is_refused([](auto& wrong) { wrong.newest_sequence += 1; }));
    CHECK(is_refused([](auto& wrong) { wrong.totals.packets += 1; }));
    CHECK(is_refused([](auto& wrong) { wrong.totals.payload_bytes += 1; }));
    CHECK(is_refused([](auto& wrong) { wrong.totals.packets -= 100; })); // counts never fall
    // An older step's receipt proves that step's datagrams, not the newest one.
    CHECK(is_refused([&](auto& wrong) {
        const wire::BulkHeader& early = sending.sent.at(60);
        wrong.newest_step = early.step;
        wrong.newest_receipt = early.receipt;
    }));
    CHECK(sending.sender.on_feedback(sending.now, right));
}

TEST_CASE("what is not proven is not followed by much more", "[session]") {
    Sending sending{order(BitRate{80'000'000})};
    sending.prime();
    sending.run_until(start + 1ms);
    // The receiver is there, but nothing gets any further than the first datagrams.
    const wire::Feedback stuck = sending.feedback();
    for (Duration passed = 25ms; passed < 1900ms; passed += 25ms) {
        CHECK(sending.sender.on_feedback(sending.now, stuck));
        sending.run_until(start + passed);
    }
    // 64 KiB, half a second of 10 MB/s, 125 kB/s, and twice the proven 11 kB.
    const std::uint64_t allowed = 65536 + 5'000'000 + 237'500 + 22'000;
    CHECK(sending.bytes() <= allowed + size);
    CHECK(sending.bytes() > allowed - 5 * size);
    CHECK(sending.sender.record().limited_by == wire::LimitedBy::breaker);
}

TEST_CASE("a rate that falls does not take back what was allowed", "[session]") {
    Sending sending{search_order()};
    sending.prime();
    // The first 300 ms arrive, then nothing does, and the search falls back.
    sending.run_with_feedback_until(start + 300ms);
    const wire::Feedback stuck = sending.feedback();
    std::size_t before = sending.sent.size();
    for (Duration passed = 325ms; passed < 1500ms; passed += 25ms) {
        CHECK(sending.sender.on_feedback(sending.now, stuck));
        sending.run_until(start + passed);
        if (passed.count() % Duration{100ms}.count() == 0) {
            INFO(print_ns(passed.count()));
            CHECK(sending.sent.size() > before); // it never falls silent
            before = sending.sent.size();
        }
    }
}

TEST_CASE("a search changes its rate once each adjustment_delay, however much feedback there is",
          "[session]") {
    Sending sending{search_order(), {.adjustment_delay = 200ms}};
    sending.prime();
    std::vector<MonoTime> changes;
    for (Duration passed = 5ms; passed <= 1s; passed += 5ms) {
        const BitRate before = sending.sender.offered();
        sending.run_until(start + passed);
        if (sending.sender.offered() != before) changes.push_back(sending.now);
        REQUIRE(sending.sender.on_feedback(sending.now, sending.feedback()));
    }
    const std::vector<MonoTime> expected{start + 200ms, start + 400ms, start + 600ms, start + 800ms,
                                         start + 1s};
    CHECK(changes == expected);
}

TEST_CASE("a search takes a mark of congestion for a loss", "[session]") {
    const auto highest = [](std::uint64_t marks_each_time) {
        Sending sending{search_order()};
        sending.prime();
        std::uint64_t congested = 0;
        for (Duration passed = 25ms; passed <= 1s; passed += 25ms) {
            sending.run_until(start + passed);
            wire::Feedback feedback = sending.feedback();
            feedback.totals.marks.congested = congested += marks_each_time;
            REQUIRE(sending.sender.on_feedback(sending.now, feedback));
        }
        return sending.sender.offered();
    };
    CHECK(highest(0) > BitRate{100'000'000});
    CHECK(highest(1) == highest(0)); // no more than RFC 9097 tolerates of losses
    CHECK(highest(10) < BitRate{2'000'000});
}

TEST_CASE("a search that ends on its way up says that it met no limit", "[session]") {
    Sending sending{search_order()};
    sending.prime();
    sending.run_with_feedback_until(start + 500ms);
    CHECK(sending.sender.record().limited_by == wire::LimitedBy::nothing);
    sending.sender.end(wire::End::interrupted);
    CHECK(sending.sender.record().limited_by == wire::LimitedBy::time);
}

TEST_CASE("the volume ends the load before it is exceeded", "[session]") {
    BeginSending limited = order(BitRate{8'000'000});
    limited.volume_bytes = 100'500;
    Sending sending{limited};
    sending.prime();
    sending.run_with_feedback_until(start + 300ms);
    CHECK(sending.sender.why_ended() == wire::End::volume_used);
    CHECK(sending.sender.record().packets_accepted == 100);
    CHECK(sending.sender.record().limited_by == wire::LimitedBy::volume);
}

TEST_CASE("a grant of all that was wanted limits nothing", "[session]") {
    BeginSending granted = order(BitRate{8'000'000});
    granted.granted = granted.rate;
    Sending sending{granted};
    sending.prime();
    sending.run_with_feedback_until(start + 1s);
    CHECK(sending.sender.record().limited_by == wire::LimitedBy::nothing);
}

TEST_CASE("the grant caps any rate, fixed or searched", "[session]") {
    for (const wire::Search search : {wire::Search::fixed, wire::Search::type_b}) {
        BeginSending capped = order(BitRate{80'000'000});
        capped.search = search;
        capped.granted = BitRate{4'000'000};
        Sending sending{capped};
        sending.prime();
        sending.run_with_feedback_until(start + 3s);
        INFO(name(search));
        CHECK(sending.sender.record().packets_accepted <= 1000);
        CHECK(sending.sender.record().packets_accepted > 900);
        CHECK(sending.sender.record().limited_by == wire::LimitedBy::grant);
    }
}

TEST_CASE("a refused datagram uses no number, a blocked one is sent later", "[session]") {
    Sending sending{order(BitRate{8'000'000})};
    sending.prime();

    BulkTrain train = sending.sender.next_train(start);
    REQUIRE(train.bytes.size() == size);
    CHECK(wire::decode_bulk(train.bytes)->sequence == 0);
    sending.sender.on_sent(start,
                           {.status = dgram::SendStatus::refused, .segments = 0, .error = ENOBUFS});
    CHECK(sending.sender.next_train(start).bytes.empty()); // its turn is over
    CHECK(sending.sender.record().packets_refused == 1);
    CHECK(sending.sender.record().packets_accepted == 0);

    train = sending.sender.next_train(start + 1ms);
    CHECK(wire::decode_bulk(train.bytes)->sequence == 0);
    sending.sender.on_sent(
        start + 1ms, {.status = dgram::SendStatus::would_block, .segments = 0, .error = EAGAIN});
    CHECK(sending.sender.record().packets_refused == 1);
    train = sending.sender.next_train(start + 1500us);
    REQUIRE(train.bytes.size() == size); // still due
    CHECK(wire::decode_bulk(train.bytes)->sequence == 0);
    sending.sender.on_sent(start + 1500us, {.segments = 1});
    CHECK(sending.sender.record().packets_accepted == 1);
    CHECK(sending.sender.record().limited_by == wire::LimitedBy::stack);
}

TEST_CASE("a stack that takes nothing ends the load as a local error", "[session]") {
    Sending sending{order(BitRate{8'000'000})};
    sending.prime();
    int attempts = 0;
    for (MonoTime now = start; !sending.sender.ended() && now < start + 1900ms; now += 1ms) {
        CHECK(sending.sender.on_feedback(now, sending.feedback()));
        if (sending.sender.next_train(now).bytes.empty()) continue;
        ++attempts;
        sending.sender.on_sent(now, {.status = dgram::SendStatus::refused, .error = EPERM});
    }
    CHECK(sending.sender.why_ended() == wire::End::local_error);
    CHECK(attempts == 1000);
}

TEST_CASE("feedback after the end still tells what arrived", "[session]") {
    Sending sending{order(BitRate{8'000'000})};
    sending.prime();
    sending.run_with_feedback_until(start + 400ms);
    sending.run_until(start + 400ms);
    sending.sender.end(wire::End::stopped);
    const std::uint64_t known = sending.sender.far_side().packets;
    CHECK(known < sending.sender.record().packets_accepted);
    CHECK(sending.sender.on_feedback(start + 450ms, sending.feedback()));
    CHECK(sending.sender.far_side().packets == sending.sender.record().packets_accepted);
    CHECK(sending.sender.next_train(start + 450ms).bytes.empty());
}
