// A sender of bulk under test, driven by hand.
#pragma once

#include "check.hpp"
#include "session/bulk_sender.hpp"
#include "wire/codec.hpp"

#include <vector>

namespace wyn::session::test {

inline constexpr MonoTime start{1000s};
inline constexpr std::uint16_t size = 1000;

inline BeginSending order(BitRate rate, Duration duration = 2s) {
    return {.test = 3,
            .search = wire::Search::fixed,
            .rate = rate,
            .duration = duration,
            .datagram_bytes = size};
}

inline BeginSending search_order() {
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

} // namespace wyn::session::test
