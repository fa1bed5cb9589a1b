#include "journal/reader.hpp"

#include "journal/catalog_ids.hpp"

#include <grp.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace wyn::journal {

namespace {

constexpr std::size_t length_of_session = 16; // hexadecimal digits
constexpr std::uint64_t longest_wait_us = 60'000'000;
constexpr std::size_t most_data =
    256; // of one entry; ours have half of that with the journal's own

// The functions of sd-journal return a negative errno.
Result<void> done(int returned, std::string_view doing) {
    if (returned >= 0) return {};
    return fail_errno(-returned, doing);
}

bool is_wanted(const Record& record, const Query& query) {
    return record.field("SESSION").starts_with(query.session);
}

std::uint64_t microseconds(WallTime time) {
    return static_cast<std::uint64_t>(std::max<WallTime::rep>(
        0, std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count()));
}

} // namespace

void Reader::Close::operator()(sd_journal* journal) const {
    sd_journal_close(journal);
}

Result<Reader> Reader::open(Query query) {
    sd_journal* journal = nullptr;
    const int opened = query.directory.empty()
                           ? sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM)
                           : sd_journal_open_directory(&journal, query.directory.c_str(), 0);
    if (auto is_open =
            done(opened, query.directory.empty() ? "open the journal" : "open " + query.directory);
        !is_open)
        return pass_on(is_open);
    Reader reader{Handle{journal}, std::move(query)};
    // What is too long is cut anyway, and need not be unpacked.
    sd_journal_set_data_threshold(journal, 2 * longest_value);
    if (auto matched = reader.match(); !matched) return pass_on(matched);
    if (auto sought = reader.seek(); !sought) return pass_on(sought);
    return reader;
}

// Values of one field are alternatives, and different fields must all be met.
Result<void> Reader::match() const {
    std::vector<std::string> matches;
    matches.reserve(event_kinds.size() + 3);
    for (const EventKind& kind : event_kinds)
        matches.push_back(fmt::format("MESSAGE_ID={}", kind.id));
    if (!query_.unit.empty()) matches.push_back("_SYSTEMD_UNIT=" + query_.unit);
    if (!query_.client.empty()) matches.push_back("WYNDRVR_CLIENT=" + query_.client);
    if (query_.session.size() == length_of_session)
        matches.push_back("WYNDRVR_SESSION=" + query_.session);
    for (const std::string& match : matches)
        if (auto added = done(sd_journal_add_match(journal_.get(), match.data(), match.size()),
                              "choose events of the journal");
            !added)
            return added;
    return {};
}

Result<void> Reader::seek() {
    if (query_.newest) return seek_newest();
    if (query_.since)
        return done(sd_journal_seek_realtime_usec(journal_.get(), microseconds(*query_.since)),
                    "find the time in the journal");
    return done(sd_journal_seek_head(journal_.get()), "find the beginning of the journal");
}

// Backwards from the end, because only what is read can be counted; stands at the first one then.
Result<void> Reader::seek_newest() {
    if (auto sought = done(sd_journal_seek_tail(journal_.get()), "find the end of the journal");
        !sought)
        return sought;
    std::size_t found = 0;
    bool stepped = false;
    while (found < *query_.newest) {
        const int step = sd_journal_previous(journal_.get());
        if (auto went = done(step, "read the journal backwards"); !went) return went;
        if (step == 0) break;
        stepped = true;
        auto record = read();
        if (!record) return pass_on(record);
        if (!*record) continue;
        if (query_.since && (*record)->time < *query_.since) {
            at_first_ = false; // the next one is the first
            return {};
        }
        if (is_wanted(**record, query_)) ++found;
    }
    at_first_ = stepped;
    return {};
}

Result<std::optional<Record>> Reader::read() const {
    sd_journal* const journal = journal_.get();
    std::uint64_t realtime_us = 0;
    if (auto told = done(sd_journal_get_realtime_usec(journal, &realtime_us), "read the journal");
        !told)
        return pass_on(told);
    std::vector<std::string> data;
    const void* bytes = nullptr;
    std::size_t size = 0;
    sd_journal_restart_data(journal);
    while (data.size() < most_data &&
           sd_journal_enumerate_available_data(journal, &bytes, &size) > 0)
        data.emplace_back(static_cast<const char*>(bytes), size);
    const std::chrono::microseconds since{static_cast<std::int64_t>(realtime_us)};
    return make_record(WallTime{since}, data);
}

Result<std::optional<Record>> Reader::next() {
    for (;;) {
        if (!std::exchange(at_first_, false)) {
            const int step = sd_journal_next(journal_.get());
            if (auto went = done(step, "read the journal"); !went) return pass_on(went);
            if (step == 0) return std::nullopt;
        }
        auto record = read();
        if (!record) return record;
        if (*record && is_wanted(**record, query_)) return record;
    }
}

Result<void> Reader::wait() {
    return done(sd_journal_wait(journal_.get(), longest_wait_us), "wait for the journal");
}

bool may_read_system_journal() {
    if (::geteuid() == 0) return true;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else asks for groups
    const group* const readers = ::getgrnam("systemd-journal");
    if (readers == nullptr) return false;
    std::vector<gid_t> own(static_cast<std::size_t>(std::max(0, ::getgroups(0, nullptr))));
    if (!own.empty() && ::getgroups(static_cast<int>(own.size()), own.data()) < 0) return false;
    return ::getegid() == readers->gr_gid || std::ranges::find(own, readers->gr_gid) != own.end();
}

} // namespace wyn::journal
