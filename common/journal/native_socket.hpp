// The journal's native socket, written to without ever waiting: a journal that is stopped, gone or
// too slow loses events, and the sink counts them.
#pragma once

#include "journal/output.hpp"

#include <string>

namespace wyn::journal {

inline constexpr const char* native_socket_path = "/run/systemd/journal/socket";

class NativeSocket final : public Output {
public:
    // Of the program `identifier`, to the socket at `path`, which need not be there yet.
    explicit NativeSocket(std::string identifier, std::string path = native_socket_path);
    ~NativeSocket() override;
    NativeSocket(const NativeSocket&) = delete;
    NativeSocket& operator=(const NativeSocket&) = delete;

    // What does not fit into a datagram goes as a sealed file in memory.
    bool put(const Event& event) override;

private:
    bool open();
    bool send(std::string_view datagram, int attached) const;
    bool send_as_file(std::string_view entry) const;

    std::string identifier_;
    std::string path_;
    int fd_ = -1;
};

} // namespace wyn::journal
