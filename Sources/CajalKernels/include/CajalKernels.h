// SPDX-License-Identifier: Apache-2.0
// The numeric kernels of Cajal. Matrices are dense and row-major; a stride counts elements.
//
// Priorities, in order: (1) a row's bits depend on that row alone, never on how many rows stand
// beside it, on threads or on the optimisation level; (2) a fused kernel gives the bits of its
// steps; (3) accuracy: sums of statistics are double; (4) speed.
#ifndef CAJAL_KERNELS_H
#define CAJAL_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- Processor variants (variant.c) ----

enum { CAJAL_BASELINE = 0, CAJAL_AVX2 = 1, CAJAL_AVX512 = 2 };

/// The variant in use: the best this processor has, unless a test forced another.
int cajal_variant(void);
/// The best variant this processor has.
int cajal_best_variant(void);
/// Forces a variant no better than the best one on the calling thread; -1 returns to the best. For
/// tests only; a fork carries it to its workers.
void cajal_force_variant(int variant);
/// The variant forced on the calling thread, or -1.
int cajal_forced_variant(void);
/// Marks the calling thread as a worker (or not) and returns what it was before.
bool cajal_mark_worker(bool inside);
/// Whether the calling thread is inside a worker.
bool cajal_inside_worker(void);

// ---- Products ----

enum { CAJAL_FLOAT32 = 0, CAJAL_BFLOAT16 = 1, CAJAL_FLOAT16 = 2 };
enum { CAJAL_PANEL = 32 };

/// out[rows, outputs] = x[rows, inner] · panels[..] + bias: one multiply-add chain an element.
typedef struct {
  const float *x;
  ptrdiff_t x_stride;
  ptrdiff_t rows;
  ptrdiff_t inner;
  const void *panels;  // the first panel: [inner][32] of `type`, zero padded
  ptrdiff_t outputs;   // columns to write; panels are ceil(outputs / 32)
  int type;
  const float *bias;   // [outputs] or null
  float *out;
  ptrdiff_t out_stride;
} cajal_product;

void cajal_packed_product(const cajal_product *product);

/// out[rows, count] = y[rows, outputs] · W over inputs `first` to `first + count`: one multiply-add
/// chain an element, over outputs, from the panels of the forward product.
typedef struct {
  const float *y;
  ptrdiff_t y_stride;
  ptrdiff_t rows;
  ptrdiff_t outputs;
  const void *panels;  // the first panel of the weight: [inner][32] of `type`
  ptrdiff_t inner;
  int type;
  ptrdiff_t first;     // a multiple of 32
  ptrdiff_t count;
  float *out;          // at input `first`
  ptrdiff_t out_stride;
} cajal_transposed;

void cajal_transposed_product(const cajal_transposed *product);

/// Copies `count` outputs into panels from position `at` on. Output o, inner k of the source stands
/// at element o * output_stride + k * inner_stride.
void cajal_pack(
  const void *source, ptrdiff_t output_stride, ptrdiff_t inner_stride, ptrdiff_t count,
  ptrdiff_t inner, int type, void *panels, ptrdiff_t at);
/// Widens output `index` of packed panels to float32: out[inner].
void cajal_unpack_row(const void *panels, ptrdiff_t inner, int type, ptrdiff_t index, float *out);

/// c[m, n] = op(a) · op(b), added to what c holds or not, through the platform's library, on the
/// calling thread alone.
void cajal_sgemm(
  bool transpose_a, bool transpose_b, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a,
  ptrdiff_t a_stride, const float *b, ptrdiff_t b_stride, bool adding, float *c,
  ptrdiff_t c_stride);

/// target[ids[i]] += rows[i] over `columns` columns, in the order of i.
void cajal_add_rows(
  const float *rows, ptrdiff_t row_stride, const int32_t *ids, ptrdiff_t count, ptrdiff_t columns,
  float *target, ptrdiff_t target_stride);

// ---- Element by element (arithmetic.c) ----

void cajal_add(const float *a, const float *b, float *out, ptrdiff_t count);
void cajal_subtract(const float *a, const float *b, float *out, ptrdiff_t count);
void cajal_multiply(const float *a, const float *b, float *out, ptrdiff_t count);
void cajal_scale(const float *a, float factor, float *out, ptrdiff_t count);
void cajal_add_to_rows(
  const float *x, const float *bias, float *out, ptrdiff_t rows, ptrdiff_t width);
void cajal_multiply_rows(
  const float *x, const float *gain, float *out, ptrdiff_t rows, ptrdiff_t width);
