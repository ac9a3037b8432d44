import { literalOf } from './compose-text';
import { beginsExpression } from './state-call';
import { type Flow, type State, statesOf } from './state-machine';
import type { Case, Text } from './text';

/**
 * The texts of an argument of a task. For a variable these are what the definition assigns to it.
 *
 * @returns undefined when the input of the execution may decide it
 */
export function constantArgument(flow: Flow, { call }: State, key: string): readonly Case<Text>[] | undefined {
  const given = call?.arguments ?? [];
  const written = given.flatMap((node) => node.at(key)).flatMap((node) => node.texts());
  const paths = given.flatMap((node) => node.at(`${key}.$`)).flatMap((node) => node.texts());
  const found: Case<Text>[] = [];
  for (const text of [...written, ...paths]) {
    const isComputed = paths.includes(text) || beginsExpression(text.value);
    const name = isComputed ? VARIABLE.exec(literalOf(text.value) ?? '')?.[1] : undefined;
    const values = name === undefined ? [text] : assignedTo(flow, name);
    if ((isComputed && name === undefined) || values.length === 0) {
      return undefined;
    }
    found.push(...values);
  }
  return found.some(({ value }) => beginsExpression(value)) ? undefined : found;
}

/** `$name`, or `{% $name %}`. */
const VARIABLE = /^\s*(?:\{%)?\s*\$(?!states\b)([A-Za-z_]\w*)\s*(?:%\})?\s*$/;

/** What the states of a definition assign to a variable; nothing when one of them computes it. */
function assignedTo(flow: Flow, name: string): readonly Case<Text>[] {
  const assigning = statesOf(flow)
    .flatMap(({ node }) => [
      node,
      ...['Choices', 'Catch'].flatMap((key) => node.at(key).flatMap((each) => each.items())),
    ])
    .flatMap((node) => node.at('Assign'));
  return assigning.some((node) => node.at(`${name}.$`).length > 0)
    ? []
    : assigning.flatMap((node) => node.at(name)).flatMap((node) => node.texts());
}
