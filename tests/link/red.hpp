// Random early detection: Floyd and Jacobson, "Random Early Detection Gateways for Congestion
// Avoidance" (IEEE/ACM Transactions on Networking, 1993), in bytes, with the gentle slope that
// Floyd recommended later (2000).
#pragma once

#include "link/tail_drop.hpp"

namespace wyn::link {

class Red final : public TailDrop {
public:
    Red(const QueueSpec& spec, BitRate line, const Chance& chance)
        : TailDrop{spec, line}, chance_{chance} {}

    std::optional<Record> dequeue(WorldTime now, std::vector<Record>& ended) override;

private:
    Verdict judge(WorldTime now, const Record& record) override;
    void average(WorldTime now, const Record& record);
    double chance() const;

    Chance chance_;
    double average_ = 0;     // bytes
    double since_last_ = -1; // packets since one was dropped or marked
    std::optional<WorldTime> empty_since_{WorldTime{}};
};

} // namespace wyn::link
