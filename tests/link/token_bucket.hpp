// Tokens that come at a rate, up to a limit: what policers and shapers count with.
#pragma once

#include "link/link_spec.hpp"

namespace wyn::link {

class TokenBucket {
public:
    explicit TokenBucket(const TokenBucketSpec& spec)
        : spec_{spec}, level_{static_cast<double>(spec.burst_bytes)} {}

    // The times of all calls ascend.

    // Takes so many tokens, if they are there.
    bool take(WorldTime now, std::uint32_t bytes);
    // The first moment from `from` on at which a packet of this size may go. One that is larger
    // than the bucket goes when that is full.
    WorldTime ready(WorldTime from, std::uint32_t bytes) const;
    // Takes them, and is in debt if there are too few.
    void charge(WorldTime now, std::uint32_t bytes);

    double level(WorldTime now) const;
    // From now on; what is there stays as far as there is room for it.
    void change(WorldTime now, const TokenBucketSpec& spec);

private:
    TokenBucketSpec spec_;
    double level_; // at `since_`
    WorldTime since_{};
};

} // namespace wyn::link
