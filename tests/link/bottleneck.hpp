// Where packets wait and are sent one after the other: the queue, the line and its shaper.
#pragma once

#include "link/line_rate.hpp"
#include "link/queue.hpp"
#include "link/token_bucket.hpp"

#include <utility>

namespace wyn::link {

class Bottleneck {
public:
    Bottleneck(const LinkSpec& link, const Chance& chance);

    // The times of all calls ascend.

    void enter(WorldTime now, const Record& record);
    // When the next packet has been sent; end_of_time: there is none.
    WorldTime due() const { return due_; }
    // That packet. Only at due(); nothing when a batch is over.
    std::optional<Record> leave();
    // Those that ended in the queue since this was asked for last.
    std::vector<Record> take_ended() { return std::exchange(ended_, {}); }

    // From now on, for the packet that is being sent, too.
    void change(WorldTime now, const LinkSpec& link);

    const Queue& queue() const { return *queue_; }
    LineRate& line() { return line_; }
    // Tokens that the shaper has; nothing without one.
    std::optional<double> tokens(WorldTime now) const;

private:
    // The packet that has left the queue and is being sent.
    struct Sending {
        Record record;
        double bits = 0; // of it that are left
    };
    bool take_next(WorldTime now);
    void plan(WorldTime from);
    std::optional<Record> leave_batch();
    void send_until(WorldTime now);

    LinkSpec link_;
    LineRate line_;
    std::unique_ptr<Queue> queue_;
    std::optional<TokenBucket> shaper_;
    std::vector<Record> ended_;

    std::optional<Sending> sending_;
    WorldTime since_{}; // up to when the line's work has been used
    double credit_ = 0; // bits that the line did for nobody yet
    bool in_batch_ = false;
    WorldTime due_ = end_of_time;
};

} // namespace wyn::link
