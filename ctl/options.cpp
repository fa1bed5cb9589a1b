#include "ctl/options.hpp"

#include "base/text.hpp"
#include "dgram/address.hpp"
#include "verdict/glossary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

namespace wyn::ctl {

namespace {

using cli::Exit;

// As many sessions as a server gives one address by its defaults.
constexpr std::uint32_t most_parallel = 32;

constexpr std::string_view program = "wyndrvrctl";
constexpr std::array<std::string_view, 3> commands{"probe", "status", "explain"};

constexpr std::string_view overview =
    R"(wyndrvrctl measures the network to a host that runs wyndrvrd.

Usage: wyndrvrctl [probe] [HOST[:PORT]] [OPTION]...
       wyndrvrctl status [OPTION]...
       wyndrvrctl explain [WORD]

Commands:
  probe    latency, capacity, latency under load, and why it is so (the default)
  status   what the wyndrvrd of this host is doing
  explain  what a word of a result means; without WORD lists them all

  wyndrvrctl COMMAND --help explains a command's options.
  --version prints the version.

See wyndrvrctl(1).
)";

constexpr std::string_view probe_synopsis =
    R"(Measures the network to HOST: idle latency, then load down and up with a
latency flow beside it.

Usage: wyndrvrctl [probe] [HOST[:PORT]] [OPTION]...

HOST is a name, an IPv4 address or an IPv6 address ([ADDR]:PORT with a port);
the default is 127.0.0.1:6711.)";

constexpr std::string_view probe_closing =
    R"(Exit status: 0 measured, 1 internal error, 2 wrong usage, 3 no answer,
4 refused, 5 server busy, 6 no common protocol version, 7 partial result.

First Ctrl-C: finish with what has been measured. Second: leave at once.)";

constexpr std::string_view status_synopsis =
    R"(Asks the wyndrvrd of this host what it is doing.

Usage: wyndrvrctl status [OPTION]...)";

constexpr std::string_view status_closing =
    R"(Exit status: 0 success, 2 wrong usage, 3 no daemon answers.)";

constexpr std::string_view explain_synopsis =
    R"(Explains a word of a result: a verdict such as BUFFERBLOAT, or a term such as
added latency. Without WORD it lists them all.

Usage: wyndrvrctl explain [WORD])";

constexpr std::string_view explain_closing =
    R"(Exit status: 0 success, 2 a word that is not known.)";

// What the command line said, before it is checked.
struct RawProbe {
    std::vector<std::string> target;
    bool only_v4 = false;
    bool only_v6 = false;
    bool up = false;
    bool down = false;
    // Given or not; an empty word is given and wrong.
    std::optional<std::string> duration;
    std::optional<std::string> rate;
    std::optional<std::string> search;
    std::optional<std::string> length;
    std::optional<std::string> bind;
    std::optional<std::string> port;
    std::optional<std::string> timeout;
    std::optional<std::string> key_file;
    std::optional<std::string> placement;
    std::optional<std::string> pacing;
    std::optional<std::string> parallel;
    bool no_gso = false;
};

void declare_load(CLI::App& app, RawProbe& raw) {
    const std::string group = "Load";
    app.add_option("-t,--time", raw.duration, "length of the load per direction (10)")
        ->type_name("SECONDS")
        ->group(group);
    app.add_option("-b,--bitrate", raw.rate,
                   "fixed rate of UDP payload, such as 50M; 0 as\nfast as the sender can; without "
                   "it searched")
        ->type_name("RATE")
        ->group(group);
    app.add_option("--search", raw.search, "how to search: b, as RFC 9097 type B (b)")
        ->type_name("METHOD")
        ->group(group);
    app.add_option("-l,--length", raw.length,
                   "UDP payload of each datagram, 40 to 65507\n(what fits the path unfragmented)")
        ->type_name("BYTES")
        ->group(group);
    app.add_option("--pacing", raw.pacing,
                   "how the sender waits: sleep, or precise, which\nspins for the last 200 us, up "
                   "to a core (sleep)")
        ->type_name("MODE")
        ->group(group);
    app.add_flag("--no-gso", raw.no_gso,
                 "every datagram by itself through both hosts: no\nsegmentation, no coalescing")
        ->group(group);
    app.add_option(
           "-P,--parallel", raw.parallel,
           "flows at the same time, 1 to 32, a session\neach; they share the rate of -b (1)")
        ->type_name("FLOWS")
        ->group(group);
    app.add_flag("-R,--down", raw.down, "download only")->group(group);
    app.add_flag("--up", raw.up, "upload only")->group(group);
}

