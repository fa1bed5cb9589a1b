#include "journal/own_events.hpp"

#include "base/units.hpp"
#include "journal/catalog_ids.hpp"

#include <fmt/ranges.h>

namespace wyn::journal {

Event announce_lost(std::uint64_t count) {
    return Event{.id = id::messages_lost,
                 .severity = Severity::warning,
                 .message = fmt::format("{} lost before this one: the journal took nothing",
                                        count_of(count, "message")),
                 .fields = {}}
        .with("MESSAGES", count);
}

Event announce_suppressed(const std::vector<LeftOut>& left_out) {
    std::uint64_t sum = 0;
    std::vector<std::string> words;
    std::vector<std::string> codes;
    for (const LeftOut& kind : left_out) {
        sum += kind.count;
        words.push_back(kind.reason.empty()
                            ? fmt::format("{} {}", kind.count, kind.kind)
                            : fmt::format("{} {} ({})", kind.count, kind.kind, kind.reason));
        codes.push_back(kind.reason.empty()
                            ? fmt::format("{}:{}", kind.kind, kind.count)
                            : fmt::format("{}/{}:{}", kind.kind, kind.reason, kind.count));
    }
    return Event{.id = id::suppressed,
                 .severity = Severity::warning,
                 .message = fmt::format("{} left out, because too many came: {}",
                                        count_of(sum, "message"), fmt::join(words, ", ")),
                 .fields = {}}
        .with("MESSAGES", sum)
        .with("KINDS", fmt::format("{}", fmt::join(codes, " ")));
}

} // namespace wyn::journal
