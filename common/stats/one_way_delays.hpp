// One-way delay in both directions between clocks that nobody synchronised, of a stream of any
// length, in fixed memory.
//
// A delay splits into two parts. What a probe took longer than the quickest one in its direction,
// free of skew, is its queueing delay: that needs no synchronised clocks, and is RFC 5481's packet
// delay variation. What the quickest one took is known only together with the clocks' offset, so
// with a bound (clock_fit.hpp).
//
// The newest probes, of a minute and at most 8192, are kept as they are, and so is the evidence of
// one to two minutes. Up to there the fit is that of the whole stream at once. Of a longer stream
// the older half of those probes is settled by the fit of that time, again and again: a crystal
// keeps its rate for minutes, not for hours. So the quickest probe is then that of a minute or two
// around.
#pragma once

#include "stats/clock_fit.hpp"
#include "stats/clock_steps.hpp"
#include "stats/histogram.hpp"
#include "stats/rtp_jitter.hpp"
#include "stats/signed_histogram.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace wyn::stats {

struct DelayDirection {
    Histogram queueing;        // of every probe for whose time a fit was possible
    SignedHistogram variation; // IPDV, RFC 3393: against the probe right before, both returned
    RtpJitter jitter;          // in the order of sending
    std::optional<Duration> newest_queueing;
    // By the clocks' word, with their offset in it, of the quickest probe at the newest time.
    std::optional<Duration> lowest;
};

struct OneWayPicture {
    DelayDirection up;
    DelayDirection down;
    // The following are of the newest stretch without a step; nothing when there is no fit.
    struct Clocks {
        Duration offset{};   // of the server's clock against ours, newest time, in the middle
        Duration half_gap{}; // half the lowest round trip
        Duration bound{};    // of the offset, at any time of the stretch that is in sight
        double skew = 0;     // see ClockFit, these three
        double least_skew = 0;
        double most_skew = 0;
        Duration covers{}; // the time that it was fitted over
    };
    std::optional<Clocks> clocks;
    Duration largest_bound{}; // over all stretches
    std::uint64_t clock_steps = 0;
    std::uint64_t without_fit = 0; // probes
};

class OneWayDelays {
public:
    static constexpr std::size_t most_kept = 8192;
    static constexpr Duration window = 60s;

    OneWayDelays();

    // A probe that returned, in the order of sending. Gives the step of the clocks that was found,
    // if one was, and where.
    struct Step {
        std::uint32_t before_number = 0;
        Duration size{}; // of the server's clock against ours
    };
    std::optional<Step> record(const OneWaySample& sample);

    // All of it, with what is not settled yet as it looks now.
    OneWayPicture picture() const;
    // Of the newest probes, oldest first: for how they depend on one another. Of the latter two
    // only those for which a fit is possible.
    struct Series {
        std::vector<Duration> rtt;
        std::vector<Duration> up; // queueing delay
        std::vector<Duration> down;
    };
    Series newest() const;
    // By all that is in sight; 0 when there is no fit.
    double skew() const;

private:
    // A stretch of time without a step, and where its numbers start from.
    struct Stretch {
        MonoTime origin{};
        Duration base{};      // there - base and back + base are small
        ClockEvidence before; // of up to a minute
        ClockEvidence current;
        MonoTime before_from{};
        MonoTime current_from{};
        bool begun = false;
    };
    struct Totals {
        DelayDirection up;
        DelayDirection down;
        std::optional<OneWaySample> previous; // of the same stretch
        Duration largest_bound{};
        std::uint64_t without_fit = 0;
    };

    static void measure(const Stretch& stretch, const std::optional<ClockFit>& fit,
                        const OneWaySample& sample, Totals& into);
    static void add(Stretch& stretch, const OneWaySample& sample);
    static std::optional<ClockFit> fit_of(const Stretch& stretch);
    std::vector<OneWaySample> unsettled() const;
    Stretch with_all_in_sight() const;
    void take(const OneWaySample& sample);
    void settle(std::size_t count);
    void begin_stretch();

    ClockStepWatch watch_;
    std::vector<OneWaySample> kept_; // past the watch, not settled; never more than most_kept
    Stretch stretch_;
    Totals totals_;
    std::uint64_t steps_ = 0;
};

} // namespace wyn::stats