void cajal_divide_rows(
  const float *x, const float *scale, float *out, ptrdiff_t rows, ptrdiff_t width);
/// out += factor * x with one rounding where the variant has fused multiply-add.
void cajal_add_scaled(const float *x, float factor, float *out, ptrdiff_t count);
bool cajal_is_finite(const float *x, ptrdiff_t count);
/// out[r] = factor · Σ a · b / divisor[r] of each row, in double; b null is 1, divisor null is 1.
void cajal_row_dots(
  const float *a, const float *b, const float *divisor, double factor, float *out, ptrdiff_t rows,
  ptrdiff_t width);
/// sums[width] += Σ a · b over the rows, four of them at a time; b null is 1.
void cajal_add_column_sums(
  const float *a, const float *b, double *sums, ptrdiff_t rows, ptrdiff_t width);
/// out[width] = the sum of `count` partial sums, in their order.
void cajal_total_columns(const double *parts, ptrdiff_t count, ptrdiff_t width, float *out);

// ---- Norms (normalization.c) ----

void cajal_layer_statistics(
  const float *x, ptrdiff_t rows, ptrdiff_t width, double epsilon, float *mean, float *scale);
void cajal_rms_scale(const float *x, ptrdiff_t rows, ptrdiff_t width, double epsilon, float *scale);
/// out = (x - mean) · (1 / scale) · gain + bias; mean, gain and bias may be null.
void cajal_normalize(
  const float *x, const float *mean, const float *scale, const float *gain, const float *bias,
  float *out, ptrdiff_t rows, ptrdiff_t width);
void cajal_affine(
  const float *x, const float *gain, const float *bias, float *out, ptrdiff_t rows,
  ptrdiff_t width);
/// Statistics and normalisation of a row at once; `centred` chooses LayerNorm over RMSNorm. The
/// statistics are written where `mean` (LayerNorm) and `scale` are not null.
void cajal_norm(
  const float *x, bool centred, const float *gain, const float *bias, double epsilon, float *out,
  float *mean, float *scale, ptrdiff_t rows, ptrdiff_t width);

/// Rows of a norm and the cotangents of its result, with the statistics of the forward pass.
typedef struct {
  const float *x;
  const float *mean;       // [rows]; null for RMSNorm
  const float *scale;      // [rows]
  const float *gain;       // [width] or null
  const float *cotangent;
  bool centred;            // the mean moves with x
  bool frozen;             // the scale does not
  float *out;              // the cotangent of x; null when not wanted
  double *gain_sums;       // [width], added to: Σ cotangent · normalised x; or null
  double *bias_sums;       // [width], added to: Σ cotangent; or null
  ptrdiff_t rows, width;
} cajal_norm_cotangent;

void cajal_norm_gradient(const cajal_norm_cotangent *task);
/// From one cotangent a row of a norm's denominator: out = cotangent · (x - mean) / (width · scale),
/// mean null for RMSNorm; or of its mean, with scale null: out = cotangent / width.
void cajal_statistic_gradient(
  const float *x, const float *mean, const float *scale, const float *cotangent, float *out,
  ptrdiff_t rows, ptrdiff_t width);

// ---- Activations (activation.c) ----

enum {
  CAJAL_GELU_EXACT = 0,
  CAJAL_GELU_TANH = 1,
  CAJAL_RELU = 2,
  CAJAL_RELU_SQUARED = 3,
  CAJAL_SILU = 4,
  CAJAL_QUICK_GELU = 5,
  CAJAL_TANH = 6,
  CAJAL_SIGMOID = 7,
  CAJAL_IDENTITY = 8,
  CAJAL_EXPONENTIAL = 9,
};

/// out = activation(x), times `linear` when it is not null.
void cajal_activate(
  int activation, const float *x, const float *linear, float *out, ptrdiff_t count);
/// out = cap · tanh(x / cap)
void cajal_soft_cap(const float *x, float cap, float *out, ptrdiff_t count);
/// out = cotangent · activation'(x)
void cajal_activate_gradient(
  int activation, const float *x, const float *cotangent, float *out, ptrdiff_t count);
/// x_out = cotangent · linear · activation'(x), linear_out = cotangent · activation(x); either may be
/// null.
void cajal_gate_gradient(
  int activation, const float *x, const float *linear, const float *cotangent, float *x_out,
  float *linear_out, ptrdiff_t count);
