/**
 * Removes one policy statement at a time from the templates (of a role, a key, a bucket, a queue, a topic, an endpoint)
 * and compares the recorded decisions. If no decision changes, no test covers the statement.
 */
import { literalOf } from '../../analysis/model/compose-text';
import { identities } from '../../analysis/model/identities';
import { printed } from '../../analysis/model/printed-text';
import { resourcePolicies } from '../../analysis/model/resource-policies';
import type { Statement } from '../../analysis/policy/statement';
import type { AccessRequest } from '../../local/iam/account-policies';
import { kindOf, grantsOf } from './coverage';
import type { Change, ExampleRun } from './every-path';

/** One removed statement. */
export interface Mutation {
  readonly example: string;
  /** Kind of the resource that has the policy, and the place of the statement in it. */
  readonly where: string;
  readonly statement: Statement;
  /** Why a decision changed; undefined when none did. */
  readonly noticed?: 'recorded decision' | 'denied probe' | 'probe of another path' | 'granted twice';
  /** Run in which a recorded decision changes. */
  readonly variant?: string;
  /** An AWS service uses it. */
  readonly performed: boolean;
}

/** Policies of resources that only AWS services use. These services don't run here. */
const RESOURCES_USED_BY_AWS: readonly { readonly holder: RegExp; readonly who: RegExp; readonly source: string }[] = [
  {
    holder: /(?:Audit|Trail)(?:Key|Bucket)/,
    who: /cloudtrail/,
    source: 'docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html',
  },
  {
    holder: /Ecr(?:Api|Dkr)Endpoint|LogsEndpoint|S3GatewayEndpoint/,
    who: /\*/,
    source: 'docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html',
  },
  {
    holder: /^NetworkKey/,
    who: /:root$/,
    source: 'docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html',
  },
  {
    holder: /Key/,
    who: /logs\./,
    source: 'docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html',
  },
];

/** Roles of AWS services that don't run here. test/permissions/marks.ts has the sources. */
const ASSUMED_BY_AWS = /FlowLogsRole$|(?:Audit|Trail)DeliveryRole$|^CheckoutRole$|EnvironmentExecutionRole$/;

/** Denials of actions that no statement of the examples allows. They protect against later grants. */
const GUARDS =
  /CallWithBearerToken|BypassGovernanceRetention|kms:\*|kms:CreateGrant|bedrock-agentcore:InvokeAgentRuntimeCommand/;

/** Every statement of an example, with the changes without it. */
export function mutationsOf(run: ExampleRun): Mutation[] {
  const { example, policies, decisions } = run;
  const grants = grantsOf(run);
  const probes = deniedProbes(run);
  // Permissions that no run used are requested as they are granted.
  const unused = [...new Set(grants.filter(({ shown }) => shown.how !== 'exercised').map((grant) => grant.statement))]
    .flatMap((statement) => madeUp(run, statement))
    .filter((request) => policies.judge(request).allowed);
  return statementsOf(run).map((statement): Mutation => {
    const where = `${kindOf(statement.holder.logicalId)} ${statement.place.path}`;
    const changes = (request: AccessRequest) =>
      policies.judge(request).allowed !== policies.judge(request, statement).allowed;
    const own = grants.filter((grant) => grant.statement === statement);
    const recorded = decisions.find((each) => each.decision.statements.includes(statement) && changes(each));
    const denied = recorded ? undefined : probes.get(statement)?.find(changes);
    const made = recorded || denied ? undefined : unused.find(changes);
    // Two statements allow the same, in two policies of a role or in the policy of the resource.
    const isTwice = decisions.some(
      ({ decision: { allowed, statements } }) =>
        allowed &&
        statements.includes(statement) &&
        statements.some((other) => other !== statement && other.effect === 'Allow'),
    );
    return {
      example,
      where,
      statement,
      noticed: recorded
        ? 'recorded decision'
        : denied
          ? 'denied probe'
          : made
            ? 'probe of another path'
            : isTwice
              ? 'granted twice'
              : undefined,
      variant: recorded?.variant,
      performed: isPerformed(statement) || (own.length > 0 && own.every(({ shown }) => shown.how === 'performed')),
    };
  });
}

