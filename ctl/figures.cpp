#include "ctl/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace wyn::ctl {

namespace {

constexpr std::size_t column_width = 18;

int decimals_for(double percent) {
    return percent < 0.01 ? 4 : percent < 0.1 ? 3 : percent < 9.995 ? 2 : 1;
}

// "0.27", "100": of a hundred no decimals are needed.
std::string percent_number(double ratio, int decimals) {
    std::string text = fmt::format("{:.{}f}", ratio * 100, decimals);
    if (text.starts_with("100.")) text = "100";
    return text;
}

// Rounded up to one digit that is not 0: an upper end must not be below the truth.
std::string upper_end(double ratio) {
    const double percent = ratio * 100;
    if (percent >= 100) return "100";
    const int decimals = percent >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(percent)));
    const double scale = std::pow(10, decimals);
    return fmt::format("{:.{}f}", std::ceil(percent * scale - 1e-9) / scale, decimals);
}

double factor_of(std::string_view unit) {
    switch (unit.empty() ? ' ' : unit.front()) {
    case 'k': return 1e3;
    case 'M': return 1e6;
    case 'G': return 1e9;
    case 'T': return 1e12;
    default: return 1;
    }
}

} // namespace

std::string three_digits(double value) {
    return fmt::format("{:.{}f}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

std::string short_count(std::uint64_t count) {
    if (count < 1'000'000) return fmt::to_string(count);
    if (count < 1'000'000'000) return three_digits(static_cast<double>(count) / 1e6) + " M";
    return three_digits(static_cast<double>(count) / 1e9) + " G";
}

std::string share_with_interval(const verdict::Share& share, const Style& style) {
    const verdict::Interval interval = verdict::interval_of(share);
    if (share.hits == 0) return fmt::format("0 (<{} %)", upper_end(interval.high));
    const int decimals = decimals_for(share.ratio() * 100);
    const std::string number = percent_number(share.ratio(), decimals);
    if (number.find_first_of("123456789") == std::string::npos)
        return fmt::format("{} {}{} %", short_count(share.hits), glyphs(style).at_most,
                           upper_end(interval.high));
    return fmt::format("{} % ({}{}{})", number, percent_number(interval.low, decimals),
                       glyphs(style).dash, percent_number(interval.high, decimals));
}

std::string share_in_column(const verdict::Share& share, const Style& style) {
    std::string text = share_with_interval(share, style);
    if (columns(text) <= column_width) return text;
    return fmt::format("{} {}{} %", short_count(share.hits), glyphs(style).at_most,
                       upper_end(verdict::interval_of(share).high));
}

std::string signed_ms(Duration difference) {
    const bool less = difference < Duration::zero();
    const std::string digits = in_ms(less ? -difference : difference);
    const bool is_zero = digits.find_first_of("123456789") == std::string::npos;
    return fmt::format("{}{} ms", less && !is_zero ? '-' : '+', digits);
}

std::string percentile_in_ms(const stats::Histogram& delays, double q) {
    return delays.enough_for(q) ? in_ms(*delays.quantile(q)) : "-";
}

std::string rate_with_half_width(BitRate rate, const std::optional<BitRate>& half_width,
                                 const Style& style) {
    std::string text = print(rate);
    if (!half_width) return text;
    const std::size_t blank = text.find(' ');
    const std::size_t point = text.find('.');
    const int decimals = point > blank ? 0 : static_cast<int>(blank - point - 1);
    const double scale = std::pow(10, decimals);
    const double half = half_width->as_double() / factor_of(text.substr(blank + 1));
    return fmt::format("{} {}{:.{}f}{}", text.substr(0, blank), glyphs(style).plus_minus,
                       std::max(0.0, std::ceil(half * scale - 1e-9)) / scale, decimals,
                       text.substr(blank));
}

} // namespace wyn::ctl
