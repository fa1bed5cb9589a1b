#include "net/proc_counters.hpp"

#include "net/fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace wyn::net {

namespace {

constexpr std::size_t longest_file = 4 * 1024 * 1024;
constexpr std::size_t most_cpus = 65536;

// Takes the text up to `end` off the front; all of it when there is none.
std::string_view take_until(std::string_view& left, char end) {
    const std::string_view taken = left.substr(0, left.find(end));
    left.remove_prefix(std::min(taken.size() + 1, left.size()));
    return taken;
}

// The next word between blanks; empty: there is none.
std::string_view take_word(std::string_view& left) {
    left.remove_prefix(std::min(left.find_first_not_of(" \t"), left.size()));
    const std::string_view word = left.substr(0, left.find_first_of(" \t"));
    left.remove_prefix(word.size());
    return word;
}

std::optional<std::uint64_t> number_of(std::string_view word, int base = 10) {
    std::uint64_t number = 0;
    const char* const end = word.data() + word.size();
    const auto [rest, error] = std::from_chars(word.data(), end, number, base);
    if (word.empty() || error != std::errc{} || rest != end) return std::nullopt;
    return number;
}

// The line that begins with this word, without it; nothing when there is none.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view first_word) {
    while (!text.empty()) {
        std::string_view line = take_until(text, '\n');
        if (take_word(line) == first_word) return line;
    }
    return std::nullopt;
}

// user, nice, system, idle, iowait, irq, softirq, steal; guests are counted in user and nice.
std::optional<CpuTimes> times_of(std::string_view line) {
    std::array<std::uint64_t, 8> ticks{};
    for (std::uint64_t& one : ticks) {
        const auto number = number_of(take_word(line));
        if (!number) return std::nullopt;
        one = *number;
    }
    CpuTimes times{.stolen = ticks[7]};
    for (const std::uint64_t one : ticks)
        times.all += one;
    times.busy = times.all - ticks[3] - ticks[4];
    return times;
}

} // namespace

std::optional<std::string> read_proc(const std::string& path) {
    const auto fd = Fd::from_call(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "read " + path);
    if (!fd) return std::nullopt;
    std::string text;
    for (;;) {
        std::array<char, 16384> part;
        const ssize_t got = ::read(fd->get(), part.data(), part.size());
        if (got < 0 || text.size() > longest_file) return std::nullopt;
        if (got == 0) return text;
        text.append(part.data(), static_cast<std::size_t>(got));
    }
}

std::optional<std::uint64_t> udp_counter(std::string_view snmp, std::string_view name) {
    auto names = take_line(snmp, "Udp:");
    auto values = take_line(snmp, "Udp:");
    if (!names || !values) return std::nullopt;
    for (;;) {
        const std::string_view column = take_word(*names);
        const std::string_view value = take_word(*values);
        if (column.empty()) return std::nullopt;
        if (column == name) return number_of(value);
    }
}

std::optional<std::uint64_t> snmp6_counter(std::string_view snmp6, std::string_view name) {
    auto line = take_line(snmp6, name);
    return line ? number_of(take_word(*line)) : std::nullopt;
}

std::optional<SoftnetCounters> softnet_counters(std::string_view softnet_stat) {
    SoftnetCounters sum;
    bool any = false;
    while (!softnet_stat.empty()) {
        std::string_view line = take_until(softnet_stat, '\n');
        const auto processed = number_of(take_word(line), 16);
        const auto dropped = number_of(take_word(line), 16);
        const auto squeezed = number_of(take_word(line), 16);
        if (!processed || !dropped || !squeezed) return std::nullopt;
        sum.drops += *dropped;
        sum.squeezes += *squeezed;
        any = true;
    }
    return any ? std::optional{sum} : std::nullopt;
}

std::optional<AllCpuTimes> cpu_times(std::string_view stat) {
    AllCpuTimes times;
    auto all = take_line(stat, "cpu");
    const auto sum = all ? times_of(*all) : std::nullopt;
    if (!sum) return std::nullopt;
    times.sum = *sum;
    while (stat.starts_with("cpu")) {
        std::string_view line = take_until(stat, '\n');
        const auto number = number_of(take_word(line).substr(3));
        const auto one = times_of(line);
        if (!number || !one || *number >= most_cpus) return std::nullopt;
        times.each.resize(std::max<std::size_t>(times.each.size(), *number + 1));
        times.each[*number] = *one;
    }
    return times;
}

std::optional<std::uint64_t> ns_without_cpu(std::string_view schedstat) {
    const auto ran = number_of(take_word(schedstat));
    const auto waited = number_of(take_word(schedstat));
    // Who asks has run for a while: a kernel that has not seen it counts neither.
    return ran.value_or(0) > 0 ? waited : std::nullopt;
}

} // namespace wyn::net
