// One direction of a path, packet by packet: it takes packets at their times and gives them back at
// theirs, or says what became of them. It reads no clock and draws its chance from one seed.
//
//     model.offer(now, packet);
//     while (auto record = model.take(now)) ...
//     wait until model.due(), or for the next packet
#pragma once

#include "link/bottleneck.hpp"
#include "link/capacity.hpp"
#include "link/delay_line.hpp"
#include "link/summary.hpp"

#include <unordered_map>

namespace wyn::link {

class LinkModel {
public:
    LinkModel(const Direction& direction, std::uint64_t seed);
    LinkModel(const LinkSpec& link, std::uint64_t seed) : LinkModel{Direction{link, {}}, seed} {}

    // The times of all calls that take one ascend, but those of the two capacities.

    // A packet enters. What becomes of it comes out of take(), at the same time perhaps.
    void offer(WorldTime now, const Packet& packet);
    // When there will be something to take, at the latest; end_of_time: never, unless a packet
    // enters. What ended in the queue may be told later than it happened.
    WorldTime due() const;
    // What came out by now, or ended, one after the other in the order of time; nothing: no more.
    // A caller who comes late finds the times that were due in the records.
    std::optional<Record> take(WorldTime now);

    // Another link from now on; the discipline of the queue stays. What has left the queue stays as
    // it was.
    void change(WorldTime now, const LinkSpec& link);
    // As it is at the time of the last call.
    const LinkSpec& spec() const { return link_; }

    const Summary& summary() const { return summary_.summary(); }
    // See Capacity. Both count what comes out at the far end; times up to now.
    BitRate possible(WorldTime from, WorldTime to, std::uint32_t packet_bytes = 1500) {
        return capacity_.possible(bottleneck_.line(), from, to, packet_bytes);
    }
    BitRate delivered(WorldTime from, WorldTime to) const { return capacity_.delivered(from, to); }

private:
    // The packets of one number, where the link has made a copy.
    struct Family {
        std::uint32_t under_way = 2;
        bool delivered = false;
    };
    void advance(WorldTime now);
    void become(WorldTime now, const LinkSpec& link);
    std::optional<Fate> stopped(WorldTime now, Record& record);
    bool in_burst(std::uint64_t number);
    bool policed(WorldTime now, const Packet& packet);
    void leave_bottleneck();
    void tell_ended();
    void come_out(Record record);
    void rewrite(Record& record) const;
    void finish(Record record);

    LinkSpec link_;
    std::vector<Change> schedule_;
    std::size_t changes_ = 0;
    Chance chance_;
    std::vector<TokenBucket> policers_;
    bool bad_phase_ = false;
    Bottleneck bottleneck_;
    DelayLine delay_line_;
    SummaryMaker summary_;
    Capacity capacity_;
    std::uint64_t packets_ = 0;
    std::unordered_map<std::uint64_t, Family> families_;
    std::deque<Record> out_;
};

} // namespace wyn::link
