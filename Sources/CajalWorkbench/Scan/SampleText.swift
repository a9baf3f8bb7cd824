// SPDX-License-Identifier: Apache-2.0

/// The texts that ship with the program, so that every model can be asked something.
///
/// They were written for this program and stand in no corpus from before it.
enum SampleText {
  /// What findings call the story; the number rises when a word changes.
  static let storyName = "built-in story, version 1"

  /// A story in the words of a small child.
  static let story = """
    Once upon a time there was a small boat named Pip. Pip was red and blue, and he lived in a \
    quiet bay with his mom, a big white ship. Every day Pip went out to play with the waves. He \
    liked to jump over them and hear them splash.

    One day Pip saw something on the sand. It was a little bird with a wet wing. The bird was sad. \
    "I want to go home to my tree," said the bird, "but I can not fly." Pip looked at the hill far \
    away. "I can not climb a hill," he said, "but I can take you across the water. Then it is not \
    so far to walk."

    The bird was happy and sat down on the boat. They went slowly, because the wind was cold and \
    the water was gray. Then a big wave came. It was so big that Pip was scared. He wanted to turn \
    around. But he thought about the bird and her tree, and he did not stop. He went up, up, up, \
    and then down, down, down. The bird held on tight.

    "You are very brave," said the bird. Pip smiled. "I was scared," he said, "but I was more \
    brave than scared."

    When they came to the other side, an old dog was sitting under a tree. "Hello, dog," said Pip. \
    "My friend has a wet wing. Can you help her get home?" The dog wagged his tail. "Yes," he \
    said. "I know that tree. I sleep under it at night." The bird sat on the dog's back, and they \
    walked up the hill together. Pip watched them until they were very small.

    In the evening Pip came home. His mom asked him, "Where have you been all day?" Pip told her \
    about the bird, the big wave and the old dog. His mom was proud. "A good friend is better than \
    a good wind," she said.

    The next day, Pip heard a song in the sky. It was the bird! Her wing was dry, and she could fly \
    again. She sat down on his mast and sang for him until the sun went to sleep. From that day on, \
    Pip and the bird were best friends, and they played with the waves every day.
    """

  /// Beginnings that show what kind of text a model has seen.
  static let beginnings = [
    "Once upon a time, there was a little girl named",
    "The capital of France is",
    "1, 2, 3, 4, 5,",
    "The red ball is in the box. The blue ball is in the bag. Where is the red ball? It is in the",
  ]
}
