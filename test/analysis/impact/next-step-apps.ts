import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as codecommit from 'aws-cdk-lib/aws-codecommit';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Duration, RemovalPolicies, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
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
  DevelopmentMode,
  FindingSource,
  GitHubWebhook,
  ImageBuilder,
  ManagedAgent,
  PackageRegistry,
  SourceRepository,
  TurnApproval,
  TurnWorkflow,
  type AgentBaselineProps,
  type ManagedAgentProps,
  type TurnWorkflowProps,
} from '../../../lib';
import {
  AgentBlueprint,
  CodeHost,
  IncidentResponder,
  PullRequestReviewer,
  SecurityAuditor,
} from '../../../lib/blueprint';
import { AgentAlarms, AgentBudget, AgentBudgetAction, AgentDashboard, AgentKillSwitch } from '../../../lib/operations';

const SKILL = `${__dirname}/../../local/fixtures/plugin/skills/greet`;
const NIGHTLY = ScheduleExpression.cron({ minute: '0', hour: '3' });

/** What is said of a second trail in the same account. */
const ONE_TRAIL = {
  secondStage: /there is an AgentAuditTrail in this account already/,
  secondRegion: /there is an AgentAuditTrail in this account already/,
};

/** An app as somebody writes it from docs/, and what is expected of the next step. An effect is `kind` or `kind × count`. */
export interface NextStepApp {
  readonly kind: string;
  /** Adds its stacks below an app or a Stage. `later` is the version that is deployed over the first. */
  readonly add: (scope: Construct, props: StackProps, later: boolean) => void;
  /** What the later version means for the first, and going back to the first. */
  readonly later: readonly string[];
  readonly back: readonly string[];
  /** Why a second Stage of the account is refused at synthesis. */
  readonly secondStage?: RegExp;
  /** Why a second Region is refused at synthesis. */
  readonly secondRegion?: RegExp;
  /** What can't be created while the same app is deployed under another stack name. */
  readonly otherName?: readonly string[];
  /** What stays when everything is destroyed, apart from records. By default what a network of the app leaves. */
  readonly destroyed?: readonly string[];
}

interface Parts {
  readonly baseline?: (stack: Stack) => AgentBaselineProps;
  readonly agent?: (stack: Stack, baseline: AgentBaseline) => Partial<ManagedAgentProps>;
  readonly workflow?: Partial<TurnWorkflowProps>;
  readonly triggers?: (stack: Stack) => AgentTrigger[];
  readonly also?: (stack: Stack, workflow: TurnWorkflow) => void;
}

/** One stack with one agent; what is said of its parts depends on the version. */
const plain =
  (parts: (later: boolean) => Parts): NextStepApp['add'] =>
  (scope, props, later) => {
    const { baseline, agent, workflow, triggers, also } = parts(later);
    const stack = new Stack(scope, 'Reviews', props);
    const shared = new AgentBaseline(stack, 'Baseline', baseline?.(stack));
    const made = new ManagedAgent(stack, 'Reviewer', {
      model: AgentModel.GPT_5_6_LUNA,
      instructions: 'Review what is asked.',
      baseline: shared,
      ...agent?.(stack, shared),
    });
    const guardrail = AgentGuardrail.standard(stack, 'Guardrail', { encryptionKey: shared.dataKey });
    const turns = new TurnWorkflow(stack, 'Turns', { agent: made, guardrail, ...workflow });
    triggers?.(stack).forEach((trigger) => turns.addTrigger(trigger));
    also?.(stack, turns);
  };
const withTrigger = (trigger: (stack: Stack) => AgentTrigger) =>
  plain((later) => ({ triggers: (stack) => (later ? [] : [trigger(stack)]) }));
const withTool = (tool: (stack: Stack, baseline: AgentBaseline) => AgentTool) =>
  plain((later) => ({ agent: (stack, baseline) => ({ tools: later ? [] : [tool(stack, baseline)] }) }));
const blueprint =
  (make: (stack: Stack, baseline: AgentBaseline, later: boolean) => void): NextStepApp['add'] =>
  (scope, props, later) => {
    const stack = new Stack(scope, 'Work', props);
    make(stack, new AgentBaseline(stack, 'Baseline'), later);
  };

const repository = (stack: Stack, name = 'payments') =>
  codecommit.Repository.fromRepositoryName(stack, `Code-${name}`, name);
