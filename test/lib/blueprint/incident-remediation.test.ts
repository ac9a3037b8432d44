import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Duration, Lazy, Validations } from 'aws-cdk-lib/core';
import { ManagedAgentChecks, TurnApproval } from '../../../lib';
import { IncidentRemediation, RemediationRunbook, RunbookParameter } from '../../../lib/blueprint';
import { instructions } from '../../../lib/blueprint/incident-responder/instructions';
import { remediation, remediationScene } from './remediation-scene';
import { responderScene } from './responder-scene';

const logicalIds = (template: Template) => Object.keys(template.toJSON().Resources);

test('the pack finds nothing, beside an approval step for turns, too', () => {
  const { app } = remediationScene(() => ({ approval: TurnApproval.always() }));
  Validations.of(app).addPlugins(new ManagedAgentChecks(app));
  expect(() => app.synth()).not.toThrow();
});

test('it only adds: without it there is no trace of it, and all that is there stays as it is', () => {
  const without = Template.fromStack(responderScene().stack);
  const withIt = Template.fromStack(remediationScene().stack);
  expect(JSON.stringify(without)).not.toMatch(/remediation|ssm:StartAutomationExecution|BMA_RUNBOOKS/i);
  const added = logicalIds(withIt).filter((id) => !logicalIds(without).includes(id));
  expect(logicalIds(without).filter((id) => !logicalIds(withIt).includes(id))).toEqual([]);
  expect(added.filter((id) => !id.startsWith('ResponderRemediation'))).toEqual([]);
  const prompt = { serviceName: 'checkout', tools: ['cloudwatch'], waits: ['alarm' as const] };
  expect(instructions(prompt)).not.toContain('remediation');
  expect(instructions({ ...prompt, runbooks: [] })).toBe(instructions(prompt));
});

test('the agent is told exactly what it may propose', () => {
  const text = instructions({ serviceName: 'checkout', tools: [], waits: ['alarm'], runbooks: remediation()._rules });
  expect(text).toContain(
    '  - "AWS-RestartEC2Instance", parameters InstanceId: matches "i-[0-9a-f]{17}|i-[0-9a-f]{8}" as a whole, at most 512 characters',
  );
  expect(text).toContain('  - "Shop-RollBack", parameters Alias: one of "live", "canary"');
});

test('the machine keeps its state as every other does, and approvers are asked for four hours', () => {
  const { stack } = remediationScene();
  const machines = Object.entries(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
  const [, { Properties }] = machines.find(([id]) => id.startsWith('ResponderRemediation'))!;
  expect(Properties).toMatchObject({
    StateMachineType: 'STANDARD',
    EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY' },
    LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
  });
  expect(JSON.stringify(Properties.DefinitionString)).toContain('\\"TimeoutSeconds\\":14400');
});

test('approvers of remediations may call one URL, and approvers of turns another', () => {
  const { stack, responder } = remediationScene(() => ({ approval: TurnApproval.always() }));
  const onCall = new Role(stack, 'OnCallRole', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  responder.grantApproveRemediation(onCall);
  expect(responder.approveUrl).not.toBe(responder.workflow.approveUrl);
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    Roles: [{ Ref: Match.stringLikeRegexp('OnCallRole') }],
    PolicyDocument: {
      Statement: [
        {
          Action: 'lambda:InvokeFunctionUrl',
          Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ResponderRemediationApprove'), 'Arn'] },
        },
        { Action: 'lambda:InvokeFunction', Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } } },
      ],
    },
  });
  expect(() => responderScene().responder.grantApproveRemediation(onCall)).toThrow(/grantApproveRemediation/);
});

describe('refused at synth', () => {
  const runbook = (more: object) => () => RemediationRunbook.automation({ documentName: 'Shop-RollBack', ...more });
  const known = runbook({})();
  const approval = (more: object) => () => IncidentRemediation.withApproval({ runbooks: [known], ...more });
  test.each<[string, () => unknown, RegExp]>([
    ['no runbook', approval({ runbooks: [] }), /number of runbooks 0/],
    ['a runbook twice', approval({ runbooks: [known, known] }), /runbooks 'Shop-RollBack'/],
    ['seconds to answer', approval({ expiry: Duration.seconds(5) }), /expiry 5/],
    ['an ARN as document', runbook({ documentName: 'arn:aws:ssm:us-east-1::document/x' }), /documentName/],
    ['names by wildcard', runbook({ documentName: 'Shop-*' }), /documentName/],
    ['a name known later', runbook({ documentName: Lazy.string({ produce: () => 'x' }) }), /known at synth/],
    ['any role', runbook({ automationRoleArn: 'arn:aws:iam::111122223333:role/*' }), /automationRoleArn/],
    [
      'the role as a parameter',
      runbook({ parameters: { AutomationAssumeRole: RunbookParameter.matching('.*') } }),
      /parameters 'AutomationAssumeRole'/,
    ],
    ['a pattern that is none', () => RunbookParameter.matching('i-('), /pattern 'i-\('/],
    ['a pattern that escapes its anchors', () => RunbookParameter.matching('a)|(?:b'), /pattern/],
    ['an empty pattern', () => RunbookParameter.matching(''), /pattern/],
    ['no value', () => RunbookParameter.oneOf([]), /number of values 0/],
    ['a value of 513 characters', () => RunbookParameter.oneOf(['x'.repeat(513)]), /values/],
    ['a value with hidden characters', () => RunbookParameter.oneOf(['live\u202e']), /values/],
    [
      'more rules than the function can hold',
      approval({
        runbooks: [runbook({ parameters: { X: RunbookParameter.oneOf(Array(6).fill('x'.repeat(500))) } })()],
      }),
      /runbooks '\d+ bytes'/,
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
