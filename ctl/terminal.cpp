#include "ctl/terminal.hpp"

#include <fmt/format.h>
#include <langinfo.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace wyn::ctl {

namespace {

// Of the environment's locale; the process itself stays in the C locale, whatever its threads do.
bool has_utf8() {
    const locale_t locale = ::newlocale(LC_CTYPE_MASK, "", nullptr);
    if (locale == nullptr) return false; // names one that is not installed: then plain ASCII
    const bool utf8 = std::strcmp(::nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    ::freelocale(locale);
    return utf8;
}

} // namespace

bool is_terminal(int fd) {
    return ::isatty(fd) == 1;
}

Style style_of(int fd, bool ascii) {
    const char* const no_colour = std::getenv("NO_COLOR");
    const char* const term = std::getenv("TERM");
    const bool dumb = term == nullptr || std::strcmp(term, "dumb") == 0;
    const bool wants_none = no_colour != nullptr && *no_colour != '\0';
    return {.colour = is_terminal(fd) && !dumb && !wants_none, .unicode = has_utf8() && !ascii};
}

std::size_t terminal_height(int fd) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) return 24;
    return size.ws_row;
}

std::size_t terminal_width(int fd) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

void LiveLines::show(const std::vector<std::string>& lines) {
    std::string out;
    if (shown_ > 0) out = fmt::format("\x1b[{}A", shown_); // back to the first line
    out += "\x1b[J";                                       // and away with all below
    for (const std::string& line : lines)
        out += line + "\n";
    if (shown_ == 0 && lines.empty()) return;
    shown_ = lines.size();
    std::fputs(out.c_str(), to_);
    std::fflush(to_);
}

void print_line(const std::string& line) {
    std::puts(line.c_str());
    std::fflush(stdout);
}

} // namespace wyn::ctl
