#include "journal/rate_limit.hpp"

#include "journal/catalog_ids.hpp"

namespace wyn::journal {

namespace {

// More than there are reasons; what comes beyond is not told apart by its reason.
constexpr std::size_t most_kinds = 64;

bool is_record(std::string_view id) {
    return id == id::session_admitted || id == id::session_opened || id == id::test_done ||
           id == id::session_ended;
}

bool has_reasons(std::string_view id) {
    return id == id::client_refused || id == id::trouble;
}

} // namespace

RateLimit::Kind& RateLimit::kind_of(const Event& event) {
    std::string reason;
    if (has_reasons(event.id) && kinds_.size() < most_kinds)
        reason = event.field("REASON").value_or("");
    return kinds_[{name_of(event.id), std::move(reason)}];
}

bool RateLimit::is_within(MonoTime now, const Event& event, Kind& kind) {
    if (is_record(event.id)) {
        if (!records_.has_one(now)) return false;
        records_.take_one(now);
        return true;
    }
    if (!kind.allowance.has_one(now) || !others_.has_one(now)) return false;
    kind.allowance.take_one(now);
    others_.take_one(now);
    return true;
}

bool RateLimit::admits(MonoTime now, const Event& event) {
    Kind& kind = kind_of(event);
    if (is_within(now, event, kind)) return true;
    ++kind.left_out;
    if (tell_at_ == never) tell_at_ = now + tell_after;
    return false;
}

std::vector<LeftOut> RateLimit::left_out() const {
    std::vector<LeftOut> all;
    for (const auto& [key, kind] : kinds_)
        if (kind.left_out > 0)
            all.push_back({.kind = key.first, .reason = key.second, .count = kind.left_out});
    return all;
}

void RateLimit::told() {
    for (auto& [key, kind] : kinds_)
        kind.left_out = 0;
    tell_at_ = never;
}

} // namespace wyn::journal
