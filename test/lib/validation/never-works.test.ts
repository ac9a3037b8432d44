import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as codecommit from 'aws-cdk-lib/aws-codecommit';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import { EventBus } from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  AgentBaseline,
  AgentCoreEnvironment,
  AgentGuardrail,
  AgentModel,
  AgentNetwork,
  AgentNetworkService,
  AgentTool,
  AgentTrigger,
  GuardrailEntity,
  GuardrailSensitiveInformation,
  GuardrailWordFilter,
  type IAgentTrigger,
  ManagedAgent,
  RuntimeCapacity,
  RuntimePlatformVersion,
  SourceRepository,
  TurnApproval,
  TurnTask,
  TurnWorkflow,
} from '../../../lib';
import { IncidentResponder } from '../../../lib/blueprint';

const env = { account: '111122223333', region: 'us-east-1' };

function scene(approval?: TurnApproval) {
  const stack = new Stack(new App(), 'Stack', { env });
  const baseline = new AgentBaseline(stack, 'Baseline');
  const agent = new ManagedAgent(stack, 'Agent', { model: AgentModel.GPT_5_6_LUNA, instructions: 'Work.', baseline });
  return { stack, baseline, workflow: new TurnWorkflow(stack, 'Turns', { agent, approval }) };
}

describe('an approval that nobody can give', () => {
  const task = (stack: Stack, workflow: TurnWorkflow) =>
    new TurnTask(stack, 'Task', { workflow, prompt: 'Go.', requireApproval: true });
  const trigger = () => AgentTrigger.onEvent('E', { source: ['x'] }, { requireApproval: true });

  test('is refused in a task and in a trigger', () => {
    const { stack, workflow } = scene();
    expect(() => task(stack, workflow)).toThrow(/Stack\/Task: requireApproval true .*TurnApproval\.onRequest/);
    expect(() => workflow.addTrigger(trigger())).toThrow(/Triggers\/E: requireApproval true .*TurnApproval\.onRequest/);
  });

  test('is asked for where the workflow has the step', () => {
    const { stack, workflow } = scene(TurnApproval.onRequest());
    expect(() => task(stack, workflow)).not.toThrow();
    expect(() => workflow.addTrigger(trigger())).not.toThrow();
  });
});

test('a task cannot run longer than its workflow lets a turn run', () => {
  const { stack, workflow } = scene();
  const task = (id: string, deadline: Duration) => new TurnTask(stack, id, { workflow, prompt: 'Go.', deadline });
  expect(() => task('Long', Duration.hours(2))).toThrow(/Stack\/Long: deadline 7200 .*from 60 to 3600 seconds/);
  expect(() => task('Short', Duration.seconds(1))).toThrow(/Stack\/Short: deadline 1 /);
  expect(() => task('Fits', Duration.hours(1))).not.toThrow();
});

const ELSEWHERE = [
  ['another Region', 'us-west-2', env.account],
  ['another account', 'us-east-1', '444455556666'],
] as const;

describe.each(ELSEWHERE)('sources of events in %s', (_, region, account) => {
  const { stack, workflow } = scene();
  const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
  const SOURCES: [string, (stack: Stack) => IAgentTrigger][] = [
    ['alarms', (s) => AgentTrigger.onAlarm(cloudwatch.Alarm.fromAlarmArn(s, 'A', arn('cloudwatch', 'alarm:a')))],
    [
      'repository',
      (s) => AgentTrigger.onPullRequest(codecommit.Repository.fromRepositoryArn(s, 'R', arn('codecommit', 'r'))),
    ],
    [
      'project',
      (s) => AgentTrigger.onBuildFailed(codebuild.Project.fromProjectArn(s, 'P', arn('codebuild', 'project/p'))),
    ],
    [
      'pipeline',
      (s) => AgentTrigger.onPipelineFailed(codepipeline.Pipeline.fromPipelineArn(s, 'L', arn('codepipeline', 'l'))),
    ],
    [
      'bucket',
      (s) =>
        AgentTrigger.onObjectCreated(
          s3.Bucket.fromBucketAttributes(s, 'B', { bucketName: 'inbox-1', region, account }),
        ),
    ],
    [
      'eventBus',
      (s) =>
        AgentTrigger.onEvent(
          'E',
          { source: ['x'] },
          { eventBus: EventBus.fromEventBusArn(s, 'U', arn('events', 'event-bus/u')) },
        ),
    ],
  ];

  test.each(SOURCES)('%s: refused, because its events do not arrive here', (input, make) => {
    expect(() => workflow.addTrigger(make(stack))).toThrow(
      new RegExp(`${input} .*in ${account}/${region}'.*Fix: forward`),
    );
  });

  const TOOLS: [string, (stack: Stack) => AgentTool][] = [
    [
      'knowledgeBaseArn',
      () => AgentTool.knowledgeBase({ knowledgeBaseArn: arn('bedrock', 'knowledge-base/ABCDEFGHIJ') }),
    ],
    [
      'alarms\\[0\\]',
      (s) => AgentTool.cloudWatch({ alarms: [cloudwatch.Alarm.fromAlarmArn(s, 'A', arn('cloudwatch', 'alarm:a'))] }),
    ],
    [
      'logGroups\\[0\\]',
      (s) => AgentTool.cloudWatch({ logGroups: [logs.LogGroup.fromLogGroupArn(s, 'G', arn('logs', 'log-group:g:*'))] }),
    ],
    [
      'functions\\[0\\]',
      (s) =>
        AgentTool.deployments({ functions: [lambda.Function.fromFunctionArn(s, 'F', arn('lambda', 'function:f'))] }),
    ],
    [
      'repositories\\[0\\]\\.repository',
      (s) =>
        AgentTool.source({
          repositories: [
            SourceRepository.codeCommit(codecommit.Repository.fromRepositoryArn(s, 'R', arn('codecommit', 'r'))),
          ],
        }),
    ],
  ];

  test.each(TOOLS)('tool on %s: refused', (input, make) => {
    const stack = new Stack(new App(), 'Stack', { env });
    expect(
      () =>
        new ManagedAgent(stack, 'Agent', {
          model: AgentModel.GPT_5_6_LUNA,
          instructions: 'Work.',
          tools: [make(stack)],
        }),
    ).toThrow(new RegExp(`Stack/Agent: tools\\[0\\]\\.${input} .*in ${account}/${region}'`));
  });
});

