// What waits for the line, and who of it goes next: one class for each discipline.
//
// A packet may end on its way in or on its way out; those that did are left in `ended`, with their
// fate and its time.
#pragma once

#include "link/chance.hpp"
#include "link/link_spec.hpp"
#include "link/packet.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace wyn::link {

// Packets in the order in which they came.
class Fifo {
public:
    void push(const Record& record) {
        bytes_ += record.packet.bytes;
        records_.push_back(record);
    }
    std::optional<Record> pop() {
        if (records_.empty()) return std::nullopt;
        std::optional<Record> first{records_.front()};
        records_.pop_front();
        bytes_ -= first->packet.bytes;
        return first;
    }
    std::uint64_t bytes() const { return bytes_; }
    std::uint64_t packets() const { return records_.size(); }

private:
    std::deque<Record> records_;
    std::uint64_t bytes_ = 0;
};

// Ends the packet and adds it to `ended`.
void end(WorldTime now, Record record, Fate fate, std::vector<Record>& ended);
// Sets CE if the packet says that its ends can bear it (RFC 3168, section 5); false when it does
// not.
bool mark_ce(Record& record);

class Queue {
public:
    // `line`: its rate, by which RED reckons idle time.
    Queue(const QueueSpec& spec, BitRate line) : spec_{spec}, line_{line} {}
    virtual ~Queue() = default;
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;

    // The times of all calls ascend; a packet enters at the time at which it arrived.
    virtual void enqueue(WorldTime now, const Record& record, std::vector<Record>& ended) = 0;
    // The next one to be sent; nothing when none is left.
    virtual std::optional<Record> dequeue(WorldTime now, std::vector<Record>& ended) = 0;
    virtual std::uint64_t bytes() const = 0;
    virtual std::uint64_t packets() const = 0;

    // Other numbers from now on. The discipline stays.
    void change(const QueueSpec& spec, BitRate line);

protected:
    const QueueSpec& spec() const { return spec_; }
    BitRate line() const { return line_; }
    // Whether there is room for one more.
    bool fits(const Record& record) const {
        return bytes() + record.packet.bytes <= spec_.bytes && packets() < spec_.packets;
    }

    bool is_over_full() const { return bytes() > spec_.bytes || packets() > spec_.packets; }

private:
    QueueSpec spec_;
    BitRate line_;
};

std::unique_ptr<Queue> make_queue(const QueueSpec& spec, BitRate line, const Chance& chance);

} // namespace wyn::link
