import { DAYS_PER_MONTH, type PriceName } from '../../lib/facts/prices';
import type { Node } from '../model/node';
import type { Quantities } from './quantities';
import type { CostGroup } from './record';

/** A number of priced units. A quantity that is known only at deployment is a text with the reason. */
export interface Counted {
  readonly group: CostGroup;
  readonly price: PriceName;
  readonly quantity: number | string;
}

type Counter = (properties: Node, read: Quantities) => readonly Counted[];

/** The cost of a resource while it exists, by its CloudFormation type. */
export const IDLE_COUNTERS: Readonly<Record<string, Counter>> = {
  'AWS::EC2::VPCEndpoint': (properties, read) => {
    // Without a type it is a gateway endpoint, which costs nothing.
    const isZoned = read.may(properties.at('VpcEndpointType'), 'Interface', 'GatewayLoadBalancer');
    const zones = read.count(properties.at('SubnetIds')) || 'how many zones it stands in is decided at deployment';
    return isZoned ? [{ group: 'network', price: 'interfaceEndpoint', quantity: zones }] : [];
  },
  'AWS::EC2::NatGateway': (properties, read) => [
    {
      group: 'network',
      price: 'natGateway',
      quantity: read.may(properties.at('AvailabilityMode'), 'regional')
        ? 'a regional NAT gateway is charged for each zone it reaches into'
        : 1,
    },
  ],
  'AWS::EC2::EIP': () => [{ group: 'network', price: 'publicAddress', quantity: 1 }],
  'AWS::Route53Resolver::FirewallDomainList': (properties, read) => [
    {
      group: 'network',
      price: 'firewallDomain',
      quantity:
        properties.at('DomainFileUrl').length > 0
          ? 'the domains stand in a file'
          : (read.count(properties.at('Domains')) ?? 'the domains are known at deployment only'),
    },
  ],
  // Queries are charged for each VPC with DNS Firewall; templates don't contain their number.
  'AWS::Route53Resolver::FirewallRuleGroupAssociation': () => [
    { group: 'network', price: 'firewallQuery', quantity: 'the number of DNS queries is known in use only' },
  ],
  'AWS::KMS::Key': () => [{ group: 'keys', price: 'key', quantity: 1 }],
  'AWS::KMS::ReplicaKey': () => [{ group: 'keys', price: 'key', quantity: 1 }],
  'AWS::CloudWatch::Alarm': (properties, read) => {
    // A metric-math alarm is charged for the metrics it reads, not for its expressions.
    const metrics = read.members(properties.at('Metrics')).flatMap((metric) => metric.at('MetricStat'));
    const periods = metrics.length > 0 ? metrics.flatMap((metric) => metric.at('Period')) : properties.at('Period');
    const isFast = periods.some((period) => (read.number([period]) ?? 60) < 60);
    return [
      {
        group: 'logs and trail',
        price: isFast ? 'fastAlarmMetric' : 'alarmMetric',
        quantity: Math.max(1, metrics.length),
      },
    ];
  },
  'AWS::CloudWatch::CompositeAlarm': () => [{ group: 'logs and trail', price: 'compositeAlarm', quantity: 1 }],
  'AWS::CloudWatch::Dashboard': () => [{ group: 'logs and trail', price: 'dashboard', quantity: 1 }],
  'AWS::Logs::MetricFilter': (properties, read) => {
    // With a default value, every log event is a data point. Without one, only a match is, and without a match there is
    // no metric.
    const transformations = read.members(properties.at('MetricTransformations'));
    const always = transformations.filter((each) => each.at('DefaultValue').length > 0).length;
    return always > 0 ? [{ group: 'logs and trail', price: 'customMetric', quantity: always }] : [];
  },
  'AWS::SecretsManager::Secret': () => [{ group: 'storage', price: 'secret', quantity: 1 }],
  'AWS::SSM::Parameter': (properties, read) =>
    read.may(properties.at('Tier'), 'Advanced') ? [{ group: 'storage', price: 'advancedParameter', quantity: 1 }] : [],
  'AWS::DynamoDB::Table': (properties, read) => {
    const units = (key: string) =>
      read.number(properties.at('ProvisionedThroughput', key)) ?? 'the capacity is decided at deployment';
    return read.app.said(properties.at('BillingMode')) === 'PAY_PER_REQUEST'
      ? []
      : [
          { group: 'storage', price: 'writeCapacity', quantity: units('WriteCapacityUnits') },
          { group: 'storage', price: 'readCapacity', quantity: units('ReadCapacityUnits') },
        ];
  },
  'AWS::Scheduler::Schedule': (properties, { app }) => [
    {
      group: 'workflow',
      price: 'schedulerInvocation',
      quantity:
        app.said(properties.at('State')) === 'DISABLED'
          ? 0
          : runsPerMonth(app.said(properties.at('ScheduleExpression'))),
    },
  ],
};

function runsPerMonth(expression: string): number | string {
  const [, every, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (every === undefined) {
    return expression.startsWith('at(') ? 0 : 'how often a cron expression runs is not computed';
  }
  const minutes = { minute: 1, hour: 60, day: 1440 }[unit as 'minute' | 'hour' | 'day'];
  return (DAYS_PER_MONTH * 1440) / (Number(every) * minutes);
}
