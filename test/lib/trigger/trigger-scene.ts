import * as fs from 'fs';
import * as path from 'path';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as codecommit from 'aws-cdk-lib/aws-codecommit';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import { EventBus } from 'aws-cdk-lib/aws-events';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { App, Duration, Stack, TimeZone, type StackProps } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import {
  AgentBaseline,
  AgentKey,
  AgentModel,
  AgentNetwork,
  ManagedAgent,
  TurnWorkflowGrants,
  TurnWorkflowMetrics,
  type IAgentTrigger,
  type ITurnWorkflow,
} from '../../../lib';
import {
  AgentTrigger,
  FindingSource,
  GitHubWebhook,
  type AgentTriggerOptions,
  type GitHubWebhookProps,
} from '../../../lib/trigger';
import { ACCOUNT, REGION } from '../../iam/synthesized-account';

/** Replaces a TurnWorkflow, which would add a few dozen resources that these tests aren't about. */
class StandInWorkflow extends Construct implements ITurnWorkflow {
  public readonly turnDeadline = Duration.hours(1);
  public readonly approveUrl = 'https://approve.example/';
  public readonly stateMachine: sfn.StateMachine;
  public readonly evidenceBucket: s3.Bucket;
  public readonly eventBus: EventBus;
  public readonly grants = TurnWorkflowGrants.fromTurnWorkflow(this);
  public readonly metrics = TurnWorkflowMetrics.fromTurnWorkflow(this);

  constructor(
    scope: Construct,
    id: string,
    public readonly encryptionKey: AgentKey,
    public readonly agent: ManagedAgent,
  ) {
    super(scope, id);
    const { agentName } = agent;
    this.stateMachine = new sfn.StateMachine(this, 'Turns', {
      definitionBody: sfn.DefinitionBody.fromString('{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}'),
    });
    this.evidenceBucket = new s3.Bucket(this, 'Evidence', {
      bucketName: `evidence-of-${agentName}`,
      encryptionKey,
      enforceSSL: true,
    });
    this.eventBus = new EventBus(this, 'Outcomes', { eventBusName: `${agentName}-turns` });
  }

  public addTrigger(trigger: IAgentTrigger): void {
    trigger.bind(this);
  }
}

/** A stack with an agent that has a workflow. */
export class TriggerScene {
  public readonly stack: Stack;
  public readonly key: AgentKey;
  public readonly network: AgentNetwork;
  private readonly baseline: AgentBaseline;
  public readonly agent: ManagedAgent;
  private readonly workflows = new Map<ManagedAgent, ITurnWorkflow>();
  private shared?: GitHubWebhook;

  constructor(
    public readonly app: App = new App(),
    props: StackProps = { env: { account: ACCOUNT, region: REGION } },
  ) {
    this.stack = new Stack(app, 'Stack', props);
    this.key = new AgentKey(this.stack, 'Key');
    this.network = new AgentNetwork(this.stack, 'Network', { encryptionKey: this.key });
    this.baseline = new AgentBaseline(this.stack, 'Baseline', { network: this.network, dataKey: this.key });
    this.agent = this.newAgent('Agent', 'reviewer');
  }

  public newAgent(id: string, agentName: string): ManagedAgent {
    const agent = new ManagedAgent(this.stack, id, {
      agentName,
      model: AgentModel.GPT_5_6_LUNA,
      instructions: 'Review.',
      baseline: this.baseline,
    });
    this.workflows.set(agent, this.newWorkflow(agent, id));
    return agent;
  }

  /** The workflow of the first agent. */
  public get workflow(): ITurnWorkflow {
    return this.workflowOf(this.agent);
  }

  public workflowOf(agent: ManagedAgent): ITurnWorkflow {
    return this.workflows.get(agent)!;
  }

  protected newWorkflow(agent: ManagedAgent, id: string): ITurnWorkflow {
    return new StandInWorkflow(this.stack, `${id}Turns`, this.key, agent);
  }

  public webhook(props: GitHubWebhookProps = { encryptionKey: this.key }): GitHubWebhook {
    return (this.shared ??= new GitHubWebhook(this.stack, 'Webhook', props));
  }

  public add(trigger: AgentTrigger, agent: ManagedAgent = this.agent): AgentTrigger {
    this.workflowOf(agent).addTrigger(trigger);
    return trigger;
  }
}

