import type { Resource } from './assembly';
import { concat, textOf } from './compose-text';
import type { Guard } from './guard';
import type { Node } from './node';
import type { Case, Place, Text, Unreadable } from './text';
import { TemplateNode } from './template-node';
import type { TemplateModel } from './template-model';

/** One possible definition of a state machine. */
export interface Definition {
  readonly guard: Guard;
  readonly place: Place;
  /** The definition; undefined when it can't be read. */
  readonly root?: Node;
  readonly unreadable?: Unreadable;
}

/** The definitions that a state machine can have: from `DefinitionString`, `Definition` or S3, substitutions put in. */
export function definitionsOf(model: TemplateModel, machine: Resource): Definition[] {
  const { properties } = machine;
  const written = [
    ...properties.at('DefinitionString').flatMap((node) => node.texts()),
    ...properties.at('Definition').flatMap((node) => (node.json().length > 0 ? node.texts() : asJson(node))),
  ];
  const elsewhere = properties.at('DefinitionS3Location').map(({ guard, place }): Definition => {
    const key = `${machine.id} DefinitionS3Location`;
    const hint = 'the definition of the state machine is in Amazon S3';
    return { guard, place, unreadable: model.unreadable(key, { origin: place, reason: 'outside the assembly', hint }) };
  });
  const substitutions = properties.at('DefinitionSubstitutions').flatMap((node) => node.entries());
  const texts = written.flatMap((each) => substituted(model, machine, each, substitutions));
  return [...texts.map((each) => definition(model, machine, each)), ...elsewhere];
}

function definition(model: TemplateModel, machine: Resource, text: Case<Text>): Definition {
  const { guard, place } = text;
  const [root] = TemplateNode.ofText(model.reader(machine.stack), text).json();
  if (root?.kind === 'object') {
    return { guard, place, root };
  }
  const [hole] = text.value;
  const known =
    text.value.length === 1 && typeof hole === 'object' && hole.kind !== 'reference' ? hole.unreadable : undefined;
  const hint = 'the definition of the state machine is not JSON';
  const key = `${machine.id} definition`;
  return { guard, place, unreadable: known ?? model.unreadable(key, { origin: place, reason: 'malformed', hint }) };
}

/** The JSON text of a definition that is written as an object. */
function asJson(node: Node): Case<Text>[] {
  return node instanceof TemplateNode ? node.jsonTexts() : [];
}

/** A definition with each `${Key}` of `DefinitionSubstitutions` put in: one case per combination of their values. */
function substituted(
  model: TemplateModel,
  machine: Resource,
  written: Case<Text>,
  substitutions: readonly [string, Node][],
): Case<Text>[] {
  if (substitutions.length === 0) {
    return [written];
  }
  const values = new Map<string, Case<Text>[]>();
  for (const [key, node] of substitutions) {
    values.set(key, [...(values.get(key) ?? []), ...node.texts()]);
  }
  const pieces = written.value.flatMap((part): (string | Text)[] =>
    typeof part === 'string' ? part.split(/(\$\{[^}]+\})/).filter(Boolean) : [[part]],
  );
  const fixed = (value: Text): Case<Text>[] => [{ ...written, value }];
  return model.reader(machine.stack).combineTexts(
    written,
    () =>
      pieces.map((piece) => {
        const name = typeof piece === 'string' ? /^\$\{([^}]+)\}$/.exec(piece)?.[1] : undefined;
        return (
          (name === undefined ? undefined : values.get(name)) ??
          fixed(typeof piece === 'string' ? textOf(piece) : piece)
        );
      }),
    (texts) => concat(...texts.map((text) => text ?? [])),
  );
}
