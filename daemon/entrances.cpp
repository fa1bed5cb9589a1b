#include "daemon/entrances.hpp"

#include "base/text.hpp"
#include "net/socket_address.hpp"
#include "net/socket_options.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

namespace wyn::daemon {

namespace {

enum class Kind : std::uint8_t { udp, unix_stream, other };

Kind kind_of(int fd) {
    const auto family = net::get_option(fd, net::option::socket_family);
    const auto type = net::get_option(fd, net::option::socket_type);
    if (!family || !type) return Kind::other;
    if ((*family == AF_INET || *family == AF_INET6) && *type == SOCK_DGRAM) return Kind::udp;
    if (*family == AF_UNIX && *type == SOCK_STREAM) return Kind::unix_stream;
    return Kind::other;
}

std::unexpected<Error> refusal(const rt::InheritedSocket& socket, std::string_view why) {
    return fail(fmt::format("the service manager hands over a socket named '{}' that {}; see the "
                            "socket units of wyndrvrd(8)",
                            escaped(socket.name), why));
}

Result<void> put(net::Fd& place, rt::InheritedSocket& socket, Kind expected) {
    if (kind_of(socket.socket.get()) != expected)
        return refusal(socket,
                       expected == Kind::udp ? "is no UDP socket" : "is no Unix stream socket");
    if (place.is_open()) return refusal(socket, "is the second of its kind, and one is used");
    place = std::move(socket.socket);
    return {};
}

Result<void> put_port(Entrances& entrances, rt::InheritedSocket& socket) {
    if (kind_of(socket.socket.get()) != Kind::udp) return refusal(socket, "is no UDP socket");
    auto local = net::local_endpoint(socket.socket.get());
    if (!local) return pass_on(local);
    if (local->port == 0) return refusal(socket, "is bound to no port");
    const bool added = entrances.ports.emplace(local->port, std::move(socket.socket)).second;
    if (!added)
        return refusal(socket,
                       fmt::format("is the second at port {}, and one is used", local->port));
    return {};
}

Result<void> put_by_kind(Entrances& entrances, rt::InheritedSocket& socket) {
    switch (kind_of(socket.socket.get())) {
    case Kind::udp: return put(entrances.listen, socket, Kind::udp);
    case Kind::unix_stream: return put(entrances.control, socket, Kind::unix_stream);
    case Kind::other: break;
    }
    return refusal(socket, "is neither a UDP socket nor a Unix stream socket");
}

Result<void> sort_in(Entrances& entrances, rt::InheritedSocket& socket) {
    if (socket.name == entrance::listen) return put(entrances.listen, socket, Kind::udp);
    if (socket.name == entrance::control) return put(entrances.control, socket, Kind::unix_stream);
    if (socket.name == entrance::kept) return put(entrances.kept, socket, Kind::udp);
    if (socket.name == entrance::port) return put_port(entrances, socket);
    return put_by_kind(entrances, socket);
}

} // namespace

Result<Entrances> sort_entrances(std::vector<rt::InheritedSocket> sockets) {
    Entrances entrances;
    for (rt::InheritedSocket& socket : sockets)
        if (auto sorted = sort_in(entrances, socket); !sorted) return pass_on(sorted);
    return entrances;
}

} // namespace wyn::daemon
