#include "session/bulk_receiver.hpp"

#include "wire/codec.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

// Steps that changed within this time go into every feedback: as long as the sender may live
// without hearing from us.
constexpr Duration steps_repeated_for = dead_man;

// A sender that is granted a rate may exceed it by a fifth for a second (clock differences,
// trains).
constexpr double grant_tolerance = 1.2;
constexpr Duration grant_window = 1s;

// Of a feedback message, IPv6 and UDP.
constexpr std::uint64_t largest_headers = 48;
// Feedback takes so many bytes, and a hundredth of what has arrived, before it becomes rarer. TCP's
// acknowledgements take twice as much.
constexpr std::uint64_t feedback_allowed = 8192;

} // namespace

BulkReceiver::BulkReceiver(const BeginReceiving& order, const Terms& terms,
                           std::uint64_t socket_drops)
    : order_{order}, terms_{terms}, drops_now_{socket_drops}, drops_explained_{socket_drops} {}

void BulkReceiver::on_train(const dgram::ReceivedTrain& train, const std::bitset<128>& authentic) {
    if (ended_) return;
    const std::size_t count = train.count();
    // The kernel counts a dropped train as one, however many datagrams it had.
    longest_train_ = std::max<std::uint64_t>(longest_train_, count);
    if (train.drops_before > drops_explained_) {
        may_blame_ = (train.drops_before - drops_explained_) * longest_train_;
        drops_explained_ = train.drops_before;
    }
    for (std::size_t i = 0; i < count;) {
        const auto header = wire::decode_bulk(train[i]);
        if (!header || !authentic[i] || header->test != static_cast<std::uint16_t>(order_.test)) {
            ++rejected_;
            ++i;
            continue;
        }
        const std::size_t alike =
            wire::count_alike(train.bytes.subspan(i * train.segment_size), train.segment_size);
        std::uint32_t length = 1;
        while (length < alike && authentic[i + length])
            ++length;
        on_run({.first = *header,
                .count = length,
                .stamp = train.stamp,
                .traffic_class = train.traffic_class,
                .ttl = train.ttl});
        i += length;
    }
}

void BulkReceiver::on_run(const Run& run) {
    const MonoTime arrival = run.stamp.time;
    if (next_feedback_ == never) next_feedback_ = arrival; // answer the first one at once
    if (run.stamp.origin == StampOrigin::user) stamps_missing_ += run.count;
    if (run.first.step == 0) { // the primer belongs to no statistic
        if (sequence_.expected() == 0) {
            newest_ = run.first;
            newest_arrival_ = arrival;
        }
        return;
    }
    const bool dropped = blame_socket(run.first.sequence);
    const std::uint32_t copies = count_first_copies(run);
    if (copies == 0) return;
    const std::uint64_t bytes = std::uint64_t{copies} * run.first.length;
    watch_grant(arrival, bytes);
    note_marks(run, copies);
    meter_.on_datagrams(arrival, copies, bytes);
    steps_.on_datagrams(run.first.step, arrival, arrival - mono_from_ns(run.first.sent_ns), copies,
                        bytes);
    // Whatever was dropped was of the step before the gap or of the one behind it.
    if (dropped) steps_.mark_receiver_drop();
}

void BulkReceiver::note_marks(const Run& run, std::uint32_t copies) {
    const auto byte = run.traffic_class ? std::optional{run.traffic_class->byte()} : std::nullopt;
    marks_.on_datagrams(copies, byte, run.ttl);
}

// How many of the run are neither duplicates nor too old to be told from them.
std::uint32_t BulkReceiver::count_first_copies(const Run& run) {
    const std::uint64_t before = sequence_.received();
    const auto highest = sequence_.highest();
    sequence_.record_run(run.first.sequence, run.count);
    if (sequence_.highest() != highest) {
        newest_ = run.first;
        newest_.sequence = *sequence_.highest();
        newest_arrival_ = run.stamp.time;
    }
    return static_cast<std::uint32_t>(sequence_.received() - before);
}

// The gap in front of `sequence` is our own socket's doing as far as its counter moved there; true
// when it did.
bool BulkReceiver::blame_socket(std::uint64_t sequence) {
    if (may_blame_ == 0 || sequence < sequence_.expected()) return false;
    dropped_by_socket_ += std::min(may_blame_, sequence - sequence_.expected());
    may_blame_ = 0;
    steps_.mark_receiver_drop();
    return true;
}

// First copies only: what the path doubles, or somebody plays back, is not the sender's offence.
void BulkReceiver::watch_grant(MonoTime arrival, std::uint64_t bytes) {
    all_bytes_ += bytes;
    // What is on its way when the volume is used up is no offence: one feedback's worth, 1 %.
    const std::uint64_t volume = order_.volume_bytes;
    if (volume != 0 && all_bytes_ > volume + volume / 100 + 65536) broken_ = wire::End::volume_used;
    if (order_.granted.bps() == 0) return;
    if (arrival - grant_window_ >= grant_window) {
        grant_window_ = arrival;
        grant_window_bytes_ = 0;
    }
    grant_window_bytes_ += bytes;
    const double allowed =
        order_.granted.as_double() / 8 * grant_tolerance * to_seconds(grant_window);
    if (static_cast<double>(grant_window_bytes_) > allowed + 65536)
        broken_ = wire::End::rate_exceeded;
}

