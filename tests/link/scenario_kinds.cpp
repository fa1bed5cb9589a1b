#include "link/scenario_kinds.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wyn::link {

using config::Read;
using config::refuse;
using config::Value;

namespace {

bool is_table(const Value& value) {
    return std::holds_alternative<Value::Table>(value.is);
}

// A number, or text that `parse` makes one of.
template <typename Parse>
std::optional<std::uint64_t> number_in(const Value& value, Parse parse) {
    if (const auto* const number = std::get_if<std::int64_t>(&value.is))
        return *number < 0 ? std::nullopt : std::optional{static_cast<std::uint64_t>(*number)};
    if (const auto* const text = std::get_if<std::string>(&value.is)) return parse(*text);
    return std::nullopt;
}

} // namespace

Read<double> Number::read(const Value& value) const {
    std::optional<double> number;
    if (const auto* const whole = std::get_if<std::int64_t>(&value.is))
        number = static_cast<double>(*whole);
    else if (const auto* const broken = std::get_if<double>(&value.is))
        number = *broken;
    if (number && *number >= low && *number <= high) return *number;
    return refuse(fmt::format("expected a number from {} to {}", low, high));
}

Read<BitRate> Rate::read(const Value& value) const {
    const auto bps = number_in(value, [](const std::string& text) {
        const auto rate = parse_rate(text);
        return rate ? std::optional{rate->bps()} : std::nullopt;
    });
    if (bps == 0U && or_none) return BitRate{0};
    if (bps && *bps >= low.bps() && *bps <= high.bps()) return BitRate{*bps};
    return refuse(fmt::format("expected a rate from {} to {} such as \"40M\"{}", print(low),
                              print(high), or_none ? ", or 0 for no limit" : ""));
}

Read<std::uint64_t> Volume::read(const Value& value) const {
    const auto bytes = number_in(value, [](const std::string& text) {
        const auto parsed = parse_bytes(text);
        return parsed ? std::optional{*parsed} : std::nullopt;
    });
    if (bytes && *bytes >= low && *bytes <= high) return *bytes;
    return refuse(fmt::format("expected a size from {} to {} such as \"500kB\"", print_bytes(low),
                              print_bytes(high)));
}

Read<std::string> Text::read(const Value& value) const {
    const auto* const text = std::get_if<std::string>(&value.is);
    if (text != nullptr && !text->empty()) return *text;
    return refuse("expected some text");
}

Read<std::vector<std::uint64_t>> PacketNumbers::read(const Value& value) const {
    const auto* const list = std::get_if<Value::List>(&value.is);
    if (list == nullptr) return refuse("expected a list of the numbers of packets");
    std::vector<std::uint64_t> numbers;
    std::vector<config::Complaint> complaints;
    for (const Value& item : *list) {
        const auto* const number = std::get_if<std::int64_t>(&item.is);
        if (number != nullptr && *number >= 1)
            numbers.push_back(static_cast<std::uint64_t>(*number));
        else
            complaints.push_back({"expected the number of a packet, from 1", &item});
    }
    if (!complaints.empty()) return std::unexpected{std::move(complaints)};
    return numbers;
}

Read<std::optional<Value>> Table::read(const Value& value) const {
    if (!is_table(value)) return refuse("expected a table");
    return std::optional{value};
}

Read<std::vector<Value>> Tables::read(const Value& value) const {
    const auto* const list = std::get_if<Value::List>(&value.is);
    if (list == nullptr || !std::ranges::all_of(*list, is_table))
        return refuse("expected a list of tables");
    return *list;
}

} // namespace wyn::link
