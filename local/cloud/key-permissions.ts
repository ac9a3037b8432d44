/**
 * The use of customer-managed keys that a call implies: by the caller, through the service that encrypts.
 *
 * The actions of producers of queues and topics are those that AWS's pages on key management of SQS and SNS name
 * (sqs-key-management.html, sns-key-management.html). The other rows follow the policies that aws-cdk-lib grants; their
 * encryption contexts weren't looked up.
 */
import { concreteValue, type Resource, type TemplateModel } from '../../analysis';
import type { AccessRequest } from '../iam/account-policies';
import type { Place } from '../iam/deployed-templates';

interface Encryption {
  /** Path of the property with the key. */
  readonly key: readonly string[];
  /** Host name of the service without Region, as `kms:ViaService` has it. */
  readonly service: string;
  /** Key actions by action of the service. */
  readonly uses: Readonly<Record<string, readonly string[]>>;
  /** Encryption context of the service. */
  readonly context: (arn: string, place: Place) => Readonly<Record<string, string>>;
}

const PRODUCE = ['kms:GenerateDataKey', 'kms:Decrypt'];

const ENCRYPTION: Readonly<Record<string, Encryption>> = {
  'AWS::SQS::Queue': {
    key: ['KmsMasterKeyId'],
    service: 'sqs',
    uses: { 'sqs:SendMessage': PRODUCE, 'sqs:ReceiveMessage': ['kms:Decrypt'] },
    context: (arn) => ({ 'aws:sqs:arn': arn }),
  },
  'AWS::SNS::Topic': {
    key: ['KmsMasterKeyId'],
    service: 'sns',
    uses: { 'sns:Publish': PRODUCE },
    context: (arn) => ({ 'aws:sns:topicArn': arn }),
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
  },
  'AWS::S3::Bucket': {
    key: ['BucketEncryption', 'ServerSideEncryptionConfiguration', 'ServerSideEncryptionByDefault', 'KMSMasterKeyID'],
    service: 's3',
    uses: { 's3:PutObject': ['kms:GenerateDataKey'], 's3:GetObject': ['kms:Decrypt'] },
    context: (arn) => ({ 'aws:s3:arn': arn }),
  },
  'AWS::SecretsManager::Secret': {
    key: ['KmsKeyId'],
    service: 'secretsmanager',
    uses: { 'secretsmanager:GetSecretValue': ['kms:Decrypt'] },
    context: (arn) => ({ SecretARN: arn }),
  },
};

/** The requests to AWS KMS that a request to another service leads to. */
export function keyRequests(model: TemplateModel, place: Place, request: AccessRequest): AccessRequest[] {
  const { caller, action, resource } = request;
  const [target] = model.named([resource]);
  const encryption = target && ENCRYPTION[target.resource.type];
  const key = encryption && keyOf(model, target.resource, encryption.key);
  if (encryption === undefined || key === undefined) return [];
  const own = Object.entries(encryption.context(resource, place));
  const context = {
    // A service acts itself; a role through the service.
    ...(caller.startsWith('arn:')
      ? {
          'kms:ViaService': `${encryption.service}.${place.region}.amazonaws.com`,
          'kms:CallerAccount': place.accountId,
        }
      : request.context),
    ...Object.fromEntries(own.map(([name, value]) => [`kms:EncryptionContext:${name}`, value])),
  };
  return (encryption.uses[action] ?? []).map((use) => ({ caller, action: use, resource: key, context }));
}

/** ARN of the key; undefined for a key of AWS, and for none. */
function keyOf(model: TemplateModel, resource: Resource, [property, ...path]: readonly string[]): string | undefined {
  const nodes = path.reduce(
    (found, name) => found.flatMap((node) => node.items()).flatMap((node) => node.at(name)),
    resource.properties.at(property),
  );
  const reference = concreteValue(nodes);
  if (typeof reference !== 'string' || reference.startsWith('alias/aws/')) return undefined;
  const [key] = model.named([reference], 'AWS::KMS::Key', 'AWS::KMS::Alias');
  return key === undefined ? reference : (model.arn(key.resource)[0].value[0] as string);
}
