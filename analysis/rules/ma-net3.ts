import { CODEARTIFACT_ASSET_BUCKETS, IMAGE_LAYER_OBJECTS } from '../../lib/facts/aws-owned-buckets';
import { literalOf } from '../model/compose-text';
import { FALSE, type Guard } from '../model/guard';
import { printed } from '../model/printed-text';
import type { Text } from '../model/text';
import type { Endpoint } from '../network/endpoints';
import { networkOf } from '../network/network';
import { admitted } from '../policy/admitted';
import { hasWildcard } from '../policy/pattern';
import { readPolicy } from '../policy/read-policy';
import type { Statement } from '../policy/statement';
import type { Finding } from './finding';
import { changedByCalls } from './network-calls';
import { rule, type RuleContext } from './rule';
import { placeAt } from './setting';

/** Endpoint policies limit every call from an agent's subnets. */
export const MA_NET3 = rule({
  id: 'MA-NET3',
  family: 'network',
  severity: 'error',
  subject: 'VPC endpoint',
  what: "Every endpoint in a Runtime's VPC leads to an AWS service and has a policy of its own that allows named actions to callers of this account or organization.",
  why: "Without a policy an endpoint passes requests signed with anybody's credentials: a command with credentials of another account can send data to that account.",
  fix: 'Use AgentNetwork, or give the endpoint a policy with named actions and aws:PrincipalAccount or aws:PrincipalOrgID',
  page: 'https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html',
  controls: { nist: ['AC-3', 'AC-4', 'SC-7'], iso: ['A.5.15', 'A.8.20', 'A.8.22'], soc2: ['CC6.1', 'CC6.6'] },
  *check(context) {
    yield* changedByCalls(context, 'endpoints');
    const judged = new Set<string>();
    for (const { runtime } of context.agents) {
      for (const endpoint of networkOf(context.model, runtime).endpoints) {
        const key = `${endpoint.resource.id} ${printed(endpoint.serviceName)}`;
        if (!judged.has(key)) {
          judged.add(key);
          yield* judge(context, runtime.id, endpoint);
        }
      }
    }
  },
});

function* judge(context: RuleContext, runtime: string, endpoint: Endpoint): Iterable<Finding> {
  const { model, declared, unread } = context;
  const { resource, owner, serviceName, guard, policies, place } = endpoint;
  if (owner === 'unknown') {
    unread(runtime, place, serviceName);
  }
  if (owner === 'foreign' && !declared.part(resource) && !declared.outside(serviceName)) {
    yield { at: place, when: guard, says: `The endpoint leads to ${printed(serviceName)}, which isn't an AWS service` };
    return; // Such an endpoint doesn't evaluate its policy.
  }
  const name = endpoint.service ?? printed(serviceName);
  const at = placeAt(resource, 'PolicyDocument');
  const stated = policies.reduce<Guard>((any, policy) => any.or(policy.guard), FALSE);
  const without = guard.and(stated.not());
  yield { at, when: without, says: `The ${name} endpoint has no policy, which allows everything to everybody` };
  const statements = policies.flatMap((policy) => readPolicy(policy, resource, (text) => model.canonical(text)));
  for (const statement of statements.filter(({ effect }) => effect !== 'Deny')) {
    unread(runtime, statement, ...statement.unreadable);
    if (statement.effect === 'Allow') {
      yield* judgeStatement(context, runtime, name, statement);
    }
  }
}

function* judgeStatement(
  { model, declared, unread }: RuleContext,
  runtime: string,
  name: string,
  statement: Statement,
): Iterable<Finding> {
  const { actions, guard, holder } = statement;
  const at = placeAt(holder, 'PolicyDocument');
  if (actions.except || actions.patterns.some(({ value }) => hasWildcard(value))) {
    yield { at, when: guard, says: `The ${name} endpoint allows actions by wildcard or NotAction` };
  }
  if (servesAws(statement)) {
    return;
  }
  // Every request comes from the VPC, so only conditions on the owner of the caller or the resource are a limit.
  const conditions = statement.conditions.filter(({ key }) => !OF_THE_NETWORK.test(key));
  for (const { who, kind, name: other, guard: when } of admitted(model, { ...statement, conditions })) {
    if (who === 'unread') {
      unread(runtime, statement, other);
    } else if (!declared.principal(kind, other, holder)) {
      const account = who === 'another account' ? `callers of another account (${printed(other)})` : undefined;
      yield { at, when, says: `The ${name} endpoint allows ${account ?? 'callers of any account'}` };
    }
  }
}

const OF_THE_NETWORK = /^aws:(?:sourcevpce?|sourceip|vpcsourceip)$/;

/**
 * Whether a statement is for reading image layers or packages. ECR or CodeArtifact signs these URLs, so the caller
 * isn't in this account.
 */
function servesAws({ actions, resources }: Statement): boolean {
  return (
    !actions.except &&
    !resources.except &&
    resources.patterns.length > 0 &&
    actions.patterns.every(({ value }) => literalOf(value)?.toLowerCase() === 's3:getobject') &&
    resources.patterns.every(({ value }) => AWS_OBJECTS.test(written(value)))
  );
}

/** The text of an ARN. A part that only the deployment knows is the Region. */
const written = (text: Text): string =>
  text.map((part) => (typeof part === 'string' ? part : part.kind === 'pseudo' ? 'REGION' : '\u0000')).join('');

const AWS_OBJECTS = new RegExp(
  `^(?:${[
    ...IMAGE_LAYER_OBJECTS,
    ...Object.values(CODEARTIFACT_ASSET_BUCKETS).map((bucket) => `arn:{partition}:s3:::${bucket}/*`),
  ]
    .map((pattern) =>
      pattern
        .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
        .replace('{partition}', 'aws[a-z-]*')
        .replace('{region}', '[a-zA-Z0-9-]+'),
    )
    .join('|')})$`,
);