function isPerformed({ effect, holder, principals, actions, place }: Statement): boolean {
  if (place.path.includes('AssumeRolePolicyDocument')) return ASSUMED_BY_AWS.test(kindOf(holder.logicalId));
  if (effect === 'Deny') return GUARDS.test(actions.patterns.map(({ value }) => printed(value)).join());
  const who = principals === 'attached' ? '' : principals.map(({ name }) => printed(name.value)).join();
  return RESOURCES_USED_BY_AWS.some((row) => row.holder.test(holder.logicalId) && row.who.test(who));
}

function statementsOf({ policies }: ExampleRun): Statement[] {
  return [
    ...identities(policies.model).all.flatMap(({ statements, trust }) => [...statements, ...trust]),
    ...resourcePolicies(policies.model).flatMap(({ statements }) => statements),
    ...policies.endpointStatements(),
  ].filter((statement, index, list) => list.indexOf(statement) === index);
}

/** For each denial, requests that were allowed, changed so that the conditions of the denial hold. */
function deniedProbes(run: ExampleRun): Map<Statement, AccessRequest[]> {
  const { policies, decisions } = run;
  const allowed: AccessRequest[] = [
    ...decisions.filter(({ decision }) => decision.allowed),
    ...ofServices(run).filter((request) => policies.judge(request).allowed),
  ];
  const probes = new Map<Statement, AccessRequest[]>();
  const denials = [
    ...identities(policies.model).all.flatMap(({ statements }) => statements),
    ...resourcePolicies(policies.model).flatMap(({ statements }) => statements),
  ].filter(({ effect }) => effect === 'Deny');
  for (const statement of denials) {
    const held = Object.fromEntries(
      statement.conditions.map(({ test, keyText, values }) => {
        const value = printed(values[0].value);
        const holds = test.startsWith('numericlessthan')
          ? String(Number(value) - 0.1)
          : test.includes('not')
            ? 'x'
            : value;
        return [keyText, holds];
      }),
    );
    const tried = allowed
      .map((each): AccessRequest => ({ ...each, context: { ...each.context, ...held } }))
      .filter((request) => policies.judge(request).statements.includes(statement));
    probes.set(statement, tried);
  }
  return probes;
}

/** Requests that a statement of a role is written for: its own actions, resources and conditions. */
function madeUp({ policies }: ExampleRun, statement: Statement): AccessRequest[] {
  const owners = identities(policies.model).all.filter(({ statements }) => statements.includes(statement));
  const context = Object.fromEntries(
    statement.conditions.map(({ keyText, values }) => [keyText, printed(values[0].value).replaceAll('*', 'x')]),
  );
  return owners.flatMap(({ arn }) =>
    statement.actions.patterns.flatMap((action) =>
      statement.resources.patterns.map((resource) => ({
        caller: literalOf(arn)!,
        action: printed(action.value),
        resource: printed(resource.value) === '*' ? '*' : printed(resource.value).replaceAll('*', 'x'),
        context,
        outsideNetwork: printed(action.value).startsWith('kms:'),
      })),
    ),
  );
}

/** Requests of the services that a resource policy admits. */
function ofServices({ policies }: ExampleRun): AccessRequest[] {
  return resourcePolicies(policies.model).flatMap(({ statements }) =>
    statements.flatMap(({ principals, actions, resources, conditions }) =>
      principals === 'attached'
        ? []
        : principals
            .filter(({ kind }) => kind === 'Service')
            .flatMap(({ name }) =>
              actions.patterns.map((action) => ({
                caller: printed(name.value),
                action: printed(action.value),
                resource: printed(resources.patterns[0].value).replaceAll('*', 'x'),
                context: Object.fromEntries(
                  conditions.map(({ keyText, values }) => [keyText, printed(values[0].value).replaceAll('*', 'x')]),
                ),
              })),
            ),
    ),
  );
}

/** Removes the statement from its template. */
export function without({ holder, place }: Statement): Change {
  return ({ Resources }, stack) => {
    if (stack !== holder.stack.id || Resources[holder.logicalId] === undefined) return;
    const steps = place.path.replace(/^Properties\.?/, '').match(/[^.[\]]+/g) ?? [];
    const index = Number(steps.at(-1));
    let parent: any = Resources[holder.logicalId].Properties;
    for (const step of steps.slice(0, -1)) parent = parent?.[step];
    if (Array.isArray(parent) && Number.isInteger(index)) parent.splice(index, 1);
    // A permission of a function is a resource of its own.
    else delete Resources[holder.logicalId];
  };
}
