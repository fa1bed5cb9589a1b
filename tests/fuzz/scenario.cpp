// Descriptions of paths, and links built as they say.
// Promise: any bytes are read or refused with a sentence in printable ASCII; a link that was
// accepted carries packets, each of which has one fate.
#include "link/scenario.hpp"

#include "fuzz/target.hpp"
#include "link/link_model.hpp"

#include <algorithm>
#include <string>

using namespace wyn;
using namespace wyn::link;

namespace {

bool is_printable(std::string_view sentence) {
    return !sentence.empty() &&
           std::ranges::all_of(sentence, [](char c) { return c >= 0x20 && c < 0x7f; });
}

// A load for some seconds, in which a schedule may strike, and what comes out soon after it.
void try_link(const Direction& direction) {
    LinkModel model{direction, 1};
    std::uint64_t ended = 0;
    const auto take = [&](WorldTime now) {
        while (const auto record = model.take(now)) {
            WYN_CHECK(record->departed >= record->arrived && record->departed <= now);
            ++ended;
        }
    };
    for (int i = 0; i < 200; ++i) {
        const WorldTime now{i * 20ms};
        model.offer(now, {.bytes = i % 3 == 0 ? 100U : 1500U,
                          .flow = i % 2 == 0 ? 1U : 2U,
                          .traffic_class = static_cast<std::uint8_t>(i)});
        take(now);
    }
    for (int i = 0; i < 1000 && model.due() <= WorldTime{10s}; ++i)
        take(model.due());
    const Summary& summary = model.summary();
    WYN_CHECK(ended + summary.under_way() == summary.offered + summary.copies);
    WYN_CHECK(model.delivered(WorldTime{}, WorldTime{4s}).bps() <= 1500 * 8 * 400);
    (void)model.possible(WorldTime{1s}, WorldTime{2s});
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto scenario = read_scenario({"fuzz", std::string{fuzz::as_text(data, size)}});
    if (scenario) {
        try_link(scenario->up.direction);
        try_link(scenario->down.direction);
    } else {
        WYN_CHECK(!scenario.error().empty());
        WYN_CHECK(std::ranges::all_of(scenario.error(), is_printable));
    }
    return 0;
}
