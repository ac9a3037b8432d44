import { agentStores, storeSubject } from '../model/agent-stores';
import { agents } from '../model/agents';
import type { Resource } from '../model/assembly';
import { literalOf, soleHole } from '../model/compose-text';
import { FALSE, type Guard, TRUE } from '../model/guard';
import { governanceOf } from '../model/governance';
import type { Model } from '../model/model';
import type { Node } from '../model/node';
import { ownAccounts } from '../model/own-accounts';
import type { Text } from '../model/text';
import type { Finding } from './finding';
import { rule, type RuleContext } from './rule';
import { placeAt } from './setting';

/** A kind of store: its name in findings and the property of its key. */
interface StoreKind {
  readonly name: string;
  /** Path to the key. A list on the way needs a key in each of its elements. */
  readonly key: readonly string[];
  /** The key is used only if a property has this value. Otherwise the key belongs to AWS. */
  readonly switch?: readonly [path: readonly string[], value: RegExp];
  /** Judged in every stack of an agent, not only if an agent is known to use it. */
  readonly near?: true;
}

const BUCKET = ['BucketEncryption', 'ServerSideEncryptionConfiguration'];
const STORES: Readonly<Record<string, StoreKind>> = {
  'AWS::S3::Bucket': {
    name: 'bucket',
    key: [...BUCKET, 'ServerSideEncryptionByDefault', 'KMSMasterKeyID'],
    switch: [[...BUCKET, 'ServerSideEncryptionByDefault', 'SSEAlgorithm'], /^aws:kms/],
    near: true,
  },
  'AWS::SQS::Queue': { name: 'queue', key: ['KmsMasterKeyId'], near: true },
  'AWS::SNS::Topic': { name: 'topic', key: ['KmsMasterKeyId'], near: true },
  'AWS::DynamoDB::Table': {
    name: 'table',
    key: ['SSESpecification', 'KMSMasterKeyId'],
    switch: [['SSESpecification', 'SSEEnabled'], /^true$/i],
    near: true,
  },
  'AWS::DynamoDB::GlobalTable': {
    name: 'table',
    key: ['Replicas', 'SSESpecification', 'KMSMasterKeyId'],
    near: true,
  },
  'AWS::StepFunctions::StateMachine': {
    name: 'state machine',
    key: ['EncryptionConfiguration', 'KmsKeyId'],
    near: true,
  },
  'AWS::ECR::Repository': { name: 'repository', key: ['EncryptionConfiguration', 'KmsKey'], near: true },
  'AWS::Events::EventBus': { name: 'event bus', key: ['KmsKeyIdentifier'], near: true },
  'AWS::SecretsManager::Secret': { name: 'secret', key: ['KmsKeyId'], near: true },
  'AWS::Bedrock::Guardrail': { name: 'guardrail', key: ['KmsKeyArn'], near: true },
  'AWS::Lambda::Function': { name: 'function environment', key: ['KmsKeyArn'] },
  'AWS::EFS::FileSystem': { name: 'file system', key: ['KmsKeyId'], switch: [['Encrypted'], /^true$/i] },
  'AWS::BedrockAgentCore::Memory': { name: 'memory', key: ['EncryptionKeyArn'] },
  'AWS::Kinesis::Stream': { name: 'stream', key: ['StreamEncryption', 'KeyId'] },
  'AWS::KinesisFirehose::DeliveryStream': {
    name: 'delivery stream',
    key: ['DeliveryStreamEncryptionConfigurationInput', 'KeyARN'],
  },
  'AWS::RDS::DBCluster': { name: 'database', key: ['KmsKeyId'], switch: [['StorageEncrypted'], /^true$/i] },
  'AWS::OpenSearchService::Domain': { name: 'search domain', key: ['EncryptionAtRestOptions', 'KmsKeyId'] },
};

