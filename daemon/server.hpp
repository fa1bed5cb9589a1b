// Owns everything: the listening socket, the sessions' workers, the control socket. Wires what the
// listener decides to where it happens.
#pragma once

#include "daemon/control_server.hpp"
#include "daemon/listener.hpp"
#include "daemon/server_config.hpp"
#include "journal/sink.hpp"
#include "net/listening_socket.hpp"
#include "rt/placed_worker.hpp"
#include "rt/system_random.hpp"
#include "status/model.hpp"

#include <map>
#include <memory>

namespace wyn::daemon {

class Server final : private SessionHost {
public:
    // Everything that can fail fails here: reading the keys, binding the sockets.
    static Result<std::unique_ptr<Server>> start(rt::Loop& loop, const ServerConfig& config,
                                                 std::vector<std::string> config_files,
                                                 journal::Sink& sink);
    ~Server() override;

    // Refuses newcomers, closes every session with `shutting_down`, and leaves the loop when the
    // last one is gone or after a second.
    void stop();

    const dgram::Endpoint& listen_endpoint() const { return local_; }

private:
    struct Running {
        std::unique_ptr<rt::PlacedWorker> worker;
        net::Fd control; // a second descriptor of the control port, for the last word
    };

    Server(rt::Loop& loop, const ServerConfig& config, std::vector<std::string> config_files,
           journal::Sink& sink);
    Result<void> open_listening_socket(crypto::Keyring keys);
    Result<void> open_control_socket();
    Result<void> watch();

    // SessionHost
    bool open_port(std::uint16_t port, const dgram::Address& local) override;
    void close_port(std::uint16_t port) override;
    bool start(const Admitted& admitted) override;

    void on_inquiries();
    void on_timer();
    void settle();
    void on_news(std::uint64_t session);
    void on_connection(SessionEntry& entry, const session::ConnectionNews& news);
    void check_signs_of_life(MonoTime now);
    void worker_lost(std::uint64_t session, std::string_view how);
    void last_word(const SessionEntry& entry, const Running& running, wire::End end) const;
    void end_session(std::uint64_t session, wire::End end);
    status::Status describe() const;

    rt::Loop& loop_;
    ServerConfig config_;
    std::vector<std::string> config_files_;
    journal::Sink& sink_;
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
    MonoTime stop_by_ = never;
    bool stopping_ = false;
};

} // namespace wyn::daemon
