import type { Guard } from './guard';
import type { Origin } from './origin';
import type { TemplateReader } from './template-reader';
import type { Hole, OpaqueHole, Text } from './text';

/** A value that isn't a function call. */
export type Value =
  /** JSON whose elements may be functions. With holes: parsed from a text, without functions, with placeholders. */
  | { readonly kind: 'json'; readonly json: unknown; readonly holes?: readonly Hole[] }
  | { readonly kind: 'text'; readonly text: Text }
  /** A list of texts that a function returned. */
  | { readonly kind: 'list'; readonly items: readonly Text[] }
  /** A list of unknown length. */
  | { readonly kind: 'unknown list'; readonly hole: OpaqueHole | Hole }
  /** `Fn::ToJsonString` of a value. */
  | { readonly kind: 'json string'; readonly json: unknown }
  | { readonly kind: 'unreadable'; readonly hole: OpaqueHole }
  /** `AWS::NoValue`. */
  | { readonly kind: 'absent' };

/** One possible value of a place. */
export interface Settled {
  readonly value: Value;
  readonly guard: Guard;
  readonly origin: Origin;
  readonly reader: TemplateReader;
  readonly assumed?: string;
}
