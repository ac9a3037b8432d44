import type { Statement } from '../policy/statement';
import { agentStores } from './agent-stores';
import type { Resource } from './assembly';
import { identities } from './identities';
import type { Model } from './model';
import type { Unreadable } from './text';

/** Types with policies that other rules judge: keys, entries, Runtimes, identities, networks. */
const JUDGED_ELSEWHERE = /^AWS::(?:KMS|Lambda|IAM|EC2|ApiGateway\w*|BedrockAgentCore)::/;

/** A part of the policy of a store that can't be read, in a statement that could allow access. */
export interface UnreadPart {
  readonly store: Resource;
  readonly statement: Statement;
  readonly part: Unreadable;
}

/** Parts that can't be read in the policies of what agents use. */
export function unreadStorePolicies(model: Model): readonly UnreadPart[] {
  return model.view(read);
}

function read(model: Model): UnreadPart[] {
  return [...agentStores(model).near]
    .filter(({ type }) => !JUDGED_ELSEWHERE.test(type))
    .flatMap((store) =>
      identities(model)
        .policiesOf(store)
        .flatMap(({ statements }) => statements.filter(({ effect }) => effect !== 'Deny'))
        .flatMap((statement) => statement.unreadable.map((part) => ({ store, statement, part }))),
    );
}
