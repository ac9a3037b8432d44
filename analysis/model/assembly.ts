import type { Guard } from './guard';
import type { Node } from './node';
import type { Text } from './text';

/** What was given to analyze: the final templates of some stacks. Nothing in it is resolved. */
export interface Assembly {
  readonly stacks: readonly Stack[];
  readonly files: FileReader;
}

/** Reads files of the assembly. */
export interface FileReader {
  /** The content of a file, relative to the assembly directory; undefined when there is none. */
  read(path: string): string | undefined;
}

/** A CloudFormation template as parsed. Nothing about its form is known. */
export type Template = Readonly<Record<string, unknown>>;

/** One stack. Nested stacks are stacks of their own. */
export interface Stack {
  /** Construct path of the stack; for a nested stack the id of its parent, `/` and the logical id. */
  readonly id: string;
  /** Name of the deployed stack, where it is known. */
  readonly name?: Text;
  readonly account: Text;
  readonly region: Text;
  /** `aws` unless the Region is known to be in another partition. */
  readonly partition: string;
  readonly template: Template;
  /** The resource of the parent template that deploys this nested stack. */
  readonly nestedIn?: NestedIn;
  /** File of the template, for messages. */
  readonly templatePath?: string;
  /** Construct path of a resource, where it is known. */
  constructPathOf(logicalId: string): string | undefined;
}

/** The resource that deploys a nested stack. */
export interface NestedIn {
  readonly stack: string;
  readonly logicalId: string;
}

/** A resource of a template. */
export interface Resource {
  /** `<stack id>#<logical id>`. */
  readonly id: string;
  readonly logicalId: string;
  readonly type: string;
  readonly stack: Stack;
  /** When the resource is deployed. */
  readonly guard: Guard;
  readonly properties: Node;
  /** The resource as its template has it. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** Construct path, where it is known. */
  readonly constructPath: string | undefined;
}
