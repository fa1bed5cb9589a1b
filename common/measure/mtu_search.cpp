#include "measure/mtu_search.hpp"

#include <algorithm>
#include <utility>

namespace wyn::measure {

namespace {

// What Ethernet carries, and nearly every path that is not made of jumbo frames.
constexpr std::uint16_t ordinary = 1500;
// What is left of it where others take their share: PPPoE (1492), GRE and IP-in-IP tunnels (1476,
// 1480), 6in4 and GENEVE (1460, 1450), WireGuard (1420, 1440), IPsec (1400), IPv6's minimum (1280).
constexpr std::array<std::uint16_t, 9> common{1280, 1400, 1420, 1440, 1450, 1460, 1476, 1480, 1492};
static_assert(common.size() < MtuSearch::most_sizes); // and the hint

constexpr std::uint32_t tries = 3; // RFC 8899, section 5.1.2: MAX_PROBES
constexpr std::uint32_t tries_when_lossy = 6;
constexpr std::uint32_t tries_to_confirm = 6; // and twice as many when lossy
constexpr std::uint32_t most_rounds = 12;

} // namespace

std::string_view name(MtuLimit limit) {
    switch (limit) {
    case MtuLimit::none: return "none";
    case MtuLimit::host: return "host";
    case MtuLimit::router: return "router";
    case MtuLimit::silence: return "black_hole";
    }
    return "unknown";
}

MtuSearch::MtuSearch(std::uint16_t known, std::uint16_t ceiling)
    : ceiling_{std::max(known, ceiling)}, low_{known}, high_{ceiling_ + std::uint32_t{1}} {
    plan();
}

bool MtuSearch::on_passed(std::uint16_t size) {
    if (size <= low_ || size > ceiling_) return false;
    if (silences_ > 0) lossy_ = true;
    low_ = size;
    passed_ = size;
    if (high_ <= size) { // it was chance that had lost it
        high_ = ceiling_ + std::uint32_t{1};
        any_failed_ = failed_at_host_ = confirming_ = false;
        vanished_ = 0;
        if (done()) plan();
    }
    return settle();
}

bool MtuSearch::on_refused(std::uint16_t size) {
    fail_from(size, true);
    return settle();
}

bool MtuSearch::on_far_hint(std::uint16_t mtu) {
    fail_from(std::max(mtu, ordinary) + std::uint32_t{1}, true);
    return settle();
}

void MtuSearch::on_silence() {
    if (done()) return;
    ++silences_;
    if (silences_ < most_tries()) return;
    vanished_ = std::exchange(confirming_, false) ? silences_ : 0;
    fail_from(*std::ranges::min_element(sizes()), false);
    settle();
}

std::uint32_t MtuSearch::most_tries() const {
    if (confirming_) return lossy_ ? 2 * tries_to_confirm : tries_to_confirm;
    return lossy_ ? tries_when_lossy : tries;
}

void MtuSearch::fail_from(std::uint32_t size, bool by_host) {
    if (size >= high_ || size <= low_) return;
    high_ = size;
    any_failed_ = true;
    failed_at_host_ = by_host;
}

// Goes on to the next round when nothing of this one is open any more.
bool MtuSearch::settle() {
    if (done()) return false;
    drop_known();
    if (count_ > 0) return false;
    plan();
    return !done();
}

void MtuSearch::drop_known() {
    const std::uint32_t known_above = confirming_ ? high_ + 1 : high_;
    const auto is_known = [=, this](std::uint16_t size) {
        return size <= low_ || size >= known_above;
    };
    auto* const end = std::remove_if(sizes_.begin(), sizes_.begin() + count_, is_known);
    count_ = static_cast<std::size_t>(end - sizes_.begin());
}

void MtuSearch::plan() {
    silences_ = 0;
    const bool found = low_ + std::uint32_t{1} >= high_ || (any_failed_ && hint_ == low_);
    if (++rounds_ > most_rounds) return;
    if (found && limit() == MtuLimit::silence && vanished_ == 0) {
        confirming_ = true; // it may have been chance: who speaks of a black hole should be sure
        sizes_[count_++] = static_cast<std::uint16_t>(high_);
        return;
    }
    if (found) return;
    if (!any_failed_) {
        add(ordinary);
        add(ceiling_);
        return;
    }
    plan_common_sizes();
    if (count_ == 0) plan_evenly();
}

void MtuSearch::add(std::uint16_t size) {
    const bool is_open = size > low_ && size < high_;
    if (is_open && std::ranges::find(sizes(), size) == sizes().end()) sizes_[count_++] = size;
}

void MtuSearch::plan_common_sizes() {
    if (hint_) add(*hint_);
    for (const std::uint16_t size : common)
        add(size);
}

// Splits what is open into equal parts.
void MtuSearch::plan_evenly() {
    const std::uint32_t gap = high_ - low_;
    for (std::uint32_t i = 1; i <= most_sizes; ++i)
        add(static_cast<std::uint16_t>(low_ + gap * i / (most_sizes + 1)));
}

MtuLimit MtuSearch::limit() const {
    if (!any_failed_) return MtuLimit::none;
    if (failed_at_host_) return MtuLimit::host;
    return hint_ && *hint_ < high_ ? MtuLimit::router : MtuLimit::silence;
}

} // namespace wyn::measure
