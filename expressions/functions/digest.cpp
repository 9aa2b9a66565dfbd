#include "expressions/functions/digest.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace millrace::digest {

namespace {

using Word = std::uint32_t;
using Long = std::uint64_t;

/// Fractions of the cube roots of the first 80 primes (FIPS 180-4); SHA-224 and SHA-256 take the high
/// halves.
constexpr Long kRounds[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};
/// Fractions of the square roots of the first 16 primes: the start of SHA-512 and of SHA-384; their
/// halves are those of SHA-256 (high, first 8) and SHA-224 (low, last 8).
constexpr Long kStarts[16] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
    0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4,
};

/// The message with the padding that MD5 and SHA share: 0x80, zeros, length in bits.
std::string padded(std::string_view bytes, std::size_t block, bool big_endian) {
  std::string text(bytes);
  text += '\x80';
  const std::size_t length_bytes = block / 8;
  while (text.size() % block != block - length_bytes) text += '\0';
  const Long bits = Long{bytes.size()} * 8;
  text.append(length_bytes - 8, '\0');
  for (int i = 0; i < 8; ++i) text += static_cast<char>(bits >> 8 * (big_endian ? 7 - i : i));
  return text;
}

template <class T>
T read_big(const char* from) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(value << 8) | static_cast<unsigned char>(from[i]);
  return value;
}

template <class T>
void put_hex(std::string& out, T value) {
  for (int shift = sizeof(T) * 8 - 4; shift >= 0; shift -= 4)
    out += "0123456789abcdef"[(value >> shift) & 15];
}

/// What differs between SHA-256 and SHA-512.
template <class T>
struct Sha2Rotations;
template <>
struct Sha2Rotations<Word> {
  static constexpr std::size_t kCount = 64;
  static constexpr int kBig[6] = {2, 13, 22, 6, 11, 25};
  static constexpr int kSmall[6] = {7, 18, 3, 17, 19, 10};
  static Word constant(std::size_t i) { return static_cast<Word>(kRounds[i] >> 32); }
};
template <>
struct Sha2Rotations<Long> {
  static constexpr std::size_t kCount = 80;
  static constexpr int kBig[6] = {28, 34, 39, 14, 18, 41};
  static constexpr int kSmall[6] = {1, 8, 7, 19, 61, 6};
  static Long constant(std::size_t i) { return kRounds[i]; }
};

template <class T>
void sha2_block(std::array<T, 8>& state, const char* block) {
  using R = Sha2Rotations<T>;
  std::array<T, R::kCount> w;
  for (std::size_t i = 0; i < 16; ++i) w[i] = read_big<T>(block + i * sizeof(T));
  const auto& s = R::kSmall;
  for (std::size_t i = 16; i < R::kCount; ++i) {
    const T a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (std::rotr(a, s[0]) ^ std::rotr(a, s[1]) ^ (a >> s[2])) + w[i - 7] +
           (std::rotr(b, s[3]) ^ std::rotr(b, s[4]) ^ (b >> s[5]));
  }
  auto [a, b, c, d, e, f, g, h] = state;
  const auto& r = R::kBig;
  for (std::size_t i = 0; i < R::kCount; ++i) {
    const T first = h + (std::rotr(e, r[3]) ^ std::rotr(e, r[4]) ^ std::rotr(e, r[5])) +
                    ((e & f) ^ (~e & g)) + R::constant(i) + w[i];
    const T second = (std::rotr(a, r[0]) ^ std::rotr(a, r[1]) ^ std::rotr(a, r[2])) +
                     ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
  }
  const std::array<T, 8> added{a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) state[i] += added[i];
}

template <class T>
std::string sha2_of(std::array<T, 8> state, std::string_view bytes, std::size_t digits) {
  const std::string text = padded(bytes, sizeof(T) * 16, true);
  for (std::size_t at = 0; at < text.size(); at += sizeof(T) * 16) sha2_block(state, &text[at]);
  std::string out;
  for (T value : state) put_hex(out, value);
  return out.substr(0, digits);
}

void md5_block(std::array<Word, 4>& state, const char* block) {
  static constexpr int kShifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  static constexpr Word kSteps[4][2] = {{1, 0}, {5, 1}, {3, 5}, {7, 0}};
  auto [a, b, c, d] = state;
  for (Word i = 0; i < 64; ++i) {
    const Word round = i / 16;
    const Word mixed = round == 0   ? (b & c) | (~b & d)
                       : round == 1 ? (d & b) | (~d & c)
                       : round == 2 ? b ^ c ^ d
                                    : c ^ (b | ~d);
    const Word place = (kSteps[round][0] * i + kSteps[round][1]) % 16;
    const auto sine = static_cast<Word>(static_cast<Long>(std::fabs(std::sin(i + 1.0)) * 4294967296.0));
    const Word sum = a + mixed + sine + __builtin_bswap32(read_big<Word>(block + place * 4));
    a = d, d = c, c = b;
    b += std::rotl(sum, kShifts[round][i % 4]);
  }
  const Word added[] = {a, b, c, d};
  for (std::size_t i = 0; i < 4; ++i) state[i] += added[i];
}

