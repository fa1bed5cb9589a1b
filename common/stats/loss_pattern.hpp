// How the losses of a numbered stream lie: how many, in what runs, how far apart (RFC 3357), and
// how sure the share of them is.
//
// A loss period is a run of neighbours that were all lost; the loss distance is how many numbers
// lie between a loss and the one before it. Where losses come in periods, a period and not a
// datagram is what happens independently, and the interval of the share is as wide as that makes
// it.
#pragma once

#include "stats/proportion.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace wyn::stats {

// The simple Gilbert model: a stream is in a good or a bad state, and loses all in the bad one.
struct GilbertModel {
    double good_to_bad = 0; // p, per datagram
    double bad_to_good = 0; // r

    double mean_period() const noexcept { return 1 / bad_to_good; }
    double loss_ratio() const noexcept { return good_to_bad / (good_to_bad + bad_to_good); }
    // ITU-T G.107's BurstR: mean length of the periods over that of random losses of the same
    // share.
    double burst_ratio() const noexcept { return 1 / (good_to_bad + bad_to_good); }
};

class LossPattern {
public:
    // RFC 3357's loss constraint in its example (section 6.1): a loss within so many numbers of the
    // one before it is noticeable.
    static constexpr std::size_t noticeable_distance = 99;
    // Fewer periods do not carry a model.
    static constexpr std::uint64_t periods_for_model = 10;

    // The next number of the stream arrived, or did not.
    void record(bool lost) noexcept;
    // Nobody knows what became of the next number. It counts nowhere, and runs end at it.
    void record_unknown() noexcept;

    std::uint64_t count() const noexcept { return count_; } // known ones
    std::uint64_t lost() const noexcept { return lost_; }
    std::uint64_t unknown() const noexcept { return unknown_; }
    std::uint64_t periods() const noexcept { return periods_; }
    std::uint64_t longest_period() const noexcept { return longest_; }
    // Nothing without losses.
    std::optional<double> mean_period() const noexcept;
    // How long the period has lasted that is not over; 0: the newest number arrived.
    std::uint64_t open_period() const noexcept { return run_; }

    // Losses over known numbers; nothing when there are none.
    std::optional<double> ratio() const noexcept;
    // Fewer periods than independent losses would make, by more than chance explains in 1 of 20
    // streams (the runs test of Wald and Wolfowitz, Annals of Mathematical Statistics 11, 1940).
    bool bursty() const noexcept;
    // Of the ratio, with loss periods as the independent unit when bursty(), else datagrams. What
    // is unknown may all have arrived or all be lost, and the interval holds in both cases. Nothing
    // when nothing is known.
    std::optional<ProportionInterval> interval() const noexcept;

    // The newest loss's distance from the one before it, 0 for the first; nothing without losses.
    std::optional<std::uint64_t> newest_distance() const noexcept;
    // The share of losses that lie within `distance` (1 to 127) numbers of the one before them. The
    // first has none before it and is not noticeable. Nothing without losses.
    std::optional<double>
    noticeable_ratio(std::size_t distance = noticeable_distance) const noexcept;

    // Nothing below ten periods.
    std::optional<GilbertModel> gilbert() const noexcept;

private:
    static constexpr std::size_t distances_counted = 128;

    void note_loss() noexcept;
    double datagrams_per_unit() const noexcept;

    std::uint64_t count_ = 0;
    std::uint64_t lost_ = 0;
    std::uint64_t unknown_ = 0;
    std::uint64_t periods_ = 0;
    std::uint64_t longest_ = 0;
    std::uint64_t run_ = 0;             // of the period at the end of the stream
    double squares_ = 0;                // of the lengths of all periods
    std::uint64_t since_loss_ = 0;      // numbers since the newest loss, that one not included
    std::uint64_t newest_distance_ = 0; // of the newest loss
    std::array<std::uint64_t, distances_counted> distances_{};
    std::optional<bool> previous_; // lost or not, where the number before is known
    std::uint64_t after_good_ = 0; // known numbers whose predecessor arrived
    std::uint64_t after_bad_ = 0;
    std::uint64_t good_to_bad_ = 0;
    std::uint64_t bad_to_good_ = 0;
};
static_assert(std::is_trivially_copyable_v<LossPattern>);

} // namespace wyn::stats
