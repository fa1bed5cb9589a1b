// One direction of an emulated path: a link model, and the bytes of the packets that are in it.
// Pure: whoever has the devices and the clock drives it.
#pragma once

#include "emulator/ip_packet.hpp"
#include "link/link_model.hpp"

namespace wyn::emulator {

class Carrier {
public:
    Carrier(const link::Direction& direction, std::uint64_t seed) : model_{direction, seed} {}

    // What became of one packet, or of one copy of it. The spans are valid until the next call.
    struct Departure {
        link::Record record;
        ConstBytes sent;      // as it entered
        ConstBytes delivered; // as it comes out; empty when it does not
        ConstBytes answer;    // for its sender, of a router that could not pass it on; else empty
    };

    // A packet enters; `seen` is what describe() said of it. Times ascend over all calls.
    void offer(link::WorldTime now, ConstBytes packet, link::Packet seen);
    // When there will be something to take, at the latest.
    link::WorldTime due() const { return model_.due(); }
    std::optional<Departure> take(link::WorldTime now);

    const link::Summary& summary() const { return model_.summary(); }
    // Packets of which bytes are kept.
    std::size_t kept() const { return packets_.size() - free_.size(); }

private:
    std::size_t place_for(ConstBytes packet);
    Departure come_out(const link::Record& record);

    link::LinkModel model_;
    std::vector<std::vector<std::uint8_t>> packets_; // found by the handles of the model's packets
    std::vector<std::size_t> free_;
    std::vector<std::uint8_t> out_; // of the newest departure
};

} // namespace wyn::emulator
