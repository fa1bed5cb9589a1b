#include "daemon/port_allocator.hpp"

#include "base/check.hpp"

#include <utility>

namespace wyn::daemon {

PortAllocator::PortAllocator(const std::vector<settings::PortRange>& ranges) : is_taken_(65536) {
    for (const settings::PortRange& range : ranges)
        for (std::uint32_t port = range.first; port <= range.last; ++port)
            free_.push_back(static_cast<std::uint16_t>(port));
}

std::optional<PortAllocator::Ports> PortAllocator::take(Random& random, const Open& open,
                                                        const Close& close) {
    Ports ports{};
    std::size_t have = 0;
    // Drawn ports are moved behind `candidates`, so that each is tried at most once.
    for (std::size_t candidates = free_.size(); candidates > 0 && have < ports.size();) {
        const std::size_t drawn = random.below(candidates);
        std::swap(free_[drawn], free_[--candidates]);
        if (open(free_[candidates])) ports[have++] = free_[candidates];
    }
    if (have < ports.size()) {
        for (std::size_t i = 0; i < have; ++i)
            close(ports[i]);
        return std::nullopt;
    }
    for (const std::uint16_t port : ports)
        is_taken_[port] = true;
    std::erase_if(free_, [this](std::uint16_t port) { return is_taken_[port]; });
    taken_ += ports.size();
    return ports;
}

void PortAllocator::give_back(const Ports& ports) {
    for (const std::uint16_t port : ports) {
        WYN_CHECK(is_taken_[port]);
        is_taken_[port] = false;
        free_.push_back(port);
        --taken_;
    }
}

} // namespace wyn::daemon
