// SPDX-License-Identifier: Apache-2.0
// The memory of one task of attention's gradient, for one processor variant.

/// Queries of a block: whole tiles of 6 and of 12 rows.
#define BLOCK 96

/// Packed positions of a prefix and of what follows it.
typedef struct {
  float *prefix, *fresh;
} V(halves);

/// Memory of a task, rows padded to whole sixteens.
typedef struct {
  ptrdiff_t columns, width, value_width, positions;
  float *memory;
  float *key_panels;         // fresh
  V(halves) key_rows;        // keys as values are laid out
  V(halves) value_panels;    // values as keys are laid out
  float *queries;            // of a block of one head: [BLOCK, width]
  float *cotangent;          // [BLOCK, value_width]
  float *pattern;            // [BLOCK, columns]
  float *scores;             // [BLOCK, columns]: capped; null without a cap
  float *slopes;             // [BLOCK, columns]: dP, then dS, then ds
  float *out;                // of a tile: [rows, width]
  float *keys;               // sums over blocks: [cotangents, positions, width]
  float *values;             // [cotangents, positions, value_width]
} V(gradient_scratch);

/// The next `rows` · `columns` floats; counts them alone while there is no memory.
INLINE float *V(take)(float *memory, ptrdiff_t *taken, ptrdiff_t rows, ptrdiff_t columns) {
  float *start = memory ? memory + *taken : NULL;
  *taken += rows * columns;
  return start;
}

/// Lays the parts out in `memory` and returns how many floats they take.
static ptrdiff_t V(lay_out)(
  const cajal_attention_gradient *task, V(gradient_scratch) *scratch, float *memory) {
  const cajal_attention *attention = &task->attention;
  const ptrdiff_t prefix = attention->prefix.count, positions = attention->fresh.count;
  const ptrdiff_t block = positions < BLOCK ? positions : BLOCK;
  const ptrdiff_t panels = V(whole_panels)(positions), sums = task->cotangents * positions;
  const ptrdiff_t columns = scratch->columns = V(score_columns)(attention);
  const ptrdiff_t width = scratch->width = V(whole_sixteens)(attention->width);
  const ptrdiff_t value_width = scratch->value_width = V(whole_sixteens)(attention->value_width);
  scratch->positions = positions;
  scratch->memory = memory;
  ptrdiff_t taken = 0;
  scratch->key_panels = V(take)(memory, &taken, panels, width);
  scratch->key_rows.prefix = V(take)(memory, &taken, prefix, width);
  scratch->key_rows.fresh = V(take)(memory, &taken, positions, width);
  scratch->value_panels.prefix =
    V(take)(memory, &taken, V(whole_panels)(prefix), value_width);
  scratch->value_panels.fresh = V(take)(memory, &taken, panels, value_width);
  scratch->queries = V(take)(memory, &taken, block, width);
  scratch->cotangent = V(take)(memory, &taken, block, value_width);
  scratch->pattern = V(take)(memory, &taken, block, columns);
  scratch->slopes = V(take)(memory, &taken, block, columns);
  scratch->scores =
    attention->cap > 0 ? V(take)(memory, &taken, block, columns) : NULL;
  scratch->out = V(take)(memory, &taken, CAJAL_TILE_ROWS, width);
  scratch->keys = V(take)(memory, &taken, sums, width);
  scratch->values = V(take)(memory, &taken, sums, value_width);
  return taken;
}

static bool V(make_scratch)(
  const cajal_attention_gradient *task, V(gradient_scratch) *scratch) {
  size_t floats = (size_t)V(lay_out)(task, scratch, NULL);
  float *memory = aligned_alloc(64, (floats * sizeof(float) + 64) / 64 * 64);
  if (!memory) return false;
  V(lay_out)(task, scratch, memory);
  return true;
}

/// Keys and values in the layouts that forward attention does not need, and the fresh keys' panels.
static void V(pack_positions)(
  const cajal_attention_gradient *task, const V(gradient_scratch) *scratch, bool panels, bool rows,
  bool values
) {
  const cajal_attention *attention = &task->attention;
  const cajal_positions *prefix = &attention->prefix;
  const ptrdiff_t positions = scratch->positions, width = attention->width;
  if (panels)
    V(pack_panels)(task->key, task->key_stride, positions, width, scratch->key_panels);
  if (rows) {
    V(pack_rows)(task->key, task->key_stride, positions, width, scratch->key_rows.fresh);
    size_t floats = (size_t)(prefix->count * scratch->width);
    memset(scratch->key_rows.prefix, 0, floats * sizeof(float));
    for (ptrdiff_t at = 0; at < prefix->count; at += CAJAL_PANEL)
      V(transpose)(
        prefix->keys + at * width, CAJAL_PANEL, width,
        prefix->count - at < CAJAL_PANEL ? prefix->count - at : CAJAL_PANEL,
        scratch->key_rows.prefix + at * scratch->width, scratch->width);
  }
  if (values) {
    V(pack_panels)(
      task->value, task->value_stride, positions, attention->value_width,
      scratch->value_panels.fresh);
    V(pack_panels)(
      prefix->values, scratch->value_width, prefix->count, attention->value_width,
      scratch->value_panels.prefix);
  }
}
