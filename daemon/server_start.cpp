// How Server begins: its sockets, which the service manager may have made already, and its keys.
#include "clock/system_clock.hpp"
#include "daemon/announce.hpp"
#include "daemon/key_source.hpp"
#include "daemon/server.hpp"
#include "daemon/settings.hpp"
#include "net/runtime_directory.hpp"
#include "net/socket_options.hpp"
#include "net/udp_socket.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>

namespace wyn::daemon {

namespace {

// So many wait while the daemon stalls: 1,638 HELLOs of 512 bytes (measured, Linux 6.18).
constexpr std::size_t listen_buffer_bytes = 1024 * 1024;

// Nobody reads its stamps. But the kernel stamps arrivals only while a socket on the host wants it,
// and begins a little late: what comes first to the port of a client would bear the time at which
// it was read, and not say so. With this socket stamping never stops.
constexpr net::UdpOptions listen_options() {
    return {.stamps = true, .packet_info = true, .receive_buffer_bytes = listen_buffer_bytes};
}

// One that somebody else has opened. It may have a larger buffer than we could ask for.
Result<net::Fd> prepared(net::Fd socket) {
    net::UdpOptions options = listen_options();
    const auto granted = net::get_option(socket.get(), net::option::receive_buffer);
    if (granted && static_cast<std::size_t>(*granted) >= 2 * listen_buffer_bytes)
        options.receive_buffer_bytes = 0;
    if (auto done = net::prepare_udp(socket.get(), options); !done) return pass_on(done);
    return socket;
}

// The service manager closes the socket that it kept soon after it has been asked to, and until
// then this one's place may be taken.
Result<net::Fd> open_once_free(const dgram::Endpoint& at) {
    constexpr int most_attempts = 20;
    constexpr Duration pause = 50ms;
    auto socket = net::open_udp(at, listen_options());
    for (int i = 1; i < most_attempts && !socket; ++i) {
        sleep_for(pause);
        socket = net::open_udp(at, listen_options());
    }
    return socket;
}

} // namespace

Server::Server(ServerParts parts, files::LoadedConfig loaded, Entrances& entrances)
    : loop_{parts.loop}, sink_{parts.sink}, manager_{parts.manager},
      load_config_{std::move(parts.load_config)}, config_{std::move(loaded.config)},
      config_files_{std::move(loaded.files)}, port_sockets_{std::move(entrances.ports)},
      since_{mono_now()}, hang_check_{since_}, meter_{since_} {
    // Connections in this loop live and die with us.
    if (config_.connection_parallelism != Placement::single) next_check_ = since_;
}

Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(ServerParts parts, files::LoadedConfig loaded,
                                              Entrances entrances) {
    auto keys = read_keys(loaded.config.key_file);
    if (!keys) return pass_on(keys);
    const bool ignores_bind_port =
        entrances.listen.is_open() && loaded.origins.contains("bind_port");
    std::unique_ptr<Server> server{new Server{std::move(parts), std::move(loaded), entrances}};
    if (auto opened = server->open_listening_socket(entrances, std::move(*keys)); !opened)
        return pass_on(opened);
    if (auto opened = server->open_control_socket(std::move(entrances.control)); !opened)
        return pass_on(opened);
    if (auto watched = server->watch(); !watched) return pass_on(watched);
    server->tell_start(ignores_bind_port);
    server->tell_status(server->since_);
    return server;
}

Result<void> Server::open_listening_socket(Entrances& entrances, crypto::Keyring keys) {
    auto socket = listening_socket(entrances);
    if (!socket) return pass_on(socket, "cannot open the listening socket (bind_addr, bind_port)");
    auto local = net::local_endpoint(socket->get());
    if (!local) return pass_on(local);
    local_ = *local;
    socket_ = std::make_unique<net::ListeningSocket>(std::move(*socket));
    SessionHost& host = *this;
    listener_ = std::make_unique<Listener>(for_listener(), std::move(keys), random_, since_, host);
    return {};
}

// That of the socket unit; else the one that was kept from our last run, when it is where the
// configuration wants it now; else a new one, which is kept for our next run.
Result<net::Fd> Server::listening_socket(Entrances& entrances) {
    const dgram::Endpoint wanted{.address = config_.bind_addr, .port = config_.bind_port};
    const bool kept_one = entrances.kept.is_open();
    if (kept_one && !entrances.listen.is_open()) {
        const auto at = net::local_endpoint(entrances.kept.get());
        if (at && *at == wanted) return prepared(std::move(entrances.kept));
    }
    if (kept_one) {
        manager_.forget(entrance::kept);
        entrances.kept = {};
    }
    if (entrances.listen.is_open()) return prepared(std::move(entrances.listen));
    auto socket = kept_one ? open_once_free(wanted) : net::open_udp(wanted, listen_options());
    if (socket) manager_.keep(entrance::kept, socket->get());
    return socket;
}

Result<std::unique_ptr<ControlServer>> Server::adopt_control_socket(net::Fd inherited) {
    auto listener = net::UnixListener::adopt(std::move(inherited), "the control socket");
    if (!listener) return pass_on(listener);
    return ControlServer::serve(loop_, std::move(*listener), *this);
}

// A control socket that was asked for must be there; the one of the default place is a convenience.
Result<void> Server::open_control_socket(net::Fd inherited) {
    const std::string path = config_.control_socket.value_or(net::default_control_socket());
    if (path.empty() && !inherited.is_open()) return {};
    if (!config_.control_socket && !inherited.is_open()) net::make_directory_of(path);
    auto control = inherited.is_open() ? adopt_control_socket(std::move(inherited))
                                       : ControlServer::listen(loop_, path, *this);
    if (control) {
        control_ = std::move(*control);
        return {};
    }
    if (config_.control_socket) return pass_on(control, "cannot open control_socket");
    sink_.write(announce_trouble(
        journal::Severity::warning,
        fmt::format("no control socket, so wyndrvrctl status will not find this daemon: {}",
                    control.error().what()),
        "control_socket"));
    return {};
}

Result<void> Server::watch() {
    auto io = loop_.add_io(socket_->fd(), EPOLLIN, [this](std::uint32_t) { on_inquiries(); });
    if (!io) return pass_on(io);
    watch_ = std::move(*io);
    timer_ = loop_.add_timer([this] { on_timer(); });
    bury_ = loop_.add_defer([this] {
        ended_.clear();
        if (stopping_ && running_.empty()) loop_.exit(0);
    });
    return {};
}

// `ignores_bind_port`: it is configured, and the socket is the service manager's.
void Server::tell_start(bool ignores_bind_port) const {
    sink_.write(announce_listening(local_, config_files_));
    if (!ignores_bind_port || local_.port == config_.bind_port) return;
    sink_.write(announce_trouble(
        journal::Severity::warning,
        fmt::format("bind_port = {} has no effect: the service manager's socket is at port {}; "
                    "systemctl edit wyndrvrd.socket changes it",
                    config_.bind_port, local_.port),
        "bind_port"));
}

// Clients get the ports that the service manager has opened, when it has.
ListenerSettings Server::for_listener() const {
    ListenerSettings settings = listener_settings(config_);
    if (auto lent = port_sockets_.lent_ranges(); !lent.empty()) {
        settings.port_ranges = std::move(lent);
        settings.lent_ports = true;
    }
    return settings;
}

} // namespace wyn::daemon
