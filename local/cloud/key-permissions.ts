/** The uses of customer-managed keys by a request: by its caller through the service, and by the service itself. */
import type { Resource } from '../../analysis/model/assembly';
import { concreteValue } from '../../analysis/model/concrete-value';
import type { TemplateModel } from '../../analysis/model/template-model';
import type { AccessRequest } from '../iam/account-policies';
import type { Place } from '../iam/deployed-templates';

type Context = Readonly<Record<string, string>>;

interface Encryption {
  /** Path of the property with the key. */
  readonly key: readonly string[];
  /** Host name of the service without Region, as in `kms:ViaService`. */
  readonly service: string;
  /** Key actions of the caller, by action of the service, or by operation where operations differ. */
  readonly uses: Readonly<Record<string, readonly string[]>>;
  /** Encryption context of the service. */
  readonly context: (arn: string, place: Place, resource: Resource) => Context;
  /** The AWS page with the uses and the context. */
  readonly source: string;
  /** The part of this row that isn't documented, or wasn't found. */
  readonly unproven?: string;
  /** Uses by the service itself, under the key policy. */
  readonly own?: {
    readonly principal: (place: Place) => string;
    readonly uses: Readonly<Record<string, readonly string[]>>;
    readonly context: (arn: string, place: Place) => Context;
  };
}

const PRODUCE = ['kms:GenerateDataKey', 'kms:Decrypt'];
const DOCS = 'docs.aws.amazon.com';
const LOG_EVENTS = ['logs:CreateLogStream', 'logs:PutLogEvents'];

export const ENCRYPTION: Readonly<Record<string, Encryption>> = {
  'AWS::SQS::Queue': {
    key: ['KmsMasterKeyId'],
    service: 'sqs',
    uses: { 'sqs:SendMessage': PRODUCE, 'sqs:ReceiveMessage': ['kms:Decrypt'] },
    context: (arn) => ({ 'aws:sqs:arn': arn }),
    source: `${DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html`,
    unproven: 'the encryption context',
  },
  'AWS::SNS::Topic': {
    key: ['KmsMasterKeyId'],
    service: 'sns',
    uses: { 'sns:Publish': PRODUCE },
    context: (arn) => ({ 'aws:sns:topicArn': arn }),
    source: `${DOCS}/sns/latest/dg/sns-key-management.html; the context: ${DOCS}/gameliftservers/latest/flexmatchguide/queue-notification-sns-sse.html`,
  },
  'AWS::DynamoDB::Table': {
    key: ['SSESpecification', 'KMSMasterKeyId'],
    service: 'dynamodb',
    uses: Object.fromEntries(
      ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'].map((name) => [`dynamodb:${name}`, ['kms:Decrypt']]),
    ),
    context: (arn, { accountId }) => ({
      'aws:dynamodb:tableName': arn.split('/')[1],
      'aws:dynamodb:subscriberId': accountId,
    }),
    source: `${DOCS}/amazondynamodb/latest/developerguide/encryption.usagenotes.html`,
    unproven: 'which of the actions that the page lists each operation uses',
  },
  'AWS::S3::Bucket': {
    key: ['BucketEncryption', 'ServerSideEncryptionConfiguration', 'ServerSideEncryptionByDefault', 'KMSMasterKeyID'],
    service: 's3',
    // A multipart upload decrypts its parts: docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
    uses: { 's3:PutObject': ['kms:GenerateDataKey'], 's3:GetObject': ['kms:Decrypt'], multipart: PRODUCE },
    context: (arn, _place, bucket) => ({ 'aws:s3:arn': hasBucketKey(bucket) ? arn.replace(/\/.*/, '') : arn }),
    source: `${DOCS}/AmazonS3/latest/userguide/UsingKMSEncryption.html and bucket-key.html`,
  },
  'AWS::SecretsManager::Secret': {
    key: ['KmsKeyId'],
    service: 'secretsmanager',
    uses: { 'secretsmanager:GetSecretValue': ['kms:Decrypt'] },
    context: (arn) => ({ SecretARN: arn }),
    source: `${DOCS}/secretsmanager/latest/userguide/security-encryption.html`,
  },
  'AWS::Logs::LogGroup': {
    key: ['KmsKeyId'],
    service: 'logs',
    uses: {
      ...Object.fromEntries(LOG_EVENTS.map((action) => [action, [...PRODUCE, 'kms:DescribeKey']])),
      'logs:StartQuery': ['kms:Decrypt', 'kms:DescribeKey'],
      'logs:GetQueryResults': ['kms:Decrypt', 'kms:DescribeKey'],
    },
    context: (arn) => ({ 'aws:logs:arn': arn }),
    source: `${DOCS}/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html`,
    unproven: 'which of the actions that the page lists each operation uses',
    own: {
      principal: ({ region }) => `logs.${region}.amazonaws.com`,
      uses: {
        ...Object.fromEntries(LOG_EVENTS.map((action) => [action, PRODUCE])),
        'logs:StartQuery': ['kms:Decrypt'],
      },
      context: (arn) => ({ 'kms:EncryptionContext:aws:logs:arn': arn }),
    },
  },
  'AWS::Events::EventBus': {
    key: ['KmsKeyIdentifier'],
    service: 'events',
    uses: {},
    context: () => ({}),
    source: `${DOCS}/eventbridge/latest/userguide/eb-encryption-key-policy.html`,
    own: {
      principal: () => 'events.amazonaws.com',
      uses: { 'events:PutEvents': [...PRODUCE, 'kms:DescribeKey'] },
      context: (arn, { accountId }) => ({
        'aws:SourceAccount': accountId,
        'aws:SourceArn': arn,
        'kms:EncryptionContext:aws:events:event-bus:arn': arn,
      }),
    },
  },
  'AWS::Bedrock::Guardrail': {
    key: ['KmsKeyArn'],
    service: 'bedrock',
    uses: { 'bedrock:ApplyGuardrail': ['kms:Decrypt'] },
    context: (arn) => ({ 'aws:bedrock:guardrail-id': arn.split('/').at(-1)! }),
    source: `${DOCS}/bedrock/latest/userguide/guardrails-permissions-kms.html`,
  },
  'AWS::StepFunctions::StateMachine': {
    key: ['EncryptionConfiguration', 'KmsKeyId'],
    service: 'states',
    uses: { 'states:DescribeExecution': ['kms:Decrypt'], 'states:GetExecutionHistory': ['kms:Decrypt'] },
    context: (arn) => ({ 'aws:states:stateMachineArn': arn }),
    source: `${DOCS}/step-functions/latest/dg/encryption-at-rest.html`,
  },
  'AWS::Lambda::Function': {
    key: ['KmsKeyArn'],
    service: 'lambda',
    // The start of an execution environment, which isn't an action of the Service Authorization Reference.
    uses: { start: ['kms:Decrypt'] },
    context: (arn) => ({ 'aws:lambda:FunctionArn': arn }),
    source: `${DOCS}/lambda/latest/dg/permissions-source-function-arn.html (names the call)`,
    unproven: 'the encryption context',
  },
};

