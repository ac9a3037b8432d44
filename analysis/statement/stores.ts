import type { Resource } from '../model/assembly';
import { referencesOf } from '../model/compose-text';
import { accessOf } from './access';
import type { Agent } from './agent';
import { type App, sortedBy } from './app';
import { storeEncryption } from './encryption-text';
import type { ReadPermission } from './permissions';
import type { Store } from './statement';

type By = Store['by'][number];
type Access = Store['access'][number];

/** Stores, by CloudFormation type and by the service in an ARN or an action. */
const STORES: readonly { readonly type: string; readonly service: string; readonly name: string }[] = [
  { type: 'AWS::S3::Bucket', service: 's3', name: 'bucket' },
  { type: 'AWS::DynamoDB::Table', service: 'dynamodb', name: 'table' },
  { type: 'AWS::DynamoDB::GlobalTable', service: 'dynamodb', name: 'table' },
  { type: 'AWS::CodeCommit::Repository', service: 'codecommit', name: 'Git repository' },
  { type: 'AWS::ECR::Repository', service: 'ecr', name: 'image repository' },
  { type: 'AWS::SecretsManager::Secret', service: 'secretsmanager', name: 'secret' },
  { type: 'AWS::SSM::Parameter', service: 'ssm', name: 'parameter' },
  { type: 'AWS::SQS::Queue', service: 'sqs', name: 'queue' },
  { type: 'AWS::SNS::Topic', service: 'sns', name: 'topic' },
  { type: 'AWS::Kinesis::Stream', service: 'kinesis', name: 'stream' },
  { type: 'AWS::Logs::LogGroup', service: 'logs', name: 'log group' },
  { type: 'AWS::KMS::Key', service: 'kms', name: 'key' },
  { type: 'AWS::EFS::FileSystem', service: 'elasticfilesystem', name: 'file system' },
  { type: 'AWS::RDS::DBCluster', service: 'rds-db', name: 'database' },
  { type: 'AWS::Events::EventBus', service: 'events', name: 'event bus' },
];

const ORDER: readonly Access[] = ['read', 'write', 'use'];

/** The stores that the roles of an agent have any permission on, and the storage of its Runtime. */
export function storesOf(app: App, agent: Agent): Store[] {
  const found = new Map<string, { type: string; item?: Resource; access: Set<Access>; by: Set<By> }>();
  const note = (name: string, type: string, item: Resource | undefined, access: readonly Access[], by: By) => {
    const store = found.get(name) ?? { type, ...(item ? { item } : {}), access: new Set(), by: new Set() };
    access.forEach((kind) => store.access.add(kind));
    store.by.add(by);
    found.set(name, store);
  };
  for (const { purpose, permissions } of agent.roles) {
    for (const read of permissions) {
      const store = read.permission.outcome === 'allowed' ? storeOf(app, read) : undefined;
      if (store) {
        note(store.name, store.type, store.item, accessOf(read.permission.action), purpose);
      }
    }
  }
  for (const mount of mountsOf(app, agent.runtime)) {
    note(mount.name, mount.type, undefined, ['read', 'write'], 'runtime');
  }
  const stores = [...found].map(([name, { type, item, access, by }]) => ({
    name,
    type,
    access: ORDER.filter((kind) => access.has(kind)),
    by: [...by].sort(),
    encryption: item ? storeEncryption(app, item) : type === 'session storage' ? SESSION_STORAGE : 'not in the app',
  }));
  return sortedBy(stores, ({ type, name }) => `${type} ${name}`);
}

const SESSION_STORAGE = 'by the service; which key is not stated in the template';

function storeOf(app: App, { permission: { action, resource: shown }, resource, written }: ReadPermission) {
  const [reference] = written ? referencesOf(written) : [];
  const item =
    reference && app.model.resource(reference.resource)
      ? app.model.resource(reference.resource)
      : resource && shown.startsWith('arn:')
        ? app.model.named(resource)[0]?.resource
        : undefined;
  const known = item && STORES.find(({ type }) => type === item.type);
  if (item && known) {
    return { name: app.nameOf(item), type: known.name, item };
  }
  const service =
    /^arn:[^:]*:([a-z0-9-]+):/.exec(shown)?.[1] ?? (shown === '*' ? action.split(':')[0].toLowerCase() : undefined);
  const kind = STORES.find((candidate) => candidate.service === service);
  if (!kind || (shown === '*' && WITHOUT_DATA.has(action))) {
    return undefined;
  }
  // Objects of one bucket and streams of one group are one store.
  const name = kind.service === 's3' ? shown.replace(/\/.*$/, '') : shown.replace(/:(log-stream:)?\*$/, '');
  return { name: shown === '*' ? `every ${kind.name}` : name, type: kind.name };
}

/** Actions on `*` that return no stored data: one returns a registry login, the other ends a query. */
const WITHOUT_DATA: ReadonlySet<string> = new Set(['ecr:GetAuthorizationToken', 'logs:StopQuery']);

/** Storage that the Runtime mounts, which needs no permission of a role. */
function mountsOf(app: App, runtime: Resource): { name: string; type: string }[] {
  return runtime.properties
    .at('FilesystemConfigurations')
    .flatMap((list) => list.items())
    .flatMap((entry) => entry.entries())
    .map(([kind, mount]) => {
      const type = kind.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
      const point = app.said(mount.at('AccessPointArn'));
      return { name: `${point && `${point} at `}${app.said(mount.at('MountPath'))}`, type };
    });
}
