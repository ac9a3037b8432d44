import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AgentAuditTrail, AuditAlarm } from '../../../lib/audit';
import { MAX_FILTER_PATTERN_LENGTH } from '../../../lib/facts/cloudtrail';
import { matches } from './filter-pattern';

/** CloudTrail events in the shape of AWS's published samples, and whether the alarm must count them. */
const cases = JSON.parse(readFileSync(join(__dirname, 'alarm-events.json'), 'utf8')) as {
  readonly name: string;
  readonly alarm: string;
  readonly raises: boolean;
  readonly event: Record<string, unknown>;
}[];

const env = { account: '111122223333', region: 'us-east-1' };

/** The filter patterns of a stack, by alarm name, with the names the deployed resources would have. */
function patterns(): Record<string, string> {
  const stack = new Stack(new App(), 'S', { env });
  const audit = new AgentAuditTrail(stack, 'Audit');
  const role = iam.Role.fromRoleArn(stack, 'SessionRole', 'arn:aws:iam::111122223333:role/session');
  audit.addAlarm(stack, AuditAlarm.unexpectedSessionRoleUse(role));
  const filters = Template.fromStack(stack).findResources('AWS::Logs::MetricFilter');
  const deployed = (value: unknown): string => {
    if (typeof value === 'string') {
      return value;
    }
    const { Ref: ref, 'Fn::Join': join } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
    return join
      ? join[1].map(deployed).join(join[0])
      : ref?.startsWith('AuditBucket')
        ? 'trail-bucket'
        : '/aws/cloudtrail/bedrock-managed-agents/uuid';
  };
  return Object.fromEntries(
    Object.entries(filters).map(([id, { Properties }]) => [
      id.replace(/^Audit/, '').replace(/Filter[0-9A-F]{8}$/, ''),
      deployed(Properties.FilterPattern),
    ]),
  );
}

describe('what the metric filters count', () => {
  const byAlarm = patterns();

  test('there is one filter per alarm', () => {
    expect(Object.keys(byAlarm).sort()).toEqual([
      'BearerTokenUse',
      'DeniedCalls',
      'RootUse',
      'TrailTampering',
      'UnexpectedSessionRoleUse',
    ]);
  });

  test.each(cases.map((one) => [one.alarm, one.raises ? 'counts' : 'ignores', one.name, one] as const))(
    '%s %s %s',
    (_alarm, _verb, _name, one) => {
      expect(matches(byAlarm[one.alarm], one.event)).toBe(one.raises);
    },
  );

  test.each(Object.entries(byAlarm))('%s fits into a filter pattern', (_name, pattern) => {
    expect(pattern.length).toBeLessThanOrEqual(MAX_FILTER_PATTERN_LENGTH);
  });
});

