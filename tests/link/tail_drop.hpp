// One queue for all: who finds no room is dropped, and an AQM in front of it may have its say
// first.
#pragma once

#include "link/queue.hpp"

namespace wyn::link {

class TailDrop : public Queue {
public:
    using Queue::Queue;

    void enqueue(WorldTime now, const Record& record, std::vector<Record>& ended) final;
    std::optional<Record> dequeue(WorldTime now, std::vector<Record>& ended) override;
    std::uint64_t bytes() const final { return fifo_.bytes(); }
    std::uint64_t packets() const final { return fifo_.packets(); }

protected:
    enum class Verdict : std::uint8_t { take, mark, drop };
    // What an AQM that acts on arrival makes of the packet.
    virtual Verdict judge(WorldTime /*now*/, const Record& /*record*/) { return Verdict::take; }
    Fifo& fifo() { return fifo_; }

private:
    Fifo fifo_;
};

} // namespace wyn::link
