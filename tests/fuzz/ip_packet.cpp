// IP packets that hosts send into an emulated path.
// Promise: any bytes are described or not; what was described can be rewritten, damaged and
// answered, and is described as it was rewritten.
#include "emulator/ip_packet.hpp"

#include "fuzz/target.hpp"

using namespace wyn;
using namespace wyn::emulator;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::uint8_t> packet(data, data + size);
    auto seen = describe(packet);
    if (!seen) return 0;
    WYN_CHECK(seen->bytes == size);
    WYN_CHECK(udp_payload(packet).size() < size);
    const auto answer = too_big(packet, 1280);
    WYN_CHECK(answer.size() <= 1280);
    seen->traffic_class = static_cast<std::uint8_t>(seen->traffic_class + 1);
    seen->hop_limit = static_cast<std::uint8_t>(seen->hop_limit - 1);
    rewrite(packet, *seen);
    const auto again = describe(packet);
    WYN_CHECK(again && again->traffic_class == seen->traffic_class);
    WYN_CHECK(again->hop_limit == seen->hop_limit && again->flow == seen->flow);
    damage(packet);
    WYN_CHECK(describe(packet).has_value());
    return 0;
}