/** Everything that an agent stores is encrypted with a key of the owner. */
export const MA_ENC2 = rule({
  id: 'MA-ENC2',
  family: 'encryption',
  severity: 'error',
  subject: 'store of an agent',
  what: 'Every store an agent uses (buckets, queues, topics, tables, file systems, memories, state machines, function environments, repositories, buses, secrets, guardrails) uses a customer-managed key.',
  why: 'With a customer-managed key, you decide who decrypts, see each use in the trail, and can disable the key. Keys that AWS owns or manages do not allow this.',
  fix: 'Pass a key to AgentBaseline or the construct, or set the key property of the store. Move a store that no agent uses to another stack',
  page: 'https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html',
  controls: { nist: ['SC-12', 'SC-28', 'SC-28(1)'], iso: ['A.8.24'], soc2: ['CC6.1'] },
  *check(context) {
    const { used, near } = agentStores(context.model);
    const drivers = context.model.view(governing);
    for (const store of near) {
      const kind = Object.hasOwn(STORES, store.type) ? STORES[store.type] : undefined;
      const concerned = kind && (kind.near ?? (isFunction(store) ? hasVariables(store, drivers) : used.has(store)));
      if (kind && concerned) {
        yield* judge(context, store, kind);
      }
    }
  },
});

const isFunction = ({ type }: Resource): boolean => type === 'AWS::Lambda::Function';

const hasVariables = (store: Resource, drivers: ReadonlySet<string>): boolean =>
  drivers.has(store.id) &&
  store.properties.at('Environment', 'Variables').some((node) => node.entries().length > 0 || node.kind !== 'object');

/** What governs an agent. Functions are the ones that lead to it. */
function governing(model: Model): ReadonlySet<string> {
  return new Set(agents(model).flatMap((agent) => [...governanceOf(model, agent).keys()]));
}

function* judge(context: RuleContext, store: Resource, { name, key, switch: on }: StoreKind): Iterable<Finding> {
  const at = placeAt(store, key[0]);
  const off = on ? switchedOn(context, store, on).not() : FALSE;
  const own = keyed(context, store, [store.properties], key);
  yield {
    at,
    when: store.guard.and(off.or(own.not())),
    says: `${storeSubject(context.model, store, `The ${name}`)} has no customer-managed key`,
  };
}

function switchedOn({ unread }: RuleContext, store: Resource, [path, value]: NonNullable<StoreKind['switch']>): Guard {
  return itemsAt([store.properties], path)
    .flatMap((node) => node.texts())
    .filter((text) => {
      unread(store.id, store, text.value);
      const known = literalOf(text.value);
      return known === undefined || value.test(known);
    })
    .reduce<Guard>((any, { guard }) => any.or(guard), FALSE);
}

function itemsAt(nodes: readonly Node[], path: readonly string[]): Node[] {
  return path.reduce<Node[]>(
    (found, name) => found.flatMap((node) => node.at(name)).flatMap((node) => node.items()),
    [...nodes],
  );
}

/** When each element of each list on the path has a key of the owner. */
function keyed(context: RuleContext, store: Resource, nodes: readonly Node[], path: readonly string[]): Guard {
  const [name, ...rest] = path;
  if (name === undefined) {
    return nodes
      .flatMap((node) => node.texts())
      .filter(({ value }) => isOwnKey(context, store, value))
      .reduce<Guard>((any, { guard }) => any.or(guard), FALSE);
  }
  const below = nodes.flatMap((node) => node.at(name));
  const lists = below.filter(({ kind }) => kind === 'list').flatMap((list) => list.items());
  const all = lists.reduce<Guard>(
    (every, item) => every.and(item.guard.not().or(keyed(context, store, [item], rest))),
    TRUE,
  );
  const single = below.filter(({ kind }) => kind !== 'list');
  const one = single.length > 0 ? keyed(context, store, single, rest) : FALSE;
  return lists.length > 0 ? all.and(single.length > 0 ? one : TRUE) : one;
}

/**
 * Whether a key belongs to the owner. `alias/aws/…` are keys of AWS, and a key in another account belongs to that
 * account.
 */
function isOwnKey({ model, unread }: RuleContext, store: Resource, key: Text): boolean {
  const known = literalOf(key) ?? '';
  const written = key.map((part) => (typeof part === 'string' ? part : '\u0000')).join('');
  if (written === '' || /(?:^|[:/])alias\/aws\//.test(written)) {
    return false;
  }
  const hole = soleHole(key);
  if (hole && hole.kind !== 'reference') {
    unread(store.id, store, key);
    return true;
  }
  return !known.startsWith('arn:') || ownAccounts(model).of(key) !== 'foreign';
}
