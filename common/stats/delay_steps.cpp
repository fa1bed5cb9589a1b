#include "stats/delay_steps.hpp"

#include <algorithm>

namespace wyn::stats {

namespace {

Duration magnitude(Duration value) noexcept {
    return value < Duration::zero() ? -value : value;
}

} // namespace

std::optional<DelayStep> DelayStepWatch::record(const OneWaySample& sample) noexcept {
    std::optional<DelayStep> found;
    if (open_.count >= least_in_block && sample.sent - open_.from >= block_length) {
        found = judge(open_);
        open_ = {};
    }
    if (open_.count == 0)
        open_ = {.from = sample.sent,
                 .number = sample.number,
                 .rtt = sample.rtt(),
                 .there = sample.there,
                 .back = sample.back};
    ++open_.count;
    open_.rtt = std::min(open_.rtt, sample.rtt());
    open_.there = std::min(open_.there, sample.there);
    open_.back = std::min(open_.back, sample.back);
    return found;
}

std::optional<DelayStep> DelayStepWatch::judge(const Block& block) noexcept {
    if (!level_) {
        level_ = block;
        return std::nullopt;
    }
    const Duration away = block.rtt - level_->rtt;
    const Duration threshold = std::max({smallest_step, level_->rtt / 10, 4 * wander_});
    if (magnitude(away) <= threshold) {
        wander_ += (magnitude(away) - wander_) / 8;
        const Duration rtt = level_->rtt + away / 8;
        level_ = block; // the one-way times of the newest: the clocks drift
        level_->rtt = rtt;
        directions_known_ = true;
        apart_count_ = 0;
        return std::nullopt;
    }
    const bool other_side =
        apart_count_ > 0 && (apart_[0].rtt > level_->rtt) != (away > Duration::zero());
    if (other_side) apart_count_ = 0;
    apart_[apart_count_++] = block;
    if (apart_count_ < blocks_to_agree) return std::nullopt;
    std::array<Block, blocks_to_agree> sorted = apart_;
    std::ranges::sort(sorted, {}, &Block::rtt);
    return move_to(sorted[blocks_to_agree / 2]);
}

DelayStep DelayStepWatch::move_to(const Block& block) noexcept {
    DelayStep step{
        .at = apart_[0].from, .number = apart_[0].number, .from = level_->rtt, .to = block.rtt};
    if (directions_known_) {
        step.there = block.there - level_->there;
        step.back = block.back - level_->back;
        step.apart = block.from - level_->from;
    }
    level_ = block;
    directions_known_ = true;
    apart_count_ = 0;
    return step;
}

} // namespace wyn::stats
