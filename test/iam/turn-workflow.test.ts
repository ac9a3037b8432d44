import { deploy } from '../workflow-run/support/scenario-stack';
import { type Operations, readCases, type Roles, testEachOperation } from './each-operation';
import { ACCOUNT, REGION } from './synthesized-account';

/*
 * Every role of the workflow against every operation of it: each can do its own step and nothing else. What is not listed
 * for a role in cases/turn-workflow.json must be denied.
 */

const { operations, roles } = readCases<{ operations: Operations; roles: Roles }>('turn-workflow.json');

const { account } = deploy();
const binding = String(account.find('AWS::SSM::Parameter').properties.Value);
/** The function of a step, by the name of its bundle. */
function functionOf(step: string) {
  const pascal = step.replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase());
  return account.find('AWS::Lambda::Function', `${pascal}Function`);
}
const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const machines = account.all('AWS::StepFunctions::StateMachine');
const machine = machines.find(({ id }) => id.startsWith('TurnsMachine'))!;
const { bucket: assets, key: file } = JSON.parse(binding) as { bucket: string; key: string };
const evidence = account.find('AWS::S3::Bucket', 'Evidence').id;

const names: Record<string, string> = {
  project: arn('bedrock-mantle', 'project/default'),
  otherProject: arn('bedrock-mantle', 'project/proj_other'),
  endpoint: account
    .all('AWS::EC2::VPCEndpoint')
    .find(({ properties }) => /bedrock-mantle$/.test(String(properties.ServiceName)))!.id,
  sessionRole: account.arn(account.find('AWS::IAM::Role', 'ReviewerSessionRole').id),
  executionRole: account.arn(account.find('AWS::IAM::Role', 'ExecutionRole').id),
  table: account.arn(account.find('AWS::DynamoDB::Table', 'Ledger').id),
  bucket: account.arn(evidence),
  definitionFile: `arn:aws:s3:::${assets}/${file}`,
  assetBucket: `arn:aws:s3:::${assets}`,
  parameter: arn('ssm', `parameter${account.find('AWS::SSM::Parameter').properties.Name}`),
  guardrail: String(account.resolve({ 'Fn::GetAtt': [account.find('AWS::Bedrock::Guardrail').id, 'GuardrailArn'] })),
  otherGuardrail: arn('bedrock', 'guardrail/other'),
  bus: account.arn(account.find('AWS::Events::EventBus').id),
  defaultBus: arn('events', 'event-bus/default'),
  machine: String(account.resolve({ Ref: machine.id })),
  dataKey: account.arn(account.find('AWS::KMS::Key', 'DataKey').id),
  evidenceKey: account.arn(account.find('AWS::KMS::Key', 'EvidenceKey').id),
  openSession: account.arn(functionOf('open-session').id),
  cancelTurn: account.arn(functionOf('cancel-turn').id),
  expireSessions: account.arn(functionOf('expire-sessions').id),
  approveTurn: account.arn(functionOf('approve-turn').id),
};

function roleOf(name: string): string {
  const roleArn =
    name === 'machine' || name === 'settlement'
      ? machines.find(({ id }) => id.includes(name === 'machine' ? 'TurnsMachine' : 'Settlement'))!.properties.RoleArn
      : functionOf(name).properties.Role;
  return String(roleArn).split('/').pop()!;
}

test('there are hundreds of cases', () => {
  expect(Object.keys(roles).length * Object.keys(operations).length).toBeGreaterThan(500);
});

testEachOperation(account, operations, roles, roleOf, (role) => ({
  ...names,
  self: role === 'machine' || role === 'settlement' ? names.machine : account.arn(functionOf(role).id),
}));
