import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { App, Stack } from 'aws-cdk-lib/core';
import { AgentAuditTrail, AgentBaseline, AgentModel, ManagedAgent, TurnApproval, TurnWorkflow } from '../../../lib';
import { IncidentRemediation, IncidentResponder, RemediationRunbook } from '../../../lib/blueprint';
import { AgentKillSwitch } from '../../../lib/operations';

const env = { account: '111122223333', region: 'us-east-1' };

function scene() {
  const stack = new Stack(new App(), 'S', { env });
  const auditTrail = new AgentAuditTrail(stack, 'Audit');
  const baseline = new AgentBaseline(stack, 'Baseline', { auditTrail });
  const agent = new ManagedAgent(stack, 'Agent', { model: AgentModel.GPT_5_6_LUNA, instructions: 'Work.', baseline });
  const workflow = new TurnWorkflow(stack, 'Turns', { agent, approval: TurnApproval.always() });
  const killSwitch = new AgentKillSwitch(stack, 'Stop', { workflows: [workflow] });
  const responder = new IncidentResponder(stack, 'Responder', {
    serviceName: 'shop',
    baseline,
    alarms: [cloudwatch.Alarm.fromAlarmArn(stack, 'Alarm', 'arn:aws:cloudwatch:us-east-1:111122223333:alarm:a')],
    logGroups: [logs.LogGroup.fromLogGroupName(stack, 'Logs', '/shop')],
    metricNamespaces: ['Shop'],
    remediation: IncidentRemediation.withApproval({
      runbooks: [RemediationRunbook.automation({ documentName: 'AWS-RestartEC2Instance' })],
    }),
  });
  const grants: Record<string, (grantee: iam.IGrantable) => iam.Grant> = {
    'grants.startTurns': (grantee) => workflow.grants.startTurns(grantee),
    'grants.readTurns': (grantee) => workflow.grants.readTurns(grantee),
    'grants.stopTurns': (grantee) => workflow.grants.stopTurns(grantee),
    'grants.replayEvents': (grantee) => workflow.grants.replayEvents(grantee),
    'grants.approveTurns': (grantee) => workflow.grants.approveTurns(grantee),
    'grants.engage': (grantee) => killSwitch.grants.engage(grantee),
    'grants.release': (grantee) => killSwitch.grants.release(grantee),
    'grants.driveSessions': (grantee) => agent.grants.driveSessions(grantee),
    'grants.readSessions': (grantee) => agent.grants.readSessions(grantee),
    'grants.cancelSessions': (grantee) => agent.grants.cancelSessions(grantee),
    'grants.apply': (grantee) => responder.guardrail.grants.apply(grantee),
    'grants.readFiles': (grantee) => auditTrail.grants.readFiles(grantee),
    'grants.readEvents': (grantee) => auditTrail.grants.readEvents(grantee),
    grantApproveRemediation: (grantee) => responder.grantApproveRemediation(grantee),
  };
  return { stack, grants };
}

const { stack, grants } = scene();
const methods = Object.keys(grants);
const roleOf = (id: string, account: string, options?: iam.FromRoleArnOptions) =>
  iam.Role.fromRoleArn(stack, id, `arn:aws:iam::${account}:role/${id}`, options);

test.each(methods)('%s: a role of another account is refused', (method) => {
  expect(() => grants[method](roleOf(`Foreign-${method}`, '444455556666'))).toThrow(
    new RegExp(
      `${method} .*444455556666' is not accepted\\. Allowed: a grantee in 111122223333\\. Fix: Grant it to a role`,
    ),
  );
});

test.each(methods)('%s: what has no policies is refused', (method) => {
  expect(() => grants[method](new iam.ServicePrincipal('events.amazonaws.com'))).toThrow(
    new RegExp(`${method} .*Allowed: a role, a user, a group, or a resource that has a role`),
  );
});

test.each(methods)('%s: for a role that the app cannot change, the policy to attach is printed', (method) => {
  const id = `Immutable-${method}`;
  const grant = grants[method](roleOf(id, env.account, { mutable: false }));
  const [action] = grant.principalStatements[0].actions;
  Annotations.fromStack(stack).hasWarning(
    '*',
    Match.stringLikeRegexp(`^${method}: this app cannot change S/.*${id}\\. Attach this policy to it: \\{.*${action}`),
  );
});

test('a printed policy of a driver of sessions denies bearer tokens', () => {
  grants['grants.driveSessions'](roleOf('Driver', env.account, { mutable: false }));
  Annotations.fromStack(stack).hasWarning(
    '*',
    Match.stringLikeRegexp('Driver\\. .*CallWithBearerToken"[^}]*"Effect":"Deny"'),
  );
});

test('roles, users and functions that can be changed are granted without a word', () => {
  const own = scene();
  const named = [
    new iam.Role(own.stack, 'OwnRole', { assumedBy: new iam.AccountRootPrincipal() }),
    new iam.User(own.stack, 'OwnUser'),
    new lambda.Function(own.stack, 'OwnFunction', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline('exports.handler = () => 0;'),
    }),
    iam.Role.fromRoleArn(own.stack, 'Imported', `arn:aws:iam::${env.account}:role/operators`),
  ];
  for (const method of methods) {
    named.forEach((grantee) => own.grants[method](grantee));
  }
  Annotations.fromStack(own.stack).hasNoWarning('*', Match.stringLikeRegexp('cannot change'));
  const policies = Object.values(Template.fromStack(own.stack).findResources('AWS::IAM::Policy'));
  expect(policies.filter(({ Properties }) => JSON.stringify(Properties).includes('"operators"'))).not.toHaveLength(0);
});
