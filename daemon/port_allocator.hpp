// Which of the configured ports are free. Pure: whether a port can really be opened is asked of
// whoever owns the sockets, because other programs may sit on some of them.
#pragma once

#include "base/random.hpp"
#include "settings/server_config.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace wyn::daemon {

class PortAllocator {
public:
    // The ranges do not overlap and hold at least three ports (the configuration sees to it).
    explicit PortAllocator(const std::vector<settings::PortRange>& ranges);

    using Ports = std::array<std::uint16_t, 3>; // control, upload, download
    using Open = std::function<bool(std::uint16_t port)>;
    using Close = std::function<void(std::uint16_t port)>;

    // Three free ports that could be opened, drawn by chance (RFC 6056: not to be guessed), or
    // nothing; then none is open and none is taken. Ports that cannot be opened are passed over.
    std::optional<Ports> take(Random& random, const Open& open, const Close& close);
    // They are free again. WYN_CHECKs that they were taken.
    void give_back(const Ports& ports);

    std::size_t total() const { return free_.size() + taken_; }
    std::size_t free() const { return free_.size(); }

private:
    std::vector<std::uint16_t> free_; // in no order: drawn from by swapping with the last
    std::vector<bool> is_taken_;      // by port number
    std::size_t taken_ = 0;
};

} // namespace wyn::daemon
