// The machine's own limit: every query against every row, as fast as one core counts bits. Hashes come as columns of
// 64-bit words, (words, n). Rows go through in blocks that stay in the cache while all queries pass.
#include <stdint.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define BLOCK 2048

typedef struct { int32_t query, row; } pair;

static int64_t plain(const uint64_t *rows, int64_t n, const uint64_t *queries, int64_t q, int words, int radius,
                     int64_t from, int64_t to, int64_t asked, pair *out, int64_t found, int64_t room) {
    for (int64_t row = from; row < to; row++) {
        int distance = 0;
        for (int word = 0; word < words; word++)
            distance += __builtin_popcountll(rows[word * n + row] ^ queries[word * q + asked]);
        if (distance <= radius) {
            if (found < room) out[found] = (pair){(int32_t)asked, (int32_t)row};
            found++;
        }
    }
    return found;
}

#if defined(__AVX512VPOPCNTDQ__) && defined(__AVX512F__)
const char *limit_name(void) { return "AVX-512 popcount"; }
#define STEP 8
static inline __attribute__((always_inline)) unsigned near_mask(const uint64_t *rows, int64_t n, const __m512i *query,
                                                                int words, int radius) {
    __m512i sum = _mm512_setzero_si512();
    for (int word = 0; word < words; word++)
        sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(_mm512_xor_si512(_mm512_loadu_si512(rows + word * n), query[word])));
    return _mm512_cmple_epi64_mask(sum, _mm512_set1_epi64(radius));
}
#define LANES __m512i
#define SPREAD(value) _mm512_set1_epi64((long long)(value))
#elif defined(__AVX2__)
const char *limit_name(void) { return "AVX2, bits counted by table look-up in registers"; }
#define STEP 4
static inline __attribute__((always_inline)) unsigned near_mask(const uint64_t *rows, int64_t n, const __m256i *query,
                                                                int words, int radius) {
    const __m256i counts = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1,
                                            2, 2, 3, 2, 3, 3, 4);
    const __m256i low = _mm256_set1_epi8(15);
    __m256i sum = _mm256_setzero_si256();
    for (int word = 0; word < words; word++) {
        __m256i bits = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(rows + word * n)), query[word]);
        sum = _mm256_add_epi8(sum, _mm256_shuffle_epi8(counts, _mm256_and_si256(bits, low)));
        sum = _mm256_add_epi8(sum, _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(bits, 4), low)));
    }
    __m256i far = _mm256_cmpgt_epi64(_mm256_sad_epu8(sum, _mm256_setzero_si256()), _mm256_set1_epi64x(radius));
    return ~(unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(far)) & 15;
}
#define LANES __m256i
#define SPREAD(value) _mm256_set1_epi64x((long long)(value))
#else
const char *limit_name(void) { return "the compiler's popcount"; }
#endif

static inline __attribute__((always_inline)) int64_t search(const uint64_t *rows, int64_t n, const uint64_t *queries,
                                                            int64_t q, const int words, int radius, pair *out,
                                                            int64_t room) {
    int64_t found = 0;
    for (int64_t top = 0; top < n; top += BLOCK) {
        int64_t end = top + BLOCK < n ? top + BLOCK : n;
        for (int64_t asked = 0; asked < q; asked++) {
            int64_t row = top;
#ifdef STEP
            LANES query[4];
            for (int word = 0; word < words; word++) query[word] = SPREAD(queries[word * q + asked]);
            for (; row + STEP <= end; row += STEP)
                if (__builtin_expect(near_mask(rows + row, n, query, words, radius) != 0, 0))
                    found = plain(rows, n, queries, q, words, radius, row, row + STEP, asked, out, found, room);
#endif
            found = plain(rows, n, queries, q, words, radius, row, end, asked, out, found, room);
        }
    }
    return found;
}

// How many pairs are near; the first `room` of them are written.
int64_t limit_search(const uint64_t *rows, int64_t n, const uint64_t *queries, int64_t q, int words, int radius,
                     pair *out, int64_t room) {
    if (words == 1) return search(rows, n, queries, q, 1, radius, out, room);
    return search(rows, n, queries, q, 4, radius, out, room);
}

static inline __attribute__((always_inline)) int64_t simple(const uint64_t *rows, int64_t n, const uint64_t *queries,
                                                            int64_t q, const int words, int radius, pair *out,
                                                            int64_t room) {
    int64_t found = 0;
    for (int64_t top = 0; top < n; top += BLOCK) {
        int64_t end = top + BLOCK < n ? top + BLOCK : n;
        for (int64_t asked = 0; asked < q; asked++)
            found = plain(rows, n, queries, q, words, radius, top, end, asked, out, found, room);
    }
    return found;
}

// The same with one popcount instruction for each word: on some processors it is the faster one.
int64_t plain_search(const uint64_t *rows, int64_t n, const uint64_t *queries, int64_t q, int words, int radius,
                     pair *out, int64_t room) {
    if (words == 1) return simple(rows, n, queries, q, 1, radius, out, room);
    return simple(rows, n, queries, q, 4, radius, out, room);
}
