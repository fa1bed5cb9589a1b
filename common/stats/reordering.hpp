// Reordering by RFC 4737, out of records that come in the order of sending and not of arrival.
//
// A datagram is reordered when one that was sent after it arrived before it (section 3.3). What
// overtook it follows within the next numbers, so each waits until 512 more are known, or one that
// was sent 5 s later; then it is judged with all its neighbours in sight. Memory and work are
// bounded: a datagram that came in order costs a comparison, a reordered one a pass over the
// window.
#pragma once

#include "clock/time.hpp"
#include "stats/histogram.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace wyn::stats {

// A datagram's way, first copies only.
struct Passage {
    std::uint64_t number = 0;
    MonoTime at{};          // when it was sent, by the clock of whoever looks on
    std::int64_t order = 0; // a number or a time: what has the larger one was sent later
    MonoTime arrived{};     // by the receiver's clock
};

// One reordered datagram.
struct Displacement {
    std::uint64_t number = 0;
    MonoTime at{}; // see Passage
    // Section 4.2.3: how many arrivals it came after the first that should have come after it.
    std::uint64_t extent = 0;
    // Section 4.3: by how much time.
    Duration late{};
    // Section 5.3: how many arrivals right before it all should have come after it. A datagram is
    // n-reordered for all n up to that; from 3 on a TCP sender would take it for lost.
    std::uint64_t successors_before = 0;

    bool operator==(const Displacement&) const = default;
};

struct ReorderingCounts {
    std::uint64_t received = 0; // first copies
    std::uint64_t reordered = 0;
    std::uint64_t reordered_by_3 = 0; // n-reordered for n = 3
    std::uint64_t largest_extent = 0; // a lower bound when it comes near the window
    Duration latest{};
    Histogram late; // of all reordered ones

    // Section 4.1; nothing when nothing came.
    std::optional<double> ratio() const noexcept;
};

class Reordering {
public:
    // A datagram is judged when so many later ones are known, or one that was sent so much later.
    static constexpr std::size_t window = 512;
    static constexpr Duration patience = 5s;

    // Roughly in the order in which they were sent. Datagrams that arrived at one and the same time
    // are in order. Calls `on_reordered` with the Displacement of each that is judged now and was
    // reordered.
    template <typename OnReordered>
    void record(const Passage& passage, OnReordered&& on_reordered) {
        admit(passage);
        while (recorded_ - next_to_judge_ > window ||
               passage.at - at(next_to_judge_).passage.at > patience)
            if (const auto found = judge(at(next_to_judge_++), counts_)) on_reordered(*found);
    }
    void record(const Passage& passage) {
        record(passage, [](const Displacement&) {});
    }

    // Of all that have been judged.
    const ReorderingCounts& judged() const noexcept { return counts_; }
    // Of everything, those in the window judged by what is known so far.
    ReorderingCounts counts() const noexcept;

private:
    struct Entry {
        Passage passage;
        bool overtaken = false;
    };
    static constexpr std::size_t kept = 2 * window;

    void admit(const Passage& passage) noexcept;
    void mark_overtaken(Entry& newest) noexcept;
    std::optional<Displacement> judge(const Entry& entry, ReorderingCounts& into) const noexcept;
    Displacement displacement_of(const Passage& passage) const noexcept;
    Entry& at(std::uint64_t index) noexcept { return ring_[index % kept]; }
    const Entry& at(std::uint64_t index) const noexcept { return ring_[index % kept]; }
    std::uint64_t oldest() const noexcept { return recorded_ > kept ? recorded_ - kept : 0; }

    std::array<Entry, kept> ring_{}; // the index-th recorded one has place index % kept
    std::uint64_t recorded_ = 0;
    std::uint64_t next_to_judge_ = 0;
    std::int64_t latest_order_ = 0; // these two of all recorded
    MonoTime latest_arrival_{};
    ReorderingCounts counts_;
};
static_assert(std::is_trivially_copyable_v<Reordering>);

} // namespace wyn::stats
