// Owns everything: the listening socket, the sessions' workers, the control socket. Wires what the
// listener decides to where it happens.
#pragma once

#include "daemon/control_server.hpp"
#include "daemon/entrances.hpp"
#include "daemon/listener.hpp"
#include "daemon/operations.hpp"
#include "daemon/port_sockets.hpp"
#include "daemon/reload.hpp"
#include "daemon/traffic.hpp"
#include "files/config_files.hpp"
#include "journal/sink.hpp"
#include "net/listening_socket.hpp"
#include "rt/placed_worker.hpp"
#include "rt/service_manager.hpp"
#include "rt/system_random.hpp"
#include "status/model.hpp"

#include <map>
#include <memory>

namespace wyn::daemon {

// What a server gets from outside. The references outlive it.
struct ServerParts {
    using LoadConfig = std::function<std::expected<files::LoadedConfig, config::Problems>()>;

    rt::Loop& loop;
    journal::Sink& sink;
    rt::ServiceManager& manager;
    LoadConfig load_config; // reads the configuration again
};

class Server final : private SessionHost, private Operations {
public:
    // Everything that can fail fails here: reading the keys, binding the sockets.
    static Result<std::unique_ptr<Server>> start(ServerParts parts, files::LoadedConfig loaded,
                                                 Entrances entrances);
    ~Server() override;

    // Takes on what has changed in the configuration, or nothing when there is a mistake in it.
    // Sessions that run are not touched.
    std::expected<Reloaded, config::Problems> reload() override;

    // Refuses newcomers until this is taken back. Sessions that run are not touched.
    void drain(bool on) override;

    // Refuses newcomers, lets sessions go on for `patience`, closes those that are left with
    // `shutting_down`, and leaves the loop when the last one is gone, or a second later. Said again
    // it closes them now, and while they are being closed it leaves at once.
    void stop(Duration patience);
    Duration drain_time() const { return config_.drain_time; }

private:
    struct Running {
        std::unique_ptr<rt::PlacedWorker> worker;
        net::Fd control; // a second descriptor of the control port, for the last word
    };

    Server(ServerParts parts, files::LoadedConfig loaded, Entrances& entrances);
    Result<void> open_listening_socket(Entrances& entrances, crypto::Keyring keys);
    Result<net::Fd> listening_socket(Entrances& entrances);
    Result<void> open_control_socket(net::Fd inherited);
    Result<std::unique_ptr<ControlServer>> adopt_control_socket(net::Fd inherited);
    Result<void> watch();
    void tell_start(bool ignores_bind_port) const;

    // SessionHost
    bool open_port(std::uint16_t port, const dgram::Address& local) override;
    void close_port(std::uint16_t port) override;
    bool start(const Admitted& admitted) override;

    // Operations
    status::Status status() const override;
    bool end_session(std::uint64_t id, std::uint32_t uid) override;
    void set_log_level(settings::LogLevel level) override;

    void on_inquiries();
    void on_timer();
    void settle();
    void on_news(std::uint64_t session);
    void on_connection(SessionEntry& entry, const session::ConnectionNews& news);
    void check_signs_of_life(MonoTime now);
    void worker_lost(std::uint64_t session, std::string_view how);
    void last_word(const SessionEntry& entry, const Running& running, wire::End end) const;
    void close_session(std::uint64_t session, wire::End end);
    ListenerSettings for_listener() const;
    Result<Reloaded> take_on(files::LoadedConfig loaded);
    void close_all();
    void tell_status(MonoTime now);

    rt::Loop& loop_;
    journal::Sink& sink_;
    rt::ServiceManager& manager_;
    ServerParts::LoadConfig load_config_;
    settings::ServerConfig config_;
    std::vector<std::string> config_files_;
    PortSockets port_sockets_;
    rt::SystemRandom random_;
    MonoTime since_;
    dgram::Endpoint local_;

    std::unique_ptr<net::ListeningSocket> socket_;
    std::unique_ptr<Listener> listener_;
    ListenerOutbox out_;
    std::map<std::uint16_t, net::Fd> opened_; // ports between open_port() and start()
    std::map<std::uint64_t, Running> running_;
    std::vector<Running> ended_; // destroyed outside of their own callbacks
    std::map<std::string, std::uint64_t> ended_counts_;

    std::unique_ptr<ControlServer> control_;
    rt::Io watch_;
    rt::Timer timer_;
    rt::Defer bury_;
    MonoTime next_check_ = never;
    rt::HangCheck hang_check_;
    TrafficMeter meter_;
    MonoTime next_status_ = never;
    MonoTime close_at_ = never; // then sessions that still go on are closed
    MonoTime stop_by_ = never;
    bool stopping_ = false;
};

} // namespace wyn::daemon
