// When the next datagrams are due. An absolute schedule: the k-th datagram since the rate was set
// is due at start + k * gap, whatever happened before, so that no error adds up. What could not be
// sent in time is not made up for in a burst: beyond a small allowance it is skipped and counted.
// Without a rate (BitRate::unlimited()) there is no schedule: a full train is due at any time.
#pragma once

#include "base/units.hpp"
#include "clock/time.hpp"

#include <algorithm>

namespace wyn::measure {

class Pacer {
public:
    // A new rate (payload bits per second, not 0; unlimited: as fast as they leave) for datagrams
    // of this size, from `now` on. The datagram that was due next stays due at the same fraction of
    // its gap.
    void set_rate(MonoTime now, BitRate rate, std::uint32_t datagram_bytes);

    // Nothing is due until there is a rate again, whose schedule then begins anew, be it the same:
    // nobody was late for the time between.
    void pause() { gap_ns_ = 0; }

    // Where the schedule is late it goes on from `now`, and nothing of it is skipped.
    void postpone(MonoTime now) { start_ += std::max(now - due(), Duration::zero()); }

    // Datagrams that may leave now: 0 when none is due, at most one train. A train lasts at most
    // 100 us of the rate (250 us above 5 Gbit/s); up to 200 Mbit/s it is a single datagram.
    // With a horizon later than now, also what is due until then: somebody else will wait for it.
    std::uint32_t due_now(MonoTime now, MonoTime horizon);
    std::uint32_t due_now(MonoTime now) { return due_now(now, now); }
    // `count` of them have left (or were refused by the stack: their turn is over all the same).
    void on_sent(std::uint32_t count);

    // The load ends: what was due before `end` and has not left is skipped. At a constant rate,
    // sent and skipped datagrams together are then as many as the schedule has places.
    void stop(MonoTime end);

    // When due_now() gives something again. Without a schedule a time that has passed.
    MonoTime due() const;
    bool unpaced() const { return unpaced_; }

    // Datagrams whose time passed while the host was not running us.
    std::uint64_t skipped() const { return skipped_; }

private:
    MonoTime time_of(std::uint64_t number) const;

    MonoTime start_{};
    double gap_ns_ = 0; // 0: no schedule
    bool unpaced_ = false;
    std::uint64_t next_ = 0;
    std::uint32_t longest_train_ = 1;
    std::uint32_t allowance_ = 1;
    std::uint64_t skipped_ = 0;
};

} // namespace wyn::measure