const alarm = (stack: Stack, id: string) =>
  new cloudwatch.Alarm(stack, id, {
    metric: new cloudwatch.Metric({ namespace: 'Shop', metricName: 'Errors' }),
    threshold: 1,
    evaluationPeriods: 1,
  });
const existingVpc = (stack: Stack) =>
  Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    vpcCidrBlock: '10.0.0.0/16',
    availabilityZones: ['a', 'b'],
    isolatedSubnetIds: ['subnet-0aaaaaaaaaaaaaaaa', 'subnet-0bbbbbbbbbbbbbbbb'],
    isolatedSubnetRouteTableIds: ['rtb-0aaaaaaaaaaaaaaaa', 'rtb-0bbbbbbbbbbbbbbbb'],
  });

class Licences extends AgentBlueprint {
  constructor(scope: Construct, id: string, baseline: AgentBaseline) {
    super(scope, id, { baseline });
    const bucket = this.addOutputBucket('Reports');
    this.define({
      model: AgentModel.GPT_5_6_LUNA,
      instructions: 'Report the licences.',
      tools: [AgentTool.outputs({ bucket, prefix: 'licences/' })],
    });
  }
}

export const NEXT_STEP_APPS: readonly NextStepApp[] = [
  { kind: 'defaults', later: [], back: [], add: plain(() => ({})) },
  {
    kind: 'schedule, later removed',
    later: ['record-deleted', 'record-kept × 2'],
    back: [],
    add: withTrigger(() => AgentTrigger.onSchedule('Nightly', NIGHTLY)),
  },
  {
    // aws-cdk-lib names a bus after its construct path, without the stack.
    otherName: ['name-taken'],
    kind: 'event on a bus of the app, later removed',
    later: ['record-deleted', 'record-kept × 2'],
    back: [],
    add: withTrigger((stack) =>
      AgentTrigger.onEvent('Orders', { source: ['shop'] }, { eventBus: new EventBus(stack, 'Shop') }),
    ),
  },
  {
    kind: 'alarm, later removed',
    later: ['record-deleted', 'record-kept × 2'],
    back: [],
    add: withTrigger((stack) => AgentTrigger.onAlarm(alarm(stack, 'Errors'))),
  },
  {
    kind: 'alarms, later one more',
    later: [],
    back: [],
    add: plain((later) => ({
      triggers: (stack) => [
        AgentTrigger.onAlarms(
          'All',
          ['One', 'Two', ...(later ? ['Three'] : [])].map((id) => alarm(stack, id)),
        ),
      ],
    })),
  },
  {
    kind: 'pull request, later removed',
    later: ['record-deleted', 'record-kept × 2'],
    back: [],
    add: withTrigger((stack) => AgentTrigger.onPullRequest(repository(stack))),
  },
  {
    kind: 'GitHub webhook, later removed',
    later: ['record-deleted × 2', 'record-kept × 5'],
    back: [],
    add: withTrigger((stack) =>
      AgentTrigger.onGitHubPullRequest(new GitHubWebhook(stack, 'Webhook'), { repositories: ['acme/site'] }),
    ),
  },
  {
    kind: 'objects of a bucket, later removed',
    later: ['record-deleted', 'record-kept × 2'],
    back: [],
    add: plain((later) => ({
      triggers: (stack) => {
        const bucket = new Bucket(stack, 'Uploads', { eventBridgeEnabled: true });
        return later ? [] : [AgentTrigger.onObjectCreated(bucket)];
      },
    })),
  },
  {
    kind: 'findings, later removed',
    later: ['record-deleted', 'record-kept × 2'],
    back: [],
    add: withTrigger(() => AgentTrigger.onFinding(FindingSource.guardDuty())),
  },
  {
    kind: 'failed builds and pipelines, later only builds',
    later: ['record-deleted', 'record-kept × 2'],
    back: [],
    add: plain((later) => ({
      triggers: (stack) => [
        AgentTrigger.onBuildFailed(codebuild.Project.fromProjectName(stack, 'Build', 'site')),
        ...(later
          ? []
          : [
              AgentTrigger.onPipelineFailed(
                codepipeline.Pipeline.fromPipelineArn(
                  stack,
                  'Pipeline',
                  `arn:aws:codepipeline:${stack.region}:${stack.account}:site`,
                ),
              ),
            ]),
      ],
    })),
  },
  {
    kind: 'tool for logs, later removed',
    later: ['conversations-restart', 'record-kept'],
    back: ['conversations-restart'],
    add: withTool((stack) => AgentTool.cloudWatch({ logGroups: [new LogGroup(stack, 'ShopLogs')] })),
  },
  {
    kind: 'tool for deployments, later removed',
    later: ['conversations-restart', 'endpoint-recreated'],
    back: ['conversations-restart'],
    add: withTool(() =>
      AgentTool.deployments({ codeDeployGroups: [{ applicationName: 'shop', deploymentGroupName: 'live' }] }),
    ),
  },
  {
    kind: 'knowledge base, later removed',
    later: ['conversations-restart', 'endpoint-recreated'],
    back: ['conversations-restart'],
    add: withTool((stack) =>
      AgentTool.knowledgeBase({
        knowledgeBaseArn: `arn:aws:bedrock:${stack.region}:${stack.account}:knowledge-base/ABCDEFGHIJ`,
      }),
    ),
  },
  {
    kind: 'outputs to a bucket, later removed with its bucket',
    later: ['conversations-restart', 'record-kept'],
    back: ['conversations-restart'],
    add: withTool((stack, { dataKey }) =>
      AgentTool.outputs({ bucket: new Bucket(stack, 'Reports', { encryptionKey: dataKey }), prefix: 'reports/' }),
    ),
  },
  {
    kind: 'source code and packages, later another repository',
    later: ['conversations-restart'],
    back: ['conversations-restart'],
    add: plain((later) => ({
      agent: (stack) => ({
        tools: [
          AgentTool.source({
            repositories: [SourceRepository.codeCommit(repository(stack, later ? 'orders' : 'payments'))],
            registries: [PackageRegistry.codeArtifact({ domainName: 'acme', repositoryName: 'packages' })],
          }),
        ],
      }),
    })),
  },
  {
    kind: 'image of CodeBuild, later with a skill',
    later: ['session-storage-wiped'],
    back: ['session-storage-wiped'],
    add: plain((later) => ({
      agent: (stack, baseline) => ({
        baseline: undefined,
        environment: new AgentCoreEnvironment(stack, 'Environment', {
          baseline,
          image: AgentImage.bundled({
            builder: ImageBuilder.CODE_BUILD,
            skills: later ? [AgentSkill.fromDirectory(SKILL)] : [],
          }),
        }),
      }),
    })),
  },
  {
    kind: 'image by digest, with a Runtime name, later another digest',
    later: ['session-storage-wiped'],
    back: ['session-storage-wiped'],
    secondStage: /runtimeName 'reviewer' is not accepted, because .* has this name in the same account and Region/,
    otherName: ['name-taken'],
    add: plain((later) => ({
      agent: (stack, baseline) => ({
        baseline: undefined,
        environment: new AgentCoreEnvironment(stack, 'Environment', {
          baseline,
          runtimeName: 'reviewer',
          image: AgentImage.fromEcr(
            Repository.fromRepositoryName(stack, 'Images', 'agent'),
            `sha256:${(later ? 'b' : 'a').repeat(64)}`,
          ),
        }),
      }),
    })),
  },
  {
    kind: 'agent with a name, later other instructions',
    later: ['conversations-restart'],
    back: ['conversations-restart'],
    secondStage: /agentName 'reviewer' is not accepted, because .* has this name in the same account and Region/,
    otherName: ['name-taken × 2'],
    add: plain((later) => ({
      agent: () => ({ agentName: 'reviewer', ...(later ? { instructions: 'Be brief.' } : {}) }),
    })),
  },
  {
    kind: 'network in its own stack, later three zones',
    later: ['session-storage-wiped'],
    back: ['export-in-use', 'interfaces-linger', 'session-storage-wiped'],
    add: (scope, props, later) => {
      const networkStack = new Stack(scope, 'Network', props);
      const zones = AgentNetworkZones.count(later ? 3 : 2);
      const network = new AgentNetwork(networkStack, 'Network', { zones });
      plain(() => ({ baseline: () => ({ network }) }))(scope, props, later);
    },
  },
  {
    kind: 'allow-list, later isolated',
    later: [],
    back: [],
    add: plain((later) => ({
      baseline: (stack) => ({
        network: new AgentNetwork(stack, 'Network', {
          egress: later ? AgentEgress.isolated() : AgentEgress.allowList(['registry.npmjs.org']),
        }),
      }),
    })),
  },
  {
    kind: 'open egress, later one zone',
    later: ['interfaces-linger', 'session-storage-wiped'],
    back: ['session-storage-wiped'],
    add: plain((later) => ({
      baseline: (stack) => ({
        network: new AgentNetwork(stack, 'Network', {
          egress: AgentEgress.open(),
          zones: AgentNetworkZones.count(later ? 1 : 2),
        }),
      }),
    })),
  },
  {
    destroyed: [],
    kind: 'existing VPC, later with an endpoint more',
    later: [],
    back: ['endpoint-recreated'],
    secondStage: /second endpoint with private DNS/,
    otherName: ['private-dns-conflict × 4', 'route-taken × 2'],
    add: plain((later) => ({
      baseline: (stack) => ({
        network: AgentNetwork.fromVpc(stack, 'Network', {
          vpc: existingVpc(stack),
          services: later ? [AgentNetworkService.SSM] : [],
        }),
      }),
    })),
  },
  {
    kind: 'audit trail, later with another retention',
    later: [],
    back: [],
    ...ONE_TRAIL,
    add: plain((later) => ({
      baseline: (stack) => ({
        auditTrail: new AgentAuditTrail(stack, 'Audit', later ? { retention: Duration.days(400) } : {}),
      }),
    })),
  },
  {
    kind: 'audit trail, later with a name',
    later: [],
    back: [],
    ...ONE_TRAIL,
    add: plain((later) => ({
      baseline: (stack) => ({
        auditTrail: new AgentAuditTrail(stack, 'Audit', later ? { trailName: 'agents' } : {}),
      }),
    })),
  },
  {
    kind: 'imported trail, later without',
    later: [],
    back: [],
    add: plain((later) => ({
      baseline: (stack) =>
        later
          ? {}
          : {
              auditTrail: AgentAuditTrail.fromAgentAuditTrailAttributes(stack, 'Audit', {
                trailArn: 'arn:aws:cloudtrail:us-east-1:111122223333:trail/all',
              }),
            },
    })),
  },
  {
    kind: 'one key for both, later two',
    later: [],
    back: ['record-kept'],
    add: plain((later) => ({
      baseline: (stack) => {
        const key = new AgentKey(stack, 'Key');
        return later ? { dataKey: key } : { dataKey: key, evidenceKey: key };
      },
    })),
  },
  {
    destroyed: ['interfaces-linger × 3'],
    kind: 'development mode, later off',
    later: ['record-deleted', 'session-storage-wiped'],
    back: ['interfaces-linger', 'record-kept', 'session-storage-wiped'],
    add: (scope, props, later) => {
      if (!later) DevelopmentMode.of(scope).enable();
      plain(() => ({}))(scope, props, later);
    },
  },
  {
    destroyed: ['bucket-not-empty', 'interfaces-linger × 4'],
    kind: 'everything destroyed',
    later: [],
    back: [],
    add: (scope, props, later) => {
      plain(() => ({}))(scope, props, later);
      RemovalPolicies.of(scope).destroy();
    },
  },
  {
    kind: 'approval, later none',
    later: ['record-kept'],
    back: [],
    add: plain((later) => ({ workflow: later ? {} : { approval: TurnApproval.always() } })),
  },
  {
    kind: 'two agents, later one',
    later: [
      'conversations-restart',
      'record-deleted × 2',
      'record-kept × 16',
      'session-storage-wiped',
      'sessions-not-resumed × 2',
      'turns-stopped × 2',
    ],
    back: [],
    add: (scope, props, later) => {
      const stack = new Stack(scope, 'Agents', props);
      const baseline = new AgentBaseline(stack, 'Baseline');
      for (const id of later ? ['One'] : ['One', 'Two']) {
        const agent = new ManagedAgent(stack, id, { model: AgentModel.GPT_5_6_LUNA, instructions: 'Work.', baseline });
        const guardrail = AgentGuardrail.standard(stack, `${id}Guardrail`, { encryptionKey: baseline.dataKey });
        new TurnWorkflow(stack, `${id}Turns`, { agent, guardrail });
      }
    },
  },
  {
    kind: 'agents in two stacks with one baseline, later one',
    later: [
      'conversations-restart',
      'record-deleted × 2',
      'record-kept × 16',
      'session-storage-wiped',
      'sessions-not-resumed × 2',
      'stack-stays',
      'turns-stopped × 2',
    ],
    back: [],
    add: (scope, props, later) => {
      const baseline = new AgentBaseline(new Stack(scope, 'Shared', props), 'Baseline');
      for (const id of later ? ['One'] : ['One', 'Two']) {
        const stack = new Stack(scope, id, props);
        const agent = new ManagedAgent(stack, 'Agent', {
          model: AgentModel.GPT_5_6_LUNA,
          instructions: 'Work.',
          baseline,
        });
        const guardrail = AgentGuardrail.standard(stack, 'Guardrail', { encryptionKey: baseline.dataKey });
        new TurnWorkflow(stack, 'Turns', { agent, guardrail });
      }
    },
  },
  {
    kind: 'operations, later without the kill switch',
    later: ['record-deleted × 2', 'record-kept × 3', 'turns-stopped × 2'],
    back: [],
    add: plain((later) => ({
      also: (stack, turns) => {
        const workflows = [turns];
        const notify = new Topic(stack, 'OnCall');
        const alarms = new AgentAlarms(stack, 'Alarms', { workflows, notify });
        new AgentDashboard(stack, 'Dashboard', { workflows, alarms });
        const killSwitch = later ? undefined : new AgentKillSwitch(stack, 'KillSwitch', { workflows, notify });
        new AgentBudget(stack, 'Budget', {
          workflows,
          monthlyLimitUsd: 100,
          actions: killSwitch ? [AgentBudgetAction.engage(120, killSwitch)] : [AgentBudgetAction.notify(80, notify)],
        });
      },
    })),
  },
  {
    kind: 'kill switch, later renamed',
    later: ['record-deleted × 2', 'record-kept × 3', 'turns-stopped × 2'],
    back: ['record-deleted × 2', 'record-kept × 3', 'turns-stopped × 2'],
    add: plain((later) => ({
      also: (stack, turns) => void new AgentKillSwitch(stack, later ? 'Stop' : 'KillSwitch', { workflows: [turns] }),
    })),
  },
  {
    kind: 'PullRequestReviewer, later other code',
    later: ['conversations-restart', 'record-deleted', 'record-kept × 2'],
    back: ['conversations-restart', 'record-deleted', 'record-kept × 2'],
    add: blueprint((stack, baseline, later) => {
      const codeHost = CodeHost.codeCommit(repository(stack, later ? 'orders' : 'payments'));
      new PullRequestReviewer(stack, 'Reviewer', { baseline, codeHost });
    }),
  },
  {
    kind: 'IncidentResponder, later one alarm more',
    later: ['conversations-restart'],
    back: ['conversations-restart'],
    add: blueprint((stack, baseline, later) => {
      new IncidentResponder(stack, 'Responder', {
        serviceName: 'shop',
        baseline,
        alarms: ['One', ...(later ? ['Two'] : [])].map((id) => alarm(stack, id)),
        logGroups: [new LogGroup(stack, 'ShopLogs')],
        metricNamespaces: ['Shop'],
        notify: new Topic(stack, 'OnCall'),
      });
    }),
  },
  {
    kind: 'SecurityAuditor, later renamed',
    later: [
      'conversations-restart',
      'record-deleted × 3',
      'record-kept × 20',
      'session-storage-wiped',
      'sessions-not-resumed × 2',
      'turns-stopped × 3',
    ],
    back: [
      'conversations-restart',
      'record-deleted × 3',
      'record-kept × 20',
      'session-storage-wiped',
      'sessions-not-resumed × 2',
      'turns-stopped × 3',
    ],
    add: blueprint((stack, baseline, later) => {
      const repositories = [SourceRepository.codeCommit(repository(stack))];
      new SecurityAuditor(stack, later ? 'Auditor' : 'Audit', { baseline, repositories, schedule: NIGHTLY });
    }),
  },
  {
    kind: 'a blueprint of your own, later removed',
    later: [
      'conversations-restart',
      'record-deleted × 2',
      'record-kept × 17',
      'session-storage-wiped',
      'sessions-not-resumed × 2',
      'turns-stopped × 2',
    ],
    back: [],
    add: blueprint((stack, baseline, later) => {
      new Licences(stack, 'Licences', baseline);
      if (!later) new Licences(stack, 'Old', baseline);
    }),
  },
];
