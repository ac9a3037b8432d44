import { DescribeKeyCommand, GetKeyPolicyCommand, GetKeyRotationStatusCommand } from '@aws-sdk/client-kms';
import {
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Resource } from '../../../analysis/model/assembly';
import { type Account, type AccountReader, orNone, policies, property, textList, values } from './comparison';

/** KMS keys: policy, state and rotation. */
export const KEY_READER: AccountReader = {
  types: ['AWS::KMS::Key'],
  permissions: ['kms:GetKeyPolicy', 'kms:DescribeKey', 'kms:GetKeyRotationStatus'],
  async read(key, { clients: { kms }, physicalId }) {
    const KeyId = physicalId(key)!;
    const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId }));
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    const { KeyRotationEnabled } = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
    return [
      policies(key, 'key policy', property(key, 'KeyPolicy'), Policy, 'RESOURCE_POLICY'),
      values(key, 'key state', property(key, 'Enabled') === false ? 'Disabled' : 'Enabled', KeyMetadata?.KeyState),
      values(key, 'key rotation', property(key, 'EnableKeyRotation') ?? false, KeyRotationEnabled ?? false),
    ];
  },
};

interface BucketEncryption {
  readonly ServerSideEncryptionConfiguration: readonly {
    readonly ServerSideEncryptionByDefault?: { readonly SSEAlgorithm: string; readonly KMSMasterKeyID?: string };
  }[];
}

/** S3 buckets: policy, public access, encryption, versioning and Object Lock. */
export const BUCKET_READER: AccountReader = {
  types: ['AWS::S3::Bucket'],
  alongside: ['AWS::S3::BucketPolicy'],
  permissions: [
    's3:GetBucketPolicy',
    's3:GetBucketPublicAccessBlock',
    's3:GetEncryptionConfiguration',
    's3:GetBucketVersioning',
    's3:GetBucketObjectLockConfiguration',
  ],
  async read(bucket, { model, clients: { s3 }, physicalId }) {
    const Bucket = physicalId(bucket)!;
    const policy = await orNone(s3.send(new GetBucketPolicyCommand({ Bucket })), 'NoSuchBucketPolicy');
    const access = await orNone(
      s3.send(new GetPublicAccessBlockCommand({ Bucket })),
      'NoSuchPublicAccessBlockConfiguration',
    );
    const encryption = await orNone(
      s3.send(new GetBucketEncryptionCommand({ Bucket })),
      'ServerSideEncryptionConfigurationNotFoundError',
    );
    const versioning = await s3.send(new GetBucketVersioningCommand({ Bucket }));
    const lock = await orNone(
      s3.send(new GetObjectLockConfigurationCommand({ Bucket })),
      'ObjectLockConfigurationNotFoundError',
    );
    const expectedPolicy = model.ofType('AWS::S3::BucketPolicy').find((each) => property(each, 'Bucket') === Bucket);
    const expected = property(bucket, 'BucketEncryption') as BucketEncryption | undefined;
    const rule = expected?.ServerSideEncryptionConfiguration[0]?.ServerSideEncryptionByDefault;
    const found = encryption?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
    return [
      policies(
        bucket,
        'bucket policy',
        expectedPolicy && property(expectedPolicy, 'PolicyDocument'),
        policy?.Policy,
        'RESOURCE_POLICY',
      ),
      values(
        bucket,
        'public access block',
        property(bucket, 'PublicAccessBlockConfiguration'),
        access?.PublicAccessBlockConfiguration,
      ),
      // By default, S3 encrypts with its own keys.
      values(
        bucket,
        'encryption',
        sse(rule?.SSEAlgorithm, rule?.KMSMasterKeyID),
        sse(found?.SSEAlgorithm, found?.KMSMasterKeyID),
      ),
      values(
        bucket,
        'versioning',
        (property(bucket, 'VersioningConfiguration') as { Status?: string } | undefined)?.Status,
        versioning.Status,
      ),
      values(bucket, 'Object Lock', property(bucket, 'ObjectLockConfiguration'), lock?.ObjectLockConfiguration),
    ];
  },
};

const sse = (SSEAlgorithm = 'AES256', KMSMasterKeyID?: string) => ({ SSEAlgorithm, KMSMasterKeyID });

/** SQS queues: policy, key and dead-letter queue. */
export const QUEUE_READER: AccountReader = {
  types: ['AWS::SQS::Queue'],
  alongside: ['AWS::SQS::QueuePolicy'],
  permissions: ['sqs:GetQueueAttributes'],
  async read(queue, account) {
    const QueueUrl = account.physicalId(queue)!;
    const { Attributes = {} } = await account.clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    return [
      policies(
        queue,
        'queue policy',
        policyOf('AWS::SQS::QueuePolicy', 'Queues', QueueUrl, account),
        Attributes.Policy,
        'RESOURCE_POLICY',
      ),
      values(queue, 'encryption key', property(queue, 'KmsMasterKeyId'), Attributes.KmsMasterKeyId),
      values(queue, 'dead-letter queue', property(queue, 'RedrivePolicy'), parsed(Attributes.RedrivePolicy)),
    ];
  },
};

/** SNS topics: policy and key. */
export const TOPIC_READER: AccountReader = {
  types: ['AWS::SNS::Topic'],
  alongside: ['AWS::SNS::TopicPolicy'],
  permissions: ['sns:GetTopicAttributes'],
  async read(topic, account) {
    const TopicArn = account.physicalId(topic)!;
    const { Attributes = {} } = await account.clients.sns.send(new GetTopicAttributesCommand({ TopicArn }));
    const expected = policyOf('AWS::SNS::TopicPolicy', 'Topics', TopicArn, account);
    return [
      // SNS adds a policy to a topic without one, which allows the owner.
      ...(expected === undefined
        ? []
        : [policies(topic, 'topic policy', expected, Attributes.Policy, 'RESOURCE_POLICY')]),
      values(topic, 'encryption key', property(topic, 'KmsMasterKeyId'), Attributes.KmsMasterKeyId),
    ];
  },
};

function policyOf(type: string, property_: string, id: string, { model }: Account): unknown {
  const found: Resource | undefined = model.ofType(type).find((each) => textList(each, property_).includes(id));
  return found && property(found, 'PolicyDocument');
}

const parsed = (json: string | undefined): unknown => (json === undefined ? undefined : JSON.parse(json));