describe('the alarms', () => {
  function auditStack(alarms?: AuditAlarm[]): { stack: Stack; audit: AgentAuditTrail } {
    const stack = new Stack(new App(), 'S', { env });
    return { stack, audit: new AgentAuditTrail(stack, 'Audit', { alarms }) };
  }

  test('one event within five minutes notifies the topic, and silence is good', () => {
    const { stack } = auditStack([AuditAlarm.BEARER_TOKEN_USE]);
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'BedrockManagedAgents/Audit',
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: Match.stringLikeRegexp('AlarmTopic') }],
    });
  });

  test('the alarm looks at the metric that its filter makes', () => {
    const { stack } = auditStack([AuditAlarm.ROOT_USE]);
    const template = Template.fromStack(stack);
    const [filter] = Object.values(template.findResources('AWS::Logs::MetricFilter'));
    const [{ MetricName, MetricNamespace }] = filter.Properties.MetricTransformations;
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName, Namespace: MetricNamespace });
  });

  test('how many denied calls are too many can be chosen', () => {
    const { stack } = auditStack([AuditAlarm.deniedCalls(20)]);
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', { Threshold: 20 });
  });

  test('an own happening can be watched', () => {
    const pattern = logs.FilterPattern.stringValue('$.eventName', '=', 'GetSecretValue');
    const { stack } = auditStack([AuditAlarm.of('SecretRead', 'A secret was read.', pattern)]);
    Template.fromStack(stack).hasResourceProperties('AWS::Logs::MetricFilter', {
      FilterPattern: '{ $.eventName = "GetSecretValue" }',
    });
  });

  test('no alarm is made when none is wanted', () => {
    const { stack } = auditStack([]);
    Template.fromStack(stack).resourceCountIs('AWS::CloudWatch::Alarm', 0);
  });

  test('the alarm of an agent in another stack lives in the stack of the agent, which then depends on the trail', () => {
    const app = new App();
    const auditStack = new Stack(app, 'AuditStack', { env });
    const agentStack = new Stack(app, 'AgentStack', { env });
    const audit = new AgentAuditTrail(auditStack, 'Audit', { alarms: [] });
    const role = new iam.Role(agentStack, 'Session', {
      assumedBy: new iam.ServicePrincipal('bedrock-mantle.amazonaws.com'),
    });
    audit.addAlarm(role, AuditAlarm.unexpectedSessionRoleUse(role));
    expect(() => app.synth()).not.toThrow();
    Template.fromStack(agentStack).resourceCountIs('AWS::CloudWatch::Alarm', 1);
    Template.fromStack(auditStack).resourceCountIs('AWS::CloudWatch::Alarm', 0);
    expect(agentStack.dependencies).toContain(auditStack);
  });

  test('two agents have two metrics', () => {
    const { stack, audit } = auditStack([]);
    for (const name of ['One', 'Two']) {
      const role = new iam.Role(stack, name, { assumedBy: new iam.ServicePrincipal('bedrock-mantle.amazonaws.com') });
      audit.addAlarm(role, AuditAlarm.unexpectedSessionRoleUse(role));
    }
    const names = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(
      ({ Properties }) => Properties.MetricName as string,
    );
    expect(new Set(names).size).toBe(2);
  });

  test('a topic that is brought is published to, and no other is made', () => {
    const stack = new Stack(new App(), 'S', { env });
    const topic = new sns.Topic(stack, 'Mine', { enforceSSL: true });
    new AgentAuditTrail(stack, 'Audit', { alarmTopic: topic });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::SNS::Topic', 1);
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: 'sns:Publish', Principal: { Service: 'cloudwatch.amazonaws.com' } }),
        ]),
      },
    });
  });

  test('for an imported topic the statement it needs is printed', () => {
    const stack = new Stack(new App(), 'S', { env });
    const topic = sns.Topic.fromTopicArn(stack, 'Mine', 'arn:aws:sns:us-east-1:111122223333:alarms');
    new AgentAuditTrail(stack, 'Audit', { alarmTopic: topic });
    Annotations.fromStack(stack).hasWarning(
      '/S/Audit',
      Match.stringLikeRegexp('attach this statement: .*"Action":"sns:Publish".*alarm:\\*'),
    );
  });

  test.each([
    ['an empty name', () => AuditAlarm.of('', 'd', logs.FilterPattern.exists('$.a')), 'name'],
    ['a name with a slash', () => AuditAlarm.of('a/b', 'd', logs.FilterPattern.exists('$.a')), "name 'a/b'"],
    ['a threshold of zero', () => AuditAlarm.deniedCalls(0), 'threshold 0'],
    ['a broken threshold', () => AuditAlarm.deniedCalls(1.5), 'threshold 1.5'],
  ])('%s is refused', (_name, make, message) => {
    expect(make).toThrow(message);
  });

  test('a pattern that is too long is refused', () => {
    const long = logs.FilterPattern.stringValue('$.eventName', '=', 'x'.repeat(1024));
    expect(() => auditStack([AuditAlarm.of('Long', 'd', long)])).toThrow(/at most 1024 characters/);
  });
});
