// SPDX-License-Identifier: Apache-2.0

/// What Python's types have under which names.
///
/// - Source: `dir()` of the types in Python 3.11; `sandbox.py` of Jinja 3.1 for what changes a value.
enum AttributeNames {
  private static let text: Set<String> = [
    "capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find",
    "format", "format_map", "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit",
    "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper", "join",
    "ljust", "lower", "lstrip", "maketrans", "partition", "removeprefix", "removesuffix", "replace",
    "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines",
    "startswith", "strip", "swapcase", "title", "translate", "upper", "zfill",
  ]
  private static let markup: Set<String> = ["striptags", "unescape", "escape"]
  private static let mapping: Set<String> = ["copy", "fromkeys", "get", "items", "keys", "values"]
  private static let changesMapping: Set<String> = [
    "clear", "pop", "popitem", "setdefault", "update",
  ]
  private static let sequence: Set<String> = ["count", "index"]
  private static let changesList: Set<String> = [
    "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort",
  ]
  private static let whole: Set<String> = [
    "as_integer_ratio", "bit_count", "bit_length", "conjugate", "from_bytes", "to_bytes",
  ]
  private static let real: Set<String> = [
    "as_integer_ratio", "conjugate", "fromhex", "hex", "is_integer",
  ]
  private static let view: Set<String> = ["isdisjoint", "mapping"]
  private static let generator: Set<String> = [
    "close", "gi_code", "gi_frame", "gi_running", "gi_suspended", "gi_yieldfrom", "send", "throw",
  ]

  static func isMethod(_ name: String, of value: Value) -> Bool {
    switch value {
    case .text(let content): text.contains(name) || (content.isMarkup && markup.contains(name))
    case .mapping: mapping.contains(name)
    case .list: sequence.contains(name) || name == "copy"
    case .tuple: sequence.contains(name)
    case .integer, .boolean: whole.contains(name)
    case .real: real.contains(name)
    case .object(let object as MappingView):
      name == "mapping" || (object.part != .values && view.contains(name))
    case .object(is Generator): generator.contains(name)
    default: false
    }
  }

  /// Whether the method would change the value, which the sandbox does not allow.
  static func changes(_ name: String, _ value: Value) -> Bool {
    switch value {
    case .mapping: changesMapping.contains(name)
    case .list: changesList.contains(name)
    case .object(is Generator): name == "gi_frame" || name == "gi_code"
    default: false
    }
  }

  private static let all: Set<String> = [
    "__class__", "__delattr__", "__dir__", "__doc__", "__eq__", "__format__", "__ge__",
    "__getattribute__", "__getstate__", "__gt__", "__hash__", "__init__", "__init_subclass__",
    "__le__", "__lt__", "__ne__", "__new__", "__reduce__", "__reduce_ex__", "__repr__",
    "__setattr__", "__sizeof__", "__str__", "__subclasshook__",
  ]
  private static let ofCollections: Set<String> = ["__contains__", "__getitem__", "__len__"]

  /// Whether the type has an attribute of its own that begins with an underscore.
  static func isInternal(_ name: String, of value: Value) -> Bool {
    if all.contains(name) { return true }
    switch value {
    case .none: return name == "__bool__"
    case .text, .list, .tuple, .mapping:
      return ofCollections.contains(name) || name == "__iter__"
    case .object(let object):
      if object.isCallable, name == "__call__" || name == "__name__" { return true }
      return (object.iteration() != nil && name == "__iter__")
        || (object.isSequence && ofCollections.contains(name))
    case .undefined:
      return name.hasPrefix("_undefined_") || name == "_fail_with_undefined_error"
        || ofCollections.contains(name) || ["__iter__", "__call__", "__bool__"].contains(name)
    default: return name == "__add__" || name == "__int__" || name == "__float__"
    }
  }
}
