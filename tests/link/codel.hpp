// Controlled delay, RFC 8289: packets are dropped or marked on their way out while the queue has
// not been short for an interval.
#pragma once

#include "link/tail_drop.hpp"

#include <algorithm>

namespace wyn::link {

// The control law over one queue, whoever owns that; the pseudocode of RFC 8289, section 5.
class CodelLaw {
public:
    std::optional<Record> dequeue(WorldTime now, Fifo& queue, const QueueSpec& spec,
                                  std::vector<Record>& ended);
    void saw(const Record& record) { largest_ = std::max(largest_, record.packet.bytes); }

private:
    struct Next {
        std::optional<Record> record;
        bool too_late = false; // the queue has been above the target for an interval
    };
    Next take(WorldTime now, Fifo& queue, const QueueSpec& spec);
    WorldTime control_law(WorldTime from, const QueueSpec& spec) const;
    void keep_dropping(WorldTime now, Next& next, Fifo& queue, const QueueSpec& spec,
                       std::vector<Record>& ended);
    void begin_dropping(WorldTime now, Next& next, Fifo& queue, const QueueSpec& spec,
                        std::vector<Record>& ended);

    std::uint32_t largest_ = 0; // packet so far; a queue of less is not a standing one
    std::optional<WorldTime> first_above_;
    bool dropping_ = false;
    WorldTime drop_next_{};
    std::uint32_t count_ = 0; // drops in this dropping state
    std::uint32_t last_count_ = 0;
};

class Codel final : public TailDrop {
public:
    using TailDrop::TailDrop;
    std::optional<Record> dequeue(WorldTime now, std::vector<Record>& ended) override {
        return law_.dequeue(now, fifo(), spec(), ended);
    }

private:
    Verdict judge(WorldTime /*now*/, const Record& record) override {
        law_.saw(record);
        return Verdict::take;
    }
    CodelLaw law_;
};

} // namespace wyn::link
