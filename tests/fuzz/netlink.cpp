// The kernel's answers about routes, devices and queueing disciplines.
// Promise: any bytes are read or refused; what was read is in range and lies within the input; what
// is put into a request is found in it again.
#include "net/netlink.hpp"

#include "fuzz/target.hpp"
#include "net/device.hpp"
#include "net/qdisc.hpp"
#include "net/route.hpp"

#include <algorithm>
#include <functional>

using namespace wyn;

namespace {

// std::less orders pointers of different arrays too.
bool lies_within(net::NetlinkBytes part, net::NetlinkBytes whole) {
    const std::less_equal<const std::uint8_t*> not_behind;
    return not_behind(whole.data(), part.data()) &&
           not_behind(part.data() + part.size(), whole.data() + whole.size());
}

void walk_attributes(const net::NetlinkMessage& message) {
    net::NetlinkBytes left = message.body;
    while (const auto attribute = net::take_attribute(left)) {
        WYN_CHECK(lies_within(attribute->value, message.body));
        WYN_CHECK(net::find_attribute(message.body, attribute->type).has_value());
    }
}

void try_route(const net::NetlinkMessage& message) {
    const auto device = net::read_route(message);
    WYN_CHECK(device ? *device > 0 : device.error().is(std::errc::bad_message));
}

void try_qdisc(const net::NetlinkMessage& message, std::vector<net::Qdisc>& found) {
    auto qdisc = net::read_qdisc(message);
    if (!qdisc) return WYN_CHECK(qdisc.error().is(std::errc::bad_message));
    WYN_CHECK(qdisc->device > 0 && !qdisc->kind.empty() && qdisc->kind.size() <= 15);
    WYN_CHECK(std::ranges::all_of(qdisc->kind, [](char c) { return c > ' ' && c <= '~'; }));
    found.push_back(*std::move(qdisc));
}

void try_device(const net::NetlinkMessage& message) {
    const auto device = net::read_device(message);
    if (!device) return WYN_CHECK(device.error().is(std::errc::bad_message));
    WYN_CHECK(device->index > 0 && !device->name.empty() && device->name.size() <= 15);
    WYN_CHECK(device->kind.size() <= 15);
}

void try_request(net::NetlinkBytes value) {
    constexpr std::uint16_t type = 7;
    net::NetlinkRequest request{1000, 0, std::uint32_t{}};
    request.add_number(type - 1, std::uint8_t{1});
    request.add(type, value);
    const auto read = net::read_answer(request.bytes());
    WYN_CHECK(read && read->is_last && read->messages.size() == 1);
    net::NetlinkBytes body = read->messages.front().body;
    WYN_CHECK(net::take_structure<std::uint32_t>(body).has_value());
    const auto again = net::find_attribute(body, type);
    WYN_CHECK(again && std::ranges::equal(*again, value));
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const net::NetlinkBytes datagram{data, size};
    try_request(datagram.first(std::min<std::size_t>(size, 1000)));
    const auto answer = net::read_answer(datagram);
    if (!answer) {
        WYN_CHECK(answer.error().code().value() > 0 && !answer.error().what().empty());
        return 0;
    }
    std::vector<net::Qdisc> qdiscs;
    for (const net::NetlinkMessage& message : answer->messages) {
        WYN_CHECK(lies_within(message.body, datagram));
        walk_attributes(message);
        try_route(message);
        try_qdisc(message, qdiscs);
        try_device(message);
        static_cast<void>(net::read_queue_counters(message));
    }
    const bool any_fq = std::ranges::find(qdiscs, "fq", &net::Qdisc::kind) != qdiscs.end();
    WYN_CHECK(any_fq || !net::honours_txtime(qdiscs));
    return 0;
}
