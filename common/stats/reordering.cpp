#include "stats/reordering.hpp"

#include "stats/signed_histogram.hpp"

#include <algorithm>

namespace wyn::stats {

namespace {

// `fast` was sent later than `slow` and came earlier.
bool overtook(const Passage& fast, const Passage& slow) noexcept {
    return fast.order > slow.order && fast.arrived < slow.arrived;
}

} // namespace

std::optional<double> ReorderingCounts::ratio() const noexcept {
    if (received == 0) return std::nullopt;
    return static_cast<double>(reordered) / static_cast<double>(received);
}

void Reordering::admit(const Passage& passage) noexcept {
    const bool first = recorded_ == 0;
    const bool in_order =
        first || (passage.order >= latest_order_ && passage.arrived >= latest_arrival_);
    Entry& entry = at(recorded_++);
    entry = {.passage = passage};
    if (!in_order) mark_overtaken(entry);
    latest_order_ = first ? passage.order : std::max(latest_order_, passage.order);
    latest_arrival_ = first ? passage.arrived : std::max(latest_arrival_, passage.arrived);
}

ReorderingCounts Reordering::counts() const noexcept {
    ReorderingCounts all = counts_;
    for (std::uint64_t index = next_to_judge_; index < recorded_; ++index)
        judge(at(index), all);
    return all;
}

// Looks for those that overtook the newest one or were overtaken by it.
void Reordering::mark_overtaken(Entry& newest) noexcept {
    const std::uint64_t own = recorded_ - 1;
    for (std::uint64_t index = own - std::min<std::uint64_t>(own, window); index < own; ++index) {
        Entry& other = at(index);
        if (overtook(newest.passage, other.passage)) other.overtaken = true;
        if (overtook(other.passage, newest.passage)) newest.overtaken = true;
    }
}

std::optional<Displacement> Reordering::judge(const Entry& entry,
                                              ReorderingCounts& into) const noexcept {
    ++into.received;
    if (!entry.overtaken) return std::nullopt;
    const Displacement found = displacement_of(entry.passage);
    ++into.reordered;
    if (found.successors_before >= 3) ++into.reordered_by_3;
    into.largest_extent = std::max(into.largest_extent, found.extent);
    into.latest = std::max(into.latest, found.late);
    into.late.record(found.late);
    return found;
}

Displacement Reordering::displacement_of(const Passage& passage) const noexcept {
    MonoTime first_overtaker = passage.arrived;
    std::optional<MonoTime> last_other; // that came before it and was sent before it, too
    for (std::uint64_t index = oldest(); index < recorded_; ++index) {
        const Passage& other = at(index).passage;
        if (overtook(other, passage))
            first_overtaker = std::min(first_overtaker, other.arrived);
        else if (other.arrived < passage.arrived)
            last_other = std::max(last_other.value_or(other.arrived), other.arrived);
    }
    Displacement found{
        .number = passage.number,
        .at = passage.at,
        .late = distance(passage.arrived.time_since_epoch(), first_overtaker.time_since_epoch())};
    for (std::uint64_t index = oldest(); index < recorded_; ++index) {
        const Passage& other = at(index).passage;
        if (other.arrived >= first_overtaker && other.arrived < passage.arrived) ++found.extent;
        if (overtook(other, passage) && (!last_other || other.arrived > *last_other))
            ++found.successors_before;
    }
    return found;
}

} // namespace wyn::stats
