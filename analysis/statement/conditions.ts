import { TRUE } from '../model/guard';
import { entriesOf } from '../model/json';
import type { Agent } from './agent';
import { type App, sorted } from './app';
import type { Ways } from './ways';

/** Conditions in the stacks of an agent that only the deployment decides, each with a case in which it holds. */
export function conditionsFor(app: App, agent: Agent, { steps }: Ways): string[] {
  const parts = [agent.runtime, ...agent.roles.flatMap(({ identity }) => identity.resource ?? []), ...steps];
  return sorted(
    [...new Set(parts.map(({ stack }) => stack))].flatMap((stack) => {
      const reader = app.model.reader(stack);
      return entriesOf(reader.section('Conditions'))
        .filter(([name]) => name !== 'CDKMetadataAvailable')
        .map(([name]) => ({ name, guard: reader.conditions.guard(name) }))
        .filter(({ guard }) => guard !== TRUE && guard.possible())
        .map(({ name, guard }) => {
          const example = guard.example();
          return `${stack.id}: ${name}${example === undefined ? '' : ` (holds when ${example})`}`;
        });
    }),
  );
}
