import type { Resource, Stack } from './assembly';
import type { Guard } from './guard';

/** A text of a template: known characters and holes, in order. Adjacent known characters are one string. */
export type Text = readonly (string | Hole)[];

/** A part of a text that only the deployment decides. Two holes with the same key have the same value. */
export type Hole = Reference | OpaqueHole;

/** The value of a resource: its `Ref`, or one of its attributes. */
export interface Reference {
  readonly kind: 'reference';
  /** `<stack id>#<logical id>`, with `.<attribute>` for an attribute. */
  readonly key: string;
  /** Id of the resource. */
  readonly resource: string;
  /** Undefined for `Ref`. The attribute `@name` is the name hole that `canonical` writes. */
  readonly attribute?: string;
  /** Characters that the value can't contain. */
  readonly excludes: string;
  /** How the value begins, if known: a generated name begins with the name of its stack. */
  readonly begins?: string;
  /** What follows the name of the stack in a generated name, if the name of the stack isn't known. */
  readonly afterStackName?: string;
}

/** A value that isn't the value of a resource. */
export interface OpaqueHole {
  readonly kind: 'pseudo' | 'parameter' | 'unreadable';
  readonly key: string;
  /** Characters that the value can't contain. */
  readonly excludes: string;
  /** True for a parameter with `NoEcho`. */
  readonly secret?: boolean;
  /** Why the value can't be read. Set for `unreadable`, and for a parameter whose value nobody gives. */
  readonly unreadable?: Unreadable;
  /** The text that the value is computed from, or the text of a dynamic reference. */
  readonly from?: Text;
  /** How the hole is printed, if not by its key. */
  readonly printed?: string;
}

/** One possible value, when it holds, and where it is written. */
export interface Case<T> {
  readonly value: T;
  /** When the value holds. */
  readonly guard: Guard;
  /** Where the value is written. */
  readonly place: Place;
  /** The assumption under which the value holds: `parameter Stage has its default`. */
  readonly assumed?: string;
}

/** A place in a template. */
export interface Place {
  readonly stack: Stack;
  /** Undefined outside of a resource (an output, a condition, a parameter). */
  readonly resource?: Resource;
  /** `Properties.Policies[1].PolicyDocument.Statement[0]`. */
  readonly path: string;
}

/** Why a value can't be read. */
export type UnreadableReason =
  | 'parameter without a known value'
  | 'dynamic reference'
  | 'transform'
  | 'module'
  | 'outside the assembly'
  | 'unknown function'
  | 'unknown reference'
  | 'unknown type'
  | 'too many cases'
  | 'too many conditions'
  | 'not computable'
  | 'circular'
  | 'malformed';

/** A value that can't be read. There is one object for each origin, however often the value is used. */
export interface Unreadable {
  /** The place, parameter or export that can't be read. */
  readonly origin: Place;
  readonly reason: UnreadableReason;
  /** What it is and what would make it readable, for a message. */
  readonly hint: string;
  /** The value that was judged instead: the default of a parameter, which whoever deploys may replace. */
  readonly preset?: string;
}
