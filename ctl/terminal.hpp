// What the terminal can do, and drawing on it in place.
#pragma once

#include "ctl/style.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace wyn::ctl {

// Colour on a terminal unless NO_COLOR is set or TERM is "dumb"; Unicode when the locale is UTF-8
// and `ascii` is not asked for. `fd` is that of stdout or stderr.
Style style_of(int fd, bool ascii);
bool is_terminal(int fd);
// Columns and lines of the terminal behind `fd`; 80 and 24 when it does not tell.
std::size_t terminal_width(int fd);
std::size_t terminal_height(int fd);

// Lines of the terminal behind a stream that are replaced by the next ones.
class LiveLines {
public:
    explicit LiveLines(std::FILE* to = stderr) : to_{to} {}
    // Wipes what is there.
    ~LiveLines() { show({}); }
    LiveLines(const LiveLines&) = delete;
    LiveLines& operator=(const LiveLines&) = delete;

    void show(const std::vector<std::string>& lines);
    // What is there stays.
    void leave() { shown_ = 0; }

private:
    std::FILE* to_;
    std::size_t shown_ = 0;
};

// A line of the result; whoever reads several wants each at once.
void print_line(const std::string& line);

} // namespace wyn::ctl
