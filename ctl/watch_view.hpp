// What wyndrvrctl watch shows: the daemon's newest status, and how fast things go since the one
// before. Pure.
#pragma once

#include "ctl/session_lines.hpp"
#include "status/model.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wyn::ctl {

class WatchView {
public:
    explicit WatchView(const Style& style) : style_{style} {}

    // Statuses of the same daemon, in their order.
    void update(const status::Status& status);

    // At 80 columns, however many sessions there are.
    std::string page() const;
    // The same for a terminal: no line is longer than `width`, and there are `height` at most.
    std::vector<std::string> lines(std::size_t width, std::size_t height) const;

private:
    struct Traffic {
        BitRate in;
        BitRate out;
    };

    void compare(const status::Status& before, const status::Status& now);
    std::vector<std::string> page_lines(const Style& style) const;

    Style style_;
    std::optional<status::Status> newest_;
    SessionRates rates_;
    std::optional<Traffic> traffic_; // of the sessions' ports; none: not known yet
};

} // namespace wyn::ctl
