import type { Agent } from '../model/agents';
import type { Resource } from '../model/assembly';
import { literalOf, textKey } from '../model/compose-text';
import { FALSE, type Guard } from '../model/guard';
import { identities } from '../model/identities';
import { printed } from '../model/printed-text';
import type { Text } from '../model/text';
import { subset } from '../policy/pattern';
import type { Condition, Selection, Statement } from '../policy/statement';
import type { Finding } from './finding';
import { rule, type RuleContext } from './rule';

/** Only the session role can invoke a Runtime, whatever other policies allow. */
export const MA_NET5 = rule({
  id: 'MA-NET5',
  family: 'network',
  severity: 'error',
  subject: 'Runtime',
  what: 'The Runtime and each of its endpoints have a resource policy that allows only the session role.',
  why: 'Without it every principal of the account with bedrock-agentcore:InvokeAgentRuntime can send commands to the environment, bypassing the session, its model and its audit trail.',
  fix: 'Use AgentCoreEnvironment, or attach AWS::BedrockAgentCore::ResourcePolicy with a Deny for every aws:PrincipalArn but the session role',
  page: 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/resource-based-policies.html',
  controls: { nist: ['AC-3', 'AC-6', 'SC-7'], iso: ['A.5.15', 'A.8.3'], soc2: ['CC6.1', 'CC6.3'] },
  *check(context) {
    for (const agent of context.agents.filter(({ kind }) => kind.driven)) {
      yield* judge(context, agent, agent.runtime, 'the Runtime');
      yield* tokens(agent);
      for (const endpoint of agent.endpoints) {
        yield* judge(context, agent, endpoint, 'the runtime endpoint');
      }
    }
  },
});

/** With an authorizer, an identity provider instead of IAM authenticates callers. */
function* tokens({ runtime, kind: { driven } }: Agent): Iterable<Finding> {
  for (const node of runtime.properties.at(driven!.authorizer)) {
    yield {
      at: node.place,
      subject: `${runtime.id} ${driven!.authorizer}`,
      when: node.guard.and(runtime.guard),
      says: 'The Runtime accepts callers with a token of an identity provider, bypassing the session',
    };
  }
}

function* judge(context: RuleContext, agent: Agent, target: Resource, name: string): Iterable<Finding> {
  const { model, unread } = context;
  const policies = identities(model)
    .policiesOf(target)
    .filter(({ holder }) => holder.type === agent.kind.driven?.policy.type);
  if (policies.length === 0) {
    yield { at: target, says: `${capital(name)} has no resource policy` };
    return;
  }
  const statements = policies.flatMap((policy) => policy.statements);
  const [arn] = model.arn(target).map(({ value }) => value);
  let kept: Guard = FALSE;
  for (const statement of statements) {
    statement.unreadable.forEach((each) => unread(agent.id, statement, each));
    const others = statement.effect === 'Deny' ? exceptedFrom(context, agent, statement, arn) : undefined;
    if (others?.length === 0) {
      kept = kept.or(statement.guard);
    } else if (others) {
      const names = others.map(printed).join(', ');
      const says = `The resource policy of ${name} excepts ${names}, which isn't its session role`;
      yield { at: statement, subject: target.id, says };
      kept = kept.or(statement.guard);
    }
    const admitted = statement.effect === 'Allow' && !allowsSessionRole(context, agent, statement);
    if (admitted) {
      const says = `The resource policy of ${name} allows more than the session role`;
      yield { at: statement, subject: target.id, says };
    }
  }
  const open = target.guard.and(kept.not());
  const at = { stack: target.stack, resource: policies[0].holder, path: 'Properties.Policy' };
  const says = `The resource policy of ${name} doesn't deny it to everybody except the session role`;
  yield { at, subject: target.id, when: open, says };
}

/**
 * The callers that a denial of every way to invoke a Runtime excepts, without its session role. Undefined for another
 * statement.
 */
function exceptedFrom(
  context: RuleContext,
  agent: Agent,
  statement: Statement,
  arn: Text | undefined,
): Text[] | undefined {
  const { principals, conditions, actions, resources } = statement;
  const [condition, ...more] = conditions;
  const isForAll =
    principals !== 'attached' &&
    principals.some(({ kind, except, name }) => kind === 'AWS' && !except && literalOf(name.value) === '*') &&
    agent.kind.driven!.policy.actions.every((action) => covers(actions, [action])) &&
    (arn === undefined ? covers(resources, ['*']) : covers(resources, arn)) &&
    more.length === 0 &&
    isExcept(condition);
  if (!isForAll) {
    return undefined;
  }
  const excepted = [...new Map(condition.values.map(({ value }) => [textKey(value), value])).values()];
  // One role drives the agent: a second one is named, even if it is declared.
  const own = excepted.find((each) => isSessionRole(context, agent, each));
  return excepted.filter((each) => each !== own);
}

function isExcept(condition: Condition | undefined): condition is Condition {
  return (
    condition !== undefined &&
    !condition.unreadable &&
    condition.key === 'aws:principalarn' &&
    condition.set === undefined &&
    /^(?:arn|string)not(?:equals|like)$/.test(condition.test) &&
    condition.values.length > 0
  );
}

const covers = ({ except, patterns }: Selection, text: Text): boolean =>
  !except && patterns.some(({ value }) => subset(text, value, { ignoreCase: true }) === 'yes');

function allowsSessionRole(context: RuleContext, agent: Agent, { principals }: Statement): boolean {
  return (
    principals !== 'attached' &&
    principals.every(({ kind, except, name }) => kind === 'AWS' && !except && isSessionRole(context, agent, name.value))
  );
}

/** The session role of the agent: one of the assembly, or one outside of it that is declared. */
function isSessionRole({ model, declared }: RuleContext, { sessionRoles }: Agent, arn: Text): boolean {
  const [named] = identities(model).named(arn, 'role');
  return sessionRoles.some(({ id }) => id === named?.id) || declared.outside(arn);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
