#include "stats/sequence.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace wyn::stats {

Arrival SequenceWindow::record(std::uint64_t sequence) noexcept {
    if (is_ahead(sequence)) {
        advance(sequence, 1);
        return Arrival::in_order;
    }
    const std::uint64_t behind = highest_ - sequence;
    if (is_behind(sequence)) {
        ++counts_.late;
        return Arrival::too_old;
    }
    std::uint64_t& word = bits_[sequence / 64 % words];
    const std::uint64_t bit = std::uint64_t{1} << sequence % 64;
    if ((word & bit) != 0) {
        ++counts_.duplicates;
        return Arrival::duplicate;
    }
    word |= bit;
    ++counts_.received;
    ++counts_.reordered;
    counts_.largest_displacement = std::max(counts_.largest_displacement, behind);
    return Arrival::reordered;
}

void SequenceWindow::record_run(std::uint64_t first, std::uint32_t count) noexcept {
    if (count == 0) return;
    const std::uint64_t up_to_wrap = std::numeric_limits<std::uint64_t>::max() - first;
    if (count - 1 > up_to_wrap) { // the numbers go on at 0, as first + 1 would
        const auto before = static_cast<std::uint32_t>(up_to_wrap + 1);
        record_run(first, before);
        record_run(0, count - before);
        return;
    }
    std::uint64_t left = count;
    if (!is_ahead(first)) {
        const std::uint64_t oldest = highest_ - std::min(highest_, window - 1);
        const std::uint64_t lost_sight_of = std::min(left, oldest - std::min(oldest, first));
        counts_.late += lost_sight_of;
        first += lost_sight_of;
        left -= lost_sight_of;
        for (; left > 0 && first <= highest_; ++first, --left)
            record(first);
    }
    if (left > 0) advance(first, left);
}

std::optional<std::uint64_t> SequenceWindow::highest() const noexcept {
    return counts_.received == 0 ? std::nullopt : std::optional{highest_};
}

bool SequenceWindow::has(std::uint64_t sequence) const noexcept {
    if (is_ahead(sequence) || is_behind(sequence)) return false;
    return (bits_[sequence / 64 % words] >> sequence % 64 & 1) != 0;
}

std::uint64_t SequenceWindow::stretch(std::uint64_t sequence, std::uint64_t most) const noexcept {
    const bool came = has(sequence);
    const std::uint64_t oldest = highest_ - std::min(highest_, window - 1);
    const std::uint64_t end = std::min(most, sequence - oldest + 1);
    std::uint64_t length = 0;
    while (length < end) {
        const std::uint64_t at = sequence - length;
        // The number itself as the topmost bit, those below it behind.
        const std::uint64_t word = bits_[at / 64 % words] << (63 - at % 64);
        const auto alike =
            static_cast<std::uint64_t>(came ? std::countl_one(word) : std::countl_zero(word));
        const std::uint64_t in_word = at % 64 + 1;
        length += std::min(alike, in_word);
        if (alike < in_word) break;
    }
    return std::min(length, end);
}

bool SequenceWindow::is_ahead(std::uint64_t sequence) const noexcept {
    return sequence > highest_ || counts_.received == 0;
}

// The `count` numbers from `first` on, all ahead, came; those between them and the highest did not.
void SequenceWindow::advance(std::uint64_t first, std::uint64_t count) noexcept {
    const std::uint64_t next = counts_.received == 0 ? 0 : highest_ + 1;
    if (first != next) mark(next, first - next, false);
    mark(first, count, true);
    highest_ = first + (count - 1);
    counts_.received += count;
    // Branch-free: the successor of 2^64 - 1 stays there.
    counts_.expected = highest_ + (highest_ != std::numeric_limits<std::uint64_t>::max() ? 1 : 0);
}

// Sets or clears the bits of `count` consecutive numbers. A new number takes over the bit of the
// one that is leaving the window at the same moment, so advancing by one clears nothing.
void SequenceWindow::mark(std::uint64_t first, std::uint64_t count, bool arrived) noexcept {
    constexpr std::uint64_t all = ~std::uint64_t{0};
    if (count >= window) {
        bits_.fill(arrived ? all : 0);
        return;
    }
    while (count > 0) {
        const std::uint64_t here = std::min(64 - first % 64, count);
        const std::uint64_t mask = (all >> (64 - here)) << first % 64;
        std::uint64_t& word = bits_[first / 64 % words];
        word = arrived ? word | mask : word & ~mask;
        first += here;
        count -= here;
    }
}

} // namespace wyn::stats
