// The truth that a measurement is held to: what a link could have carried to its far end between
// two times, and what it did carry.
#pragma once

#include "link/line_rate.hpp"

#include <span>

namespace wyn::link {

// What a token bucket held at every time, to the millisecond.
class TokenHistory {
public:
    // The times ascend.
    void note(WorldTime now, double level);
    // Of a bucket that was full before the first note.
    double level(WorldTime time, const TokenBucketSpec& spec) const;

private:
    struct Level {
        WorldTime time;
        double bytes;
    };
    std::vector<Level> levels_;
};

class Capacity {
public:
    explicit Capacity(const LinkSpec& link) : regimes_{regime_of(link)} {}

    void change(WorldTime now, const LinkSpec& link) { regimes_.set(now, regime_of(link)); }
    // Of the policers in their order, then of the shaper.
    void note_tokens(std::size_t bucket, WorldTime now, double level);
    void note_delivered(WorldTime now, std::uint32_t bytes);

    // The largest rate of IP bits at which packets of this size could have come out, on average
    // from `from` to `to`, had there always been one to send: the line without its overhead and the
    // traffic of others, held by the policers and the shaper to the tokens that were there and
    // those that came, without what is lost by chance behind them. unlimited() where nothing
    // limits.
    BitRate possible(LineRate& line, WorldTime from, WorldTime to,
                     std::uint32_t packet_bytes) const;
    // Of the packets that came out in the milliseconds that begin in this time.
    BitRate delivered(WorldTime from, WorldTime to) const;

private:
    struct Bucket {
        TokenBucketSpec spec;
        double kept = 1; // of what has passed it, as far as the line
    };
    // What holds from one change to the next.
    struct Regime {
        bool partitioned = false;
        Duration delay{};
        std::uint32_t overhead_bytes = 0;
        std::vector<Bucket> buckets;
        double kept_after = 1; // of what has left the line
    };
    struct Delivered {
        std::int64_t millisecond;
        std::uint64_t bytes; // up to its end
    };
    struct Flood; // what would come out
    static Regime regime_of(const LinkSpec& link);
    std::uint64_t delivered_before(WorldTime time) const;

    StepFunction<Regime> regimes_;
    std::vector<TokenHistory> tokens_;
    std::vector<Delivered> delivered_;
};

} // namespace wyn::link
