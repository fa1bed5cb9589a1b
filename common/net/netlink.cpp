#include "net/netlink.hpp"

#include "base/check.hpp"

#include <linux/netlink.h>

#include <algorithm>
#include <cerrno>

namespace wyn::net {

namespace {

// Messages and attributes begin at multiples of four bytes. The last of a datagram may do without
// what fills it up.
constexpr std::size_t alignment = 4;
static_assert(sizeof(nlmsghdr) % alignment == 0 && sizeof(nlattr) % alignment == 0);

constexpr std::size_t aligned(std::size_t bytes) {
    return (bytes + alignment - 1) / alignment * alignment;
}

// Takes `length` bytes off, and what fills them up; their first `header` bytes are dropped. Nothing
// when the length is shorter than the header or longer than what is left.
std::optional<NetlinkBytes> take_part(NetlinkBytes& left, std::size_t length, std::size_t header) {
    if (length < header || length > left.size()) return std::nullopt;
    const NetlinkBytes part = left.subspan(header, length - header);
    left = left.subspan(std::min(aligned(length), left.size()));
    return part;
}

// The number that ends an answer, or refuses it: 0, or an errno value with its sign turned.
Result<void> read_verdict(NetlinkBytes body) {
    const auto verdict = take_structure<std::int32_t>(body);
    // Beyond what can be an errno value it is none, and would not survive the change of its sign.
    constexpr std::int32_t largest_errno = 4095;
    if (!verdict || *verdict > 0 || *verdict < -largest_errno)
        return fail_errno(EBADMSG, "netlink answer");
    if (*verdict != 0) return fail_errno(-*verdict, "netlink answer");
    return {};
}

} // namespace

Result<NetlinkAnswer> read_answer(NetlinkBytes datagram) {
    NetlinkAnswer answer;
    for (NetlinkBytes left = datagram; !left.empty() && !answer.is_last;) {
        NetlinkBytes peeked = left;
        const auto header = take_structure<nlmsghdr>(peeked);
        const auto body =
            header ? take_part(left, header->nlmsg_len, sizeof *header) : std::nullopt;
        if (!body) return fail_errno(EBADMSG, "netlink answer");
        if (header->nlmsg_type == NLMSG_NOOP) continue;
        if (header->nlmsg_type == NLMSG_ERROR || header->nlmsg_type == NLMSG_DONE) {
            if (auto well = read_verdict(*body); !well) return pass_on(well);
            answer.is_last = true;
            continue;
        }
        answer.messages.push_back({header->nlmsg_type, *body});
        answer.is_last = (header->nlmsg_flags & NLM_F_MULTI) == 0;
    }
    return answer;
}

std::optional<NetlinkAttribute> take_attribute(NetlinkBytes& left) {
    NetlinkBytes peeked = left;
    const auto header = take_structure<nlattr>(peeked);
    if (!header) return std::nullopt;
    const auto value = take_part(left, header->nla_len, sizeof *header);
    if (!value) return std::nullopt;
    return NetlinkAttribute{static_cast<std::uint16_t>(header->nla_type & NLA_TYPE_MASK), *value};
}

std::optional<NetlinkBytes> find_attribute(NetlinkBytes attributes, std::uint16_t type) {
    while (const auto attribute = take_attribute(attributes))
        if (attribute->type == type) return attribute->value;
    return std::nullopt;
}

NetlinkRequest::NetlinkRequest(std::uint16_t type, std::uint16_t flags, NetlinkBytes body) {
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    append(bytes_of(header));
    append(body);
    set_length();
}

void NetlinkRequest::add(std::uint16_t attribute, NetlinkBytes value) {
    nlattr header{};
    WYN_CHECK(value.size() <= UINT16_MAX - sizeof header);
    header.nla_type = attribute;
    header.nla_len = static_cast<std::uint16_t>(sizeof header + value.size());
    append(bytes_of(header));
    append(value);
    set_length();
}

void NetlinkRequest::append(NetlinkBytes part) {
    bytes_.insert(bytes_.end(), part.begin(), part.end());
    bytes_.resize(aligned(bytes_.size()));
}

void NetlinkRequest::set_length() {
    const auto length = static_cast<std::uint32_t>(bytes_.size());
    static_assert(offsetof(nlmsghdr, nlmsg_len) == 0);
    std::memcpy(bytes_.data(), &length, sizeof length);
}

} // namespace wyn::net
