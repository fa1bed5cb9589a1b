#include "net/runtime_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace wyn::net {

namespace {

constexpr const char* system_socket = "/run/wyndrvr/io.wyndrvr";

} // namespace

std::string default_control_socket() {
    if (::geteuid() == 0 || std::getenv("RUNTIME_DIRECTORY") != nullptr) return system_socket;
    const char* const own = std::getenv("XDG_RUNTIME_DIR");
    return own == nullptr || *own == '\0' ? "" : std::string{own} + "/wyndrvr/io.wyndrvr";
}

std::string control_socket_to_ask() {
    const std::string own = default_control_socket();
    return !own.empty() && ::access(own.c_str(), F_OK) == 0 ? own : system_socket;
}

void make_directory_of(const std::string& path) {
    const std::size_t end = path.rfind('/');
    if (end != std::string::npos && end > 0) ::mkdir(path.substr(0, end).c_str(), 0755);
}

} // namespace wyn::net
