import type { Assembly, Resource } from './assembly';
import type { Naming } from './deployed';
import type { Hole, Text, Unreadable } from './text';

/** The templates of an assembly, in the form in which every question reads them. */
export interface Model {
  readonly assembly: Assembly;
  /** Set in a model of one deployment. */
  readonly naming?: Naming;
  /** Every resource that some deployment has. */
  readonly resources: readonly Resource[];
  /** The resources of the given types, in the order of the templates. */
  ofType(...types: string[]): readonly Resource[];
  resource(id: string): Resource | undefined;
  /** A text with references to resources written as ARNs or names if the type is known. */
  canonical(text: Text): Text;
  /** The ARN of a resource in canonical form; undefined for a type without a known ARN. */
  arn(resource: Resource): readonly { readonly value: Text }[];
  /** Whether a stack of the assembly may export something by a name. */
  mayExport(name: Text): boolean;
  /**
   * The resources that a text names: a reference, an ARN (canonical, literal or with `Fn::Sub`), or with `types` also a
   * plain name. The suffix is what follows the ARN of the resource (`:alias`, `/path`).
   */
  named(text: Text, ...types: string[]): readonly Named[];
  /** The resources that occur in a text by reference or by name hole. */
  mentioned(text: Text): readonly Resource[];
  /** Records that a question about a subject (an agent) found a value that can't be read. */
  ask(subject: string, ...met: (Unreadable | Hole | Text | undefined)[]): void;
  /** Something computed from the whole model, once. */
  view<T>(build: (model: Model) => T): T;
}

/** A resource that a text names. */
export interface Named {
  readonly resource: Resource;
  /** What follows the name of the resource in the text, known characters and holes. */
  readonly suffix: Text;
}
