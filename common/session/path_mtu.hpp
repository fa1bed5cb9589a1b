// The size of packets that the path carries, both ways, out of SIZE and SIZED on the control port:
// up by long requests with short answers, down by short requests with long answers. The client
// asks and finds out, the server only answers, and only its proven client, and not without end.
#pragma once

#include "session/port_link.hpp"

namespace wyn::session {

// Client.
class PathMtuProber {
public:
    struct Setup {
        std::uint32_t header_bytes = 28; // of IP and UDP
        std::uint16_t ceiling = 0;       // the largest packet that is worth knowing
        std::uint16_t kernel_mtu = 0;    // of the path, as our kernel knows it; 0: not known
        Duration rtt{};
    };
    PathMtuProber(const Setup& setup, MonoTime now);

    // The next message that is due; nothing: none now. A number is used once.
    std::optional<wire::Size> on_timer(MonoTime now);
    // Nothing, or why the answer does not count.
    std::optional<wire::Drop> on_sized(const wire::Sized& sized);
    // Our host refused to send the message of this number because of its length.
    void on_refused(std::uint32_t number);
    // What our kernel takes for the path's MTU has changed: a router has said something.
    void on_kernel_mtu(std::uint16_t mtu) { up_.search.on_hint(mtu); }

    bool done() const { return up_.done() && down_.done(); }
    // What was found, once, when it is all known or enough time has passed.
    std::optional<PathMtuFound> take_news(MonoTime now);
    MonoTime due() const;

private:
    struct Way {
        Way(std::uint16_t known, std::uint16_t ceiling) : search{known, ceiling} { ask(); }
        void ask(); // for all that is still to be found out
        bool done() const { return stopped || search.done(); }

        measure::MtuSearch search;
        std::array<std::uint16_t, measure::MtuSearch::most_sizes> waiting{}; // to be sent
        std::size_t count = 0;
        MonoTime answers_by = never;
        bool stopped = false; // the server answers no more
    };
    struct Sent {
        std::uint32_t number = 0;
        std::uint16_t size = 0; // of the packet; 0: none, or answered
        bool up = false;
    };
    static constexpr std::size_t sent_remembered = 256;

    void wait_for_answers(Way& way, MonoTime now);
    std::optional<wire::Size> next(Way& way, MonoTime now);
    void on_answer(Way& way, const Sent& sent, const wire::Sized& sized);
    std::uint16_t payload_of(std::uint16_t packet) const {
        return static_cast<std::uint16_t>(packet - setup_.header_bytes);
    }

    Setup setup_;
    MonoTime give_up_;
    Way up_;
    Way down_;
    std::uint32_t next_number_ = 1;
    std::array<Sent, sent_remembered> sent_{};
    bool told_ = false;
};

// Server.
class SizeAnswerer {
public:
    // `kernel_mtu` as in PathMtuProber::Setup. What is answered at length adds up to no more than
    // 512 KiB and 16 KiB for each second.
    wire::Sized on_size(MonoTime now, const wire::Size& size, std::uint16_t kernel_mtu);
    // Our host refused to send the answer to this one because of its length: the answer that it
    // gets instead.
    std::optional<wire::Sized> on_refused(std::uint32_t number) const;

private:
    bool affords(MonoTime now, std::uint16_t bytes);

    wire::Sized short_answer_; // to the newest SIZE
    std::uint64_t budget_bytes_ = 512 * 1024;
    MonoTime budget_at_ = never;
};

} // namespace wyn::session
