// The file of pre-shared keys.
// Promise: any bytes are read or refused with a sentence that shows no eight digits in a row of any
// key; what was read is found again by its number.
#include "crypto/keys.hpp"
#include "fuzz/target.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

using namespace wyn;

namespace {

bool is_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// The longest run of hexadecimal digits that is not a number of ours.
std::size_t longest_run(const std::string& sentence) {
    std::size_t longest = 0;
    std::size_t run = 0;
    for (const char c : sentence) {
        run = is_digit(c) ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

void try_ring(std::vector<crypto::NamedKey> keys) {
    const std::vector<crypto::NamedKey> expected = keys;
    const crypto::Keyring ring{std::move(keys)};
    WYN_CHECK(!ring.empty());
    std::set<std::uint32_t> ids;
    for (const crypto::NamedKey& key : expected) {
        WYN_CHECK(key.id != 0 && ids.insert(key.id).second);
        WYN_CHECK(key.psk != crypto::Key256{});
        WYN_CHECK(!key.name.empty() && key.name.size() <= 32);
        WYN_CHECK(ring.find(key.id).known && ring.find(key.id).psk == key.psk);
        WYN_CHECK(ring.name_of(key.id) == key.name);
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto keys = crypto::parse_key_file(fuzz::as_text(data, size), "k");
    if (keys)
        try_ring(std::move(*keys));
    else // a key's number, up to 4294967295, is all that a sentence may show
        WYN_CHECK(!keys.error().what().empty() && longest_run(keys.error().what()) <= 10);
    return 0;
}
