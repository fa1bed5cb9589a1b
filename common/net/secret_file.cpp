#include "net/secret_file.hpp"

#include "net/fd.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace wyn::net {

Result<std::string> read_secret_file(const std::string& path, Guard guard) {
    static constexpr std::size_t longest = 64 * 1024;
    auto file =
        Fd::from_call(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), path);
    if (!file) return pass_on(file);
    struct stat status{};
    if (::fstat(file->get(), &status) != 0) return fail_errno(errno, path);
    if (!S_ISREG(status.st_mode)) return fail(fmt::format("{}: not a regular file", path));
    const bool open_to_others = (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    if (guard == Guard::file_mode && open_to_others)
        return fail(fmt::format("{}: others may read or change this file (mode {:03o}); run: "
                                "chmod 600 {}",
                                path, status.st_mode & 0777U, path));
    std::string text;
    std::array<char, 4096> piece{};
    for (;;) {
        const ssize_t got = ::read(file->get(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail_errno(errno, path);
        if (got == 0) return text;
        text.append(piece.data(), static_cast<std::size_t>(got));
        if (text.size() > longest) return fail(fmt::format("{}: larger than 64 KiB", path));
    }
}

} // namespace wyn::net
