// The receiving half of a loaded stream: the only source of results. Every authentic datagram of
// the test is counted exactly once as received, duplicate or late; the sender is told all of it,
// over and over, cumulatively.
#pragma once

#include "dgram/datagrams.hpp"
#include "session/port_link.hpp"
#include "stats/interval_meter.hpp"
#include "stats/mark_meter.hpp"
#include "stats/sequence.hpp"
#include "stats/step_log.hpp"

#include <bitset>

namespace wyn::session {

class BulkReceiver {
public:
    // `socket_drops` is the socket's cumulative count of dropped datagrams at this moment.
    BulkReceiver(const BeginReceiving& order, const Terms& terms, std::uint64_t socket_drops);

    // A train whose datagrams have their tag right where `authentic` says so.
    void on_train(const dgram::ReceivedTrain& train, const std::bitset<128>& authentic);
    void note_socket_drops(std::uint64_t cumulative);
    void note_capabilities(const dgram::Capabilities& capabilities) { door_ = capabilities; }

    // The feedback that is due now; the first one follows the first datagram at once.
    std::optional<wire::Feedback> on_timer(MonoTime now);
    MonoTime due() const { return ended_ ? never : next_feedback_; }

    // No further datagrams are counted. The last sub-interval is closed. The first time it gives
    // what the sender should still hear: all that has come; nothing when nothing has.
    std::optional<wire::Feedback> end(MonoTime now);
    bool ended() const { return ended_; }

    std::uint32_t test() const { return order_.test; }
    // The grant that the sender broke, once; none else.
    wire::End broken_grant() const { return broken_; }
    wire::ReceiverRecord record() const;
    std::uint64_t packets_received() const { return sequence_.received(); }

private:
    // Datagrams of one train with consecutive numbers, otherwise alike; `first` is the header of
    // the first of them.
    struct Run {
        wire::BulkHeader first;
        std::uint32_t count;
        Stamp stamp;
        std::optional<dgram::TrafficClass> traffic_class;
        std::optional<std::uint8_t> ttl;
    };
    void on_run(const Run& run);
    std::uint32_t count_first_copies(const Run& run);
    bool blame_socket(std::uint64_t sequence);
    void note_marks(const Run& run, std::uint32_t copies);
    wire::Marks marks() const;
    void watch_grant(MonoTime arrival, std::uint64_t bytes);
    wire::Feedback feedback(MonoTime now) const;
    void put_steps(MonoTime now, wire::Feedback& feedback) const;
    Duration wait_after(const wire::Feedback& feedback);

    BeginReceiving order_;
    Terms terms_;
    dgram::Capabilities door_;
    stats::SequenceWindow sequence_;
    stats::StepLog steps_;
    stats::IntervalMeter meter_;
    stats::MarkMeter marks_; // of first copies
    MonoTime next_feedback_ = never;
    std::uint64_t feedback_bytes_ = 0; // of IP, so far
    bool ended_ = false;

    // The newest datagram, for the proof of receipt and the sender's round trip.
    wire::BulkHeader newest_;
    MonoTime newest_arrival_{};

    std::uint64_t rejected_ = 0;
    std::uint32_t stamps_missing_ = 0;
    // The socket's drop counter: as read last, and as it was when the newest train was queued. What
    // lies between them was dropped behind everything that has arrived.
    std::uint64_t drops_now_;
    std::uint64_t drops_explained_;
    std::uint64_t longest_train_ = 1;
    std::uint64_t may_blame_ = 0; // datagrams of the gap before this train, at most
    std::uint64_t dropped_by_socket_ = 0;

    MonoTime grant_window_{};
    std::uint64_t grant_window_bytes_ = 0;
    std::uint64_t all_bytes_ = 0;
    wire::End broken_ = wire::End::none;
};

} // namespace wyn::session