void declare_network(CLI::App& app, RawProbe& raw) {
    const std::string group = "Network";
    app.add_flag("-4", raw.only_v4, "IPv4 only")->group(group);
    app.add_flag("-6", raw.only_v6, "IPv6 only")->group(group);
    app.add_option("-B,--bind", raw.bind, "local address, device, or both: 192.0.2.7%eth0")
        ->type_name("ADDR|DEV")
        ->group(group);
    app.add_option("-p,--port", raw.port, "the server's port (6711)")
        ->type_name("PORT")
        ->group(group);
    app.add_option("--timeout", raw.timeout, "how long to wait for the first answer (5)")
        ->type_name("SECONDS")
        ->group(group);
    app.add_option("--key", raw.key_file, "file with the pre-shared key")
        ->type_name("FILE")
        ->group(group);
    app.add_option("--port-parallelism", raw.placement,
                   "where each of the three ports runs: single,\nthread or process (single; thread "
                   "with -P)")
        ->type_name("MODE")
        ->group(group);
}

void declare_output(CLI::App& app, ProbeOptions& options) {
    const std::string group = "Output";
    app.add_flag("-J,--json", options.json, "one JSON document on stdout")->group(group);
    app.add_flag("--json-lines", options.json_lines,
                 "what happens as JSON objects, one a line, and\nthe document last (also as "
                 "--json-stream)")
        ->group(group);
    app.add_flag("--json-stream", options.json_lines)->group(""); // as iperf3 calls it
    app.add_flag("--ascii", options.ascii, "no characters beyond ASCII")->group(group);
    app.add_flag("-q,--quiet", options.quiet, "no progress on stderr")->group(group);
    app.set_help_flag("-h,--help", "print this help")->group(group);
}

// Parses with CLI11; nothing when the command line was understood.
std::optional<Exit> parse(CLI::App& app, const std::vector<std::string>& arguments,
                          std::string_view command) {
    const std::string name = fmt::format("{} {}", program, command);
    std::vector<std::string> reversed{arguments.rbegin(), arguments.rend()}; // CLI11 wants it so
    try {
        app.parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
        return Exit{0, app.help()};
    } catch (const CLI::ParseError& error) {
        return cli::usage_error(name, cli::describe_parse_error(error));
    }
    if (const auto extra = app.remaining(); !extra.empty())
        return cli::usage_error(name, cli::describe_stranger(extra.front(), app));
    return std::nullopt;
}

Result<void> read_target(const RawProbe& raw, ProbeOptions& options) {
    if (raw.target.size() > 1)
        return fail(fmt::format("one HOST at a time, not also '{}'", escaped(raw.target[1])));
    if (!raw.target.empty() && raw.target.front().empty()) return fail("HOST is empty");
    const auto split = dgram::split_host_port(raw.target.empty() ? "" : raw.target.front());
    if (!split) return fail(split.error().what());
    if (!split->host.empty()) options.host = split->host;
    if (raw.port) {
        const auto port = dgram::split_host_port(':' + *raw.port);
        if (!port || !port->port)
            return fail(
                fmt::format("-p '{}': expected a port from 1 to 65535", escaped(*raw.port)));
        if (split->port && *split->port != *port->port)
            return fail(fmt::format("two ports, {} in HOST and {} by -p: give one of them",
                                    *split->port, *port->port));
        options.port = *port->port;
    }
    if (split->port) options.port = *split->port;
    return {};
}

