#include "session/path_mtu.hpp"

#include <algorithm>

namespace wyn::session {

namespace {

// What has passed already: HELLO up, ASSIGN down.
constexpr std::uint16_t passed_up = sizeof(wire::HelloLayout);
constexpr std::uint16_t passed_down = sizeof(wire::AssignLayout);

constexpr Duration shortest_wait = 50ms;
constexpr Duration longest_wait = 2s;
// Enough for the edge of a black hole; what is not known by then is not worth more of the user's
// time.
constexpr Duration patience = 4s;
constexpr int patience_in_round_trips = 32;

constexpr std::uint64_t most_budget = 512 * 1024;
constexpr double budget_per_second = 16 * 1024;

PathMtu found_by(const measure::MtuSearch& search) {
    PathMtu found{.bytes = search.mtu().value_or(0)};
    if (found.bytes == 0 || !search.done()) return found;
    found.limit = search.limit();
    if (*found.limit == measure::MtuLimit::silence) found.vanished = search.vanished();
    return found;
}

} // namespace

PathMtuProber::PathMtuProber(const Setup& setup, MonoTime now)
    : setup_{setup}, give_up_{now + std::max(patience, patience_in_round_trips * setup.rtt)},
      up_{static_cast<std::uint16_t>(passed_up + setup.header_bytes), setup.ceiling},
      down_{static_cast<std::uint16_t>(passed_down + setup.header_bytes), setup.ceiling} {
    if (setup.kernel_mtu == 0) return;
    up_.search.on_hint(setup.kernel_mtu);
    static_cast<void>(down_.search.on_far_hint(setup.kernel_mtu));
    down_.ask();
}

void PathMtuProber::Way::ask() {
    const auto sizes = search.sizes();
    std::ranges::copy(sizes, waiting.begin());
    count = sizes.size();
}

std::optional<wire::Size> PathMtuProber::on_timer(MonoTime now) {
    for (Way* const way : {&up_, &down_}) {
        wait_for_answers(*way, now);
        if (auto size = next(*way, now)) return size;
    }
    return std::nullopt;
}

void PathMtuProber::wait_for_answers(Way& way, MonoTime now) {
    if (way.done() || way.count > 0 || now < way.answers_by) return;
    way.search.on_silence();
    way.ask();
}

std::optional<wire::Size> PathMtuProber::next(Way& way, MonoTime now) {
    std::uint16_t packet = 0;
    while (packet == 0 && way.count > 0 && !way.done()) {
        const std::uint16_t size = way.waiting[--way.count];
        const auto open = way.search.sizes();
        if (std::ranges::find(open, size) != open.end()) packet = size;
    }
    if (packet == 0) return std::nullopt;
    way.answers_by = now + std::clamp(2 * setup_.rtt, shortest_wait, longest_wait);
    const bool up = &way == &up_;
    const std::uint32_t number = next_number_++;
    sent_[number % sent_remembered] = {.number = number, .size = packet, .up = up};
    return up ? wire::Size{.number = number, .length = payload_of(packet)}
              : wire::Size{.number = number, .answer_bytes = payload_of(packet)};
}

std::optional<wire::Drop> PathMtuProber::on_sized(const wire::Sized& sized) {
    Sent& sent = sent_[sized.number % sent_remembered];
    if (sent.number != sized.number || sent.size == 0) return wire::Drop::unexpected;
    const std::uint16_t asked = payload_of(sent.size);
    if (sent.up ? sized.request_bytes != asked
                : sized.outcome == wire::SizeOutcome::as_asked && sized.length != asked)
        return wire::Drop::value;
    if (sized.path_mtu != 0) {
        down_.search.on_hint(sized.path_mtu);
        if (up_.search.on_far_hint(sized.path_mtu)) up_.ask();
    }
    on_answer(sent.up ? up_ : down_, sent, sized);
    sent.size = 0;
    return std::nullopt;
}

void PathMtuProber::on_answer(Way& way, const Sent& sent, const wire::Sized& sized) {
    if (sized.outcome == wire::SizeOutcome::not_now) {
        way.stopped = true;
        return;
    }
    const bool refused = sized.outcome == wire::SizeOutcome::refused;
    const bool begun = refused ? way.search.on_refused(sent.size) : way.search.on_passed(sent.size);
    if (begun) way.ask();
}

void PathMtuProber::on_refused(std::uint32_t number) {
    const Sent& sent = sent_[number % sent_remembered];
    if (sent.number != number || !sent.up) return;
    if (up_.search.on_refused(sent.size)) up_.ask();
}

std::optional<PathMtuFound> PathMtuProber::take_news(MonoTime now) {
    if (told_ || (!done() && now < give_up_)) return std::nullopt;
    told_ = true;
    up_.stopped = down_.stopped = true;
    return PathMtuFound{.up = found_by(up_.search), .down = found_by(down_.search)};
}

MonoTime PathMtuProber::due() const {
    if (told_) return never;
    if (done()) return MonoTime{};
    MonoTime due = give_up_;
    for (const Way* const way : {&up_, &down_})
        if (!way->done()) due = std::min(due, way->count > 0 ? MonoTime{} : way->answers_by);
    return due;
}

wire::Sized SizeAnswerer::on_size(MonoTime now, const wire::Size& size, std::uint16_t kernel_mtu) {
    short_answer_ = {.number = size.number, .request_bytes = size.length, .path_mtu = kernel_mtu};
    wire::Sized answer = short_answer_;
    if (size.answer_bytes == wire::shortest_sized) return answer;
    if (affords(now, size.answer_bytes))
        answer.length = size.answer_bytes;
    else
        answer.outcome = wire::SizeOutcome::not_now;
    return answer;
}

std::optional<wire::Sized> SizeAnswerer::on_refused(std::uint32_t number) const {
    if (number != short_answer_.number) return std::nullopt;
    wire::Sized answer = short_answer_;
    answer.outcome = wire::SizeOutcome::refused;
    return answer;
}

bool SizeAnswerer::affords(MonoTime now, std::uint16_t bytes) {
    if (budget_at_ != never) {
        const double more = to_seconds(now - budget_at_) * budget_per_second;
        budget_bytes_ = std::min(most_budget, budget_bytes_ + static_cast<std::uint64_t>(more));
    }
    budget_at_ = now;
    if (budget_bytes_ < bytes) return false;
    budget_bytes_ -= bytes;
    return true;
}

} // namespace wyn::session
