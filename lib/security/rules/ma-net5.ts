import { RUNTIME_POLICY_ACTIONS } from '../../facts/agentcore-limits';
import { agentRoles, runtimes } from '../model/agents';
import { roleKey, roles, placed, type PlacedStatement } from '../model/roles';
import { hasWildcard, speaksOf } from '../policy/match';
import type { IndexedResource, TemplateIndex } from '../template-index';
import type { Finding, SecurityRule } from './rule';

/** Only the session role drives a Runtime, whatever other policies say. */
export const MA_NET5: SecurityRule = {
  id: 'MA-NET5',
  family: 'network',
  severity: 'error',
  what: 'The Runtime and each of its endpoints have a resource policy that only the session role passes.',
  why: 'Without it every principal of the account with bedrock-agentcore:InvokeAgentRuntime can send commands to the environment, past the session, its model and its audit trail.',
  fix: 'Use AgentCoreEnvironment, or attach AWS::BedrockAgentCore::ResourcePolicy with a Deny for every aws:PrincipalArn but the session role',
  page: 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/resource-based-policies.html',
  controls: { nist: ['AC-3', 'AC-6', 'SC-7'], iso: ['A.5.15', 'A.8.3'], soc2: ['CC6.1', 'CC6.3'] },
  check: (index) => [
    ...runtimes(index).flatMap((runtime) => judge(index, runtime, 'the Runtime', 'AgentRuntimeArn')),
    ...index
      .ofType('AWS::BedrockAgentCore::RuntimeEndpoint')
      .flatMap((endpoint) => judge(index, endpoint, 'the runtime endpoint', 'AgentRuntimeEndpointArn')),
  ],
};

function judge(index: TemplateIndex, target: IndexedResource, name: string, attribute: string): Finding[] {
  const policies = index
    .ofType('AWS::BedrockAgentCore::ResourcePolicy')
    .filter(({ properties }) => properties.ResourceArn === `\${${target.id}.${attribute}}`);
  if (policies.length === 0) {
    return [{ resource: target, detail: `${name} has no resource policy` }];
  }
  return policies.flatMap((policy) => {
    const statements = placed(policy, policy.properties.Policy, 'Properties.Policy');
    const details = [
      ...(statements.some((statement) => keepsOthersOut(index, statement, target, attribute))
        ? []
        : [`the resource policy of ${name} does not deny it to everybody but the session role`]),
      ...(statements.some((statement) => letsOthersIn(index, statement))
        ? [`the resource policy of ${name} allows more than the session role`]
        : []),
    ];
    return details.map((detail) => ({ resource: policy, location: 'Properties.Policy', detail }));
  });
}

/** A Deny of every way to drive the Runtime, for every principal but named session roles. */
function keepsOthersOut(
  index: TemplateIndex,
  statement: PlacedStatement,
  target: IndexedResource,
  attribute: string,
): boolean {
  const [condition, ...more] = statement.conditions;
  return (
    statement.effect === 'Deny' &&
    statement.principals.AWS?.includes('*') === true &&
    RUNTIME_POLICY_ACTIONS.every((action) => speaksOf(statement, action)) &&
    statement.resources.some((resource) => resource === '*' || resource === `\${${target.id}.${attribute}}`) &&
    more.length === 0 &&
    condition?.key === 'aws:principalarn' &&
    /^(?:ArnNotEquals|ArnNotLike|StringNotEquals|StringNotLike)(?:IfExists)?$/i.test(condition.operator) &&
    condition.values.every((arn) => isSessionRole(index, arn))
  );
}

function letsOthersIn(index: TemplateIndex, statement: PlacedStatement): boolean {
  return (
    statement.effect === 'Allow' &&
    (Object.keys(statement.notPrincipals).length > 0 ||
      Object.entries(statement.principals).some(([type, names]) =>
        names.some((name) => type !== 'AWS' || !isSessionRole(index, name)),
      ))
  );
}

/** A role that BMA assumes; one outside of the app is taken to be. */
function isSessionRole(index: TemplateIndex, arn: string): boolean {
  if (hasWildcard(arn) || /:root$/.test(arn)) {
    return false;
  }
  const key = roleKey(index, arn);
  const role = roles(index).get(key);
  return role?.resource === undefined || agentRoles(index).session.some((session) => session.key === key);
}
