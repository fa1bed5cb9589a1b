#include "daemon/admission.hpp"

#include <algorithm>

namespace wyn::daemon {

namespace {

// Below this a test is not worth a session.
constexpr BitRate least_useful{1'000'000};

// A client with a global address is a stranger until it shows a key or the operator has said how
// much strangers may use together.
bool is_stranger(const Applicant& applicant, const AdmissionLimits& limits) {
    const bool own_network = applicant.address.is_loopback() || applicant.address.is_private();
    return applicant.anonymous && !own_network && limits.max_total_rate.bps() == 0;
}

std::variant<Granted, Refused> within_budget(BitRate wish, const AdmissionLimits& limits,
                                             const SessionTable& sessions) {
    const BitRate own_limit = limits.max_rate.bps() == 0 ? BitRate::unlimited() : limits.max_rate;
    const BitRate asked = std::min(wish.bps() == 0 ? BitRate::unlimited() : wish, own_limit);
    if (limits.max_total_rate.bps() == 0)
        return Granted{.max_rate = own_limit.is_unlimited() ? BitRate{0} : own_limit};

    const BitRate total = limits.max_total_rate;
    const BitRate left{total.bps() - std::min(sessions.reserved().bps(), total.bps())};
    // A fixed wish is granted whole or not at all; a search takes what is left.
    const BitRate needed = asked.is_unlimited() ? std::min(least_useful, total) : asked;
    if (left < needed || left.bps() == 0)
        return Refused{
            .code = wire::Refusal::rate_budget, .have = left.bps(), .limit = total.bps()};
    const BitRate granted = std::min(asked, left);
    return Granted{.max_rate = granted, .reserved = granted};
}

} // namespace

std::variant<Granted, Refused> admit(const Applicant& applicant, const AdmissionLimits& limits,
                                     const SessionTable& sessions) {
    if ((limits.require_key && applicant.anonymous) || is_stranger(applicant, limits))
        return Refused{.code = wire::Refusal::anonymous};
    // Half-open sessions may hold half of the table, so that nobody locks it by never going on.
    const std::size_t most_half_open = std::max<std::size_t>(1, limits.max_sessions / 2);
    if (sessions.size() >= limits.max_sessions)
        return Refused{
            .code = wire::Refusal::busy, .have = sessions.size(), .limit = limits.max_sessions};
    if (const std::size_t half_open = sessions.half_open(); half_open >= most_half_open)
        return Refused{.code = wire::Refusal::busy, .have = half_open, .limit = most_half_open};
    const std::size_t from_there = sessions.from(applicant.address);
    if (from_there >= limits.max_sessions_per_address)
        return Refused{.code = wire::Refusal::per_address,
                       .have = from_there,
                       .limit = limits.max_sessions_per_address};
    return within_budget(applicant.wish, limits, sessions);
}

std::uint32_t retry_after_ms(Duration base, Random& random) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(base).count();
    const double jitter = 1.0 + 0.25 * random.unit();
    return static_cast<std::uint32_t>(static_cast<double>(ms) * jitter);
}

} // namespace wyn::daemon
