import { DECLARATIONS_KEY } from '../../lib/contracts/declarations';
import { DEVELOPMENT_MODE_KEY } from '../../lib/contracts/development';
import { at } from '../model/json';
import type { StackData } from '../model/read-stacks';

/** Every template with a part of an agent contains this: in the type of a Runtime, a principal, or an action. */
const OF_AN_AGENT = /bedrock-?(?:mantle|agentcore)/i;

/**
 * Whether some template could have a part of an agent, or was made with this library. Most apps have none, and then nothing
 * else is read.
 */
export function isRelevant(stacks: readonly StackData[]): boolean {
  return stacks.some(isOfAgents);
}

/** Whether a template could have a part of an agent, or was made with this library. */
export function isOfAgents({ template }: { readonly template: unknown }): boolean {
  return (
    [DECLARATIONS_KEY, DEVELOPMENT_MODE_KEY].some((key) => at(template, 'Metadata', key) !== undefined) ||
    mentionsAnAgent(template)
  );
}

/** Whether a value of a template names an agent's service. */
export function mentionsAnAgent(value: unknown): boolean {
  // A list of open values instead of recursion, because templates may be nested more deeply than the call stack allows.
  const open: unknown[] = [value];
  for (let next = open.pop(); open.length > 0 || next !== undefined; next = open.pop()) {
    if (typeof next === 'string') {
      if (OF_AN_AGENT.test(next)) {
        return true;
      }
    } else if (Array.isArray(next)) {
      open.push(...(next as unknown[]).filter((each) => each !== null && each !== undefined));
    } else if (typeof next === 'object' && next !== null) {
      for (const [key, each] of Object.entries(next)) {
        if (OF_AN_AGENT.test(key)) {
          return true;
        }
        if (each !== null && each !== undefined) {
          open.push(each);
        }
      }
    }
  }
  return false;
}
