#include "ctl/shared_options.hpp"

#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/option_table.hpp"
#include "dgram/address.hpp"
#include "dgram/dscp.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>

namespace wyn::ctl {

namespace {

constexpr std::array<std::string_view, 3> placement_words{"single", "thread", "process"};

Result<void> read_target(const RawNetwork& raw, NetworkOptions& options) {
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

} // namespace

std::string with_host(std::string_view synopsis) {
    return std::string{synopsis} + R"(

HOST is a name, an IPv4 address or an IPv6 address ([ADDR]:PORT with a port);
the default is 127.0.0.1:6711.)";
}

void declare_network(CLI::App& app, RawNetwork& raw, std::string_view placement) {
    const std::string group = "Network";
    app.add_option("HOST", raw.target)->group("");
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
    auto* const parallelism =
        app.add_option(
               "--port-parallelism", raw.placement,
               fmt::format("where each of the three ports runs: single,\nthread or process ({})",
                           placement))
            ->type_name("MODE")
            ->group(group);
    cli::offer_words(*parallelism, placement_words);
}

Result<void> read_network(const RawNetwork& raw, NetworkOptions& options) {
    if (auto target = read_target(raw, options); !target) return target;
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

void declare_json(CLI::App& app, OutputOptions& options) {
    const std::string group = "Output";
    app.add_flag("-J,--json", options.json, "one JSON document on stdout")->group(group);
    app.add_flag("--json-lines", options.json_lines,
                 "what happens as JSON objects, one a line, and\nthe document last (also as "
                 "--json-stream)")
        ->group(group);
    app.add_flag("--json-stream", options.json_lines)->group(""); // as iperf3 calls it
}

Result<void> check_output(const OutputOptions& options) {
    if (options.json && options.json_lines) return fail("-J and --json-lines exclude each other");
    return {};
}

void declare_looks(CLI::App& app, OutputOptions& options) {
    const std::string group = "Output";
    app.add_flag("--ascii", options.ascii, "no characters beyond ASCII")->group(group);
    app.add_flag("-q,--quiet", options.quiet, "no progress on stderr")->group(group);
    app.set_help_flag("-h,--help", "print this help")->group(group);
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

Result<std::uint8_t> read_dscp(const std::optional<std::string>& text) {
    if (!text) return 0;
    const auto dscp = dgram::parse_dscp(*text);
    if (!dscp) return fail(fmt::format("--dscp: {}", dscp.error().what()));
    return *dscp;
}

void lay_out(CLI::App& app, std::string_view closing) {
    app.formatter(std::make_shared<cli::HelpPage>());
    app.footer(std::string{closing});
    app.allow_extras();
}

std::optional<cli::Exit> parse(CLI::App& app, const std::vector<std::string>& arguments,
                               std::string_view command) {
    if (arguments.size() == 1 && arguments.front() == cli::option_table_request)
        return cli::Exit{0, cli::option_table(app)};
    const std::string name = fmt::format("{} {}", program, command);
    std::vector<std::string> reversed{arguments.rbegin(), arguments.rend()}; // CLI11 wants it so
    try {
        app.parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
        return cli::Exit{0, app.help()};
    } catch (const CLI::ParseError& error) {
        return cli::usage_error(name, cli::describe_parse_error(error));
    }
    if (const auto extra = app.remaining(); !extra.empty())
        return cli::usage_error(name, cli::describe_stranger(extra.front(), app));
    return std::nullopt;
}

} // namespace wyn::ctl
