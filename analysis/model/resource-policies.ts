import { readPolicy, readStatement, textsOf } from '../policy/read-policy';
import type { Pattern, Principal, Statement } from '../policy/statement';
import type { Resource } from './assembly';
import { concat, literalOf, soleHole, textOf } from './compose-text';
import { defaultBusArn } from './default-bus';
import { FALSE } from './guard';
import type { Model } from './model';
import type { Node } from './node';
import type { Case, Text } from './text';
import { valuesAt } from './values-at';

/** A policy that is attached to resources: who may use them. */
export interface ResourcePolicy {
  /** The resource of the template that has the policy. */
  readonly holder: Resource;
  /** What it is attached to. Empty for policies of a whole account, whose statements name the resources. */
  readonly targets: readonly Target[];
  readonly statements: readonly Statement[];
}

/** What a resource policy is attached to. */
export interface Target {
  /** Undefined for a resource outside of the assembly. */
  readonly resource?: Resource;
  /** Its ARN, or what the policy names it by. */
  readonly text: Case<Text>;
}

/** The property that names what a policy is attached to. A type that isn't listed has its own policy. */
const TARGETS: ReadonlyMap<string, readonly [property: string, ...types: string[]]> = new Map([
  ['AWS::Bedrock::KnowledgeBasePolicy', ['KnowledgeBaseId', 'AWS::Bedrock::KnowledgeBase']],
  ['AWS::Bedrock::ResourcePolicy', ['ResourceArn']],
  ['AWS::BedrockAgentCore::ResourcePolicy', ['ResourceArn']],
  ['AWS::CloudTrail::ResourcePolicy', ['ResourceArn']],
  ['AWS::Events::EventBusPolicy', ['EventBusName', 'AWS::Events::EventBus']],
  ['AWS::EventSchemas::RegistryPolicy', ['RegistryName', 'AWS::EventSchemas::Registry']],
  ['AWS::EventsV2::ResourcePolicy', ['EventBusArn']],
  ['AWS::Kinesis::ResourcePolicy', ['ResourceArn']],
  ['AWS::Lambda::LayerVersionPermission', ['LayerVersionArn', 'AWS::Lambda::LayerVersion']],
  ['AWS::Lambda::Permission', ['FunctionName', 'AWS::Lambda::Function', 'AWS::Lambda::Alias', 'AWS::Lambda::Version']],
  ['AWS::Lambda::ResourcePolicy', ['ResourceArn']],
  ['AWS::MSK::ClusterPolicy', ['ClusterArn']],
  ['AWS::S3::BucketPolicy', ['Bucket', 'AWS::S3::Bucket']],
  ['AWS::S3Express::BucketPolicy', ['Bucket', 'AWS::S3Express::DirectoryBucket']],
  ['AWS::S3Tables::TableBucketPolicy', ['TableBucketARN']],
  ['AWS::S3Tables::TablePolicy', ['TableARN']],
  ['AWS::S3Vectors::VectorBucketPolicy', ['VectorBucketArn']],
  ['AWS::SecretsManager::ResourcePolicy', ['SecretId', 'AWS::SecretsManager::Secret']],
  ['AWS::SNS::TopicInlinePolicy', ['TopicArn']],
  ['AWS::SNS::TopicPolicy', ['Topics']],
  ['AWS::SQS::QueueInlinePolicy', ['Queue', 'AWS::SQS::Queue']],
  ['AWS::SQS::QueuePolicy', ['Queues', 'AWS::SQS::Queue']],
  ['AWS::SSM::ResourcePolicy', ['ResourceArn']],
  ['AWS::VpcLattice::AuthPolicy', ['ResourceIdentifier']],
  ['AWS::VpcLattice::ResourcePolicy', ['ResourceArn']],
]);

/** Types with a policy for the whole account and Region. */
const OF_THE_ACCOUNT: ReadonlySet<string> = new Set(['AWS::ECR::RegistryPolicy', 'AWS::Logs::ResourcePolicy']);

/** Policies of identities and of networks. Other files read them. */
const NOT_OF_A_RESOURCE = /^AWS::(?:IAM|SSO|Organizations|IoT|DLM)::|^AWS::EC2::VPCEndpoint$/;

