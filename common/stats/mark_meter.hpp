// What the path has written into the headers of datagrams: how many came with which traffic class,
// and the range of their TTL. Exact, in fixed memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace wyn::stats {

class MarkMeter {
public:
    // A sender uses one class, and a path makes two or three of it: remarked, and either of them
    // with "congestion experienced". What comes in further ones is counted together.
    static constexpr std::size_t most_classes = 8;

    struct Counted {
        std::uint8_t traffic_class = 0; // DSCP and ECN
        std::uint64_t count = 0;
        bool operator==(const Counted&) const = default;
    };

    // `count` datagrams with the same header; what was not told is absent.
    void on_datagrams(std::uint64_t count, std::optional<std::uint8_t> traffic_class,
                      std::optional<std::uint8_t> ttl);

    // In the order of their first arrival.
    std::span<const Counted> classes() const { return std::span{classes_}.first(used_); }
    std::uint64_t others() const { return others_; }       // of further classes
    std::uint64_t congested() const { return congested_; } // "congestion experienced", of any class
    std::optional<std::uint8_t> lowest_ttl() const { return lowest_ttl_; }
    std::optional<std::uint8_t> highest_ttl() const { return highest_ttl_; }

private:
    std::array<Counted, most_classes> classes_{};
    std::size_t used_ = 0;
    std::uint64_t others_ = 0;
    std::uint64_t congested_ = 0;
    std::optional<std::uint8_t> lowest_ttl_;
    std::optional<std::uint8_t> highest_ttl_;
};

} // namespace wyn::stats
