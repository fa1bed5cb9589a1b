#include "ctl/log_command.hpp"

#include "clock/system_clock.hpp"
#include "ctl/log_page.hpp"
#include "ctl/report.hpp"
#include "ctl/report_text.hpp"
#include "ctl/terminal.hpp"
#include "journal/reader.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <utility>

namespace wyn::ctl {

namespace {

std::tm local_tm(WallTime time) {
    const std::time_t seconds =
        std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm local{};
    ::localtime_r(&seconds, &local);
    return local;
}

LocalTime local_time(WallTime time) {
    const std::tm local = local_tm(time);
    return {.day = fmt::format("{:04}-{:02}-{:02}", local.tm_year + 1900, local.tm_mon + 1,
                               local.tm_mday),
            .time = fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec)};
}

// What the words of --since mean here and now.
WallTime wall_time(const Since& since) {
    const WallTime now = wall_now();
    if (const auto* ago = std::get_if<Duration>(&since)) return now - *ago;
    const LocalMoment& moment = std::get<LocalMoment>(since);
    std::tm local = local_tm(now);
    if (moment.day) {
        local.tm_year = static_cast<int>(moment.day->year()) - 1900;
        local.tm_mon = static_cast<int>(static_cast<unsigned int>(moment.day->month())) - 1;
        local.tm_mday = static_cast<int>(static_cast<unsigned int>(moment.day->day()));
    }
    const auto of_day = static_cast<int>(moment.of_day.count());
    local.tm_hour = of_day / 3600;
    local.tm_min = of_day / 60 % 60;
    local.tm_sec = of_day % 60;
    local.tm_isdst = -1; // whatever holds on that day
    return WallTime{std::chrono::seconds{std::mktime(&local)}};
}

journal::Query query_of(const LogOptions& options) {
    journal::Query query{.directory = options.directory,
                         .unit = options.unit,
                         .client = options.client,
                         .session = options.session};
    if (options.since) query.since = wall_time(*options.since);
    if (options.newest) query.newest = *options.newest;
    return query;
}

int fail_with(const Failure& failure, const LogOptions& options) {
    std::fputs(failure_as_text(failure, style_of(STDERR_FILENO, options.ascii)).c_str(), stderr);
    return static_cast<int>(failure.code);
}

int cannot_read(std::string sentence, const LogOptions& options) {
    return fail_with({.code = ExitCode::unreachable,
                      .reason = "journal",
                      .sentence = std::move(sentence),
                      .advice = {"Only root and the members of the group systemd-journal may read "
                                 "what services write: sudo wyndrvrctl log, or usermod -aG "
                                 "systemd-journal NAME"}},
                     options);
}

// Prints the events that there are; how many.
Result<std::size_t> print_events(journal::Reader& reader, LogPage& page,
                                 const LogOptions& options) {
    std::size_t count = 0;
    for (;;) {
        auto record = reader.next();
        if (!record) return pass_on(record);
        if (!*record) return count;
        ++count;
        print_line(options.json ? record_as_json(**record)
                                : page.lines(**record, local_time((*record)->time)));
    }
}

int read_on(journal::Reader& reader, const LogOptions& options) {
    LogPage page{style_of(STDOUT_FILENO, options.ascii)};
    bool is_first = true;
    for (;;) {
        const auto count = print_events(reader, page, options);
        if (!count) return cannot_read(count.error().what(), options);
        const bool nothing = std::exchange(is_first, false) && *count == 0;
        if (nothing && options.directory.empty() && !journal::may_read_system_journal())
            return cannot_read("no event can be read", options);
        if (!options.follow) {
            if (nothing) std::fputs("wyndrvrctl: no event in the journal fits\n", stderr);
            return static_cast<int>(ExitCode::measured);
        }
        if (auto woken = reader.wait(); !woken) return cannot_read(woken.error().what(), options);
    }
}

} // namespace

int run_log(const LogOptions& options) {
    auto reader = journal::Reader::open(query_of(options));
    if (!reader) return cannot_read(reader.error().what(), options);
    return read_on(*reader, options);
}

} // namespace wyn::ctl
