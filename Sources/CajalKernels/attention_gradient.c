// SPDX-License-Identifier: Apache-2.0
// The vector-Jacobian product of attention, whole or in three steps.
//
//     P = softmax(S),  S = cap · tanh(s / cap),  s = scale · Q Kᵀ,  O = P V
//     dV = Pᵀ dO,  dP = dO Vᵀ,  dS = P ∘ (dP − Σ P ∘ dP),  ds = dS · (1 − (S / cap)²) · scale
//     dQ = ds K,  dK = dsᵀ Q
//
// Head by head and in blocks of queries, for which alone the pattern is laid out, once more with the
// forward's bits. The steps call the functions of the whole on the same numbers, so the bits are
// equal. Every element of dQ is one multiply-add chain over the visible positions, every element of a
// head's dK and dV one over the queries that see it, in order; heads are added in order.
//
// Source of the whole without a stored pattern: Dao et al. 2022 <https://arxiv.org/abs/2205.14135>.
#ifndef CAJAL_PASS
#define CAJAL_FILE "attention_gradient.c"
#include "each_variant.h"

bool cajal_attention_gradient_fused(const cajal_attention_gradient *task) {
  CAJAL_DISPATCH(attention_gradient_fused, task);
}
bool cajal_attention_gradient_mix(const cajal_attention_gradient *task) {
  CAJAL_DISPATCH(attention_gradient_mix, task);
}
void cajal_attention_gradient_pattern(const cajal_attention_gradient *task) {
  CAJAL_DISPATCH(attention_gradient_pattern, task);
}
bool cajal_attention_gradient_scores(const cajal_attention_gradient *task) {
  CAJAL_DISPATCH(attention_gradient_scores, task);
}
#else
#include "attention_steps.h"
#include "attention_gradient_memory.h"

/// The attention of one head and one block of its queries.
static cajal_attention V(one_block)(
  const cajal_attention *attention, const float *key_panels, ptrdiff_t head, ptrdiff_t first) {
  cajal_attention block = *attention;
  block.fresh.keys = key_panels;
  block.heads = 1;
  block.first = first;
  block.last = first + BLOCK < attention->fresh.count ? first + BLOCK : attention->fresh.count;
  if (block.query) block.query += head * attention->width;
  if (block.pattern) block.pattern += head * attention->score_head_stride;
  return block;
}

/// Calls for every tile of a block; `at` is its first row in the block.
#define EACH_TILE(block, tile, at)                                                               \
  for (ptrdiff_t at = 0, rows_ = (block)->last - (block)->first; at < rows_; at += CAJAL_TILE_ROWS) \
    for (V(tile_rows) tile = V(choose_rows)(block, at), *once_ = &tile; once_; once_ = NULL)

/// The block's pattern with the forward's bits, and its capped scores where there is a cap.
static void V(form_pattern)(const cajal_attention *block, const V(gradient_scratch) *scratch) {
  const ptrdiff_t columns = scratch->columns;
  EACH_TILE(block, tile, at) {
    float *pattern = scratch->pattern + at * columns;
    V(rows) queries = {scratch->queries + at * scratch->width, scratch->width, block->width};
    V(score_tile)(block, &tile, queries, pattern, columns);
    for (ptrdiff_t r = 0; r < tile.rows; r++) {
      float *row = pattern + r * columns + tile.low[r];
      ptrdiff_t count = tile.high[r] - tile.low[r];
      if (scratch->scores)
        memcpy(
          scratch->scores + (at + r) * columns + tile.low[r], row, (size_t)count * sizeof(float));
      V(softmax_row)(row, row, count);
    }
  }
}

/// dP of the block, into `slopes`.
static void V(form_pattern_slopes)(const cajal_attention *block, const V(gradient_scratch) *scratch) {
  const cajal_positions *prefix = &block->prefix, *fresh = &block->fresh;
  EACH_TILE(block, tile, at) {
    float *out = scratch->slopes + at * scratch->columns;
    V(rows) rows = {
      scratch->cotangent + at * scratch->value_width, scratch->value_width, block->value_width};
    V(multiply_segment)(
      &tile, rows, scratch->value_panels.prefix, 0, prefix->count, out, scratch->columns);
    V(multiply_segment)(
      &tile, rows, scratch->value_panels.fresh, prefix->count, fresh->count, out,
      scratch->columns);
  }
}

