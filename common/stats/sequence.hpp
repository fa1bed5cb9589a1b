// Exact accounting of numbered datagrams: which came, came twice, came out of order, or did not
// come.
//
// The window remembers one bit for each of the newest 65,536 numbers in a ring. A number ahead of
// all others moves the window on; one inside it is a first copy or a duplicate; one behind it can
// no longer be told from a duplicate and is counted apart. So `received` counts different numbers
// below `expected` and nothing else, and what is missing is their difference, never negative. A
// hole that is filled later stops being missing by itself: nothing is estimated from gaps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace wyn::stats {

enum class Arrival : std::uint8_t {
    in_order,  // larger than every number before it
    reordered, // first copy, but a larger number came before it (RFC 4737 section 3.3: s < NextExp)
    duplicate, // a further copy (RFC 5560)
    too_old,   // behind the window: late or a duplicate, nobody can tell
};

// Cumulative totals; small enough to travel in a snapshot.
struct SequenceCounts {
    std::uint64_t received = 0;   // first copies: in order and reordered
    std::uint64_t reordered = 0;  // of those; RFC 4737 section 4.1: ratio to `received`
    std::uint64_t duplicates = 0; // further copies, not part of `received`
    std::uint64_t late = 0;       // too old to judge, not part of `received`
    std::uint64_t expected = 0;   // numbers up to the highest that came; 0 before the first
    // How far the most displaced first copy lay behind the highest number: 1 for two neighbours
    // that swapped, below the window's size. The reordering extent of RFC 4737 section 4.2.3 counts
    // arrivals where this counts numbers; the two agree when one datagram was held back and none of
    // those that overtook it was lost, and this one needs no list of arrivals.
    std::uint64_t largest_displacement = 0;

    // Numbers below `expected` of which no copy came (yet).
    std::uint64_t missing() const noexcept { return expected - received; }

    bool operator==(const SequenceCounts&) const = default;
};

class SequenceWindow {
public:
    // Numbers remembered, the highest one included. At a million packets per second it covers 65 ms
    // of reordering, at the 10,000 of a 100 Mbit/s link more than 6 s.
    static constexpr std::uint64_t window = 65'536;

    // Sequence numbers start at 0. A jump ahead costs one word per 64 numbers skipped and never
    // more than one pass over the window (1024 words), however far it goes; the rest is O(1).
    Arrival record(std::uint64_t sequence) noexcept;

    // The same as record(first), record(first + 1), ..., `count` of them, for a train. A run ahead
    // of everything seen, which is the rule, costs a few words. Any other costs at most one pass
    // over the window, number by number.
    void record_run(std::uint64_t first, std::uint32_t count) noexcept;

    const SequenceCounts& counts() const noexcept { return counts_; }
    std::uint64_t received() const noexcept { return counts_.received; }
    std::uint64_t reordered() const noexcept { return counts_.reordered; }
    std::uint64_t duplicates() const noexcept { return counts_.duplicates; }
    std::uint64_t late() const noexcept { return counts_.late; }
    // highest() + 1, or 0 before the first. The number 2^64 - 1 is counted but its successor does
    // not exist: expected() then stays at 2^64 - 1.
    std::uint64_t expected() const noexcept { return counts_.expected; }
    std::uint64_t missing() const noexcept { return counts_.missing(); }
    std::uint64_t largest_displacement() const noexcept { return counts_.largest_displacement; }
    std::optional<std::uint64_t> highest() const noexcept;

    // Whether this number came; false for those behind the window and above the highest.
    bool has(std::uint64_t sequence) const noexcept;
    // How many consecutive numbers, `sequence` and those below it, share its fate: from 1 to
    // `most`, without those behind the window. `sequence` is one of the window.
    std::uint64_t stretch(std::uint64_t sequence, std::uint64_t most) const noexcept;

private:
    static constexpr std::size_t words = window / 64;
    static_assert((window & (window - 1)) == 0 && words * 64 == window);

    bool is_ahead(std::uint64_t sequence) const noexcept;
    bool is_behind(std::uint64_t sequence) const noexcept { return highest_ - sequence >= window; }
    void advance(std::uint64_t first, std::uint64_t count) noexcept;
    void mark(std::uint64_t first, std::uint64_t count, bool arrived) noexcept;

    SequenceCounts counts_;
    std::uint64_t highest_ = 0;               // means something once anything was received
    std::array<std::uint64_t, words> bits_{}; // number s has bit s % 64 of word s / 64 % words
};
static_assert(std::is_trivially_copyable_v<SequenceWindow>);

} // namespace wyn::stats
