// The sending half of a loaded stream. It lives wholly inside one port: trains go out, feedback
// comes back, and the rate follows, without a word to anybody else.
//
//   priming   one datagram of step 0 every 25 ms, 64 KiB at most, until the first feedback: bulk
//             needs proof that somebody wants it
//   running   paced trains of steps 1, 2, ... for the test's duration, counted from that feedback
//   ended     nothing more leaves; feedback is still read, so that what was under way gets counted
//
// Nothing leaves when no feedback was accepted for 500 ms (dead_man), nor beyond the credit: 64
// KiB, twice what the receiver has proved to have received, half a second of the highest rate (of
// the mean rate so far when there is no schedule) and 125 kB for each second. So a load that mostly
// gets lost falls to twice what arrives (RFC 8084, a circuit breaker).
#pragma once

#include "base/random.hpp"
#include "dgram/datagrams.hpp"
#include "measure/pacer.hpp"
#include "measure/rate_controller.hpp"
#include "session/bulk_slab.hpp"
#include "session/port_link.hpp"
#include "stats/histogram.hpp"

namespace wyn::session {

class BulkSender {
public:
    // `header_bytes` is 28 or 48, of IP and UDP. What `order` grants is within the terms: its giver
    // checked it.
    BulkSender(const BeginSending& order, const crypto::Key128& key, const Terms& terms,
               std::uint32_t header_bytes, Random& random, MonoTime now);

    // The kernel lets trains wait for their time, so they may be handed to it before that.
    void use_departure_times(bool honoured) { departure_times_ = honoured; }

    // What is to leave now, tagged; empty when nothing is due. To be followed by on_sent().
    BulkTrain next_train(MonoTime now);
    void on_sent(MonoTime now, const dgram::SendOutcome& outcome);

    // `arrived` is when the feedback reached the host. False: it does not belong to this test, or
    // it claims what cannot be; it then changes nothing.
    bool on_feedback(MonoTime arrived, const wire::Feedback& feedback);

    // Adjusts the rate, ends the test when its time has come or feedback has stayed away.
    void on_timer(MonoTime now);
    void end(wire::End why);

    // When next_train() or on_timer() has something to do; `never` once ended.
    MonoTime due() const;
    // When the next train leaves; `never` when none will.
    MonoTime train_due() const;
    // How long before a train's time the waiting for it is to become spinning.
    Duration spin() const;

    std::uint32_t test() const { return order_.test; }
    bool ended() const { return end_ != wire::End::none; }
    wire::End why_ended() const { return end_; }
    wire::SenderRecord record() const;
    // The receiver's totals, as the newest feedback tells.
    const wire::ReceiverRecord& far_side() const { return far_; }
    std::uint16_t datagram_bytes() const { return order_.datagram_bytes; }
    BitRate offered() const { return controller_->rate(); }

private:
    // What a step was sent with, kept for as long as its feedback may come.
    struct StepSent {
        std::uint32_t id = 0;
        std::uint32_t receipt = 0;
        std::uint64_t first_sequence = 0;
        MonoTime opened{};
    };
    static constexpr std::size_t steps_remembered = 512;

    bool running() const { return running_since_ != never && !ended(); }
    void open_step(MonoTime now);
    void adjust(MonoTime now);
    void start_running(MonoTime now);
    bool believable(MonoTime arrived, const wire::Feedback& feedback) const;
    std::uint64_t credit_bytes(MonoTime now) const;
    std::uint32_t affordable(MonoTime now, std::uint32_t datagrams);
    BulkTrain build(MonoTime time, std::uint32_t datagrams);
    bool unpaced() const { return order_.search == wire::Search::unpaced && pacer_.unpaced(); }
    Duration lookahead() const;
    void note_limit(wire::LimitedBy limit);
    wire::SendLateness lateness() const;

    BeginSending order_;
    Terms terms_;
    Random& random_;
    std::unique_ptr<measure::RateController> controller_;
    measure::Pacer pacer_;
    BulkSlab slab_;
    stats::Histogram lateness_; // of trains, after their times in the schedule

    MonoTime began_;
    MonoTime running_since_ = never;
    MonoTime last_feedback_ = never;
    MonoTime next_adjustment_ = never;
    MonoTime next_primer_;
    wire::End end_ = wire::End::none;

    std::uint32_t step_ = 0;
    std::array<StepSent, steps_remembered> steps_{};
    BitRate highest_rate_{0};
    std::uint64_t next_sequence_ = 0;
    std::uint64_t primed_bytes_ = 0;
    std::uint32_t train_count_ = 0; // datagrams of the train that is being sent
    MonoTime train_time_{};         // when it leaves
    Duration train_late_{};         // and how late that is
    bool departure_times_ = false;
    bool kernel_waited_ = false; // for some train at least
    std::uint64_t refused_ = 0;
    std::uint64_t refused_in_a_row_ = 0;
    MonoTime first_sent_{};
    MonoTime last_sent_{};
    wire::LimitedBy limited_by_ = wire::LimitedBy::nothing;

    wire::ReceiverRecord far_;
    std::uint64_t far_newest_ = 0;
    bool far_heard_ = false;     // feedback about steps after the primer
    bool news_to_judge_ = false; // feedback since the last adjustment
    measure::Observation since_adjustment_;
    std::uint64_t judged_lost_ = 0;
    wire::ReceiverRecord judged_;
    Duration lowest_rtt_ = Duration::max();
    std::uint32_t silent_periods_ = 0;
};

} // namespace wyn::session
