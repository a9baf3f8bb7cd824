// SPDX-License-Identifier: Apache-2.0

/// What can stand in a ``Heap``.
protocol HeapElement {
  func precedes(_ other: Self) -> Bool
}

/// A queue that gives its first element first, whatever order they came in.
struct Heap<Element: HeapElement> {
  private var elements: [Element] = []

  mutating func insert(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard elements[child].precedes(elements[parent]) else { return }
      elements.swapAt(child, parent)
      child = parent
    }
  }

  mutating func popFirst() -> Element? {
    guard let first = elements.first, let last = elements.popLast() else { return nil }
    guard !elements.isEmpty else { return first }
    elements[0] = last
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < elements.count else { return first }
      let right = left + 1
      let child =
        right < elements.count && elements[right].precedes(elements[left]) ? right : left
      guard elements[child].precedes(elements[parent]) else { return first }
      elements.swapAt(child, parent)
      parent = child
    }
  }
}
