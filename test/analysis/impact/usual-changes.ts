import * as path from 'node:path';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { App, Duration, Stack, Tags } from 'aws-cdk-lib/core';
import { IpAddresses } from 'aws-cdk-lib/aws-ec2';
import {
  AgentAuditTrail,
  AgentBaseline,
  AgentCoreEnvironment,
  AgentEgress,
  AgentGuardrail,
  AgentImage,
  AgentKey,
  AgentModel,
  AgentNetwork,
  AgentNetworkService,
  AgentNetworkZones,
  AgentSkill,
  AgentTool,
  AgentTrigger,
  GuardrailContentFilter,
  GuardrailStrength,
  ImageBuilder,
  ManagedAgent,
  ObjectLock,
  RuntimeCapacity,
  RuntimePlatformVersion,
  SessionStorage,
  TurnApproval,
  TurnWorkflow,
  type AgentBaselineProps,
  type AgentCoreEnvironmentProps,
  type AgentNetworkProps,
  type ManagedAgentProps,
  type TurnWorkflowProps,
} from '../../../lib';

const ENV = { account: '111122223333', region: 'us-east-1' };
const SKILL = path.join(__dirname, '../../local/fixtures/plugin/skills/greet');

/** The usual app: a network stack, and a stack with trail, baseline, agent, workflow and a trigger. */
interface UsualApp {
  readonly ids: { network: string; agent: string; workflow: string; networkStack: string; agentStack: string };
  readonly network: AgentNetworkProps;
  readonly environment: Omit<AgentCoreEnvironmentProps, 'image'>;
  readonly image: (stack: Stack) => AgentImage;
  readonly agent: Partial<ManagedAgentProps>;
  readonly workflow: Partial<TurnWorkflowProps>;
  readonly baseline: (stack: Stack) => AgentBaselineProps;
  readonly trailName?: string;
  readonly filters?: GuardrailContentFilter[];
  readonly triggers: readonly string[];
  readonly agents: readonly string[];
  readonly after?: (stack: Stack) => void;
}

const digest = (digit: string) => (stack: Stack) =>
  AgentImage.fromEcr(Repository.fromRepositoryName(stack, 'Images', 'agent'), `sha256:${digit.repeat(64)}`);
const storage = (mountPath: string) => RuntimeCapacity.microVm({ sessionStorage: SessionStorage.mountedAt(mountPath) });

const BASE: UsualApp = {
  ids: { network: 'Network', agent: 'Reviewer', workflow: 'Turns', networkStack: 'Network', agentStack: 'Agent' },
  network: {},
  environment: {},
  image: () => AgentImage.bundled(),
  agent: {},
  workflow: {},
  baseline: () => ({}),
  triggers: ['Nightly'],
  agents: [],
};

type Change = (base: UsualApp) => UsualApp;
const set =
  <K extends keyof UsualApp>(part: K, value: Partial<UsualApp[K]>): Change =>
  (base) => ({ ...base, [part]: { ...(base[part] as object), ...(value as object) } });
const put =
  <K extends keyof UsualApp>(part: K, value: UsualApp[K]): Change =>
  (base) => ({ ...base, [part]: value });

