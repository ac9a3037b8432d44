/*
 * The roles around remediations against what they could be asked to do. The machine starts the named runbooks and nothing
 * else; the rule starts the machine; the delivery and the agent start neither.
 */
import { incidentLedgerKey } from '../../lib/contracts/incident';
import { remediationScene, RUNBOOK_ROLE } from '../lib/blueprint/remediation-scene';
import { testEachOperation } from './each-operation';
import { ACCOUNT, REGION, SynthesizedAccount } from './synthesized-account';

const { stack } = remediationScene();
const account = new SynthesizedAccount(stack);
const arn = (type: string, part: string) => account.arn(account.find(type, part).id);
const ssm = (rest: string, owner: string = ACCOUNT) => `arn:aws:ssm:${REGION}:${owner}:${rest}`;
const table = arn('AWS::DynamoDB::Table', 'Ledger');
const bus = arn('AWS::Events::EventBus', 'Outcomes');
const machine = arn('AWS::StepFunctions::StateMachine', 'ResponderRemediation');
const turns = arn('AWS::StepFunctions::StateMachine', 'TurnsMachine');
const item = (key: string) => ({ 'dynamodb:LeadingKeys': [key] });

const OPERATIONS: Record<string, [action: string, resource: string, context?: Record<string, string | string[]>]> = {
  'start the runbook of AWS': ['ssm:StartAutomationExecution', ssm('document/AWS-RestartEC2Instance', '')],
  'start a version of it': ['ssm:StartAutomationExecution', ssm('automation-definition/AWS-RestartEC2Instance:1')],
  'start the own runbook': ['ssm:StartAutomationExecution', ssm('document/Shop-RollBack')],
  'make an execution': ['ssm:StartAutomationExecution', ssm('automation-execution/0123')],
  'start another runbook of AWS': ['ssm:StartAutomationExecution', ssm('document/AWS-StopEC2Instance', '')],
  'start a runbook whose name begins alike': ['ssm:StartAutomationExecution', ssm('document/Shop-RollBackAll')],
  'start the own runbook in another account': [
    'ssm:StartAutomationExecution',
    ssm('document/Shop-RollBack', '999988887777'),
  ],
  'stop an execution': ['ssm:StopAutomationExecution', ssm('automation-execution/0123')],
  'run a command': ['ssm:SendCommand', ssm('document/Shop-RollBack')],
  'hand the role of the runbook to Systems Manager': [
    'iam:PassRole',
    RUNBOOK_ROLE,
    { 'iam:PassedToService': 'ssm.amazonaws.com' },
  ],
  'hand it to EC2': ['iam:PassRole', RUNBOOK_ROLE, { 'iam:PassedToService': 'ec2.amazonaws.com' }],
  'hand another role to Systems Manager': [
    'iam:PassRole',
    `arn:aws:iam::${ACCOUNT}:role/Admin`,
    { 'iam:PassedToService': 'ssm.amazonaws.com' },
  ],
  'ask about a proposal': ['states:StartExecution', machine],
  'start a turn': ['states:StartExecution', turns],
  'put an event on the bus of the agent': ['events:PutEvents', bus],
  'answer a task': ['states:SendTaskSuccess', '*'],
  'read a proposal': ['dynamodb:GetItem', table, item('remediation#turn-1')],
  'change a proposal': ['dynamodb:UpdateItem', table, item('remediation#turn-1')],
  'change the record of the incidents': ['dynamodb:UpdateItem', table, item(incidentLedgerKey('checkout'))],
  'change a turn': ['dynamodb:UpdateItem', table, item('turn#turn-1')],
  'change an item without a key': ['dynamodb:UpdateItem', table],
};

const ROLES: Record<string, { part: string; may: string[] }> = {
  machine: {
    part: 'ResponderRemediationRemediationsRole',
    may: [
      'start the runbook of AWS',
      'start a version of it',
      'start the own runbook',
      'make an execution',
      'hand the role of the runbook to Systems Manager',
      'put an event on the bus of the agent',
      'change a proposal',
    ],
  },
  rule: { part: 'ResponderRemediationEventRole', may: ['ask about a proposal'] },
  approvals: {
    part: 'ResponderRemediationApprove',
    may: ['answer a task', 'read a proposal', 'change a proposal'],
  },
  delivery: { part: 'PublishReport', may: ['change a proposal', 'change the record of the incidents'] },
  agent: { part: 'ExecutionRole', may: [] },
};

testEachOperation(
  account,
  Object.fromEntries(
    Object.entries(OPERATIONS).map(([name, [action, resource, context]]) => [name, { action, resource, context }]),
  ),
  Object.fromEntries(Object.entries(ROLES).map(([role, { may }]) => [role, may])),
  (role) => account.find('AWS::IAM::Role', ROLES[role].part).id,
  () => ({}),
);
