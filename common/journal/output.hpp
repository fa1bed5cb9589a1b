// Where events leave the process: the journal's socket, or the console.
#pragma once

#include "journal/event.hpp"

namespace wyn::journal {

class Output {
public:
    virtual ~Output() = default;
    // Never waits: false when nobody takes the event now, and then it is lost.
    virtual bool put(const Event& event) = 0;
};

} // namespace wyn::journal