/// out = cotangent · (1 - (y / cap)²), y being the capped value.
void cajal_soft_cap_gradient(
  const float *y, float cap, const float *cotangent, float *out, ptrdiff_t count);

// ---- Rotary embedding (rotary.c) ----

/// Rotates the first `width` of each head: x[rows, heads, head_width], cosine and sine
/// [rows, width / 2]. `interleaved` pairs (2i, 2i + 1) instead of (i, i + width / 2); `back` turns the
/// other way.
void cajal_rotate(
  const float *x, const float *cosine, const float *sine, bool interleaved, bool back,
  ptrdiff_t rows, ptrdiff_t heads, ptrdiff_t head_width, ptrdiff_t width, float *out);

// ---- Rows (softmax.c, rows.c) ----

void cajal_softmax(const float *x, float *out, ptrdiff_t rows, ptrdiff_t width);
void cajal_log_softmax(const float *x, float *out, ptrdiff_t rows, ptrdiff_t width);
/// Cotangent of a softmax's argument, from its value y.
void cajal_softmax_gradient(
  const float *y, const float *cotangent, float *out, ptrdiff_t rows, ptrdiff_t width);
/// Cotangent of the argument of a softmax's logarithm, from its value y.
void cajal_log_softmax_gradient(
  const float *y, const float *cotangent, float *out, ptrdiff_t rows, ptrdiff_t width);
/// out = weight · (softmax(x) - one at target) of one row; returns its cross-entropy.
double cajal_cross_entropy_gradient(
  const float *x, ptrdiff_t target, double weight, float *out, ptrdiff_t width);
/// Σ p · (log p - log q) with the softmaxes p of `reference` and q of x, of one row.
double cajal_divergence(const float *x, const float *reference, ptrdiff_t width);
/// out = weight · (softmax(x) - softmax(reference)) of one row.
void cajal_divergence_gradient(
  const float *x, const float *reference, double weight, float *out, ptrdiff_t width);
/// log Σ exp(x) of one row.
double cajal_log_sum_exp(const float *x, ptrdiff_t width);
/// Sum of one row in double, in a fixed order.
double cajal_row_sum(const float *x, ptrdiff_t width);
/// Index of the first maximum; -1 when the row is empty or holds a NaN.
ptrdiff_t cajal_argmax(const float *x, ptrdiff_t width);
/// The `k` largest, largest first, ties by lowest index; NaN sorts last. Returns how many.
ptrdiff_t cajal_top_k(
  const float *x, ptrdiff_t width, ptrdiff_t k, int32_t *indices, float *values);
/// out[columns, rows] = x[rows, columns] transposed.
void cajal_transpose(
  const float *x, ptrdiff_t x_stride, ptrdiff_t rows, ptrdiff_t columns, float *out,
  ptrdiff_t out_stride);

// ---- Attention (attention.c) ----

/// Keys and values of consecutive positions of one sequence and group of heads, packed.
typedef struct {
  const float *keys;    // [count / 32][width][32]: a panel has 32 positions, the last may lack some
  const float *values;  // [count][value_width], rows padded with zeros to whole sixteens
  ptrdiff_t count;
} cajal_positions;

/// Queries of one group of heads of one sequence, against the keys and values of positions that came
/// before the first query (the prefix) and of the queries' own positions (fresh).
typedef struct {
  const float *query;         // [queries, query_stride]: the group's first head of the first query
  ptrdiff_t query_stride;     // heads in all × head width
  ptrdiff_t heads;            // heads of this group, side by side in a query row
  ptrdiff_t first, last;      // queries to compute
  cajal_positions prefix, fresh;
  ptrdiff_t width;            // head width of queries and keys
  ptrdiff_t value_width;
  float scale;
  float cap;                  // 0: none
  ptrdiff_t window;           // 0: none
  bool causal;
  float *scores;              // [heads][score_head_stride], [query][score_stride]; null: not kept
  const float *pattern;       // the same layout, read by cajal_attention_mix
  float *recorded_pattern;    // the same layout, written by cajal_attention_recorded
  ptrdiff_t score_head_stride, score_stride;
  ptrdiff_t longest;          // columns of scores and pattern to fill
  float *out;                 // [queries, out_stride]: the group's first head
  ptrdiff_t out_stride;
} cajal_attention;

/// Packs `count` rows x[count, stride] as keys from position `at` of `panels` on. A panel that is
/// begun is zero where it has no positions yet.
void cajal_attention_pack_keys(
  const float *x, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t width, float *panels, ptrdiff_t at);
