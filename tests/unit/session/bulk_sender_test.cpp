#include "check.hpp"
#include "session/bulk_sender.hpp"
#include "wire/codec.hpp"

#include <cerrno>

using namespace wyn;
using namespace wyn::session;

namespace {

constexpr MonoTime start{1000s};
constexpr std::uint16_t size = 1000;

BeginSending order(BitRate rate) {
    return {.test = 3,
            .search = wire::Search::fixed,
            .rate = rate,
            .duration = 2s,
            .datagram_bytes = size};
}

BeginSending search_order() {
    BeginSending search = order(BitRate{0});
    search.search = wire::Search::type_b;
    return search;
}

// A sender, what it has sent, and feedback that fits.
struct Sending {
    explicit Sending(const BeginSending& begin, const Terms& terms = {})
        : sender{begin, crypto::Key128{1}, terms, 28, random, start} {}

    // Sends everything that is due until then; true acceptance of the stack.
    void run_until(MonoTime end) {
        while (!sender.ended() && sender.due() <= end) {
            now = std::max(now, sender.due());
            sender.on_timer(now);
            send();
        }
        now = std::max(now, end);
        sender.on_timer(now);
    }
    void send() {
        for (;;) {
            const BulkTrain train = sender.next_train(now);
            if (train.bytes.empty()) return;
            const std::size_t count = (train.bytes.size() + train.segment - 1) / train.segment;
            for (std::size_t i = 0; i < count; ++i)
                sent.push_back(*wire::decode_bulk(train.bytes.subspan(i * train.segment, size)));
            sender.on_sent(now, {.segments = count});
        }
    }
    // As if everything up to the newest datagram had arrived at once.
    wire::Feedback feedback() const {
        const wire::BulkHeader& newest = sent.back();
        const std::uint64_t packets = newest.step == 0 ? 0 : newest.sequence + 1;
        return {.test = 3,
                .newest_sequence = newest.sequence,
                .newest_sent_ns = newest.sent_ns,
                .newest_step = newest.step,
                .newest_receipt = newest.receipt,
                .totals = {.packets = packets, .payload_bytes = packets * size}};
    }
    // The primer leaves and is answered at once: the load runs from `start` on.
    void prime() {
        run_until(start);
        send();
        REQUIRE(sender.on_feedback(start, feedback()));
    }
    // Feedback every 25 ms until then.
    void run_with_feedback_until(MonoTime end) {
        for (MonoTime at = now; at < end; at += 25ms) {
            run_until(at);
            CHECK(sender.on_feedback(now, feedback()));
        }
    }
    std::uint64_t bytes() const { return sent.size() * std::uint64_t{size}; }

    SeededRandom random{1};
    BulkSender sender;
    MonoTime now = start;
    std::vector<wire::BulkHeader> sent;
};

} // namespace

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

TEST_CASE("500 ms without feedback end the load", "[session]") {
    Sending sending{order(BitRate{8'000'000})};
    sending.prime();
    sending.run_with_feedback_until(start + 500ms);
    const MonoTime last = start + 475ms;
    sending.run_until(last + 499ms);
    CHECK_FALSE(sending.sender.ended());
    sending.run_until(start + 3s);
    CHECK(sending.sender.why_ended() == wire::End::no_feedback);
    CHECK(mono_from_ns(sending.sent.back().sent_ns) < last + 500ms);
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
