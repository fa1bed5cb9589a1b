// Proportional integral controller enhanced, RFC 8033: packets are dropped or marked on arrival,
// with a chance that follows the delay of the queue, which is that of the packet that left last.
#pragma once

#include "link/tail_drop.hpp"

namespace wyn::link {

class Pie final : public TailDrop {
public:
    Pie(const QueueSpec& spec, BitRate line, const Chance& chance)
        : TailDrop{spec, line}, chance_{chance} {}

    std::optional<Record> dequeue(WorldTime now, std::vector<Record>& ended) override;

private:
    Verdict judge(WorldTime now, const Record& record) override;
    void update_until(WorldTime now);
    void update();
    bool strikes(const Record& record);

    Chance chance_;
    double drop_chance_ = 0;
    double accumulated_ = 0; // of the chances since the last drop
    Duration delay_{};
    Duration old_delay_{};
    Duration burst_allowance_ = 150ms; // MAX_BURST
    WorldTime next_update_{};
};

} // namespace wyn::link
