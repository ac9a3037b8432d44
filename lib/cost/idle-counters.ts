import { listOf, numberOf, objectOf, type Item } from '../security/statement/source';
import { DAYS_PER_MONTH, type PriceName } from '../facts/prices';
import type { CostGroup } from './cost-record';

/** So many of a priced thing. A quantity that only the deployment knows is a text that says so. */
export interface Counted {
  readonly group: CostGroup;
  readonly price: PriceName;
  readonly quantity: number | string;
}

type Counter = (properties: Item['properties']) => readonly Counted[];

/** What a resource costs for as long as it exists, by its CloudFormation type. */
export const IDLE_COUNTERS: Readonly<Record<string, Counter>> = {
  'AWS::EC2::VPCEndpoint': (properties) => {
    // Without a type it is a gateway endpoint, which costs nothing.
    const zoned = ['Interface', 'GatewayLoadBalancer'].some((type) => type === properties.VpcEndpointType);
    return zoned ? [{ group: 'network', price: 'interfaceEndpoint', quantity: zonesOf(properties.SubnetIds) }] : [];
  },
  'AWS::EC2::NatGateway': ({ AvailabilityMode }) => [
    {
      group: 'network',
      price: 'natGateway',
      quantity: AvailabilityMode === 'regional' ? 'a regional NAT gateway is charged for each zone it reaches into' : 1,
    },
  ],
  'AWS::EC2::EIP': () => [{ group: 'network', price: 'publicAddress', quantity: 1 }],
  'AWS::Route53Resolver::FirewallDomainList': ({ Domains, DomainFileUrl }) => [
    {
      group: 'network',
      price: 'firewallDomain',
      quantity: DomainFileUrl === undefined ? listOf(Domains).length : 'the domains stand in a file',
    },
  ],
  // Queries are charged for each VPC with DNS Firewall; how many there are is in no template.
  'AWS::Route53Resolver::FirewallRuleGroupAssociation': () => [
    { group: 'network', price: 'firewallQuery', quantity: 'the number of DNS queries is known in use only' },
  ],
  'AWS::KMS::Key': () => [{ group: 'keys', price: 'key', quantity: 1 }],
  'AWS::KMS::ReplicaKey': () => [{ group: 'keys', price: 'key', quantity: 1 }],
  'AWS::CloudWatch::Alarm': ({ Metrics, Period }) => {
    // A metric-math alarm is charged for the metrics it reads, not for its expressions.
    const metrics = listOf(Metrics)
      .map(objectOf)
      .filter(({ MetricStat }) => MetricStat !== undefined);
    const periods = metrics.length ? metrics.map(({ MetricStat }) => objectOf(MetricStat).Period) : [Period];
    const fast = periods.some((period) => (numberOf(period) ?? 60) < 60);
    return [
      {
        group: 'logs and trail',
        price: fast ? 'fastAlarmMetric' : 'alarmMetric',
        quantity: Math.max(1, metrics.length),
      },
    ];
  },
  'AWS::CloudWatch::CompositeAlarm': () => [{ group: 'logs and trail', price: 'compositeAlarm', quantity: 1 }],
  'AWS::CloudWatch::Dashboard': () => [{ group: 'logs and trail', price: 'dashboard', quantity: 1 }],
  'AWS::Logs::MetricFilter': ({ MetricTransformations }) => {
    // With a default value every log event makes a data point; without, only a match does, and no match is no metric.
    const always = listOf(MetricTransformations).filter((item) => objectOf(item).DefaultValue !== undefined).length;
    return always ? [{ group: 'logs and trail', price: 'customMetric', quantity: always }] : [];
  },
  'AWS::SecretsManager::Secret': () => [{ group: 'storage', price: 'secret', quantity: 1 }],
  'AWS::SSM::Parameter': ({ Tier }) =>
    Tier === 'Advanced' ? [{ group: 'storage', price: 'advancedParameter', quantity: 1 }] : [],
  'AWS::DynamoDB::Table': ({ BillingMode, ProvisionedThroughput }) => {
    const { WriteCapacityUnits, ReadCapacityUnits } = objectOf(ProvisionedThroughput);
    const units = (value: unknown) => numberOf(value) ?? 'the capacity is decided at deployment';
    return BillingMode === 'PAY_PER_REQUEST'
      ? []
      : [
          { group: 'storage', price: 'writeCapacity', quantity: units(WriteCapacityUnits) },
          { group: 'storage', price: 'readCapacity', quantity: units(ReadCapacityUnits) },
        ];
  },
  'AWS::Scheduler::Schedule': ({ ScheduleExpression, State }) => [
    {
      group: 'workflow',
      price: 'schedulerInvocation',
      quantity: State === 'DISABLED' ? 0 : runsPerMonth(ScheduleExpression),
    },
  ],
};

function zonesOf(subnets: unknown): number | string {
  const list = Array.isArray(subnets) ? (subnets as unknown[]) : [];
  return list.length > 0 ? list.length : 'how many zones it stands in is decided at deployment';
}

function runsPerMonth(expression: unknown): number | string {
  const text = typeof expression === 'string' ? expression : '';
  const [, every, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(text) ?? [];
  if (every === undefined) {
    return text.startsWith('at(') ? 0 : 'how often a cron expression runs is not computed';
  }
  const minutes = { minute: 1, hour: 60, day: 1440 }[unit as 'minute' | 'hour' | 'day'];
  return (DAYS_PER_MONTH * 1440) / (Number(every) * minutes);
}