void BulkReceiver::note_socket_drops(std::uint64_t cumulative) {
    drops_now_ = std::max(drops_now_, cumulative);
}

std::optional<wire::Feedback> BulkReceiver::on_timer(MonoTime now) {
    if (now < due()) return std::nullopt;
    wire::Feedback news = feedback(now);
    next_feedback_ = now + wait_after(news);
    return news;
}

wire::Feedback BulkReceiver::feedback(MonoTime now) const {
    wire::Feedback feedback{
        .test = order_.test,
        .newest_sequence = newest_.sequence,
        .newest_sent_ns = newest_.sent_ns,
        .newest_step = newest_.step,
        .newest_receipt = newest_.receipt,
        .held_ns =
            static_cast<std::uint64_t>(std::max(now - newest_arrival_, Duration::zero()).count()),
        .totals = record(),
        .lowest_delay_ns = steps_.lowest_delay().value_or(Duration::zero()).count()};
    put_steps(now, feedback);
    return feedback;
}

// On a line that is much slower the other way frequent feedback could fill that.
Duration BulkReceiver::wait_after(const wire::Feedback& feedback) {
    feedback_bytes_ += wire::length_of(feedback) + largest_headers;
    const std::uint64_t allowed = feedback_allowed + meter_.totals().bytes / 100;
    return feedback_bytes_ <= allowed ? feedback_interval_of(terms_, order_.search, order_.rtt)
                                      : longest_feedback_interval_of(terms_, order_.search);
}

void BulkReceiver::put_steps(MonoTime now, wire::Feedback& feedback) const {
    std::array<stats::StepRecord, wire::most_steps> records{};
    const std::size_t count = steps_.copy(records, now - steps_repeated_for);
    const Duration base = steps_.lowest_delay().value_or(Duration::zero());
    for (const stats::StepRecord& step : std::span{records}.first(count))
        feedback.steps.add(
            {.id = step.id,
             .packets = step.packets,
             .first_arrival_ns = to_ns(step.first_arrival),
             .span_ns = static_cast<std::uint64_t>(
                 std::max(step.last_arrival - step.first_arrival, Duration::zero()).count()),
             .receiver_dropped = step.receiver_dropped,
             .lowest_delay = step.packets == 0 ? Duration::zero() : step.lowest_delay - base,
             .last_delay = step.packets == 0 ? Duration::zero() : step.last_delay - base});
}

std::optional<wire::Feedback> BulkReceiver::end(MonoTime now) {
    if (ended_) return std::nullopt;
    ended_ = true;
    meter_.finish();
    return next_feedback_ == never ? std::nullopt : std::optional{feedback(now)};
}

wire::ReceiverRecord BulkReceiver::record() const {
    const stats::Totals& totals = meter_.totals();
    // What was dropped after the newest train shows in no gap yet: at most so many.
    const std::uint64_t behind = drops_now_ - std::min(drops_explained_, drops_now_);
    const std::uint64_t dropped_behind = behind * longest_train_;
    const stats::Interval best = meter_.best().value_or(stats::Interval{});
    return {.packets = sequence_.received(),
            .payload_bytes = totals.bytes,
            .duplicates = sequence_.duplicates(),
            .reordered = sequence_.reordered(),
            .late = sequence_.late(),
            .socket_drops = dropped_by_socket_ + dropped_behind,
            .rejected = rejected_,
            .first_arrival_ns = to_ns(totals.first_arrival),
            .last_arrival_ns = to_ns(totals.last_arrival),
            .best_packets = best.packets,
            .best_bytes = best.bytes,
            .best_span_ns = static_cast<std::uint64_t>(best.span.count()),
            .best_index = static_cast<std::uint32_t>(best.index),
            .stamps_missing = stamps_missing_,
            .coalescing = door_.coalescing,
            .longest_train =
                door_.coalescing ? static_cast<std::uint16_t>(longest_train_) : std::uint16_t{0},
            .receive_buffer_bytes = static_cast<std::uint32_t>(
                std::min<std::uint64_t>(door_.receive_buffer_bytes, 0xffff'ffff)),
            .marks = marks()};
}

wire::Marks BulkReceiver::marks() const {
    static_assert(stats::MarkMeter::most_classes == wire::most_classes);
    wire::Marks marks{.other_classes = marks_.others(),
                      .congested = marks_.congested(),
                      .lowest_ttl = marks_.lowest_ttl().value_or(0),
                      .highest_ttl = marks_.highest_ttl().value_or(0)};
    std::ranges::transform(marks_.classes(), marks.classes.begin(), [](const auto& one) {
        return wire::ClassCount{.traffic_class = one.traffic_class, .packets = one.count};
    });
    return marks;
}

} // namespace wyn::session
