import type { Guard } from './guard';
import type { Case, Place, Text, Unreadable } from './text';

/**
 * A value in a template. It is never an `Fn::If` or `AWS::NoValue`: if a property has several possible values, `at` and
 * `items` return one node for each. A property that isn't there has no node.
 */
export interface Node {
  /** `scalar` is any value that can be written as a text: text, number, Boolean, and functions that return a text. */
  readonly kind: 'object' | 'list' | 'scalar' | 'unreadable';
  /** When the value holds. */
  readonly guard: Guard;
  /** Where the value is written. */
  readonly place: Place;
  /** Why it can't be read; only with kind `unreadable`. */
  readonly unreadable?: Unreadable;
  /**
   * The values below a path of keys: `at('Vpc', 'Subnets')`. An unreadable node is its own value below any key.
   * A text with JSON in it is parsed.
   */
  at(...keys: string[]): Node[];
  /** The elements of a list. A value that isn't a list is its only element, as in IAM policies. */
  items(): Node[];
  /** The possible texts of a scalar. An unreadable node has one text, which is a hole. Objects and lists have none. */
  texts(): Case<Text>[];
  /**
   * The possible texts of a scalar, or of each element of a list.
   *
   * @param textOf the text of an element that is an object
   */
  listTexts(textOf: (node: Node) => Text): Case<Text>[];
  /**
   * Goes through the keys and values of an object, or the elements of a list with an empty key.
   *
   * @param asked false for a plain text that the caller ignores: most texts of a template
   */
  eachMember(asked: (text: string, key: string) => boolean, visit: (key: string, value: Node) => void): void;
  /** The parsed value of a text with JSON in it. None if the text isn't JSON. */
  json(): Node[];
  /** The keys of an object, also of those whose value is `AWS::NoValue`. */
  keys(): readonly string[];
  /** Keys and values of an object, each key as often as it has values. */
  entries(): [string, Node][];
}
