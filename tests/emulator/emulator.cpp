#include "emulator/emulator.hpp"

#include "clock/system_clock.hpp"

#include <poll.h>

#include <algorithm>

namespace wyn::emulator {

using link::WorldTime;

namespace {

constexpr std::size_t longest_packet = 65535;
// Taken in at a time: what is due must not wait for a flood.
constexpr int batch = 64;

Duration until_due(WorldTime now, WorldTime due) {
    // What is due never is farther than the range of a Duration from now on, but "never" is.
    return due == link::end_of_time ? Duration::max() : std::max(due - now, Duration::zero());
}

timespec to_timespec(Duration duration) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
    return {.tv_sec = seconds.count(), .tv_nsec = (duration - seconds).count()};
}

} // namespace

Result<Emulator> Emulator::make(const Settings& settings) {
    auto client = TunDevice::make(settings.client_namespace, settings.device);
    if (!client) return pass_on(client, "the client's end");
    auto server = TunDevice::make(settings.server_namespace, settings.device);
    if (!server) return pass_on(server, "the server's end");
    std::optional<TruthLog> log;
    if (!settings.log.empty()) {
        auto created = TruthLog::create(settings.log);
        if (!created) return pass_on(created);
        log = std::move(*created);
    }
    return Emulator{settings, {std::move(*client), std::move(*server)}, std::move(log)};
}

Emulator::Emulator(const Settings& settings, std::array<TunDevice, 2> devices,
                   std::optional<TruthLog> log)
    : devices_{std::move(devices)},
      ways_{Way{"up", Carrier{settings.scenario.up.direction, settings.seed}, 0, 1, {}},
            Way{"down", Carrier{settings.scenario.down.direction, settings.seed + 1}, 1, 0, {}}},
      log_{std::move(log)}, longest_{settings.longest}, buffer_(longest_packet) {}

WayReport Emulator::report(const Way& way) {
    WayReport report = way.report;
    report.summary = way.carrier.summary();
    return report;
}

WorldTime Emulator::now() {
    return begin_ ? WorldTime{mono_now() - *begin_} : WorldTime{};
}

Result<void> Emulator::run(int stop) {
    started_ = mono_now();
    while (wait(stop)) {
        for (Way& way : ways_)
            take_in(way);
        for (Way& way : ways_)
            let_out(way);
    }
    return log_ ? log_->finish() : Result<void>{};
}

// False: it is over.
bool Emulator::wait(int stop) {
    const Duration left = started_ + longest_ - mono_now();
    if (left <= Duration::zero()) return false;
    const WorldTime moment = now();
    const Duration due = std::min(until_due(moment, ways_[0].carrier.due()),
                                  until_due(moment, ways_[1].carrier.due()));
    const timespec timeout = to_timespec(std::min(left, due));
    std::array<pollfd, 3> polled{pollfd{.fd = devices_[0].descriptor(), .events = POLLIN},
                                 pollfd{.fd = devices_[1].descriptor(), .events = POLLIN},
                                 pollfd{.fd = stop, .events = POLLIN}};
    ::ppoll(polled.data(), polled.size(), &timeout, nullptr);
    return polled[2].revents == 0;
}

void Emulator::take_in(Way& way) {
    for (int i = 0; i < batch; ++i) {
        const auto packet = devices_[way.from].read(buffer_);
        if (!packet) return;
        const auto seen = describe(*packet);
        if (!seen) {
            ++way.report.ignored;
            continue;
        }
        if (!begin_) begin_ = mono_now();
        way.carrier.offer(now(), *packet, *seen);
    }
}

void Emulator::let_out(Way& way) {
    while (const auto departure = way.carrier.take(now())) {
        const link::Record& record = departure->record;
        WorldTime departed = record.departed;
        if (!departure->answer.empty()) (void)devices_[way.from].write(departure->answer);
        if (!departure->delivered.empty()) {
            if (!devices_[way.to].write(departure->delivered)) ++way.report.refused;
            departed = now();
            way.report.lateness.record(departed - record.departed);
        }
        if (log_) log_->add(way.name, *departure, departed);
    }
}

} // namespace wyn::emulator