test('roles of another account are refused', () => {
  const stack = new Stack(new App(), 'Stack', { env });
  const foreign = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::444455556666:role/agent');
  expect(() => new AgentCoreEnvironment(stack, 'Environment', { executionRole: foreign })).toThrow(
    /executionRole 'Stack\/Role in 444455556666'/,
  );
  expect(
    () => new ManagedAgent(stack, 'Agent', { model: AgentModel.GPT_5_6_LUNA, instructions: 'x', sessionRole: foreign }),
  ).toThrow(/sessionRole 'Stack\/Role in 444455556666'/);
});

describe('an incident responder', () => {
  const responder = (given: (stack: Stack) => object) => {
    const stack = new Stack(new App(), 'Stack', { env });
    const metric = new cloudwatch.Metric({ namespace: 'AWS/Lambda', metricName: 'Errors' });
    const alarm = new cloudwatch.Alarm(stack, 'Alarm', { metric, threshold: 1, evaluationPeriods: 1 });
    return () =>
      new IncidentResponder(stack, 'Responder', {
        serviceName: 'shop',
        alarms: [alarm],
        logGroups: [new logs.LogGroup(stack, 'Logs')],
        metricNamespaces: ['AWS/Lambda'],
        ...given(stack),
      });
  };

  test('tells no FIFO topic about its reports', () => {
    expect(responder((stack) => ({ notify: new sns.Topic(stack, 'Topic', { fifo: true }) }))).toThrow(
      /Stack\/Responder: notify .*standard topic/,
    );
  });
});

describe('what the services refuse', () => {
  const guardrail = (props: object) => () =>
    new AgentGuardrail(new Stack(new App(), 'Stack', { env }), 'Guardrail', props);

  test('words that differ only in case, in one filter and in two', () => {
    expect(guardrail({ wordFilters: [GuardrailWordFilter.words(['Alpha', 'ALPHA'])] })).toThrow(/wordFilters 'ALPHA'/);
    expect(
      guardrail({ wordFilters: [GuardrailWordFilter.words(['Alpha']), GuardrailWordFilter.words(['alpha'])] }),
    ).toThrow(/there is 'Alpha' already/);
  });

  test('one regular expression under two names', () => {
    const mask = (name: string, pattern: string) =>
      GuardrailSensitiveInformation.mask(GuardrailEntity.regex({ name, pattern }));
    expect(guardrail({ sensitiveInformation: [mask('a', 'x+'), mask('b', 'x+')] })).toThrow(/'a' has the same one/);
    expect(guardrail({ sensitiveInformation: [mask('a', 'x+'), mask('b', 'y+')] })).not.toThrow();
  });

  test.each([
    ['V1', RuntimePlatformVersion.V1, 4096],
    ['V2', RuntimePlatformVersion.V2, 2560],
    ['an unknown version', RuntimePlatformVersion.of('V3'), 2560],
  ])('more bytes of environment variables than %s takes', (_, platformVersion, most) => {
    const environment = (length: number) => () =>
      new AgentCoreEnvironment(new Stack(new App(), 'Stack', { env }), 'Environment', {
        capacity: RuntimeCapacity.microVm({ platformVersion }),
        environmentVariables: { TEXT: 'x'.repeat(length) },
      });
    expect(environment(most)).toThrow(new RegExp(`environmentVariables .*at most ${most} bytes`));
    expect(environment(most - 200)).not.toThrow();
  });
});

test('the endpoint for guardrails lets the profiles of the default tier through, in every Region that they route to', () => {
  const stack = new Stack(new App(), 'Stack', { env });
  new AgentNetwork(stack, 'Network').addService(AgentNetworkService.BEDROCK_RUNTIME);
  Template.fromStack(stack).hasResourceProperties('AWS::EC2::VPCEndpoint', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: 'bedrock:ApplyGuardrail',
          Resource: {
            'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':bedrock:*:111122223333:guardrail-profile/*']],
          },
        }),
      ]),
    },
  });
});
