// One line about the path between the hosts: what it lets through, and what it does to marks.
#include "ctl/report_page.hpp"
#include "dgram/dscp.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wyn::ctl {

namespace {

using verdict::Load;
using verdict::Mark;

// "MTU 1500 both ways", or by direction: "MTU ↑ 1500 ↓ 1400".
std::string both_ways(std::string_view name, const std::optional<std::string>& up,
                      const std::optional<std::string>& down, const Style& style) {
    if (up && down && *up == *down) return fmt::format("{} {} both ways", name, *up);
    std::string text{name};
    if (up) text += fmt::format(" {} {}", glyphs(style).up, *up);
    if (down) text += fmt::format(" {} {}", glyphs(style).down, *down);
    return text;
}

std::optional<std::string> mtu_text(const Load* load) {
    if (load == nullptr || !load->mtu) return std::nullopt;
    const verdict::PathMtu& mtu = *load->mtu;
    std::string text = mtu.tried_bytes == mtu.bytes ? fmt::format("at least {}", mtu.bytes)
                                                    : fmt::to_string(mtu.bytes);
    if (mtu.icmp_heard) text += *mtu.icmp_heard ? " (ICMP heard)" : " (black hole)";
    return text;
}

std::optional<std::string> hops_text(const Load* load) {
    if (load == nullptr || !load->hops) return std::nullopt;
    return fmt::to_string(*load->hops);
}

// What became of datagrams that left as ECN-capable; nothing when none did.
std::optional<std::string> ecn_text(const Load* load) {
    if (load == nullptr || !load->marks) return std::nullopt;
    std::uint64_t capable = 0;
    std::uint64_t cleared = 0;
    std::uint64_t marked = 0;
    for (const Mark& mark : *load->marks) {
        if (verdict::ecn_of(mark.sent) == 0) continue;
        capable += mark.packets;
        if (verdict::ecn_of(mark.received) == 0) cleared += mark.packets;
        if (verdict::ecn_of(mark.received) == verdict::congestion_experienced)
            marked += mark.packets;
    }
    if (capable == 0) return std::nullopt;
    if (cleared > 0) return "cleared";
    return marked > 0 ? fmt::format("kept, {} marked", marked) : "kept";
}

// The most frequent mark and what arrived of it; nothing for datagrams without one.
std::optional<std::string> dscp_text(const Load* load, const Style& style) {
    if (load == nullptr || !load->marks || load->marks->empty()) return std::nullopt;
    const Mark& main = *std::ranges::max_element(*load->marks, {}, &Mark::packets);
    const unsigned sent = verdict::dscp_of(main.sent);
    const unsigned received = verdict::dscp_of(main.received);
    if (sent == 0 && received == 0) return std::nullopt;
    const auto name = [](unsigned dscp) {
        return dgram::print_dscp(static_cast<std::uint8_t>(dscp));
    };
    if (sent == received) return name(sent) + " kept";
    return fmt::format("{}{}{}", name(sent), glyphs(style).arrow, name(received));
}

} // namespace

std::string path_of(const Page& page) {
    const Load* const up = page.evidence.up ? &*page.evidence.up : nullptr;
    const Load* const down = page.evidence.down ? &*page.evidence.down : nullptr;
    std::vector<std::string> pieces;
    const auto add = [&](std::string_view name, const std::optional<std::string>& there,
                         const std::optional<std::string>& back) {
        if (there || back) pieces.push_back(both_ways(name, there, back, page.style));
    };
    add("MTU", mtu_text(up), mtu_text(down));
    add("ECN", ecn_text(up), ecn_text(down));
    add("DSCP", dscp_text(up, page.style), dscp_text(down, page.style));
    add("hops", hops_text(up), hops_text(down));
    if (page.report.has_nat().value_or(false))
        pieces.push_back(fmt::format("NAT: seen as {}", dgram::print(*page.report.seen_as)));
    if (pieces.empty()) return "";
    return row("  path", std::move(pieces), fmt::format(" {} ", glyphs(page.style).dot));
}

} // namespace wyn::ctl