/** Uses of a key without an encryption context. */
const WITHOUT_CONTEXT: ReadonlySet<string> = new Set(['kms:DescribeKey']);

/**
 * The requests to AWS KMS that another service makes for a request.
 *
 * @param named key that the request names itself
 * @param operation the operation, if it decides about the uses
 */
export function keyRequests(
  model: TemplateModel,
  place: Place,
  request: AccessRequest,
  named?: string,
  operation = request.action,
): AccessRequest[] {
  const { caller, action } = request;
  const holder = holderOf(request.resource);
  const found = encryptedAt(model, holder);
  const key = named ?? found?.key;
  if (found === undefined || key === undefined) return [];
  const { encryption, resource } = found;
  const { uses, own, service } = encryption;
  // Objects are encrypted one by one, everything else as a whole.
  const arn = service === 's3' ? request.resource : holder;
  const encryptionContext = Object.fromEntries(
    Object.entries(encryption.context(arn, place, resource)).map(([name, value]) => [
      `kms:EncryptionContext:${name}`,
      value,
    ]),
  );
  // A service calls directly; a role calls through the service.
  const isRole = caller.startsWith('arn:');
  const through = isRole
    ? { 'kms:ViaService': `${service}.${place.region}.amazonaws.com`, 'kms:CallerAccount': place.accountId }
    : request.context;
  const byCaller = (uses[operation] ?? uses[action] ?? []).map((use) => ({
    caller,
    action: use,
    resource: key,
    context: { ...through, ...(WITHOUT_CONTEXT.has(use) ? {} : encryptionContext) },
    outsideNetwork: true,
  }));
  const byService = (own?.uses[action] ?? []).map((use) => ({
    caller: own!.principal(place),
    action: use,
    resource: key,
    context: own!.context(arn, place),
  }));
  return [...byCaller, ...byService];
}

interface Encrypted {
  readonly resource: Resource;
  readonly encryption: Encryption;
  readonly key?: string;
}

const READ = new WeakMap<TemplateModel, Map<string, Encrypted | undefined>>();

/** The encryption of a resource; undefined for an unknown type, or a resource outside of the templates. */
function encryptedAt(model: TemplateModel, arn: string): Encrypted | undefined {
  const known = READ.get(model) ?? new Map<string, Encrypted | undefined>();
  READ.set(model, known);
  if (!known.has(arn)) {
    const [target] = model.named([arn]);
    const encryption = target && ENCRYPTION[target.resource.type];
    known.set(
      arn,
      encryption && { resource: target.resource, encryption, key: keyOf(model, target.resource, encryption.key) },
    );
  }
  return known.get(arn);
}

/** ARN of the resource that has the key: an object's bucket, an index's table, a stream's log group. */
function holderOf(resource: string): string {
  return resource
    .replace(/^(arn:[^:]*:s3:::[^/]+)\/.*$/, '$1')
    .replace(/(:table\/[^/]+)\/.*$/, '$1')
    .replace(/(:log-group:[^:]+):.*$/, '$1')
    .replace(/:execution:([^:]+):.*$/, ':stateMachine:$1');
}

function hasBucketKey(bucket: Resource): boolean {
  const [rule] = bucket.properties
    .at('BucketEncryption', 'ServerSideEncryptionConfiguration')
    .flatMap((node) => node.items());
  return rule !== undefined && concreteValue(rule.at('BucketKeyEnabled')) === true;
}

/** ARN of the key; undefined for a key of AWS, and for none. */
export function keyOf(
  model: TemplateModel,
  resource: Resource,
  [property, ...path]: readonly string[],
): string | undefined {
  const nodes = path.reduce(
    (found, name) => found.flatMap((node) => node.items()).flatMap((node) => node.at(name)),
    resource.properties.at(property),
  );
  const reference = concreteValue(nodes);
  if (typeof reference !== 'string' || reference.startsWith('alias/aws/')) return undefined;
  const [key] = model.named([reference], 'AWS::KMS::Key', 'AWS::KMS::Alias');
  return key === undefined ? reference : (model.arn(key.resource)[0].value[0] as string);
}
