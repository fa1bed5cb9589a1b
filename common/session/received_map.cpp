#include "session/received_map.hpp"

#include <algorithm>
#include <optional>

namespace wyn::session {

namespace {

constexpr std::uint64_t farthest = 16'384;
static_assert(farthest <= stats::SequenceWindow::window);

// The numbers that fit at a bit each, from `newest` down.
void write_bits(const stats::SequenceWindow& seen, std::uint64_t numbers, wire::ReceivedMap& map) {
    map.form = wire::MapForm::bits;
    map.bytes.fill(0);
    for (std::uint64_t i = 0; i < numbers;) {
        const std::uint64_t number = map.newest - i;
        const std::uint64_t end = i + seen.stretch(number, numbers - i);
        const bool came = seen.has(number);
        for (; i < end; ++i)
            if (came) map.bytes[i / 8] |= static_cast<std::uint8_t>(1U << i % 8);
    }
}

// The highest number below `below` that came.
std::optional<std::uint64_t> highest_below(const stats::SequenceWindow& seen, std::uint64_t below) {
    if (!seen.highest() || below == 0) return std::nullopt;
    const std::uint64_t first = std::min(*seen.highest(), below - 1);
    if (*seen.highest() - first >= stats::SequenceWindow::window) return std::nullopt; // forgotten
    if (seen.has(first)) return first;
    const std::uint64_t missing = seen.stretch(first, first + 1);
    return missing <= first && seen.has(first - missing) ? std::optional{first - missing}
                                                         : std::nullopt;
}

} // namespace

wire::ReceivedMap map_of(const stats::SequenceWindow& seen, std::size_t room, std::uint64_t below) {
    const auto newest = highest_below(seen, below);
    wire::ReceivedMap map{.newest = static_cast<std::uint32_t>(newest.value_or(0)),
                          .length = static_cast<std::uint8_t>(room)};
    if (!newest) return map;
    const std::uint64_t all = std::min(*newest + 1, farthest);
    std::uint64_t told = 0;
    wire::StretchWriter writer{map};
    while (told < all) {
        // Nothing is missing is what is true most of the time, and need not be looked for.
        const std::uint64_t length =
            seen.missing() == 0 ? all : seen.stretch(*newest - told, all - told);
        if (!writer.add(length)) break;
        told += length;
    }
    if (const std::uint64_t bits = std::min<std::uint64_t>(all, 8 * room); bits > told)
        write_bits(seen, bits, map);
    return map;
}

} // namespace wyn::session