/** Policies below the first level of the properties. */
const NESTED: ReadonlyMap<string, readonly string[][]> = new Map([
  [
    'AWS::DynamoDB::Table',
    [
      ['ResourcePolicy', 'PolicyDocument'],
      ['StreamSpecification', 'ResourcePolicy', 'PolicyDocument'],
    ],
  ],
  [
    'AWS::DynamoDB::GlobalTable',
    [
      ['Replicas', 'ResourcePolicy', 'PolicyDocument'],
      ['Replicas', 'ReplicaStreamSpecification', 'ResourcePolicy', 'PolicyDocument'],
    ],
  ],
]);

/** Every policy of a resource in the assembly, of any type: a value with a `Statement` is a policy. */
export function resourcePolicies(model: Model): readonly ResourcePolicy[] {
  return model.view(collect);
}

function collect(model: Model): ResourcePolicy[] {
  const canonical = (text: Text) => model.canonical(text);
  return model.resources.flatMap((holder): ResourcePolicy[] => {
    if (NOT_OF_A_RESOURCE.test(holder.type)) {
      return [];
    }
    const permission = PERMISSIONS.get(holder.type);
    const documents = permission ? [] : documentsOf(holder);
    if (!permission && documents.length === 0) {
      return [];
    }
    const targets = targetsOf(model, holder);
    const statements = permission
      ? permission(holder, canonical, targets)
      : documents
          .flatMap((document) => readPolicy(document, holder, canonical))
          .map((statement) => onPathsOfApi(statement, targets));
    return statements.length === 0 ? [] : [{ holder, targets, statements }];
  });
}

/**
 * A statement of an API whose resources are whole ARNs: there, `execute-api:/prod/*` is a path of the API itself.
 * Source: docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
 */
function onPathsOfApi(statement: Statement, [target]: readonly Target[]): Statement {
  const { holder, resources } = statement;
  if (holder.type !== 'AWS::ApiGateway::RestApi') {
    return statement;
  }
  const { partition, region, account } = holder.stack;
  const api = concat(
    textOf(`arn:${partition}:execute-api:`),
    region,
    [':'],
    account,
    [':'],
    target.text.value.slice(-1),
  );
  const patterns = resources.patterns.map((pattern): Pattern => {
    const [first, ...rest] = pattern.value;
    return typeof first === 'string' && first.startsWith(OWN_PATH)
      ? { ...pattern, value: concat(api, [`/${first.slice(OWN_PATH.length)}`], rest) }
      : pattern;
  });
  return { ...statement, resources: { ...resources, patterns } };
}

const OWN_PATH = 'execute-api:/';

function documentsOf(holder: Resource): Node[] {
  const properties = holder.raw.Properties;
  const named = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  const paths = [
    ...named.filter((name) => /polic(?:y|ies)/i.test(name)).map((name) => [name]),
    ...(NESTED.get(holder.type) ?? []),
  ];
  return paths
    .flatMap((path) => valuesAt(holder.properties, ...path))
    .filter((document) => isPolicy(document, holder.type));
}

/** Some properties have a name with `Policy` but hold something else (retention, scaling). */
function isPolicy(document: Node, type: string): boolean {
  return document.kind === 'unreadable'
    ? TARGETS.has(type) || OF_THE_ACCOUNT.has(type)
    : document.at('Statement').length > 0;
}

function targetsOf(model: Model, holder: Resource): Target[] {
  if (OF_THE_ACCOUNT.has(holder.type)) {
    return [];
  }
  const row = TARGETS.get(holder.type);
  if (!row) {
    return arnsOf(model, holder).map((text) => ({ resource: holder, text }));
  }
  const [property, ...types] = row;
  const named = holder.properties.at(property);
  if (named.length === 0 && holder.type === 'AWS::Events::EventBusPolicy') {
    return [{ text: { value: defaultBusArn(holder.stack), guard: holder.guard, place: holder.properties.place } }];
  }
  return named
    .flatMap((node) => textsOf(node, (text) => model.canonical(text)))
    .flatMap((text): Target[] => {
      const found = model.named(text.value, ...types);
      return found.length > 0
        ? found.flatMap(({ resource, suffix }) =>
            arnsOf(model, resource).map((arn) => ({
              resource,
              text: { ...text, value: [...arn.value, ...suffix], guard: text.guard.and(arn.guard) },
            })),
          )
        : [{ text: literalOf(text.value) === 'default' ? { ...text, value: defaultBusArn(holder.stack) } : text }];
    });
}

