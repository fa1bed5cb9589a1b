// What the commands that measure have in common on their command lines: whom, over which network,
// and how the result is shown.
#pragma once

#include "base/error.hpp"
#include "cli/command_line.hpp"
#include "ctl/options.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wyn::ctl {

inline constexpr std::string_view program = "wyndrvrctl";

// What the command line said, before it is checked. Given or not; an empty word is given and wrong.
struct RawNetwork {
    std::vector<std::string> target;
    bool only_v4 = false;
    bool only_v6 = false;
    std::optional<std::string> bind;
    std::optional<std::string> port;
    std::optional<std::string> timeout;
    std::optional<std::string> key_file;
    std::optional<std::string> placement;
};

// The help of a command that measures: its synopsis with what HOST may be, and the end of the page.
std::string with_host(std::string_view synopsis);
inline constexpr std::string_view measuring_closing =
    R"(Exit status: 0 measured, 1 internal error, 2 wrong usage, 3 no answer,
4 refused, 5 server busy, 6 no common protocol version, 7 partial result.

First Ctrl-C: finish with what has been measured. Second: leave at once.)";

// HOST, and the group "Network". `placement` says what happens without --port-parallelism.
void declare_network(CLI::App& app, RawNetwork& raw, std::string_view placement);
Result<void> read_network(const RawNetwork& raw, NetworkOptions& options);

// In the group "Output": JSON, and how the output looks.
void declare_json(CLI::App& app, OutputOptions& options);
void declare_looks(CLI::App& app, OutputOptions& options);
Result<void> check_output(const OutputOptions& options);

// "-t 2h: expected 0.1 to 3600 s" when it is not within the two.
Result<Duration> read_time(std::string_view option, std::string_view text, Duration low,
                           Duration high);

// The code point of --dscp, 0 without it.
Result<std::uint8_t> read_dscp(const std::optional<std::string>& text);

// Digits and nothing else; nothing when they are something else or too large.
template <typename Number>
std::optional<Number> whole_number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// A command's own command line with CLI11, laid out as our help pages are.
void lay_out(CLI::App& app, std::string_view closing);
// Nothing when the command line was understood. Answers the request for the command's option table.
std::optional<cli::Exit> parse(CLI::App& app, const std::vector<std::string>& arguments,
                               std::string_view command);

// wyndrvrctl probe, and latency.
std::expected<Options, cli::Exit> parse_probe(const std::vector<std::string>& arguments);
std::expected<Options, cli::Exit> parse_latency(const std::vector<std::string>& arguments);
// wyndrvrctl log.
std::expected<Options, cli::Exit> parse_log(const std::vector<std::string>& arguments);

} // namespace wyn::ctl
