import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { App, Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
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
const foreignRole = (id: string) => iam.Role.fromRoleArn(stack, id, `arn:aws:iam::444455556666:role/${id}`);

test.each(methods)('%s: a role of another account is refused', (method) => {
  expect(() => grants[method](foreignRole(`Foreign-${method}`))).toThrow(
    new RegExp(
      `${method} .*444455556666' is not accepted\\. Allowed: a grantee in 111122223333\\. Fix: grant it to a role`,
    ),
  );
});

test.each(methods)('%s: what has no policies is refused', (method) => {
  expect(() => grants[method](new iam.ServicePrincipal('events.amazonaws.com'))).toThrow(
    new RegExp(`${method} .*Allowed: a role, a user, a group, or a resource that has a role`),
  );
});

describe('for a role that the app cannot change', () => {
  const { stack, grants } = scene();
  const granted = new Map(
    methods.map((method) => {
      const arn = `arn:aws:iam::${env.account}:role/${method}`;
      return [method, grants[method](iam.Role.fromRoleArn(stack, `Immutable-${method}`, arn, { mutable: false }))];
    }),
  );
  const warnings = Annotations.fromStack(stack);

  test.each(methods)('%s prints the policy to attach', (method) => {
    const [action] = granted.get(method)!.principalStatements[0].actions;
    warnings.hasWarning(
      '*',
      Match.stringLikeRegexp(
        `^${method}: this app cannot change S/.*Immutable-${method}\\. Attach this policy to it: \\{.*${action}`,
      ),
    );
  });

  test('the printed policy of a driver of sessions denies bearer tokens', () => {
    warnings.hasWarning(
      '*',
      Match.stringLikeRegexp('-grants\\.driveSessions\\. .*CallWithBearerToken"[^}]*"Effect":"Deny"'),
    );
  });
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

test('a role that gets every grant has no wildcard that somebody must still acknowledge', () => {
  const { stack, grants } = scene();
  const role = new iam.Role(stack, 'Operators', { assumedBy: new iam.AccountRootPrincipal() });
  Object.values(grants).forEach((grant) => grant(role));
  const app = stack.node.root as App;
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const findings = (() => {
    try {
      app.synth(); // Throws only when a pack reports errors, which it does for what this test isn't about.
      return '';
    } catch (error) {
      return String(error);
    }
  })();
  expect(findings).toContain('S/Audit/Bucket/Resource');
  expect(findings).not.toContain('S/Operators');
});
