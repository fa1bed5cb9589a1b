// The sending half of a loaded stream. It lives wholly inside one port: trains go out, feedback
// comes back, and the rate follows, without a word to anybody else.
//
//   priming   one datagram of step 0 every 25 ms, 64 KiB at most, until the first feedback: bulk
//             needs proof that somebody wants it
//   running   paced trains of steps 1, 2, ... for the test's duration, counted from that feedback
//   ended     nothing more leaves; feedback is still read, so that what was under way gets counted
//
// Nothing leaves when no feedback was accepted for 500 ms (dead_man): the load pauses, until the
// next one or, after 2 s, for good. Nor beyond the credit: 64 KiB, twice what the receiver has
// proved to have received, half a second of the highest rate (of the mean rate so far when there is
// no schedule) and 125 kB for each second. So a load that mostly gets lost falls to twice what
// arrives (RFC 8084, a circuit breaker).
#pragma once

#include "base/random.hpp"
#include "dgram/datagrams.hpp"
#include "measure/pacer.hpp"
#include "session/bulk_slab.hpp"
#include "session/port_link.hpp"
#include "session/sent_steps.hpp"
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

    // Begins the next step, ends the test when its time has come or feedback has stayed away.
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
    // What a search has found out so far.
    wire::CapacityRecord capacity() const { return controller_->capacity(); }
    std::uint64_t packets_sent() const { return next_sequence_; }
    // The receiver's totals, as the newest feedback tells.
    const wire::ReceiverRecord& far_side() const { return far_; }
    // Of those that leave now.
    std::uint32_t datagram_bytes() const { return steps_.newest().datagram_bytes; }
    BitRate offered() const { return plan_.rate; }

private:
    bool running() const { return running_since_ != never && !ended(); }
    void open_step(std::uint32_t id, MonoTime now, std::uint32_t datagram_bytes);
    void next_step(MonoTime now);
    void start_running(MonoTime now);
    void pause();
    void tell_controller(MonoTime arrived, const wire::Feedback& feedback);
    bool believable(MonoTime arrived, const wire::Feedback& feedback) const;
    std::uint64_t credit_bytes(MonoTime now) const;
    std::uint32_t affordable(MonoTime now, std::uint32_t datagrams);
    std::uint64_t within(std::uint64_t limit, std::uint64_t used, wire::LimitedBy name,
                         wire::End why, std::uint64_t each);
    BulkTrain build(MonoTime time, std::uint32_t datagrams);
    bool primer_used_up() const;
    MonoTime load_end() const { return running_since_ + order_.duration; } // of one that runs
    // Nothing more leaves in this step. A load that pauses stays in its step.
    bool silent() const { return plan_.rate.bps() == 0 || left_in_step_ == 0; }
    bool unpaced() const { return order_.search == wire::Search::unpaced && pacer_.unpaced(); }
    Duration lookahead() const;
    void note_limit(wire::LimitedBy limit);
    wire::SendLateness lateness() const;

    BeginSending order_;
    Terms terms_;
    std::uint32_t header_bytes_;
    Random& random_;
    std::unique_ptr<measure::RateController> controller_;
    measure::Pacer pacer_;
    BulkSlab slab_;
    stats::Histogram lateness_; // of trains, after their times in the schedule

    MonoTime began_;
    MonoTime running_since_ = never;
    MonoTime last_feedback_ = never;
    bool paused_ = false; // it has been away for too long
    MonoTime next_primer_;
    wire::End end_ = wire::End::none;

    SentSteps steps_;
    measure::StepPlan plan_; // of the newest step
    std::uint32_t left_in_step_ = 0;
    BitRate highest_rate_{0};
    std::uint64_t next_sequence_ = 0;
    std::uint64_t sent_bytes_ = 0;
    std::uint64_t sent_ip_bytes_ = 0; // the primer included
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
    bool far_heard_ = false; // feedback about steps after the primer
    Duration rtt_{};         // the newest sample
    Duration lowest_rtt_ = Duration::max();
};

} // namespace wyn::session
