/** Judges policies as they are after the deployment with an independent IAM simulator. */
import { runSimulation, runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import { ACCOUNT, type Policy, type SynthesizedAccount } from './synthesized-account';

export interface AccessRequest {
  readonly action: string;
  readonly resource: string;
  /** Account that owns the resource. @default the account of the stack */
  readonly owner?: string;
  /** Values of condition keys, besides `aws:PrincipalArn`. @default none */
  readonly context?: Readonly<Record<string, string | string[]>>;
}

export interface NamedPolicy {
  readonly name: string;
  readonly policy: Policy;
}

export type Decision = 'Allowed' | 'Denied';

/**
 * The unchecked entry of the simulator knows every action, also those of sessions, which the service authorization reference
 * doesn't list, but takes no resource policy. The checked entry takes one, and knows the actions that have one here.
 *
 * @throws Error when the simulator can't judge the request: that is no denial
 */
export async function decide(
  principal: string,
  { action, resource, owner = ACCOUNT, context }: AccessRequest,
  identityPolicies: NamedPolicy[],
  resourcePolicy?: Policy,
): Promise<Decision> {
  const simulation = {
    request: {
      principal,
      action,
      resource: { resource, accountId: owner },
      contextVariables: { ...(principal.startsWith('arn:') && { 'aws:PrincipalArn': principal }), ...context },
    },
    identityPolicies,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  };
  if (resourcePolicy === undefined) {
    return runUnsafeSimulation(simulation, {}) === 'Allowed' ? 'Allowed' : 'Denied';
  }
  const result = await runSimulation({ ...simulation, resourcePolicy }, {});
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors));
  return result.overallResult === 'Allowed' ? 'Allowed' : 'Denied';
}

/** What CDK writes into every key: the account decides, by identity policies. */
const DELEGATES: Policy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
};

/** The decision for a role of a stack. Nobody may use a key without its own policy, so that is judged, too. */
export async function decideFor(
  account: SynthesizedAccount,
  roleId: string,
  request: AccessRequest,
): Promise<Decision> {
  const key = account.all('AWS::KMS::Key').find(({ id }) => account.arn(id) === request.resource);
  const keyPolicy = key ? (key.properties.KeyPolicy as Policy) : DELEGATES;
  return await decide(
    account.arn(roleId),
    request,
    account.identityPolicies(roleId),
    request.action.startsWith('kms:') ? keyPolicy : undefined,
  );
}
