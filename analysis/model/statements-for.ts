import { subset } from '../policy/pattern';
import { aboutService, type Pattern, type Statement } from '../policy/statement';
import type { Identity } from './identities';
import type { Text } from './text';

/** The allow statements of an identity that an action may be covered by. */
export function statementsFor(identity: Pick<Identity, 'statements' | 'granted'>, action: string): Statement[] {
  const text: Text = [action];
  return [...aboutService(identity.statements, action), ...aboutService(identity.granted, action)].filter(
    ({ effect, actions: { except, patterns } }) => {
      const covers = (pattern: Pattern) => subset(text, pattern.value, { ignoreCase: true });
      return (
        effect !== 'Deny' &&
        (except
          ? !patterns.some((pattern) => covers(pattern) === 'yes')
          : patterns.some((pattern) => covers(pattern) !== 'no'))
      );
    },
  );
}

/** Whether an identity may connect to the service as the host of a session. */
export function connects(identity: Pick<Identity, 'statements' | 'granted'>): boolean {
  return statementsFor(identity, 'bedrock-mantle:ConnectEnvironment').length > 0;
}
