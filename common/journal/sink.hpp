// Where the daemon's events go: to the journal with all their fields when the service manager has
// connected us to it, else as lines on stdout. Nothing here ever waits.
#pragma once

#include "base/error.hpp"
#include "clock/time.hpp"
#include "journal/event.hpp"

#include <memory>

namespace wyn::journal {

class Sink {
public:
    virtual ~Sink() = default;
    virtual void write(const Event& event) = 0;
    // Events less urgent than this are left out from now on.
    virtual void set_least(Severity least) = 0;

    // What is to be told about events that were lost or left out; `never` when there is nothing.
    virtual MonoTime due() const = 0;
    virtual void on_timer(MonoTime now) = 0;
};

std::unique_ptr<Sink> make_sink(Severity least);

// True when our stderr is the journal's ($JOURNAL_STREAM names it).
bool is_connected_to_journal();

} // namespace wyn::journal