Result<Duration> read_time(std::string_view option, std::string_view text, Duration low,
                           Duration high) {
    const auto ns = parse_duration_ns(text);
    if (!ns) return fail(fmt::format("{}: {}", option, ns.error().what()));
    const Duration time{*ns};
    if (time < low || time > high)
        return fail(fmt::format("{} {}: expected {} to {} s", option, escaped(text),
                                to_seconds(low), to_seconds(high)));
    return time;
}

Result<void> read_load(const RawProbe& raw, ProbeOptions& options) {
    if (raw.duration) {
        const auto time = read_time("-t", *raw.duration, 100ms, 3600s);
        if (!time) return fail(time.error().what());
        options.duration = *time;
    }
    if (raw.rate == "0") {
        options.rate = BitRate{0};
    } else if (raw.rate) {
        const auto rate = parse_rate(*raw.rate);
        if (!rate) return fail(fmt::format("-b: {}", rate.error().what()));
        options.rate = *rate;
    }
    if (raw.search && *raw.search != "b")
        return fail(fmt::format("--search '{}': expected b", escaped(*raw.search)));
    if (raw.search && options.rate)
        return fail("-b fixes the rate, --search looks for it: give one of them");
    if (raw.length) {
        const auto bytes = parse_bytes(*raw.length);
        if (!bytes) return fail(fmt::format("-l: {}", bytes.error().what()));
        if (*bytes < wire::shortest_bulk || *bytes > wire::longest_bulk)
            return fail(fmt::format("-l {}: expected {} to {} bytes", *raw.length,
                                    wire::shortest_bulk, wire::longest_bulk));
        options.payload_bytes = static_cast<std::uint16_t>(*bytes);
    }
    if (raw.pacing && *raw.pacing != "sleep" && *raw.pacing != "precise")
        return fail(fmt::format("--pacing '{}': expected sleep or precise", escaped(*raw.pacing)));
    if (raw.pacing == "precise") options.pacing = wire::Pacing::precise;
    options.offload = !raw.no_gso;
    if (raw.up != raw.down)
        options.directions = {raw.up ? wire::Direction::up : wire::Direction::down};
    return {};
}

Result<void> read_parallel(const RawProbe& raw, ProbeOptions& options) {
    if (!raw.parallel) return {};
    const std::string& text = *raw.parallel;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), options.parallel);
    if (error != std::errc{} || end != text.data() + text.size() || options.parallel < 1 ||
        options.parallel > most_parallel)
        return fail(fmt::format("-P '{}': expected a number of flows from 1 to {}", escaped(text),
                                most_parallel));
    if (options.parallel == 1) return {};
    if (!options.rate) return fail("-P needs a rate: give -b RATE, which the flows share, or -b 0");
    if (*options.rate != BitRate{0} && options.rate->bps() < options.parallel)
        return fail(
            fmt::format("-b {}: too little for {} flows", escaped(*raw.rate), options.parallel));
    options.port_parallelism = Placement::thread; // each flow its own core
    return {};
}

Result<void> read_network(const RawProbe& raw, ProbeOptions& options) {
    if (raw.only_v4 && raw.only_v6) return fail("-4 and -6 exclude each other");
    options.family = raw.only_v4   ? AddressFamily::v4
                     : raw.only_v6 ? AddressFamily::v6
                                   : AddressFamily::any;
    if (raw.bind == "") return fail("-B needs an address or a device");
    options.bind = raw.bind.value_or("");
    // Without this a script whose variable is unset would measure as nobody and say nothing.
    if (raw.key_file == "") return fail("--key needs a file");
    options.key_file = raw.key_file.value_or("");
    if (raw.timeout) {
        const auto time = read_time("--timeout", *raw.timeout, 100ms, 3600s);
        if (!time) return fail(time.error().what());
        options.timeout = *time;
    }
    if (!raw.placement) return {};
    const auto placement = parse_placement(*raw.placement);
    if (!placement)
        return fail(fmt::format("--port-parallelism '{}': expected single, thread or process",
                                escaped(*raw.placement)));
    options.port_parallelism = *placement;
    return {};
}

