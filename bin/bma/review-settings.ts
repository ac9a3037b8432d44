import { at, entriesOf, isObject } from '../../analysis/model/json';
import { namesOneOf, type ResourceChange } from '../../analysis/impact/resource-changes';
import type { TemplateModel } from '../../analysis/model/template-model';
import { isOfAgents } from '../../analysis/rules/relevance';
import type { Statement } from '../../analysis/statement/statement';

/** A change of a setting that protects an agent or its records, and that isn't part of the agent's reach. */
export interface SettingChange {
  readonly stack: string;
  /** Construct path of the resource, or its stack and logical id. */
  readonly path: string;
  readonly type: string;
  /** Path of the property: `ObjectLockConfiguration.Rule.DefaultRetention.Days`. Empty: the whole resource. */
  readonly setting: string;
  /** Absent: not set before. */
  readonly before?: unknown;
  /** Absent: not set any more. */
  readonly after?: unknown;
  /** False for a denial that was added, and for an allow that was removed. */
  readonly decide: boolean;
}

interface Guard {
  /** Properties that the statement or the impact reports, or that protect nothing. */
  readonly except?: readonly string[];
  /** The property that names what the resource belongs to. A new or removed resource counts if that stays. */
  readonly of?: string;
}

/** Types whose properties protect. Every property counts, unless it is an exception. */
const GUARDS: Readonly<Record<string, Guard>> = {
  'AWS::Bedrock::Guardrail': { except: ['BlockedInputMessaging', 'BlockedOutputsMessaging'] },
  'AWS::BedrockAgentCore::Runtime': { except: ['NetworkConfiguration', 'LifecycleConfiguration', 'RoleArn'] },
  'AWS::CloudTrail::Trail': { except: ['AdvancedEventSelectors', 'EventSelectors', 'IsLogging'] },
  'AWS::CloudWatch::Alarm': {},
  'AWS::DynamoDB::Table': { except: ['AttributeDefinitions'] },
  'AWS::EC2::FlowLog': { of: 'ResourceId' },
  'AWS::ECR::Repository': {},
  'AWS::Events::EventBus': {},
  'AWS::Events::EventBusPolicy': { of: 'EventBusName' },
  'AWS::IAM::ManagedPolicy': { of: 'Roles' },
  'AWS::IAM::Policy': { of: 'Roles' },
  'AWS::IAM::Role': {},
  'AWS::IAM::RolePolicy': { of: 'RoleName' },
  'AWS::KMS::Key': {},
  'AWS::Lambda::Permission': { of: 'FunctionName' },
  'AWS::Logs::LogGroup': {},
  'AWS::Logs::MetricFilter': { of: 'LogGroupName' },
  'AWS::Logs::ResourcePolicy': {},
  'AWS::Logs::SubscriptionFilter': { of: 'LogGroupName' },
  'AWS::Route53Resolver::FirewallConfig': { of: 'ResourceId' },
  'AWS::Route53Resolver::FirewallRuleGroup': {},
  'AWS::Route53Resolver::FirewallRuleGroupAssociation': { of: 'VpcId' },
  'AWS::S3::Bucket': {},
  'AWS::S3::BucketPolicy': { of: 'Bucket' },
  'AWS::SNS::Topic': {},
  'AWS::SNS::TopicInlinePolicy': { of: 'TopicArn' },
  'AWS::SNS::TopicPolicy': { of: 'Topics' },
  'AWS::SQS::Queue': {},
  'AWS::SQS::QueueInlinePolicy': { of: 'Queue' },
  'AWS::SQS::QueuePolicy': { of: 'Queues' },
  'AWS::SecretsManager::ResourcePolicy': { of: 'SecretId' },
  'AWS::SecretsManager::RotationSchedule': { of: 'SecretId' },
  'AWS::SecretsManager::Secret': {},
};

/** Names and texts for people. */
const NEVER = ['Tags', 'Description', 'Name', 'AlarmDescription', 'PolicyName'];
/** The language version of a policy document. */
const VERSION = /\.Version$/;

/**
 * The changed settings of the resources that protect, between two versions of an app. Stacks without a part of an agent are
 * not reviewed: what they let others do to an agent is in its statement.
 */