/// dS times `factor` from P and dP, over the visible positions of one row.
INLINE void V(slope_of_scores)(
  const float *pattern, const float *slope, float factor, float *out, ptrdiff_t count) {
  f64x16 sums = {0};
  ptrdiff_t i = 0;
  for (; i + 16 <= count; i += 16) sums += V(widen)(V(load)(pattern + i) * V(load)(slope + i));
  if (i < count)
    sums += V(widen)(
      V(load_part)(pattern + i, count - i, 0) * V(load_part)(slope + i, count - i, 0));
  float mean = (float)V(sum)(sums);
  for (i = 0; i + 16 <= count; i += 16)
    V(store)(out + i, V(load)(pattern + i) * (V(load)(slope + i) - mean) * factor);
  for (; i < count; i++) out[i] = pattern[i] * (slope[i] - mean) * factor;
}

/// ds from dS under a cap, in place.
INLINE void V(slope_under_cap)(
  const cajal_attention *block, const float *scores, float *slope, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) {
    float part = scores[i] / block->cap;
    slope[i] = slope[i] * (1 - part * part) * block->scale;
  }
}

/// dQ of the block from ds.
static void V(form_query)(
  const cajal_attention *block, const V(gradient_scratch) *scratch, float *out) {
  const cajal_positions *prefix = &block->prefix, *fresh = &block->fresh;
  const ptrdiff_t columns = scratch->columns, width = scratch->width;
  EACH_TILE(block, tile, at) {
    const float *slopes = scratch->slopes + at * columns;
    memset(scratch->out, 0, (size_t)(tile.rows * width) * sizeof(float));
    V(mix_segment)(
      &tile, slopes, columns, scratch->key_rows.prefix, 0, prefix->count, scratch->out, width);
    V(mix_segment)(
      &tile, slopes, columns, scratch->key_rows.fresh, prefix->count, fresh->count, scratch->out,
      width);
    for (ptrdiff_t r = 0; r < tile.rows; r++)
      memcpy(
        out + tile.query[r] * block->query_stride, scratch->out + r * width,
        (size_t)block->width * sizeof(float));
  }
}

/// Continues sums[positions, width] by what the block's rows add to every fresh position that they
/// see: numbers[rows, columns] transposed times rows[rows, width].
static void V(add_to_positions)(
  const cajal_attention *block, const float *numbers, ptrdiff_t columns, const float *rows,
  ptrdiff_t width, float *sums
) {
  const ptrdiff_t count = block->last - block->first, positions = block->fresh.count;
  // Causal rows see nothing after the block; the first of them sees nothing before its window.
  ptrdiff_t start = block->window > 0 ? block->first - block->window + 1 : 0;
  start = start < 0 ? 0 : start / CAJAL_TILE_ROWS * CAJAL_TILE_ROWS;
  const ptrdiff_t end = block->causal ? block->last : positions;
  for (ptrdiff_t at = start; at < end; at += CAJAL_TILE_ROWS) {
    ptrdiff_t height = end - at < CAJAL_TILE_ROWS ? end - at : CAJAL_TILE_ROWS;
    ptrdiff_t low[CAJAL_TILE_ROWS], high[CAJAL_TILE_ROWS];
    for (ptrdiff_t r = 0; r < height; r++) {
      ptrdiff_t from = block->causal ? at + r - block->first : 0;
      ptrdiff_t to = block->window > 0 ? at + r + block->window - block->first : count;
      low[r] = from < 0 ? 0 : from;
      high[r] = to < 0 ? 0 : to < count ? to : count;
    }
    V(attention_product) product = {
      .x = numbers + block->prefix.count + at, .x_inner = columns, .w = rows, .w_inner = width,
      .w_panel = CAJAL_PANEL, .out = sums + at * width, .out_row = width,
    };
    V(attention_ragged)(product, width / CAJAL_LANES, height, low, high, true);
  }
}

/// Writes a head's sums, or adds them to those of the heads before.
static void V(deliver)(
  const float *sums, ptrdiff_t padded, ptrdiff_t positions, ptrdiff_t width, bool adds, float *out,
  ptrdiff_t stride
) {
  for (ptrdiff_t p = 0; p < positions; p++) {
    const float *from = sums + p * padded;
    float *to = out + p * stride;
    if (adds)
      for (ptrdiff_t i = 0; i < width; i++) to[i] += from[i];
    else
      memcpy(to, from, (size_t)width * sizeof(float));
  }
}

/// What one head adds to the keys' and values' gradients for every cotangent.
static void V(deliver_head)(
  const cajal_attention_gradient *task, const V(gradient_scratch) *scratch, bool adds) {
  const cajal_attention *attention = &task->attention;
  const ptrdiff_t positions = scratch->positions;
  for (ptrdiff_t c = 0; c < task->cotangents; c++) {
    if (task->key_gradient)
      V(deliver)(
        scratch->keys + c * positions * scratch->width, scratch->width, positions,
        attention->width, adds, task->key_gradient + c * task->key_step, task->key_stride);
    if (task->value_gradient)
      V(deliver)(
        scratch->values + c * positions * scratch->value_width, scratch->value_width, positions,
        attention->value_width, adds, task->value_gradient + c * task->value_step, task->value_stride);
  }
}

