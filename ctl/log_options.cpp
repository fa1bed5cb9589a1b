// The command line of wyndrvrctl log.
#include "base/text.hpp"
#include "ctl/shared_options.hpp"
#include "dgram/address.hpp"

#include <fmt/format.h>

namespace wyn::ctl {

namespace {

constexpr std::string_view synopsis =
    R"(Shows what wyndrvrd has written to the journal: who was a client, what was
measured, and why sessions ended.

Usage: wyndrvrctl log [OPTION]...)";

constexpr std::string_view closing =
    R"(TIME is how long ago, such as 15m or 2h, or 06:58, today, 2026-11-20, or
"2026-11-20 06:58".

Exit status: 0 success, 2 wrong usage, 3 the journal cannot be read.)";

constexpr std::size_t most_events = 1'000'000;
constexpr std::size_t session_digits = 16;

struct RawLog {
    std::optional<std::string> client;
    std::optional<std::string> session;
    std::optional<std::string> since;
    std::optional<std::string> newest;
    std::optional<std::string> unit;
    std::optional<std::string> directory;
};

void declare(CLI::App& app, RawLog& raw, LogOptions& options) {
    const std::string which = "Which events";
    app.add_option("--client", raw.client, "of this client only")
        ->type_name("ADDRESS")
        ->group(which);
    app.add_option("--session", raw.session, "of this session only; the first digits are enough")
        ->type_name("ID")
        ->group(which);
    app.add_option("--since", raw.since, "not before that")->type_name("TIME")->group(which);
    app.add_option("-n,--lines", raw.newest,
                   "the newest, so many of them (100; 10 with\n--follow, all with --since)")
        ->type_name("COUNT")
        ->group(which);
    app.add_flag("-f,--follow", options.follow, "go on with what comes, until Ctrl-C")
        ->group(which);
    app.add_option("--unit", raw.unit, "of this unit's daemon (wyndrvrd.service)")
        ->type_name("UNIT")
        ->group(which);
    app.add_option("--directory", raw.directory, "the journal files in this directory")
        ->type_name("DIR")
        ->group(which);
    const std::string output = "Output";
    app.add_flag("-J,--json", options.json, "JSON objects, one a line")->group(output);
    app.add_flag("--ascii", options.ascii, "no characters beyond ASCII")->group(output);
    app.set_help_flag("-h,--help", "print this help")->group(output);
}

Result<void> read_whose(const RawLog& raw, LogOptions& options) {
    if (raw.client) {
        const auto address = dgram::Address::parse(*raw.client);
        if (!address) return fail(fmt::format("--client: {}", address.error().what()));
        options.client = dgram::print(*address); // as the daemon writes it
    }
    if (raw.session) {
        const std::string& id = *raw.session;
        if (id.empty() || id.size() > session_digits ||
            id.find_first_not_of("0123456789abcdef") != std::string::npos)
            return fail(fmt::format("--session '{}': expected up to {} hexadecimal digits, as the "
                                    "status shows them",
                                    escaped(id), session_digits));
        options.session = id;
    }
    if (raw.unit == "") return fail("--unit needs the name of a unit");
    if (raw.directory == "") return fail("--directory needs a directory");
    options.unit = raw.unit.value_or(options.unit);
    options.directory = raw.directory.value_or("");
    return {};
}

Result<void> read_extent(const RawLog& raw, LogOptions& options) {
    if (raw.since) {
        const auto since = parse_since(*raw.since);
        if (!since) return fail(fmt::format("--since {}", since.error().what()));
        options.since = *since;
    }
    if (raw.newest) {
        options.newest = whole_number<std::uint32_t>(*raw.newest);
        if (!options.newest || *options.newest < 1 || *options.newest > most_events)
            return fail(fmt::format("-n '{}': expected a number of events from 1 to {}",
                                    escaped(*raw.newest), most_events));
    } else if (!raw.since) {
        options.newest = options.follow ? 10U : 100U;
    }
    return {};
}

} // namespace

std::expected<Options, cli::Exit> parse_log(const std::vector<std::string>& arguments) {
    CLI::App app{std::string{synopsis}};
    lay_out(app, closing);
    LogOptions options;
    RawLog raw;
    declare(app, raw, options);
    if (auto exit = parse(app, arguments, "log")) return std::unexpected{std::move(*exit)};
    Result<void> done = read_whose(raw, options);
    if (done) done = read_extent(raw, options);
    if (!done) return std::unexpected{cli::usage_error("wyndrvrctl log", done.error().what())};
    return options;
}

} // namespace wyn::ctl
