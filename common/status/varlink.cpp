#include "status/varlink.hpp"

namespace wyn::status {

bool MessageReader::add(std::string_view bytes, std::size_t longest) {
    buffer_ += bytes;
    return buffer_.size() <= longest || buffer_.find('\0') <= longest;
}

std::optional<std::string> MessageReader::next() {
    const std::size_t end = buffer_.find('\0');
    if (end == std::string::npos) return std::nullopt;
    std::string message = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    return message;
}

} // namespace wyn::status
