// Where events go: to the journal with all their fields when the service manager has connected us
// to it, else as lines on stdout.
#pragma once

#include "base/error.hpp"
#include "journal/event.hpp"

#include <memory>

namespace wyn::journal {

class Sink {
public:
    virtual ~Sink() = default;
    virtual void write(const Event& event) = 0;
};

// Events less urgent than `least` are left out.
std::unique_ptr<Sink> make_sink(Severity least);

// True when our stderr is the journal's ($JOURNAL_STREAM names it).
bool is_connected_to_journal();

} // namespace wyn::journal