std::expected<Options, Exit> parse_probe(const std::vector<std::string>& arguments) {
    CLI::App app{std::string{probe_synopsis}};
    app.formatter(std::make_shared<cli::HelpPage>());
    app.footer(std::string{probe_closing});
    app.allow_extras();
    ProbeOptions options;
    RawProbe raw;
    app.add_option("HOST", raw.target)->group("");
    declare_load(app, raw);
    declare_network(app, raw);
    declare_output(app, options);
    if (auto exit = parse(app, arguments, "probe")) return std::unexpected{std::move(*exit)};
    for (const auto read : {read_target, read_load, read_parallel, read_network})
        if (const auto done = read(raw, options); !done)
            return std::unexpected{cli::usage_error("wyndrvrctl probe", done.error().what())};
    if (options.json && options.json_lines)
        return std::unexpected{
            cli::usage_error("wyndrvrctl probe", "-J and --json-lines exclude each other")};
    return options;
}

std::expected<Options, Exit> parse_status(const std::vector<std::string>& arguments) {
    CLI::App app{std::string{status_synopsis}};
    app.formatter(std::make_shared<cli::HelpPage>());
    app.footer(std::string{status_closing});
    app.allow_extras();
    StatusOptions options;
    std::optional<std::string> socket;
    app.add_option("--socket", socket, "the daemon's control_socket")
        ->type_name("PATH")
        ->group("Options");
    app.add_flag("-J,--json", options.json, "one JSON document on stdout")->group("Options");
    app.add_flag("--ascii", options.ascii, "no characters beyond ASCII")->group("Options");
    app.set_help_flag("-h,--help", "print this help")->group("Options");
    if (auto exit = parse(app, arguments, "status")) return std::unexpected{std::move(*exit)};
    if (socket == "")
        return std::unexpected{cli::usage_error("wyndrvrctl status", "--socket needs a path")};
    options.socket = socket.value_or("");
    return options;
}

// A term may be of several words, which need no quotes.
std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

std::expected<Options, Exit> parse_explain(const std::vector<std::string>& arguments) {
    CLI::App app{std::string{explain_synopsis}};
    app.formatter(std::make_shared<cli::HelpPage>());
    app.footer(std::string{explain_closing});
    app.allow_extras();
    ExplainOptions options;
    std::vector<std::string> words;
    app.add_option("WORD", words)->group("");
    app.add_flag("--ascii", options.ascii, "no characters beyond ASCII")->group("Options");
    app.set_help_flag("-h,--help", "print this help")->group("Options");
    if (auto exit = parse(app, arguments, "explain")) return std::unexpected{std::move(*exit)};
    options.word = joined(words);
    if (options.word.empty() || verdict::look_up(options.word)) return options;
    const std::string_view near = verdict::nearest_word(options.word);
    return std::unexpected{
        Exit{cli::wrong_usage,
             fmt::format("wyndrvrctl explain: no word of a result is '{}'{}; wyndrvrctl explain "
                         "lists them all\n",
                         escaped(options.word),
                         near.empty() ? "" : fmt::format("; did you mean {}?", near))}};
}

} // namespace

std::expected<Options, cli::Exit> parse_options(int argc, const char* const* argv) {
    std::vector<std::string> arguments{argv + std::min(argc, 1), argv + argc};
    const std::string first = arguments.empty() ? "" : arguments.front();
    if (first == "--worker" && arguments.size() == 1) return WorkerOptions{};
    if (first == "--help" || first == "-h" || first == "help")
        return std::unexpected{Exit{0, std::string{overview}}};
    if (first == "--version")
        return std::unexpected{Exit{0, fmt::format("wyndrvrctl {}\n", WYN_VERSION)}};
    const bool is_command = std::ranges::find(commands, first) != commands.end();
    if (is_command) arguments.erase(arguments.begin());
    if (first == "status") return parse_status(arguments);
    if (first == "explain") return parse_explain(arguments);
    return parse_probe(arguments); // `wyndrvrctl HOST` means `wyndrvrctl probe HOST`
}

} // namespace wyn::ctl