/** One trigger of every kind: the file with its event, and how it is made. */
export const KINDS: readonly {
  readonly name: string;
  readonly event: string;
  readonly make: (scene: TriggerScene, options: AgentTriggerOptions) => AgentTrigger;
}[] = [
  {
    name: 'onSchedule',
    event: 'schedule',
    make: (_, options) =>
      AgentTrigger.onSchedule(
        'Nightly',
        ScheduleExpression.cron({ minute: '0', hour: '6', timeZone: TimeZone.EUROPE_BERLIN }),
        { timeWindow: TimeWindow.flexible(Duration.minutes(15)), ...options },
      ),
  },
  {
    name: 'onEvent',
    event: 'custom-event',
    make: (_, options) =>
      AgentTrigger.onEvent('Disputes', { source: ['example.orders'], detailType: ['Order Disputed'] }, options),
  },
  {
    name: 'onAlarm',
    event: 'alarm',
    make: ({ stack }, options) =>
      AgentTrigger.onAlarm(
        cloudwatch.Alarm.fromAlarmArn(
          stack,
          'CheckoutErrors',
          `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:CheckoutErrors`,
        ),
        options,
      ),
  },
  {
    name: 'onPullRequest',
    event: 'codecommit-pull-request',
    make: ({ stack }, options) =>
      AgentTrigger.onPullRequest(
        codecommit.Repository.fromRepositoryName(stack, 'Repository', 'payments-service'),
        options,
      ),
  },
  {
    name: 'onGitHubPullRequest',
    event: 'github-pull-request',
    make: (scene, options) =>
      AgentTrigger.onGitHubPullRequest(scene.webhook(), { repositories: ['example-org/payments'], ...options }),
  },
  {
    name: 'onGitHubCommand',
    event: 'github-command',
    make: (scene, options) =>
      AgentTrigger.onGitHubCommand(scene.webhook(), { repositories: ['example-org/payments'], ...options }),
  },
  {
    name: 'onObjectCreated',
    event: 'object-created',
    make: ({ stack, key }, options) =>
      AgentTrigger.onObjectCreated(
        new s3.Bucket(stack, 'Inbox', { bucketName: 'example-inbox', encryptionKey: key, enforceSSL: true }),
        { keyPrefix: 'inbox/', keySuffix: '.json', ...options },
      ),
  },
  {
    name: 'onFinding (Security Hub CSPM)',
    event: 'security-hub-finding',
    make: (_, options) => AgentTrigger.onFinding(FindingSource.securityHub(), options),
  },
  {
    name: 'onFinding (Security Hub)',
    event: 'security-hub-v2-finding',
    make: (_, options) => AgentTrigger.onFinding(FindingSource.securityHubV2(), options),
  },
  {
    name: 'onFinding (GuardDuty)',
    event: 'guardduty-finding',
    make: (_, options) => AgentTrigger.onFinding(FindingSource.guardDuty(), options),
  },
  {
    name: 'onFinding (Inspector)',
    event: 'inspector-finding',
    make: (_, options) => AgentTrigger.onFinding(FindingSource.inspector(), options),
  },
  {
    name: 'onBuildFailed',
    event: 'codebuild-failed',
    make: ({ stack }, options) =>
      AgentTrigger.onBuildFailed(codebuild.Project.fromProjectName(stack, 'Build', 'payments-build'), options),
  },
  {
    name: 'onPipelineFailed',
    event: 'codepipeline-failed',
    make: ({ stack }, options) =>
      AgentTrigger.onPipelineFailed(
        codepipeline.Pipeline.fromPipelineArn(
          stack,
          'Pipeline',
          `arn:aws:codepipeline:${REGION}:${ACCOUNT}:payments-pipeline`,
        ),
        options,
      ),
  },
  {
    name: 'onTurnOutcome',
    event: 'turn-outcome',
    make: (scene, options) => AgentTrigger.onTurnOutcome(scene.workflowOf(scene.newAgent('Scout', 'scout')), options),
  },
];

/** A copy of a recorded event. */
export function eventNamed(name: string): any {
  return JSON.parse(fs.readFileSync(path.join(__dirname, '../../fixtures/events', `${name}.json`), 'utf8'));
}