/// Packs rows as values: out[count, width], padded.
void cajal_attention_pack_values(
  const float *x, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t width, float *out);
/// out = softmax(scores) · values without keeping the pattern. Returns false without memory.
bool cajal_attention_fused(const cajal_attention *task);
/// The same, and keeps the scores and the pattern.
bool cajal_attention_recorded(const cajal_attention *task);
/// Fills `scores`: minus infinity where not visible.
bool cajal_attention_scores(const cajal_attention *task);
/// Fills `scores` (here the pattern's storage) with the softmax of `pattern` (here the scores).
void cajal_attention_pattern(const cajal_attention *task);
/// out = pattern · values over the visible positions.
bool cajal_attention_mix(const cajal_attention *task);

// ---- Gradient of attention (attention_gradient.c) ----

/// All rows of some heads of one group of one sequence, for several cotangents: a step counts floats
/// from cotangent to cotangent. Gradients that are null are not formed. Those of keys and values are
/// sums over the heads, of the fresh positions.
typedef struct {
  cajal_attention attention;  // `fresh` has a count alone; `pattern`: recorded scores or pattern
  const float *key, *value;   // fresh: [positions, key_stride], [positions, value_stride]
  ptrdiff_t key_stride, value_stride;
  ptrdiff_t cotangents;
  const float *cotangent;     // of the output (output_step), of scores or pattern (pattern_step)
  ptrdiff_t output_step;
  float *query_gradient;      // laid out like attention.query
  ptrdiff_t query_step;
  float *key_gradient;        // laid out like key
  ptrdiff_t key_step;
  float *value_gradient;      // laid out like value
  ptrdiff_t value_step;
  float *pattern_gradient;    // of scores or pattern
  ptrdiff_t pattern_step;
} cajal_attention_gradient;

/// From the output's cotangent to queries, keys and values; false without memory, as the others.
bool cajal_attention_gradient_fused(const cajal_attention_gradient *task);
/// From the output's cotangent to the pattern and the values; reads the pattern.
bool cajal_attention_gradient_mix(const cajal_attention_gradient *task);
/// From the pattern's cotangent to the scores; reads the pattern.
void cajal_attention_gradient_pattern(const cajal_attention_gradient *task);
/// From the cotangent of the scores to queries and keys; reads the scores where there is a cap.
bool cajal_attention_gradient_scores(const cajal_attention_gradient *task);

// ---- Optimizers (optimizer.c) ----

/// g = gradient · gradient_scale; first += first_rate · (g - first);
/// second += second_rate · (g² - second);
/// parameter -= decay · parameter + step · first / (root_scale · √second + epsilon).
typedef struct {
  float gradient_scale, first_rate, second_rate, root_scale, epsilon, step, decay;
} cajal_adamw;
void cajal_adamw_step(
  const cajal_adamw *options, const float *gradient, float *parameter, float *first, float *second,
  ptrdiff_t count);

/// g = gradient · gradient_scale + weight_decay · parameter;
/// buffer = g at the `first` step, else momentum · buffer + gain · g;
/// parameter -= rate · (nesterov ? g + momentum · buffer : buffer).
typedef struct {
  float gradient_scale, weight_decay, momentum, gain, rate;
  bool nesterov, first;
} cajal_sgd;
/// Without momentum `buffer` is null and every step is a first one.
void cajal_sgd_step(
  const cajal_sgd *options, const float *gradient, float *parameter, float *buffer,
  ptrdiff_t count);

/// Sum of the squares in double, in a fixed order.
double cajal_sum_of_squares(const float *x, ptrdiff_t count);

// ---- Conversion (conversion.c) ----

enum {
  CAJAL_FROM_FLOAT64 = 0,
  CAJAL_FROM_FLOAT32,
  CAJAL_FROM_FLOAT16,
  CAJAL_FROM_BFLOAT16,
  CAJAL_FROM_INT64,
  CAJAL_FROM_INT32,
  CAJAL_FROM_INT16,
  CAJAL_FROM_INT8,
  CAJAL_FROM_UINT64,
  CAJAL_FROM_UINT32,
  CAJAL_FROM_UINT16,
  CAJAL_FROM_UINT8,
};

/// Converts little-endian elements at any alignment to float32, nearest even where it must round.
void cajal_convert(const void *source, int type, float *out, ptrdiff_t count);
/// Index of the first little-endian element, at any alignment, that is infinite or not a number; -1 where
/// all are finite, as integers are.
ptrdiff_t cajal_first_not_finite(const void *source, int type, ptrdiff_t count);

#endif