/** Usual changes of an app, in the words of docs/updates.md. `from` is set if the change doesn't begin with the usual app. */
export const USUAL_CHANGES: readonly { readonly change: string; readonly to: Change; readonly from?: Change }[] = [
  { change: 'Instructions', to: set('agent', { instructions: 'Review, and be brief.' }) },
  { change: 'Model', to: set('agent', { model: AgentModel.GPT_5_5 }) },
  {
    change: 'Tool added (a program of the image)',
    to: set('agent', { tools: [AgentTool.stdio({ serverLabel: 'notes', command: '/usr/local/bin/notes' })] }),
  },
  {
    change: 'Tool removed (a program of the image)',
    from: set('agent', { tools: [AgentTool.stdio({ serverLabel: 'notes', command: '/usr/local/bin/notes' })] }),
    to: (base) => base,
  },
  { change: 'Skill added', to: put('image', () => AgentImage.bundled({ skills: [AgentSkill.fromDirectory(SKILL)] })) },
  {
    change: 'Skill added, image built by CodeBuild',
    from: put('image', () => AgentImage.bundled({ builder: ImageBuilder.CODE_BUILD })),
    to: put('image', () =>
      AgentImage.bundled({ builder: ImageBuilder.CODE_BUILD, skills: [AgentSkill.fromDirectory(SKILL)] }),
    ),
  },
  { change: 'Image (another digest)', from: put('image', digest('a')), to: put('image', digest('b')) },
  { change: 'Variable of the Runtime', to: set('environment', { environmentVariables: { MODE: 'strict' } }) },
  { change: 'Idle timeout of the Runtime', to: set('environment', { idleTimeout: Duration.minutes(20) }) },
  {
    change: 'Platform version of the Runtime',
    to: set('environment', { capacity: RuntimeCapacity.microVm({ platformVersion: RuntimePlatformVersion.V2 }) }),
  },
  { change: 'Path of session storage', to: set('environment', { capacity: storage('/mnt/work') }) },
  {
    change: 'Session storage switched off',
    to: set('environment', { capacity: RuntimeCapacity.microVm({ sessionStorage: SessionStorage.none() }) }),
  },
  {
    change: '`runtimeName`',
    from: set('environment', { runtimeName: 'one' }),
    to: set('environment', { runtimeName: 'two' }),
  },
  { change: '`agentName`', to: set('agent', { agentName: 'critic' }) },
  { change: 'Tag on everything', to: put('after', (stack) => Tags.of(stack).add('team', 'payments')) },
  { change: 'Zones: one more', to: set('network', { zones: AgentNetworkZones.count(3) }) },
  { change: 'Zones: one fewer', to: set('network', { zones: AgentNetworkZones.count(1) }) },
  {
    change: 'Egress: isolated to an allow list',
    to: set('network', { egress: AgentEgress.allowList(['example.com']) }),
  },
  { change: 'Egress: isolated to open', to: set('network', { egress: AgentEgress.open() }) },
  { change: 'Endpoint of one more service', to: set('network', { services: [AgentNetworkService.SECRETS_MANAGER] }) },
  { change: 'Address range of the network', to: set('network', { ipAddresses: IpAddresses.cidr('10.1.0.0/16') }) },
  {
    change: 'Data key: a key of your own',
    to: put('baseline', (stack) => ({ dataKey: new AgentKey(stack, 'OwnKey') })),
  },
  { change: 'Log retention', to: put('baseline', () => ({ logRetention: RetentionDays.TWO_YEARS })) },
  { change: 'Name of the trail', to: put('trailName', 'agents') },
  { change: 'Trigger added', to: put('triggers', ['Nightly', 'Weekly']) },
  { change: 'Trigger removed', to: put('triggers', []) },
  {
    change: 'Guardrail policy',
    to: put('filters', [GuardrailContentFilter.promptAttack(GuardrailStrength.MEDIUM)]),
  },
  { change: 'Deadline of turns', to: set('workflow', { turnDeadline: Duration.minutes(20) }) },
  { change: 'Concurrency', to: set('workflow', { maxConcurrency: 2 }) },
  { change: 'Approval of every turn', to: set('workflow', { approval: TurnApproval.always() }) },
  { change: 'Retention of evidence', to: set('workflow', { evidenceRetention: Duration.days(400) }) },
  { change: 'Object lock of evidence switched off', to: set('workflow', { evidenceLock: ObjectLock.none() }) },
  { change: 'Second agent', to: put('agents', ['Second']) },
  { change: 'Second agent removed', from: put('agents', ['Second']), to: (base) => base },
  { change: 'Construct of the agent renamed', to: set('ids', { agent: 'Critic' }) },
  { change: 'Construct of the workflow renamed', to: set('ids', { workflow: 'Work' }) },
  { change: 'Construct of the network renamed', to: set('ids', { network: 'Net' }) },
  { change: 'Stack of the agent renamed', to: set('ids', { agentStack: 'Agents' }) },
  { change: 'Stack of the network renamed', to: set('ids', { networkStack: 'Networks' }) },
];

/** Synthesizes the usual app with a change. */
export function synthesize(change: Change, outdir: string): string {
  const { ids, ...parts } = change(BASE);
  const app = new App({ outdir, analyticsReporting: false });
  const networkStack = new Stack(app, ids.networkStack, { env: ENV });
  const stack = new Stack(app, ids.agentStack, { env: ENV });
  const network = new AgentNetwork(networkStack, ids.network, parts.network);
  const auditTrail = new AgentAuditTrail(stack, 'Audit', parts.trailName ? { trailName: parts.trailName } : {});
  const baseline = new AgentBaseline(stack, 'Baseline', { network, auditTrail, ...parts.baseline(stack) });
  const image = parts.image(stack);
  const guardrail = AgentGuardrail.standard(stack, 'Guardrail', parts.filters ? { contentFilters: parts.filters } : {});
  [ids.agent, ...parts.agents].forEach((id, index) => {
    const environment = new AgentCoreEnvironment(stack, `${id}Environment`, { baseline, image, ...parts.environment });
    const agent = new ManagedAgent(stack, id, {
      model: AgentModel.GPT_5_6_LUNA,
      instructions: 'Review.',
      environment,
      ...parts.agent,
    });
    const workflow = new TurnWorkflow(stack, index === 0 ? ids.workflow : `${id}Turns`, {
      agent,
      guardrail,
      ...parts.workflow,
    });
    if (index === 0) {
      for (const name of parts.triggers) {
        workflow.addTrigger(AgentTrigger.onSchedule(name, ScheduleExpression.rate(Duration.days(7))));
      }
    }
  });
  parts.after?.(stack);
  return app.synth().directory;
}

/** The app before any change. */
export const unchanged: Change = (base) => base;