/** The ARN of a resource; for a type without a known ARN, a reference that is equal only to itself. */
function arnsOf(model: Model, resource: Resource): readonly Case<Text>[] {
  const place = resource.properties.place;
  const known = model.arn(resource).map(({ value }) => ({ value, guard: resource.guard, place }));
  const reference: Text = [{ kind: 'reference', key: resource.id, resource: resource.id, excludes: '' }];
  return known.length > 0 ? known : [{ value: reference, guard: resource.guard, place }];
}

type PermissionReader = (holder: Resource, canonical: (text: Text) => Text, targets: readonly Target[]) => Statement[];

/** Types that state a permission in properties of their own, not in a policy document. */
const PERMISSIONS: ReadonlyMap<string, PermissionReader> = new Map<string, PermissionReader>([
  [
    'AWS::Lambda::Permission',
    (holder, canonical, targets) =>
      permission(holder, canonical, targets, [
        ['SourceArn', 'ArnLike', 'aws:SourceArn'],
        ['SourceAccount', 'StringEquals', 'aws:SourceAccount'],
        ['PrincipalOrgID', 'StringEquals', 'aws:PrincipalOrgID'],
        ['FunctionUrlAuthType', 'StringEquals', 'lambda:FunctionUrlAuthType'],
        ['EventSourceToken', 'StringEquals', 'lambda:EventSourceToken'],
        ['InvokedViaFunctionUrl', 'Bool', 'lambda:InvokedViaFunctionUrl'],
      ]),
  ],
  [
    'AWS::Lambda::LayerVersionPermission',
    (holder, canonical, targets) =>
      permission(holder, canonical, targets, [['OrganizationId', 'StringEquals', 'aws:PrincipalOrgID']]),
  ],
  [
    'AWS::Events::EventBusPolicy',
    (holder, canonical, targets) => [
      ...holder.properties
        .at('Statement')
        .flatMap((node) => node.items())
        .flatMap((node) => readStatement(node, holder, canonical)),
      // The older form, without a statement.
      ...(holder.properties.at('Principal').length > 0
        ? permission(holder, canonical, targets, busConditions(holder))
        : []),
    ],
  ],
]);

/** The condition of the older form: `{ Type: 'StringEquals', Key: 'aws:PrincipalOrgID', Value: 'o-…' }`. */
function busConditions({ properties }: Resource): (readonly [property: string, operator: string, key: string])[] {
  const words = (key: string) =>
    properties
      .at('Condition', key)
      .flatMap((node) => node.texts())
      .flatMap(({ value }) => literalOf(value) ?? []);
  const [[type], [key]] = [words('Type'), words('Key')];
  return type !== undefined && key !== undefined ? [['Condition.Value', type, key]] : [];
}

function permission(
  holder: Resource,
  canonical: (text: Text) => Text,
  targets: readonly Target[],
  conditions: readonly (readonly [property: string, operator: string, key: string])[],
): Statement[] {
  const { properties, guard } = holder;
  const texts = (property: string): Pattern[] =>
    properties.at(...property.split('.')).flatMap((node) => textsOf(node, canonical));
  return [
    {
      effect: 'Allow',
      actions: { except: false, patterns: texts('Action') },
      resources: { except: false, patterns: targets.map(({ text }) => text) },
      principals: texts('Principal').map(principalOf),
      conditions: conditions.flatMap(([property, operator, key]) => {
        const values = texts(property);
        const [first] = values;
        return first
          ? [
              {
                operator,
                test: operator.toLowerCase(),
                ifExists: false,
                key: key.toLowerCase(),
                keyText: key,
                values,
                guard: values.reduce((any, value) => any.or(value.guard), FALSE),
                place: first.place,
              },
            ]
          : [];
      }),
      guard,
      place: properties.place,
      holder,
      unreadable: [],
    },
  ];
}

/** `Principal` of a permission is one text: an account, an ARN, a service or `*`. */
function principalOf(name: Pattern): Principal {
  const known = literalOf(name.value);
  const [first] = name.value;
  const isArn = typeof first === 'string' ? first.startsWith('arn:') : false;
  const hole = soleHole(name.value);
  if (known === '*' || isArn || hole?.kind === 'reference' || hole?.kind === 'pseudo' || /^\d{12}$/.test(known ?? '')) {
    return { kind: 'AWS', except: false, name };
  }
  return { kind: known === undefined ? 'unknown' : 'Service', except: false, name };
}
