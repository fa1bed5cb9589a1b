#include "session/byte_budget.hpp"

#include "wire/layout.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

constexpr std::uint64_t largest_headers = 48; // of IPv6 and UDP
constexpr std::uint64_t probe_and_echo = 2 * (wire::shortest_probe + largest_headers);
constexpr std::uint64_t beats_per_second = 3 * 3 * (sizeof(wire::BeatLayout) + largest_headers) * 4;

// Beside a load: a probe each 20 ms, and a feedback each 20 ms that tells of the steps of half a
// second (session/bulk_receiver.cpp), which are 30 ms long.
constexpr std::uint64_t probes_per_second = 50 * probe_and_echo;
constexpr std::uint64_t feedback_per_second =
    50 * (sizeof(wire::FeedbackLayout) + 20 * sizeof(wire::StepLayout) + sizeof(wire::Tag) +
          largest_headers);
constexpr std::uint64_t per_second = probes_per_second + feedback_per_second + beats_per_second;
// Feedback may take that much more while it is frequent, and START to REPORT a little.
constexpr std::uint64_t once = 8192 + 4096;
// Until the last datagram has arrived and the queues are empty again, feedback goes on, and what
// became of the last probes is asked for.
constexpr Duration afterwards = 2s;
// The handshake, the path's MTU where it is an ordinary one, and CLOSE at the end.
constexpr std::uint64_t of_the_session = 16 * 1024;
// Less tells nothing about a path of more than a megabit.
constexpr std::uint64_t least_load = 128 * 1024;
// Snapshots come ten times a second.
constexpr std::uint64_t unnoticed = per_second / 10;

std::uint64_t in(Duration time, std::uint64_t rate) {
    return static_cast<std::uint64_t>(to_seconds(time) * static_cast<double>(rate));
}

} // namespace

std::uint64_t most_beside_a_load(Duration load) {
    return once + in(load + afterwards, per_second);
}

std::uint64_t least_bytes(std::size_t directions, Duration load, Duration idle,
                          Duration idle_interval) {
    const auto probes = static_cast<std::uint64_t>(idle / idle_interval) + 1;
    const std::uint64_t before = probes * probe_and_echo + in(idle + afterwards, beats_per_second);
    return of_the_session + before + directions * (most_beside_a_load(load) + least_load);
}

std::uint64_t ByteBudget::begin(std::uint64_t used, std::size_t to_come, Duration load) {
    if (bytes_ == 0) return 0;
    const std::uint64_t taken = used + of_the_session;
    const std::uint64_t left = bytes_ > taken ? bytes_ - taken : 0;
    const std::uint64_t share = left / (to_come + 1);
    direction_end_ = used + share - std::min(share, unnoticed);
    const std::uint64_t beside = most_beside_a_load(load);
    // Even a direction without anything left must not be one without a limit.
    return std::max<std::uint64_t>(1, share - std::min(share, beside + share / 100));
}

} // namespace wyn::session