static void V(clear_sums)(
  const cajal_attention_gradient *task, const V(gradient_scratch) *scratch) {
  size_t sums = (size_t)(task->cotangents * scratch->positions) * sizeof(float);
  memset(scratch->keys, 0, sums * (size_t)scratch->width);
  memset(scratch->values, 0, sums * (size_t)scratch->value_width);
}

/// dQ and what the block adds to dK, from ds of cotangent `c`.
static void V(spread_slopes)(
  const cajal_attention_gradient *task, const cajal_attention *block,
  const V(gradient_scratch) *scratch, ptrdiff_t head, ptrdiff_t c
) {
  if (task->query_gradient)
    V(form_query)(block, scratch, task->query_gradient + c * task->query_step + head * block->width);
  if (task->key_gradient)
    V(add_to_positions)(
      block, scratch->slopes, scratch->columns, scratch->queries, scratch->width,
      scratch->keys + c * scratch->positions * scratch->width);
}

/// The block's rows of cotangent `c`, and what they add to dV.
static void V(spread_cotangent)(
  const cajal_attention_gradient *task, const cajal_attention *block,
  const V(gradient_scratch) *scratch, ptrdiff_t head, ptrdiff_t c
) {
  V(pack_rows)(
    task->cotangent + c * task->output_step + block->first * block->out_stride
      + head * block->value_width,
    block->out_stride, block->last - block->first, block->value_width, scratch->cotangent);
  if (task->value_gradient)
    V(add_to_positions)(
      block, scratch->pattern, scratch->columns, scratch->cotangent, scratch->value_width,
      scratch->values + c * scratch->positions * scratch->value_width);
}

static bool V(attention_gradient_fused)(const cajal_attention_gradient *task) {
  V(gradient_scratch) scratch;
  if (!V(make_scratch)(task, &scratch)) return false;
  const bool slopes = task->query_gradient || task->key_gradient;
  V(pack_positions)(task, &scratch, true, task->query_gradient, slopes);
  const ptrdiff_t columns = scratch.columns;
  for (ptrdiff_t head = 0; head < task->attention.heads; head++) {
    V(clear_sums)(task, &scratch);
    for (ptrdiff_t first = 0; first < scratch.positions; first += BLOCK) {
      cajal_attention block = V(one_block)(&task->attention, scratch.key_panels, head, first);
      V(pack_rows)(
        block.query + first * block.query_stride, block.query_stride, block.last - first,
        block.width, scratch.queries);
      V(form_pattern)(&block, &scratch);
      for (ptrdiff_t c = 0; c < task->cotangents; c++) {
        V(spread_cotangent)(task, &block, &scratch, head, c);
        if (!slopes) continue;
        V(form_pattern_slopes)(&block, &scratch);
        EACH_TILE(&block, tile, at) {
          for (ptrdiff_t r = 0; r < tile.rows; r++) {
            ptrdiff_t start = (at + r) * columns + tile.low[r];
            ptrdiff_t count = tile.high[r] - tile.low[r];
            float *slope = scratch.slopes + start;
            float factor = scratch.scores ? 1 : block.scale;
            V(slope_of_scores)(scratch.pattern + start, slope, factor, slope, count);
            if (scratch.scores) V(slope_under_cap)(&block, scratch.scores + start, slope, count);
          }
        }
        V(spread_slopes)(task, &block, &scratch, head, c);
      }
    }
    V(deliver_head)(task, &scratch, head > 0);
  }
  free(scratch.memory);
  return true;
}

/// The row of one query in scores or pattern of one head.
#define SCORE_ROW(base, query) ((base) + (query) * task->attention.score_stride)

/// The block's visible columns of scores or pattern, into rows of scratch.
static void V(read_block)(
  const cajal_attention_gradient *task, const cajal_attention *block, const float *from, float *to,
  ptrdiff_t columns
) {
  EACH_TILE(block, tile, at) {
    for (ptrdiff_t r = 0; r < tile.rows; r++)
      memcpy(
        to + (at + r) * columns + tile.low[r], SCORE_ROW(from, tile.query[r]) + tile.low[r],
        (size_t)(tile.high[r] - tile.low[r]) * sizeof(float));
  }
}

