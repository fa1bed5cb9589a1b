// Our events read back from the journal, in the order in which they were written.
#pragma once

#include "base/error.hpp"
#include "journal/record.hpp"

#include <memory>
#include <optional>
#include <string>

struct sd_journal;

namespace wyn::journal {

// Which events are wanted; what is empty is any.
struct Query {
    std::string directory; // of journal files; empty: the journal of this host
    std::string unit;      // of the service manager, that wrote them
    std::string client;    // address
    std::string session;   // its name, or the beginning of it
    std::optional<WallTime> since;
    std::optional<std::size_t> newest; // no more than so many
};

class Reader {
public:
    // At the first event that is wanted. `query` is read now and later.
    static Result<Reader> open(Query query);

    // The next event; nothing when there is none (yet).
    Result<std::optional<Record>> next();
    // Returns when something was written, or after a while; then next() may have more.
    Result<void> wait();

private:
    struct Close {
        void operator()(sd_journal* journal) const;
    };
    using Handle = std::unique_ptr<sd_journal, Close>;

    Reader(Handle journal, Query query) : journal_{std::move(journal)}, query_{std::move(query)} {}
    Result<void> match() const;
    Result<void> seek();
    Result<void> seek_newest();
    Result<std::optional<Record>> read() const;

    Handle journal_;
    Query query_;
    bool at_first_ = false; // next() has nothing to step over
};

// Whether this user may read what services wrote: root, or a member of the group for it. A journal
// that may not be read looks like an empty one.
bool may_read_system_journal();

} // namespace wyn::journal
