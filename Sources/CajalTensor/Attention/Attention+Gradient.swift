// SPDX-License-Identifier: Apache-2.0
internal import CajalKernels

/// The vector-Jacobian products of the three steps and of all at once.
///
/// Cotangents are `[C] + shape` of what they belong to. Prefixes are constants. The whole has the
/// bits of the steps, because both run the same blocks.
extension Attention {
  /// From the cotangent of `fused` to those of query, key and value.
  func pullBackFused(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, _ cotangent: Tensor, _ wanted: [Bool]
  ) -> [Tensor?] {
    let sizes = sizes(query, key: key, value: value)
    let gradient = AttentionGradient(self, sizes, cotangents: cotangent.shape[0])
    let seeks = wanted[0] || wanted[1]
    let panels = PackedWhole(self, key, .panels, \.keys)
    let rows = wanted[0] ? PackedWhole(self, key, .rows, \.keys) : nil
    let values = seeks ? PackedWhole(self, value, .panels, \.values) : nil
    let queries = wanted[0] ? gradient.ofQueries() : nil
    let keys = wanted[1] ? gradient.ofPositions(sizes.width) : nil
    let mixed = wanted[2] ? gradient.ofPositions(sizes.valueWidth) : nil
    query.withFloats { query in
      cotangent.withFloats { cotangent in
        gradient.forEachTask { task, place in
          panels.give(place, &task.attention, \.keys)
          rows?.give(place, &task.attention, \.key_rows)
          values?.give(place, &task.attention, \.value_panels)
          task.attention.query = query.baseAddress.map { $0 + gradient.query(place, ofOne: true) }
          task.cotangent = cotangent.baseAddress.map { $0 + gradient.output(place) }
          task.query = queries?.base.map { $0 + gradient.query(place) }
          task.key = keys?.base.map { $0 + gradient.position(place, sizes.width) }
          task.value = mixed?.base.map { $0 + gradient.position(place, sizes.valueWidth) }
          precondition(cajal_attention_gradient_fused(&task), "no memory for attention")
        }
      }
    }
    return [queries?.tensor, keys.map(gradient.sum), mixed.map(gradient.sum)]
  }

  /// From the cotangent of `mix` to those of pattern and value.
  func pullBackMix(
    _ pattern: Tensor, _ value: Tensor, _ cotangent: Tensor, _ wanted: [Bool]
  ) -> [Tensor?] {
    let sizes = sizes(pattern: pattern, value: value)
    let gradient = AttentionGradient(self, sizes, cotangents: cotangent.shape[0])
    let values = wanted[0] ? PackedWhole(self, value, .panels, \.values) : nil
    let patterns = wanted[0] ? gradient.ofPattern() : nil
    let mixed = wanted[1] ? gradient.ofPositions(sizes.valueWidth) : nil
    pattern.withFloats { pattern in
      cotangent.withFloats { cotangent in
        gradient.forEachTask { task, place in
          values?.give(place, &task.attention, \.value_panels)
          task.attention.pattern = pattern.baseAddress.map { $0 + gradient.row(place) }
          task.cotangent = cotangent.baseAddress.map { $0 + gradient.output(place) }
          task.pattern = patterns?.base.map { $0 + gradient.pattern(place) }
          task.value = mixed?.base.map { $0 + gradient.position(place, sizes.valueWidth) }
          precondition(cajal_attention_gradient_mix(&task), "no memory for attention")
        }
      }
    }
    return [patterns?.tensor, mixed.map(gradient.sum)]
  }

  /// From the cotangent of `pattern` to that of the scores; reads the pattern.
  func pullBackPattern(_ pattern: Tensor, _ cotangent: Tensor) -> Tensor {
    let sizes = Sizes(
      rows: pattern.shape[1], heads: pattern.shape[0], groups: pattern.shape[0], width: 0,
      valueWidth: 0)
    let gradient = AttentionGradient(self, sizes, cotangents: cotangent.shape[0])
    let scores = gradient.ofPattern()
    pattern.withFloats { pattern in
      cotangent.withFloats { cotangent in
        gradient.forEachTask { task, place in
          task.attention.pattern = pattern.baseAddress.map { $0 + gradient.row(place) }
          task.cotangent = cotangent.baseAddress.map { $0 + gradient.pattern(place) }
          task.pattern = scores.base.map { $0 + gradient.pattern(place) }
          cajal_attention_gradient_pattern(&task)
        }
      }
    }
    return scores.tensor
  }

  /// From the cotangent of `scores` to those of query and key; reads the scores where they are capped.
  func pullBackScores(
    _ query: Tensor, _ key: Tensor, scores: Tensor?, _ cotangent: Tensor, _ wanted: [Bool]
  ) -> [Tensor?] {
    let sizes = sizes(query, key: key, value: nil)
    let gradient = AttentionGradient(self, sizes, cotangents: cotangent.shape[0])
    let rows = wanted[0] ? PackedWhole(self, key, .rows, \.keys) : nil
    let queries = wanted[0] ? gradient.ofQueries() : nil
    let keys = wanted[1] ? gradient.ofPositions(sizes.width) : nil
    query.withFloats { query in
      cotangent.withFloats { cotangent in
        withOptionalFloats(scores) { scores in
          gradient.forEachTask { task, place in
            rows?.give(place, &task.attention, \.key_rows)
            task.attention.query = query.baseAddress.map { $0 + gradient.query(place, ofOne: true) }
            task.attention.pattern = scores.map { $0 + gradient.row(place) }
            task.cotangent = cotangent.baseAddress.map { $0 + gradient.pattern(place) }
            task.query = queries?.base.map { $0 + gradient.query(place) }
            task.key = keys?.base.map { $0 + gradient.position(place, sizes.width) }
            precondition(cajal_attention_gradient_scores(&task), "no memory for attention")
          }
        }
      }
    }
    return [queries?.tensor, keys.map(gradient.sum)]
  }
}
