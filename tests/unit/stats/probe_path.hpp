// A made-up path between two hosts whose clocks nobody synchronised, and probes that cross it: what
// the statistics of delay are held against, because here the truth is known.
#pragma once

#include "base/random.hpp"
#include "stats/probe_record.hpp"

#include <cmath>
#include <functional>

namespace wyn::test {

class ProbePath {
public:
    struct Settings {
        Duration interval = 10ms;
        Duration floor_up = 12ms; // the least one-way delays, by our clock
        Duration floor_down = 8ms;
        Duration jitter_up = 200us; // mean of an exponential distribution, on top
        Duration jitter_down = 200us;
        Duration held = 20us; // by the server
        Duration offset = 0s; // of the server's clock against ours, when the first probe is sent
        double skew = 0;      // what it gains per second of ours
        double loss_up = 0;   // probabilities
        double loss_down = 0;
        // Further delay at a time since the first probe, such as of a queue.
        std::function<Duration(Duration)> queue_up = [](Duration) { return Duration::zero(); };
        std::function<Duration(Duration)> queue_down = [](Duration) { return Duration::zero(); };
        // Further offset of the server's clock at that time: steps.
        std::function<Duration(Duration)> step = [](Duration) { return Duration::zero(); };
    };

    explicit ProbePath(const Settings& settings, std::uint64_t seed)
        : settings_{settings}, random_{seed} {}

    // The next probe, as soon as its fate is settled; all stamps are the kernel's.
    stats::ProbeRecord next() {
        const Duration since = settings_.interval * static_cast<Duration::rep>(number_);
        const Duration sent = since + jitter(30us);
        const Duration arrived =
            sent + settings_.floor_up + jitter(settings_.jitter_up) + settings_.queue_up(sent);
        const Duration answered = arrived + settings_.held;
        newest_up_ = arrived - sent;
        newest_down_ =
            settings_.floor_down + jitter(settings_.jitter_down) + settings_.queue_down(answered);
        const Duration received = answered + newest_down_;
        stats::ProbeRecord record{.number = number_++,
                                  .fate = fate(),
                                  .planned = origin + since,
                                  .handed = origin + since + 1us,
                                  .sent = kernel(origin + sent),
                                  .far_received = kernel(by_server(arrived)),
                                  .far_sent = kernel(by_server(answered)),
                                  .received = kernel(origin + received),
                                  .read = origin + received + 15us,
                                  .far_handed = by_server(answered)};
        newest_sent_ = origin + sent;
        return record;
    }

    // How far the server's clock is ahead of ours at a time of ours.
    double true_offset_ns(MonoTime at) const { return offset_ns(at - origin); }
    // One-way delays of the newest probe.
    Duration newest_up() const { return newest_up_; }
    Duration newest_down() const { return newest_down_; }
    MonoTime newest_sent() const { return newest_sent_; }

    static constexpr MonoTime origin{5000s};

private:
    double offset_ns(Duration since) const {
        return static_cast<double>((settings_.offset + settings_.step(since)).count()) +
               settings_.skew * static_cast<double>(since.count());
    }
    MonoTime by_server(Duration since) const {
        return origin + since + Duration{std::llround(offset_ns(since))};
    }
    Duration jitter(Duration mean) {
        const double draw = -std::log1p(-random_.unit());
        return Duration{std::llround(draw * static_cast<double>(mean.count()))};
    }
    stats::ProbeFate fate() {
        if (random_.chance(settings_.loss_up)) return stats::ProbeFate::lost_there;
        if (random_.chance(settings_.loss_down)) return stats::ProbeFate::lost_back;
        return stats::ProbeFate::returned;
    }
    static Stamp kernel(MonoTime time) { return {time, StampOrigin::kernel}; }

    Settings settings_;
    SeededRandom random_;
    std::uint32_t number_ = 0;
    Duration newest_up_{};
    Duration newest_down_{};
    MonoTime newest_sent_{};
};

// A queue that stands at `delay` from `from` until `until`; it fills and drains by a second a
// second.
inline auto queue_between(Duration from, Duration until, Duration delay) {
    return [=](Duration at) {
        if (at < from || at > until + delay) return Duration::zero();
        if (at < from + delay) return at - from;
        return at > until ? until + delay - at : delay;
    };
}

} // namespace wyn::test