/// The visible columns of a row, zeros beside them.
INLINE void V(write_row)(const float *visible, ptrdiff_t low, ptrdiff_t high, float *out,
                         ptrdiff_t longest) {
  memset(out, 0, (size_t)low * sizeof(float));
  if (visible) memcpy(out + low, visible, (size_t)(high - low) * sizeof(float));
  memset(out + high, 0, (size_t)(longest - high) * sizeof(float));
}

static bool V(attention_gradient_mix)(const cajal_attention_gradient *task) {
  V(gradient_scratch) scratch;
  if (!V(make_scratch)(task, &scratch)) return false;
  V(pack_positions)(task, &scratch, false, false, task->pattern_gradient);
  for (ptrdiff_t head = 0; head < task->attention.heads; head++) {
    V(clear_sums)(task, &scratch);
    for (ptrdiff_t first = 0; first < scratch.positions; first += BLOCK) {
      cajal_attention block = V(one_block)(&task->attention, NULL, head, first);
      V(read_block)(task, &block, block.pattern, scratch.pattern, scratch.columns);
      for (ptrdiff_t c = 0; c < task->cotangents; c++) {
        V(spread_cotangent)(task, &block, &scratch, head, c);
        if (!task->pattern_gradient) continue;
        V(form_pattern_slopes)(&block, &scratch);
        float *out = task->pattern_gradient + c * task->pattern_step + head * block.score_head_stride;
        EACH_TILE(&block, tile, at) {
          for (ptrdiff_t r = 0; r < tile.rows; r++)
            V(write_row)(
              scratch.slopes + (at + r) * scratch.columns + tile.low[r], tile.low[r], tile.high[r],
              SCORE_ROW(out, tile.query[r]), block.longest);
        }
      }
    }
    V(deliver_head)(task, &scratch, head > 0);
  }
  free(scratch.memory);
  return true;
}

static void V(attention_gradient_pattern)(const cajal_attention_gradient *task) {
  for (ptrdiff_t head = 0; head < task->attention.heads; head++)
    for (ptrdiff_t first = 0; first < task->attention.fresh.count; first += BLOCK) {
      cajal_attention block = V(one_block)(&task->attention, NULL, head, first);
      for (ptrdiff_t c = 0; c < task->cotangents; c++) {
        const float *slopes =
          task->cotangent + c * task->pattern_step + head * block.score_head_stride;
        float *out = task->pattern_gradient + c * task->pattern_step + head * block.score_head_stride;
        EACH_TILE(&block, tile, at) {
          for (ptrdiff_t r = 0; r < tile.rows; r++) {
            ptrdiff_t low = tile.low[r], high = tile.high[r], query = tile.query[r];
            float *to = SCORE_ROW(out, query);
            V(slope_of_scores)(
              SCORE_ROW(block.pattern, query) + low, SCORE_ROW(slopes, query) + low, 1, to + low,
              high - low);
            V(write_row)(NULL, low, high, to, block.longest);
          }
        }
      }
    }
}

static bool V(attention_gradient_scores)(const cajal_attention_gradient *task) {
  V(gradient_scratch) scratch;
  if (!V(make_scratch)(task, &scratch)) return false;
  V(pack_positions)(task, &scratch, false, task->query_gradient, false);
  for (ptrdiff_t head = 0; head < task->attention.heads; head++) {
    V(clear_sums)(task, &scratch);
    for (ptrdiff_t first = 0; first < scratch.positions; first += BLOCK) {
      cajal_attention block = V(one_block)(&task->attention, NULL, head, first);
      V(pack_rows)(
        block.query + first * block.query_stride, block.query_stride, block.last - first,
        block.width, scratch.queries);
      for (ptrdiff_t c = 0; c < task->cotangents; c++) {
        const float *slopes =
          task->cotangent + c * task->pattern_step + head * block.score_head_stride;
        V(read_block)(task, &block, slopes, scratch.slopes, scratch.columns);
        EACH_TILE(&block, tile, at) {
          for (ptrdiff_t r = 0; r < tile.rows; r++) {
            ptrdiff_t low = tile.low[r], query = tile.query[r];
            float *slope = scratch.slopes + (at + r) * scratch.columns + low;
            ptrdiff_t count = tile.high[r] - low;
            if (block.cap > 0)
              V(slope_under_cap)(&block, SCORE_ROW(block.pattern, query) + low, slope, count);
            else
              for (ptrdiff_t i = 0; i < count; i++) slope[i] *= block.scale;
          }
        }
        V(spread_slopes)(task, &block, &scratch, head, c);
      }
    }
    V(deliver_head)(task, &scratch, head > 0);
  }
  free(scratch.memory);
  return true;
}
#undef SCORE_ROW
#undef EACH_TILE
#undef BLOCK
#endif
