// Puts packets on a link and collects what becomes of them.
#pragma once

#include "check.hpp"
#include "link/link_model.hpp"

namespace wyn::link {

constexpr BitRate kbit(std::uint64_t number) {
    return BitRate{number * 1000};
}
constexpr BitRate mbit(std::uint64_t number) {
    return BitRate{number * 1'000'000};
}

class Load {
public:
    Load(const Direction& direction, std::uint64_t seed = 1) : model_{direction, seed} {}
    Load(const LinkSpec& link, std::uint64_t seed = 1) : model_{link, seed} {}

    LinkModel& model() { return model_; }
    const std::vector<Record>& records() const { return records_; }

    // Lets the link go on to this time, and waits for nothing else.
    void run_until(WorldTime time) {
        while (model_.due() <= time)
            take(model_.due());
        take(time);
    }
    // Until all packets have their fate.
    void finish() {
        while (model_.due() != end_of_time && model_.summary().under_way() > 0)
            take(model_.due());
        CHECK(model_.summary().under_way() == 0);
    }
    void offer(WorldTime now, const Packet& packet) {
        run_until(now);
        model_.offer(now, packet);
        take(now);
    }
    // So many packets, the first one at `begin`, one every `gap`.
    void offer(std::size_t count, Duration gap, const Packet& packet, WorldTime begin = {}) {
        for (std::size_t i = 0; i < count; ++i)
            offer(begin + static_cast<Duration::rep>(i) * gap, packet);
    }
    // Packets of this rate (IP bits) from `begin` to `end`.
    void offer(BitRate rate, const Packet& packet, WorldTime begin, WorldTime end) {
        const double gap = packet.bytes * 8e9 / rate.as_double();
        for (double at = 0; begin + nanoseconds(at) < end; at += gap)
            offer(begin + nanoseconds(at), packet);
    }

    std::vector<Record> with(Fate fate) const {
        std::vector<Record> some;
        for (const Record& record : records_)
            if (record.fate == fate) some.push_back(record);
        return some;
    }
    std::vector<Record> delivered() const { return with(Fate::delivered); }

private:
    static Duration nanoseconds(double ns) { return Duration{static_cast<Duration::rep>(ns)}; }

    void take(WorldTime now) {
        while (auto record = model_.take(now))
            records_.push_back(*record);
    }

    LinkModel model_;
    std::vector<Record> records_;
};

// Within so much of it, relatively.
inline bool is_near(double value, double expected, double tolerance) {
    return value >= expected * (1 - tolerance) && value <= expected * (1 + tolerance);
}

} // namespace wyn::link
