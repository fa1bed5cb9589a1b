// One direction of a path of the simulated world: the link model, which knows sizes and times, with
// the datagrams that it carries, as events of the world.
#pragma once

#include "link/link_model.hpp"
#include "sim/ledger.hpp"

#include <functional>
#include <unordered_map>

namespace wyn::sim {

using link::LinkSpec;

class SimLink {
public:
    using Deliver = std::function<void(Packet)>;
    using Filter = std::function<bool(const Packet&)>;
    // Tells the sender of the packet what the largest is that passes.
    using TellTooBig = std::function<void(const Packet&, std::size_t)>;

    SimLink(EventQueue& queue, Ledger& ledger, SeededRandom random,
            const link::Direction& direction)
        : queue_{queue}, ledger_{ledger}, random_{random}, model_{direction, random_.u64()},
          timer_{queue, [this] { pass_on(); }} {}

    // Called for each copy that comes out, when it does.
    void deliver_to(Deliver deliver) { deliver_ = std::move(deliver); }
    void carry(Packet packet);

    const LinkSpec& spec() const { return model_.spec(); }
    // From now on; what has left the queue stays as it was.
    void change(const LinkSpec& spec);
    // Datagrams for which it is true go no further. Empty: none.
    void filter(Filter filter) { filter_ = std::move(filter); }
    // Called where the link answers packets that are too big for it.
    void on_too_big(TellTooBig tell) { tell_too_big_ = std::move(tell); }
    // What it could carry and did, and what became of its packets.
    link::LinkModel& model() { return model_; }
    const link::Summary& summary() const { return model_.summary(); }

private:
    void pass_on();
    void pass_on(const link::Record& record);
    void damage(Packet& packet);

    EventQueue& queue_;
    Ledger& ledger_;
    SeededRandom random_;
    link::LinkModel model_;
    Deliver deliver_;
    Filter filter_;
    TellTooBig tell_too_big_;
    std::unordered_map<std::uint64_t, Packet> under_way_; // by their handles
    std::uint64_t next_handle_ = 0;
    Timer timer_;
};

} // namespace wyn::sim
