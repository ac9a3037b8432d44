/* `bma kill --all` and `bma release --all`, where one of several kill switches fails. */
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AgentModel, ManagedAgent, TurnWorkflow } from '../../lib';
import { AgentKillSwitch } from '../../lib/operations';
import { type LocalService, startLocalService } from '../../local';
import { LocalCloud } from '../../local/cloud';
import { deploy } from '../workflow-run/support/scenario-stack';
import { runInEnvironment } from './run-in-process';
import { environmentOf } from './run-program';

const AGENTS = ['auditor', 'responder', 'reviewer'];

let service: LocalService;
let cloud: LocalCloud;
/** Names of agents whose kill switch does not finish. */
const broken = new Set<string>();
/** The error that ends it; one that is not repeated. */
let errorName = 'StillEngaging';

beforeAll(async () => {
  const { assembly } = deploy({}, (first, stack) => {
    const { baseline } = first.agent.environment!;
    const others = AGENTS.slice(0, 2).map((agentName) => {
      const agent = new ManagedAgent(stack, `Agent-${agentName}`, {
        agentName,
        model: AgentModel.GPT_5_6_LUNA,
        instructions: 'Work.',
        baseline,
      });
      return new TurnWorkflow(stack, `Work-${agentName}`, { agent });
    });
    const everybody = new Role(stack, 'Everybody', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    const some = new Role(stack, 'Some', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    for (const workflow of [...others, first]) {
      const { agentName } = workflow.agent;
      const killSwitch = new AgentKillSwitch(stack, `Stop-${agentName}`, { workflows: [workflow] });
      for (const role of agentName === 'responder' ? [everybody] : [everybody, some]) {
        killSwitch.grants.engage(role);
        killSwitch.grants.release(role);
      }
    }
  });
  service = await startLocalService();
  cloud = await LocalCloud.start({ assembly, service, pace: { waitMs: 30 } });
  cloud.aroundTask = (state, call, { machine }) => {
    const isBroken = [...broken].some((agent) => machine.logicalId.startsWith(`Stop${agent}`));
    if (isBroken && (state === 'DisableTriggers' || state === 'AllowRoles'))
      throw Object.assign(new Error('broken'), { name: errorName });
    return call();
  };
});
afterAll(async () => {
  await service?.close();
  await cloud?.close();
});
afterEach(() => {
  broken.clear();
  errorName = 'StillEngaging';
});

function bma(role: 'Everybody' | 'Some', ...args: string[]) {
  const { arn } = cloud.deployment.one('AWS::IAM::Role', role);
  const more = ['--stack', 'Reviews', '--interval', '0.1', '--reason', 'leaked prompt'];
  return runInEnvironment(environmentOf(service, arn, cloud.url), ...args, ...more);
}

/** Agents whose roles are denied everything. */
function stopped(): string[] {
  return AGENTS.filter((agent) => {
    const denial = cloud.deployment.one('AWS::IAM::ManagedPolicy', `Stop${agent}DenyEverything`).arn;
    return cloud.policies.roles.some(({ arn }) => cloud.policies.attachedTo(arn).includes(denial));
  });
}

const runsOf = (out: string) =>
  (JSON.parse(out) as { runs: { agents: string[]; status: string; problem?: string }[] }).runs
    .map(({ agents, status, problem }) => ({ agents: agents.join(), status, problem }))
    .sort((one, other) => (one.agents < other.agents ? -1 : 1));

test('kill --all engages the others, and names the one that does not finish', async () => {
  broken.add('responder');
  const { exit, out, error } = await bma('Everybody', 'kill', '--all', '--json');

  expect(exit).toBe(6);
  expect(error).toMatch(
    /The kill switch of responder \(stack Reviews\): arn:\S+ ended as FAILED: StillEngaging: broken Fix: repeat/,
  );
  expect(error).not.toMatch(/The kill switch of (?:auditor|reviewer)/);
  // A log shows that each of them has begun, and which one a state is of.
  expect(error).toContain('bma: stopping auditor (stack Reviews)\n');
  expect(error).toMatch(/^\d\d:\d\d:\d\d responder: RecordStop$/m);
  expect(runsOf(out)).toEqual([
    { agents: 'auditor', status: 'SUCCEEDED' },
    { agents: 'responder', status: 'FAILED', problem: 'StillEngaging: broken' },
    { agents: 'reviewer', status: 'SUCCEEDED' },
  ]);
  expect(stopped()).toEqual(['auditor', 'reviewer']);
});

test('release --all releases the others, and names the one that the caller may not release', async () => {
  expect(await bma('Everybody', 'kill', '--all')).toMatchObject({ exit: 0 });
  expect(stopped()).toEqual(AGENTS);
  const { exit, out, error } = await bma('Some', 'release', '--all');

  expect(exit).toBe(4);
  expect(error).toMatch(
    /The kill switch of responder \(stack Reviews\): AWS refused the call: .*Fix: the caller needs killSwitch\.grants\.release/s,
  );
  expect(out.match(/Released: \w+/g)?.sort()).toEqual(['Released: auditor', 'Released: reviewer']);
  expect(stopped()).toEqual(['responder']);
});

test('where several fail for different reasons, each is named, and the exit code is 6', async () => {
  broken.add('auditor');
  const { exit, out, error } = await bma('Some', 'kill', '--all', '--json');

  expect(exit).toBe(6);
  expect(error).toMatch(/The kill switch of auditor .* ended as FAILED/);
  expect(error).toMatch(/The kill switch of responder .* AWS refused the call/);
  expect(runsOf(out).map(({ agents, status }) => [agents, status])).toEqual([
    ['auditor', 'FAILED'],
    ['responder', 'UNKNOWN'],
    ['reviewer', 'SUCCEEDED'],
  ]);
});

test('a release that another stop ended is not to be repeated blindly', async () => {
  expect(await bma('Everybody', 'kill', 'responder')).toMatchObject({ exit: 0 });
  broken.add('responder');
  errorName = 'EngagedAgain';
  expect(await bma('Everybody', 'release', 'responder')).toMatchObject({
    exit: 6,
    error: expect.stringMatching(/EngagedAgain: broken Fix: find out who engaged it and why\./),
  });
});
