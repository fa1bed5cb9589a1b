#include "verdict/signs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wyn::verdict {

namespace {

// Delay differences below this are the hosts' (the least that S3 takes for a queue, too).
constexpr Duration host_noise = 3ms;

std::optional<Share> share_of(const std::optional<std::uint64_t>& hits,
                              const std::optional<std::uint64_t>& trials) {
    if (!hits || !trials) return std::nullopt;
    return Share{.hits = std::min(*hits, *trials), .trials = *trials};
}

std::optional<std::uint64_t> left_sender(const Load& load) {
    if (!load.packets_offered) return std::nullopt;
    return *load.packets_offered - std::min(load.refused.value_or(0), *load.packets_offered);
}

Duration noise(const Load& load) {
    const Duration spread = load.latency && load.latency->idle_spread
                                ? std::max(*load.latency->idle_spread, Duration::zero())
                                : Duration::zero();
    return std::max(host_noise, 2 * std::min(spread, Duration{1h}));
}

DelaySign sign_of(const Load& load, Duration added) {
    const Duration ordinary = noise(load);
    if (added < ordinary) return DelaySign::flat;
    return added >= std::max(climbing_delay, ordinary) ? DelaySign::climbs : DelaySign::some;
}

} // namespace

std::string_view noun(wire::Direction direction) {
    return direction == wire::Direction::up ? "upload" : "download";
}
std::string_view sender_of(const Load& load) {
    return load.direction == wire::Direction::up ? "this host" : "the server";
}
std::string_view receiver_of(const Load& load) {
    return load.direction == wire::Direction::up ? "the server" : "this host";
}
std::string on(std::string_view host) {
    return fmt::format("On {}: ", host);
}
std::string capitalised(std::string sentence) {
    if (!sentence.empty() && sentence.front() >= 'a' && sentence.front() <= 'z')
        sentence.front() = static_cast<char>(sentence.front() - 'a' + 'A');
    return sentence;
}

bool loses_only_when_full(const Load& load) {
    const auto whole = path_loss(load);
    if (!whole || !load.low_rate_loss) return false;
    return load.low_rate_loss->ratio() < noticeable_loss &&
           interval_of(*load.low_rate_loss).high < interval_of(*whole).low;
}

std::optional<bool> has_flow_queueing(const Load& load) {
    if (!load.in_band || !load.latency) return std::nullopt;
    const auto at_last = has_flow_queueing(*load.in_band, *load.latency);
    const auto then = load.then ? has_flow_queueing(*load.in_band, *load.then) : at_last;
    return then == at_last ? then : std::nullopt;
}

std::optional<Share> path_loss(const Load& load) {
    return share_of(load.path_lost, left_sender(load));
}

std::optional<Share> socket_loss(const Load& load) {
    if (!load.socket_drops || !load.received) return std::nullopt;
    return Share{.hits = *load.socket_drops, .trials = *load.socket_drops + *load.received};
}

std::optional<Share> refused_share(const Load& load) {
    return share_of(load.refused, load.packets_offered);
}

std::optional<Share> skipped_share(const Load& load) {
    if (!load.skipped || !load.packets_offered) return std::nullopt;
    return Share{.hits = *load.skipped, .trials = *load.skipped + *load.packets_offered};
}

Level level_of_loss(double ratio) {
    return ratio >= bad_loss ? Level::bad : ratio >= noticeable_loss ? Level::warn : Level::good;
}

bool exceeds(const std::optional<Share>& share, double ratio) {
    return share && interval_of(*share).low >= ratio;
}

bool are_many(const std::optional<std::uint64_t>& drops, const Load& load) {
    return drops && load.packets_offered &&
           Share{.hits = std::min(*drops, *load.packets_offered), .trials = *load.packets_offered}
                   .ratio() >= noticeable_loss;
}

bool filled(const Load& load) {
    if (load.capacity)
        return load.capacity->word == CapacityWord::ok ||
               load.capacity->word == CapacityWord::two_rate ||
               load.capacity->word == CapacityWord::unstable;
    const bool found_limit =
        load.kind == LoadKind::searched && load.limited_by == wire::LimitedBy::nothing;
    return found_limit || load.limited_by == wire::LimitedBy::breaker ||
           (load.kind != LoadKind::searched && exceeds(path_loss(load), bad_loss));
}

bool hosts_kept_up(const Load& load) {
    const auto is_small = [](const std::optional<Share>& share) {
        return share && share->ratio() < noticeable_loss;
    };
    return is_small(socket_loss(load)) && is_small(refused_share(load)) &&
           !are_many(load.sender.queue_drops, load) && !are_many(load.sender.device_drops, load) &&
           !are_many(load.receiver.device_drops, load) &&
           !are_many(load.receiver.backlog_drops, load);
}

DelaySign own_delay(const Load& load) {
    return load.in_band ? sign_of(load, *load.in_band) : DelaySign::unknown;
}
DelaySign delay_of_others(const Load& load) {
    return load.latency ? sign_of(load, load.latency->added) : DelaySign::unknown;
}

bool stolen(const Host& host) {
    return host.steal && *host.steal >= disturbing_steal;
}

std::optional<double> demand(const Host& host) {
    if (!host.thread_busy) return std::nullopt;
    return *host.thread_busy + host.thread_kept_waiting.value_or(0);
}

bool crowded_out(const Host& host) {
    return host.thread_kept_waiting && *host.thread_kept_waiting >= disturbing_wait;
}

bool stood_still(const Load& load) {
    const auto skipped = skipped_share(load);
    return load.kind != LoadKind::unpaced && skipped && skipped->ratio() >= too_much_skipped;
}

bool in_doubt(const Evidence& evidence, const Load& load) {
    const bool stalled = load.capacity && load.capacity->word == CapacityWord::host_stalled;
    return !load.complete || stalled || stolen(load.sender) || stolen(load.receiver) ||
           evidence.other_loads.value_or(0) > 0 || exceeds(socket_loss(load), bad_loss);
}

} // namespace wyn::verdict
