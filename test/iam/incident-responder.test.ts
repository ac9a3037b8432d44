import { incidentLedgerKey } from '../../lib/contracts/incident';
import { responderScene } from '../lib/blueprint/responder-scene';
import { type Operations, readCases, type Roles, testEachOperation } from './each-operation';
import { ACCOUNT, REGION, SynthesizedAccount } from './synthesized-account';

/*
 * The roles of an incident responder against what they could be asked to do: the execution role reads the named scope and
 * changes nothing, each step does its own work. What is not listed for a role in cases/incident-responder.json is denied.
 */

const { operations, roles } = readCases<{ operations: Operations; roles: Roles }>('incident-responder.json');

const { stack, responder } = responderScene();
const account = new SynthesizedAccount(stack);
const at = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const id = (type: string, part: string) => account.find(type, part).id;
const arn = (type: string, part: string) => account.arn(id(type, part));
const group = String(account.find('AWS::Scheduler::ScheduleGroup', 'Timers').properties.Name);
const key = account.all('AWS::KMS::Key').find(({ id: logicalId }) => logicalId.startsWith('Key'))!;
const evidenceKey = account.find('AWS::KMS::Key', 'AuditKey');

const roleIds: Record<string, string> = {
  execution: id('AWS::IAM::Role', 'ExecutionRole'),
  stage: id('AWS::IAM::Role', 'StageIncident'),
  publish: id('AWS::IAM::Role', 'PublishReport'),
  timer: id('AWS::IAM::Role', 'Timers'),
};
const names: Record<string, string> = {
  agentName: responder.agent.agentName,
  alarm: arn('AWS::CloudWatch::Alarm', 'CheckoutErrors'),
  secondAlarm: arn('AWS::CloudWatch::Alarm', 'CheckoutThrottles'),
  otherAlarm: at('cloudwatch', 'alarm:CartErrors'),
  automation: at('ssm', 'automation-definition/AWS-RestartEC2Instance:1'),
  bus: arn('AWS::Events::EventBus', 'Outcomes'),
  defaultBus: at('events', 'event-bus/default'),
  deploymentGroup: at('codedeploy', 'deploymentgroup:checkout/live'),
  otherDeploymentGroup: at('codedeploy', 'deploymentgroup:cart/live'),
  endpoint: account
    .all('AWS::EC2::VPCEndpoint')
    .find(({ properties }) => /bedrock-mantle$/.test(String(properties.ServiceName)))!.id,
  evidence: arn('AWS::S3::Bucket', 'Evidence'),
  function: at('lambda', 'function:checkout'),
  otherFunction: at('lambda', 'function:cart'),
  incidentKey: incidentLedgerKey('checkout'),
  key: account.arn(key.id),
  evidenceKey: account.arn(evidenceKey.id),
  logGroup: at('logs', 'log-group:/shop/checkout'),
  otherLogGroup: at('logs', 'log-group:/shop/cart'),
  machine: arn('AWS::StepFunctions::StateMachine', 'TurnsMachine'),
  opsItem: at('ssm', 'opsitem/oi-0123456789ab'),
  parameter: at('ssm', 'parameter/x'),
  project: at('bedrock-mantle', 'project/default'),
  reports: arn('AWS::S3::Bucket', 'Reports'),
  runbook: at('bedrock', 'knowledge-base/RUNBOOK001'),
  otherRunbook: at('bedrock', 'knowledge-base/OTHER00001'),
  sessionRole: arn('AWS::IAM::Role', 'AgentSessionRole'),
  stack: at('cloudformation', 'stack/ShopStack/0123'),
  otherStack: at('cloudformation', 'stack/ShopStackTwo/0123'),
  table: arn('AWS::DynamoDB::Table', 'Ledger'),
  timer: at('scheduler', `schedule/${group}/after-x`),
  otherSchedule: at('scheduler', 'schedule/default/after-x'),
  timerDeadLetters: arn('AWS::SQS::Queue', 'TriggersTimerStarterQueuesDeadLetters'),
  timerEvents: arn('AWS::SQS::Queue', 'TriggersTimerStarterQueuesEvents'),
  timerRole: account.arn(roleIds.timer),
  topic: arn('AWS::SNS::Topic', 'OnCall'),
  otherTopic: at('sns', 'Other'),
};

testEachOperation(
  account,
  operations,
  roles,
  (role) => roleIds[role],
  () => names,
);

// The simulator drops context keys that the service authorization reference does not list by name.
test('payloads of timers are encrypted by who sets them, and decrypted by their role, in the context of own schedules only', () => {
  const context = 'kms:EncryptionContext:aws:scheduler:schedule:arn';
  const statement = (role: string) =>
    account
      .identityPolicies(roleIds[role])
      .flatMap(({ policy }) => policy.Statement)
      .find(({ Condition }) => Condition?.ArnLike?.[context]);
  const own = { ArnLike: { [context]: at('scheduler', `schedule/${group}/*`) } };
  expect(statement('publish')).toMatchObject({ Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Condition: own });
  expect(statement('timer')).toMatchObject({ Action: 'kms:Decrypt', Resource: names.key, Condition: own });
});
