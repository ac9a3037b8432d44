import type { Agent } from './agent';
import { sorted } from './app';
import { permits } from './permissions';

/** Model ids that the session role may call; `*` when a call is not limited to models. */
export function modelsOf({ roles }: Agent): string[] {
  const session = roles.filter(({ purpose }) => purpose === 'session');
  const calls = session
    .flatMap(({ permissions }) => permissions)
    .filter((read) => permits(read, 'bedrock-mantle:CreateInference'));
  return sorted(
    calls.flatMap(({ permission: { conditions } }) => {
      const limit = conditions.find(
        ({ operator, key }) => key.toLowerCase() === 'bedrock-mantle:model' && /^String(Equals|Like)$/i.test(operator),
      );
      return limit ? limit.values : ['*'];
    }),
  );
}
