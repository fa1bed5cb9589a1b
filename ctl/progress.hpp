// The live picture of a running probe: a few lines, redrawn in place. Pure: progress goes in, lines
// come out.
#pragma once

#include "ctl/style.hpp"
#include "session/client_connection.hpp"

#include <string>
#include <vector>

namespace wyn::ctl {

class ProgressView {
public:
    // `target` names whom is probed and whence; `width` is that of the terminal.
    ProgressView(std::string target, const Style& style, std::size_t width)
        : target_{std::move(target)}, style_{style}, width_{width} {}

    // To be called about ten times a second.
    void update(const session::ProbeProgress& progress);
    // None is longer than the width.
    std::vector<std::string> lines() const;

private:
    struct Row {
        session::ProbePhase phase;
        std::string name;
        std::vector<double> values; // RTT for idle, rate for a load: the newest `cells`
        std::string figure;
        Duration rtt{};
        bool seen = false;
    };
    std::string line_of(const Row& row, bool active) const;
    std::string bar() const;

    std::string target_;
    Style style_;
    std::size_t width_;
    session::ProbeProgress last_;
    std::vector<Row> rows_{{session::ProbePhase::idle, "idle", {}, "", {}, false},
                           {session::ProbePhase::down, "download", {}, "", {}, false},
                           {session::ProbePhase::up, "upload", {}, "", {}, false}};
};

} // namespace wyn::ctl
