#include "config/kinds.hpp"

#include <fmt/format.h>

#include <array>
#include <string>

namespace wyn::config {

namespace {

struct Scale {
    std::uint64_t factor;
    std::string_view suffix;
};

constexpr std::array durations{Scale{1'000'000'000, "s"}, Scale{1'000'000, "ms"}, Scale{1000, "us"},
                               Scale{1, "ns"}};
constexpr std::array rates{Scale{1'000'000'000'000, "T"}, Scale{1'000'000'000, "G"},
                           Scale{1'000'000, "M"}, Scale{1000, "k"}, Scale{1, ""}};
constexpr std::array volumes{Scale{1'000'000'000'000, "TB"}, Scale{1'000'000'000, "GB"},
                             Scale{1'000'000, "MB"}, Scale{1000, "kB"}, Scale{1, ""}};

// The number in the largest unit that leaves no fraction: exact, unlike print().
std::string exact(std::uint64_t number, std::span<const Scale> scales) {
    for (const Scale& scale : scales)
        if (number % scale.factor == 0)
            return fmt::format("{}{}", number / scale.factor, scale.suffix);
    return fmt::to_string(number);
}

std::string exact(Duration duration) {
    return exact(static_cast<std::uint64_t>(duration.count()), durations);
}

constexpr Duration length_of(TimeUnit unit) {
    return unit == TimeUnit::seconds ? Duration{1s} : Duration{1us};
}

// A limit as TOML: a bare integer where no suffix fits, else a string.
std::string written_limit(std::uint64_t number, std::span<const Scale> scales) {
    const std::string text = exact(number, scales);
    const bool has_suffix = text.find_first_not_of("0123456789") != std::string::npos;
    return has_suffix ? quoted(text) : text;
}

// A limit as the number behind it: 0 for "no limit", nothing for what is no such number at all.
template <typename Parse>
std::optional<std::uint64_t> limit_in(const Value& value, Parse parse) {
    if (const auto* const number = std::get_if<std::int64_t>(&value.is))
        return *number < 0 ? std::nullopt : std::optional{static_cast<std::uint64_t>(*number)};
    if (const auto* const text = std::get_if<std::string>(&value.is)) return parse(*text);
    return std::nullopt;
}

// A time in `unit` with a fraction where it needs one: "0.5".
std::string in_unit(Duration duration, TimeUnit unit) {
    return fmt::format("{}", static_cast<double>(duration.count()) /
                                 static_cast<double>(length_of(unit).count()));
}

} // namespace

std::unexpected<std::vector<Complaint>> refuse(std::string why) {
    return std::unexpected{std::vector{Complaint{std::move(why)}}};
}

std::string alternatives(std::span<const std::string> words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
        text += (i == 0 ? "" : i + 1 < words.size() ? ", " : " or ") + words[i];
    return text;
}

Read<bool> Boolean::read(const Value& value) const {
    if (const auto* const truth = std::get_if<bool>(&value.is)) return *truth;
    return refuse("expected true or false");
}

std::string Boolean::write(bool value) const {
    return value ? "true" : "false";
}

std::string Boolean::range() const {
    return "true or false";
}

Read<std::int64_t> Integer::read(const Value& value) const {
    const auto* const number = std::get_if<std::int64_t>(&value.is);
    if (number != nullptr && *number >= low && *number <= high) return *number;
    return refuse(fmt::format("expected an integer from {} to {}", low, high));
}

std::string Integer::write(std::int64_t value) const {
    return fmt::to_string(value);
}

std::string Integer::range() const {
    return fmt::format("{}{}{} to {}", unit, unit.empty() ? "" : ", ", low, high);
}

Read<std::string> Path::read(const Value& value) const {
    const auto* const text = std::get_if<std::string>(&value.is);
    if (text == nullptr) return refuse("expected a string with " + range());
    if (text->find('\0') != std::string::npos)
        return refuse("expected a path, which cannot contain the character U+0000");
    if (text->size() > longest)
        return refuse(fmt::format("expected {}, this one has {}", range(), text->size()));
    return *text;
}

std::string Path::write(const std::string& value) const {
    return quoted(value);
}

std::string Path::range() const {
    return fmt::format("a path of at most {} bytes", longest);
}

Read<Duration> Time::read(const Value& value) const {
    std::optional<Duration> time;
    if (const auto* const number = std::get_if<std::int64_t>(&value.is)) {
        if (*number >= 0 && *number <= high / length_of(unit)) time = *number * length_of(unit);
    } else if (const auto* const text = std::get_if<std::string>(&value.is)) {
        // "500" in a string would be seconds to parse_duration_ns() and microseconds to its
        // author: such a string must name its unit.
        const bool names_unit = !text->empty() && lower_case(text->back()) >= 'a';
        if (const auto ns = parse_duration_ns(*text); ns && names_unit) time = Duration{*ns};
    }
    if (time && *time >= low && *time <= high) return *time;
    return refuse(
        fmt::format("expected {}, or a string with a unit such as \"{}\"", range(), exact(high)));
}

std::string Time::write(Duration value) const {
    const Duration base = length_of(unit);
    return value % base == Duration::zero() ? fmt::to_string(value / base) : quoted(exact(value));
}

std::string Time::range() const {
    return fmt::format("{}, {} to {}", unit == TimeUnit::seconds ? "seconds" : "microseconds",
                       in_unit(low, unit), in_unit(high, unit));
}

Read<std::optional<BitRate>> RateLimit::read(const Value& value) const {
    const auto bps = limit_in(value, [](const std::string& text) -> std::optional<std::uint64_t> {
        const auto rate = parse_rate(text);
        return rate ? std::optional{rate->bps()} : std::nullopt;
    });
    if (bps == 0U) return std::nullopt;
    if (bps && *bps >= low.bps() && *bps <= high.bps()) return BitRate{*bps};
    return refuse("expected " + range());
}

std::string RateLimit::write(const std::optional<BitRate>& value) const {
    return value ? written_limit(value->bps(), rates) : "0";
}

std::string RateLimit::range() const {
    return fmt::format("bit/s, \"{}\" to \"{}\", or 0 for no limit", exact(low.bps(), rates),
                       exact(high.bps(), rates));
}

Read<std::optional<std::uint64_t>> VolumeLimit::read(const Value& value) const {
    const auto bytes = limit_in(value, [](const std::string& text) -> std::optional<std::uint64_t> {
        const auto parsed = parse_bytes(text);
        return parsed ? std::optional{*parsed} : std::nullopt;
    });
    if (bytes == 0U) return std::nullopt;
    if (bytes && *bytes >= low && *bytes <= high) return *bytes;
    return refuse("expected " + range());
}

std::string VolumeLimit::write(const std::optional<std::uint64_t>& value) const {
    return value ? written_limit(*value, volumes) : "0";
}

std::string VolumeLimit::range() const {
    return fmt::format("bytes, \"{}\" to \"{}\", or 0 for no limit", exact(low, volumes),
                       exact(high, volumes));
}

} // namespace wyn::config
