// Flow queuing with controlled delay, RFC 8290: a queue for each flow, served by deficit round
// robin with precedence for flows that have just begun, and CoDel on each of them.
#pragma once

#include "link/codel.hpp"

#include <list>

namespace wyn::link {

class FqCodel final : public Queue {
public:
    FqCodel(const QueueSpec& spec, BitRate line, const Chance& chance);

    void enqueue(WorldTime now, const Record& record, std::vector<Record>& ended) override;
    std::optional<Record> dequeue(WorldTime now, std::vector<Record>& ended) override;
    std::uint64_t bytes() const override { return bytes_; }
    std::uint64_t packets() const override { return packets_; }

private:
    struct Flow {
        Fifo queue;
        CodelLaw law;
        std::int64_t deficit = 0;
        bool listed = false;
    };
    using Turns = std::list<Flow*>;

    Flow& flow_of(const Packet& packet);
    void drop_from_longest(WorldTime now, std::vector<Record>& ended);
    std::optional<Record> take(WorldTime now, Flow& flow, std::vector<Record>& ended);
    void recount(const Flow& flow, std::uint64_t bytes_before, std::uint64_t packets_before);

    std::uint64_t salt_; // of the hash
    std::vector<Flow> flows_;
    Turns new_flows_;
    Turns old_flows_;
    std::uint64_t bytes_ = 0;
    std::uint64_t packets_ = 0;
};

} // namespace wyn::link
