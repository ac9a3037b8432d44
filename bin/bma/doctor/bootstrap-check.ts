import { GetRoleCommand, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import type { Bootstrap } from './manifests';
import { type Check, type Examined, fail, type Judgement, notKnown, ok, warn } from './check';
import { ask, judged } from './unanswered';

/** The CDK's bootstrap with its default qualifier, which an app without an assembly probably uses. */
function defaultBootstrap({ account, region }: Examined): Bootstrap {
  const role = (name: string) => `arn:aws:iam::${account}:role/cdk-hnb659fds-${name}-${account}-${region}`;
  return {
    parameter: '/cdk-bootstrap/hnb659fds/version',
    // The bootstrap version that the DefaultStackSynthesizer of aws-cdk-lib requires.
    version: 6,
    deployRole: role('deploy-role'),
    executionRole: role('cfn-exec-role'),
  };
}

/** Whether `cdk deploy` can start: the bootstrap, the deploying role, and the roles that it can pass. */
export const BOOTSTRAP_CHECK: Check = {
  group: 'account',
  name: 'CDK bootstrap',
  permissions: ['ssm:GetParameter', 'iam:GetRole', 'iam:SimulatePrincipalPolicy'],
  async run(examined) {
    const { subject } = examined;
    const bootstraps = subject?.bootstraps.length ? subject.bootstraps : [defaultBootstrap(examined)];
    const results = await Promise.all(
      bootstraps.map(async (bootstrap) => [
        ...(await judged(() => version(bootstrap, examined))),
        ...named('deploy role', await judged(() => mayDeploy(bootstrap, examined))),
        ...named('roles passable', await judged(() => mayPass(bootstrap, examined))),
      ]),
    );
    return results.flat();
  },
};

const named = (check: string, judgements: readonly Judgement[]) => judgements.map((each) => ({ ...each, check }));

const command = ({ account, region }: Examined) => `npx cdk bootstrap aws://${account}/${region}`;

async function version({ parameter, version: needed }: Bootstrap, examined: Examined): Promise<Judgement[]> {
  const { ssm } = examined.clients;
  try {
    const found = await ask('ssm:GetParameter', ssm.send(new GetParameterCommand({ Name: parameter })), MISSING);
    const version = Number(found.Parameter?.Value);
    return version >= needed
      ? [ok(`version ${version}; ${needed} is needed`)]
      : [fail(`version ${version}; ${needed} is needed`, command(examined))];
  } catch (problem) {
    if ((problem as Error).name !== MISSING) throw problem;
    return [fail(`not bootstrapped: there is no parameter ${parameter}`, command(examined))];
  }
}

const MISSING = 'ParameterNotFound';
const NO_ROLE = 'NoSuchEntityException';

/** Whether the caller can assume the deploying role. */
async function mayDeploy({ deployRole }: Bootstrap, examined: Examined): Promise<Judgement[]> {
  if (deployRole === undefined) return [];
  const caller = await callerArn(examined);
  if (caller === undefined) {
    return [notKnown('the permissions of a root user are not simulated', 'use a role', 'not documented')];
  }
  const decision = await simulated(examined, caller, 'sts:AssumeRole', deployRole);
  return [
    decision === 'allowed'
      ? ok(`the caller may assume ${nameOf(deployRole)}`)
      : warn(
          `the policies of the caller don't allow sts:AssumeRole on ${nameOf(deployRole)} (${decision})`,
          `allow it, or deploy with another profile`,
        ),
  ];
}

/** Whether CloudFormation can pass roles to the services of an agent. */
async function mayPass({ executionRole }: Bootstrap, examined: Examined): Promise<Judgement[]> {
  if (executionRole === undefined) return [];
  try {
    const decision = await simulated(
      examined,
      executionRole,
      'iam:PassRole',
      `arn:aws:iam::${examined.account}:role/*`,
      'bedrock-agentcore.amazonaws.com',
    );
    return [
      decision === 'allowed'
        ? ok(`CloudFormation may pass roles to AgentCore (${nameOf(executionRole)})`)
        : warn(
            `${nameOf(executionRole)} may not pass every role to AgentCore (${decision})`,
            'allow iam:PassRole for the roles of the app in the policies of --cloudformation-execution-policies of cdk bootstrap',
          ),
    ];
  } catch (problem) {
    if ((problem as Error).name !== NO_ROLE) throw problem;
    return [notKnown(`there is no role ${nameOf(executionRole)} yet`, command(examined), 'not deployed')];
  }
}

const nameOf = (arn: string): string => arn.split('/').pop()!;

/**
 * The ARN of the calling user or role; undefined for a root user. The ARN of a role session lacks the path of the role.
 */
async function callerArn({ caller, clients: { iam } }: Examined): Promise<string | undefined> {
  const role = /:assumed-role\/([^/]+)\//.exec(caller)?.[1];
  if (role === undefined) return caller.endsWith(':root') ? undefined : caller;
  return (await ask('iam:GetRole', iam.send(new GetRoleCommand({ RoleName: role })))).Role?.Arn;
}

/** The result of the IAM policy simulator. It doesn't include resource policies and resource control policies. */
export async function simulated(
  { clients: { iam } }: Examined,
  principal: string,
  action: string,
  resource: string,
  passedTo?: string,
): Promise<string> {
  const context = passedTo === undefined ? [] : [['iam:PassedToService', passedTo]];
  const { EvaluationResults: [found] = [] } = await ask(
    'iam:SimulatePrincipalPolicy',
    iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: principal,
        ActionNames: [action],
        ResourceArns: [resource],
        ContextEntries: context.map(([name, value]) => ({
          ContextKeyName: name,
          ContextKeyType: 'string',
          ContextKeyValues: [value],
        })),
      }),
    ),
    NO_ROLE,
  );
  return found?.EvalDecision ?? 'no decision';
}