export function settingChanges(
  changes: readonly ResourceChange[],
  before: TemplateModel,
  after: TemplateModel,
  statements: readonly Statement[],
): SettingChange[] {
  const roles = new Set(statements.flatMap((statement) => statement.roles.map(({ role }) => role)));
  const stacks = new Set(
    [before, after].flatMap(({ assembly }) => assembly.stacks.filter(isOfAgents).map(({ id }) => id)),
  );
  return changes
    .filter(({ stack, type }) => GUARDS[type] !== undefined && stacks.has(stack))
    .filter((change) => !isOfAgentRole(change, roles))
    .flatMap((change) => {
      const { stack, path, type } = change;
      return ofResource(change, before).map((each) => ({ stack, path, type, ...each }));
    });
}

/** The statement reports every permission of the roles of an agent. */
function isOfAgentRole({ path, type }: ResourceChange, roles: ReadonlySet<string>): boolean {
  return type.startsWith('AWS::IAM::') && [...roles].some((role) => path === role || path.startsWith(`${role}/`));
}

function ofResource(change: ResourceChange, before: TemplateModel): Difference[] {
  const { except = [], of } = GUARDS[change.type];
  const [was, is] = [propertiesOf(change.before), propertiesOf(change.after)];
  if (was && is) {
    return [...new Set([...Object.keys(was), ...Object.keys(is)])]
      .filter((property) => !NEVER.includes(property) && !except.includes(property))
      .sort()
      .flatMap((property) => differences(property, was[property], is[property]));
  }
  const properties = (was ?? is)!;
  if (of === undefined || !belongsToOther(change, properties[of], before)) {
    return [];
  }
  const documents = documentsIn(properties);
  return documents.length > 0
    ? documents.flatMap(([property, document]) => differences(property, was && document, is && document))
    : [{ setting: '', ...(was ? { before: was } : {}), ...(is ? { after: is } : {}), decide: true }];
}

/** Whether an added or removed resource belongs to one that was there before: a new one is new in every part. */
function belongsToOther({ stack, logicalId }: ResourceChange, owner: unknown, before: TemplateModel): boolean {
  const template = before.assembly.stacks.find(({ id }) => id === stack)?.template;
  const resources = entriesOf(at(template, 'Resources')).map(([each]) => each);
  const names = new Set(resources.filter((each) => each !== logicalId));
  return typeof owner === 'string' || namesOneOf(owner, names);
}

function documentsIn(properties: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(properties).filter(([, value]) => isObject(value) && 'Statement' in value);
}

type Difference = Pick<SettingChange, 'setting' | 'before' | 'after' | 'decide'>;

function differences(setting: string, was: unknown, is: unknown): Difference[] {
  const listed = (value: unknown) => (Array.isArray(value) ? (value as unknown[]) : value === undefined ? [] : [value]);
  if (same(was, is) || VERSION.test(setting)) {
    return [];
  }
  if (setting.endsWith('.Statement') || (Array.isArray(was) && Array.isArray(is))) {
    const [old, now] = [listed(was), listed(is)];
    return [
      ...old.filter((each) => !now.some((other) => same(each, other))).map((each) => changed(setting, each, undefined)),
      ...now.filter((each) => !old.some((other) => same(each, other))).map((each) => changed(setting, undefined, each)),
    ];
  }
  const [left, right] = [was ?? {}, is ?? {}];
  const isStructure = isObject(left) && isObject(right) && !isIntrinsic(left) && !isIntrinsic(right);
  if (isStructure && (isObject(was) || isObject(is))) {
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
      differences(`${setting}.${key}`, left[key], right[key]),
    );
  }
  return [changed(setting, was, is)];
}

function changed(setting: string, before: unknown, after: unknown): Difference {
  const isNarrower = (setting.endsWith('.Statement') && effectOf(before) === 'Allow') || effectOf(after) === 'Deny';
  return {
    setting,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    decide: !isNarrower,
  };
}

const effectOf = (statement: unknown): unknown => (isObject(statement) ? statement.Effect : undefined);

function isIntrinsic(value: Readonly<Record<string, unknown>>): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && /^(?:Ref|Fn::.*|Condition)$/.test(keys[0]);
}

/** The name of an asset of the session definition is the hash of its content. */
const same = (was: unknown, is: unknown): boolean => comparable(was) === comparable(is);
const comparable = (value: unknown): string =>
  (JSON.stringify(value) ?? '').replace(/\/[0-9a-f]{64}\.json/g, '/<asset>.json');

function propertiesOf(raw: unknown): Readonly<Record<string, unknown>> | undefined {
  return isObject(raw) ? (isObject(raw.Properties) ? raw.Properties : {}) : undefined;
}