void sha1_block(std::array<Word, 5>& state, const char* block) {
  std::array<Word, 80> w;
  for (std::size_t i = 0; i < 16; ++i) w[i] = read_big<Word>(block + i * 4);
  for (std::size_t i = 16; i < 80; ++i)
    w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  static constexpr Word kConstants[] = {0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6};
  auto [a, b, c, d, e] = state;
  for (std::size_t i = 0; i < 80; ++i) {
    const std::size_t round = i / 20;
    const Word mixed = round == 0 ? (b & c) | (~b & d)
                       : round == 2 ? (b & c) | (b & d) | (c & d)
                                    : b ^ c ^ d;
    const Word next = std::rotl(a, 5) + mixed + e + kConstants[round] + w[i];
    e = d, d = c, c = std::rotl(b, 30), b = a, a = next;
  }
  const Word added[] = {a, b, c, d, e};
  for (std::size_t i = 0; i < 5; ++i) state[i] += added[i];
}

Word murmur_mix(Word hash, Word word) {
  word = std::rotl(word * 0xcc9e2d51u, 15) * 0x1b873593u;
  return std::rotl(hash ^ word, 13) * 5 + 0xe6546b64u;
}

Word murmur_finish(Word hash, Word length) {
  hash ^= length;
  hash = (hash ^ (hash >> 16)) * 0x85ebca6bu;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35u;
  return hash ^ (hash >> 16);
}

}  // namespace

std::string md5(std::string_view bytes) {
  std::array<Word, 4> state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  const std::string text = padded(bytes, 64, false);
  for (std::size_t at = 0; at < text.size(); at += 64) md5_block(state, &text[at]);
  std::string out;
  for (Word word : state) put_hex(out, __builtin_bswap32(word));
  return out;
}

std::string sha1(std::string_view bytes) {
  std::array<Word, 5> state{0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  const std::string text = padded(bytes, 64, true);
  for (std::size_t at = 0; at < text.size(); at += 64) sha1_block(state, &text[at]);
  std::string out;
  for (Word word : state) put_hex(out, word);
  return out;
}

std::string sha2(std::string_view bytes, int bits) {
  std::array<Word, 8> words;
  std::array<Long, 8> longs;
  const std::size_t start = bits == 224 || bits == 384 ? 8 : 0;
  for (std::size_t i = 0; i < 8; ++i) {
    longs[i] = kStarts[start + i];
    words[i] = static_cast<Word>(bits == 224 ? longs[i] : longs[i] >> 32);
  }
  const auto digits = static_cast<std::size_t>(bits / 4);
  return bits <= 256 ? sha2_of(words, bytes, digits) : sha2_of(longs, bytes, digits);
}

std::uint32_t crc32(std::string_view bytes) {
  static const std::array<Word, 256> table = [] {
    std::array<Word, 256> entries;
    for (Word i = 0; i < 256; ++i) {
      Word value = i;
      for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0xEDB88320u : 0u);
      entries[i] = value;
    }
    return entries;
  }();
  Word crc = ~Word{0};
  for (char c : bytes) crc = crc >> 8 ^ table[(crc ^ static_cast<unsigned char>(c)) & 255];
  return ~crc;
}

std::uint32_t murmur3_int(std::uint32_t value, std::uint32_t seed) {
  return murmur_finish(murmur_mix(seed, value), 4);
}

std::uint32_t murmur3_long(std::uint64_t value, std::uint32_t seed) {
  const Word low = murmur_mix(seed, static_cast<Word>(value));
  return murmur_finish(murmur_mix(low, static_cast<Word>(value >> 32)), 8);
}

std::uint32_t murmur3_bytes(std::string_view bytes, std::uint32_t seed) {
  std::size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    Word word;
    std::memcpy(&word, bytes.data() + at, 4);
    seed = murmur_mix(seed, word);
  }
  for (; at < bytes.size(); ++at)
    seed = murmur_mix(seed, static_cast<Word>(static_cast<signed char>(bytes[at])));
  return murmur_finish(seed, static_cast<Word>(bytes.size()));
}

}  // namespace millrace::digest
