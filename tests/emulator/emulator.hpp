// An emulated path between two network namespaces: two TUN devices, and a link model for each
// direction between them. One thread, which sleeps until a packet comes or is due.
#pragma once

#include "emulator/carrier.hpp"
#include "emulator/truth_log.hpp"
#include "emulator/tun_device.hpp"
#include "link/scenario.hpp"
#include "stats/histogram.hpp"

#include <array>

namespace wyn::emulator {

struct Settings {
    link::Scenario scenario;
    std::uint64_t seed = 1;
    // Files of network namespaces, in which a device `device` is made each.
    std::string client_namespace;
    std::string server_namespace;
    std::string device = "wyn-path";
    std::string log; // of the truth; empty: none
    Duration longest = std::chrono::minutes{10};
};

// What one direction did, and how well.
struct WayReport {
    link::Summary summary;
    stats::Histogram lateness; // of the departures: after the time at which the model let them go
    std::uint64_t ignored = 0; // packets that no link carries
    std::uint64_t refused = 0; // by the host that they were for
};

class Emulator {
public:
    static Result<Emulator> make(const Settings& settings);

    // Until `stop`, a descriptor, can be read, or the longest time is over. The world begins with
    // the first packet.
    Result<void> run(int stop);

    WayReport up() const { return report(ways_[0]); }
    WayReport down() const { return report(ways_[1]); }

private:
    // A direction, from one device to the other.
    struct Way {
        std::string_view name;
        Carrier carrier;
        std::size_t from; // indices of devices_
        std::size_t to;
        WayReport report;
    };
    Emulator(const Settings& settings, std::array<TunDevice, 2> devices,
             std::optional<TruthLog> log);

    static WayReport report(const Way& way);
    link::WorldTime now();
    bool wait(int stop);
    void take_in(Way& way);
    void let_out(Way& way);

    std::array<TunDevice, 2> devices_; // of the client, of the server
    std::array<Way, 2> ways_;          // up, down
    std::optional<TruthLog> log_;
    Duration longest_;
    MonoTime started_{};
    std::optional<MonoTime> begin_; // of the world
    std::vector<std::uint8_t> buffer_;
};

} // namespace wyn::emulator
