#include "measure/row_search.hpp"

#include <algorithm>

namespace wyn::measure {

namespace {

// Parameters of RFC 9097, section 8.1: their recommended defaults.
constexpr std::uint64_t sequence_errors_tolerated = 10; // per trial
constexpr Duration low_threshold = 30ms;                // delay variation that is harmless
constexpr Duration high_threshold = 90ms;               // delay variation that is congestion
constexpr std::uint32_t rows_back = 30;                 // once congestion is confirmed
// Section 8.1, lost status back-off: the upper threshold and two trials without feedback are a bad
// trial, and each trial more another one.
constexpr Duration first_silence = high_threshold;

} // namespace

BitRate RowSearch::rate() const {
    return std::min(load_.ceiling,
                    BitRate::from_double(rate_of_row(row_).as_double() * load_.payload_share()));
}

StepPlan RowSearch::next_step(std::uint32_t id, MonoTime now) {
    if (id == 1) {
        newest_.now = now;
    } else if (news_) {
        judge_trial();
    } else if (now - newest_.now > first_silence + (2 + silent_trials_) * load_.adjustment_delay) {
        ++silent_trials_;
        bad();
    }
    step_end_ = now + load_.adjustment_delay;
    return {.rate = rate(), .datagram_bytes = load_.datagram_bytes};
}

void RowSearch::on_feedback(const Observation& seen) {
    newest_ = seen;
    newest_.steps = {};
    news_ = seen.newest_step > 0; // about the primer there is nothing to judge
    silent_trials_ = 0;
}

void RowSearch::judge_trial() {
    const std::uint64_t lost = newest_.lost - std::min(judged_lost_, newest_.lost);
    const Duration variation = newest_.rtt - newest_.lowest_rtt;
    if (lost > sequence_errors_tolerated || variation > high_threshold)
        bad();
    else if (variation < low_threshold && rate() < load_.ceiling) // else nothing higher is allowed
        good();
    judged_lost_ = newest_.lost;
    news_ = false;
}

bool RowSearch::step_back() {
    ++bad_trials_;
    was_congested_ = was_congested_ || congested();
    if (row_ < gigabit_row && bad_trials_ == bad_trials_confirm) {
        row_ = row_ > rows_back ? row_ - rows_back : 0;
        return false;
    }
    if (row_ == 0) return false;
    --row_;
    return true;
}

} // namespace wyn::measure
