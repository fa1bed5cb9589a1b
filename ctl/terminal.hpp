// What the terminal can do, and drawing on it in place.
#pragma once

#include "ctl/style.hpp"

#include <string>
#include <vector>

namespace wyn::ctl {

// Colour on a terminal unless NO_COLOR is set or TERM is "dumb"; Unicode when the locale is UTF-8
// and `ascii` is not asked for. `fd` is that of stdout or stderr.
Style style_of(int fd, bool ascii);
bool is_terminal(int fd);
// Columns of the terminal behind `fd`; 80 when it does not tell.
std::size_t terminal_width(int fd);

// Lines on stderr that are replaced by the next ones.
class LiveLines {
public:
    // Wipes what is there.
    ~LiveLines() { show({}); }
    LiveLines() = default;
    LiveLines(const LiveLines&) = delete;
    LiveLines& operator=(const LiveLines&) = delete;

    void show(const std::vector<std::string>& lines);

private:
    std::size_t shown_ = 0;
};

// A line of the result; whoever reads several wants each at once.
void print_line(const std::string& line);

} // namespace wyn::ctl
