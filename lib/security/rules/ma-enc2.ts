import { reach } from '../model/reach';
import { at, isTrue, textAt } from '../model/json';
import { storesOfAgents } from '../model/stores';
import type { IndexedResource } from '../template-index';
import type { SecurityRule } from './rule';

type Store = IndexedResource['properties'];

/** For each kind of store: what to call it, where its key stands, and the value that names the key. */
const STORES: Readonly<
  Record<string, { readonly name: string; readonly property: string; readonly key: (store: Store) => unknown }>
> = {
  'AWS::S3::Bucket': { name: 'bucket', property: 'BucketEncryption', key: bucketKey },
  'AWS::SQS::Queue': { name: 'queue', property: 'KmsMasterKeyId', key: (queue) => queue.KmsMasterKeyId },
  'AWS::SNS::Topic': { name: 'topic', property: 'KmsMasterKeyId', key: (topic) => topic.KmsMasterKeyId },
  'AWS::DynamoDB::Table': {
    name: 'table',
    property: 'SSESpecification',
    key: (table) =>
      isTrue(at(table, 'SSESpecification', 'SSEEnabled')) ? at(table, 'SSESpecification', 'KMSMasterKeyId') : undefined,
  },
  'AWS::DynamoDB::GlobalTable': {
    name: 'table',
    property: 'Replicas',
    key: (table) => at(table, 'Replicas', 0, 'SSESpecification', 'KMSMasterKeyId'),
  },
  'AWS::StepFunctions::StateMachine': {
    name: 'state machine',
    property: 'EncryptionConfiguration',
    key: (machine) => at(machine, 'EncryptionConfiguration', 'KmsKeyId'),
  },
  'AWS::ECR::Repository': {
    name: 'repository',
    property: 'EncryptionConfiguration',
    key: (repository) => at(repository, 'EncryptionConfiguration', 'KmsKey'),
  },
  'AWS::Events::EventBus': { name: 'event bus', property: 'KmsKeyIdentifier', key: (bus) => bus.KmsKeyIdentifier },
  'AWS::SecretsManager::Secret': { name: 'secret', property: 'KmsKeyId', key: (secret) => secret.KmsKeyId },
  'AWS::Bedrock::Guardrail': { name: 'guardrail', property: 'KmsKeyArn', key: (guardrail) => guardrail.KmsKeyArn },
  'AWS::Lambda::Function': { name: 'function environment', property: 'KmsKeyArn', key: (lambda) => lambda.KmsKeyArn },
};

/** Everything an agent stores is under a key of the owner. */
export const MA_ENC2: SecurityRule = {
  id: 'MA-ENC2',
  family: 'encryption',
  severity: 'error',
  what: 'Every store an agent uses (buckets, queues, topics, tables, state machines, function environments, repositories, buses, secrets, guardrails) uses a customer-managed key.',
  why: 'Only the owner of a key can say who decrypts, see it in the trail and end it. Keys that AWS owns or manages allow none of that.',
  fix: 'Pass a key to AgentBaseline or the construct, or set the key property of the store',
  page: 'https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html',
  controls: { nist: ['SC-12', 'SC-28', 'SC-28(1)'], iso: ['A.8.24'], soc2: ['CC6.1'] },
  check: (index) => {
    const { reaching } = reach(index);
    return storesOfAgents(index, ...Object.keys(STORES)).flatMap((resource) => {
      const { name, property, key } = STORES[resource.type];
      // Of functions only those that reach an agent, and only when they have variables to encrypt.
      const concerned =
        resource.type !== 'AWS::Lambda::Function' ||
        (reaching.has(resource.id) &&
          Object.keys(at(resource.properties, 'Environment', 'Variables') ?? {}).length > 0);
      return concerned && !isCustomerManaged(key(resource.properties))
        ? [{ resource, location: `Properties.${property}`, detail: `the ${name} has no customer-managed key` }]
        : [];
    });
  },
};

function bucketKey(bucket: Store): unknown {
  const rule = at(bucket, 'BucketEncryption', 'ServerSideEncryptionConfiguration', 0, 'ServerSideEncryptionByDefault');
  return textAt(rule, 'SSEAlgorithm')?.startsWith('aws:kms') ? at(rule, 'KMSMasterKeyID') : undefined;
}

/** `alias/aws/…` names keys that AWS manages. */
function isCustomerManaged(key: unknown): boolean {
  return typeof key === 'string' && key !== '' && !/(^|[:/])alias\/aws\//.test(key);
}
