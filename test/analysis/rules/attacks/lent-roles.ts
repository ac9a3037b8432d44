import { arnOf } from '../../model/templates';
import { ACCOUNT, document, FOREIGN, may, of, ref, roleOf, sub } from './app';
import { type Pair, pair, policyFor } from './pair';

const ofAccount = (account: string) => `arn:aws:iam::${account}:root`;

/** A role that everybody named may assume. */
const lent = (principal: unknown, statement: object, condition: object = {}) =>
  of('AWS::IAM::Role', {
    AssumeRolePolicyDocument: document({
      Effect: 'Allow',
      Principal: principal,
      Action: 'sts:AssumeRole',
      ...condition,
    }),
    Policies: [{ PolicyName: 'own', PolicyDocument: document(statement) }],
  });

const EVIDENCE = sub('${Evidence.Arn}/*');
const IMPORTED = { 'Fn::Sub': ['${Arn}/*', { Arn: { 'Fn::ImportValue': 'evidence-arn' } }] };

/** A pipeline that takes the files of the agent's bucket and puts them somewhere under a role. */
const pipeline = (account: string) =>
  of('AWS::CodePipeline::Pipeline', {
    RoleArn: arnOf('PipelineRole'),
    ArtifactStore: { Type: 'S3', Location: 'artifacts' },
    Stages: [
      {
        Name: 'Source',
        Actions: [
          {
            Name: 'take',
            ActionTypeId: { Category: 'Source', Owner: 'AWS', Provider: 'S3', Version: '1' },
            Configuration: { S3Bucket: ref('Data'), S3ObjectKey: 'results.zip' },
            OutputArtifacts: [{ Name: 'results' }],
          },
        ],
      },
      {
        Name: 'Deploy',
        Actions: [
          {
            Name: 'put',
            ActionTypeId: { Category: 'Deploy', Owner: 'AWS', Provider: 'S3', Version: '1' },
            Configuration: { BucketName: 'destination', Extract: 'true' },
            InputArtifacts: [{ Name: 'results' }],
            RoleArn: `arn:aws:iam::${account}:role/deploy`,
          },
        ],
      },
    ],
  });

/** Access to stores by roles: of the app, lent to others, and of others. */
export const LENT_ROLES: readonly Pair[] = [
  pair('MA-STO1', 'another account may assume a role that reads the evidence', FOREIGN, ACCOUNT, (account) => ({
    add: { Auditor: lent({ AWS: ofAccount(account) }, may('s3:GetObject', EVIDENCE)) },
  })),
  pair('MA-STO1', 'such a role is in another stack, with an external id', FOREIGN, ACCOUNT, (account) => ({
    other: {
      Auditor: lent({ AWS: ofAccount(account) }, may('s3:GetObject', IMPORTED), {
        Condition: { StringEquals: { 'sts:ExternalId': 'audit' } },
      }),
    },
  })),
  pair(
    'MA-STO1',
    'another account may assume a role that reads an own store by its name',
    FOREIGN,
    ACCOUNT,
    (account) => ({
      add: { More: policyFor(ref('ExecutionRole'), may('s3:PutObject', sub('${Data.Arn}/*'))) },
      other: { Reader: lent({ AWS: account }, may('s3:GetObject', 'arn:aws:s3:::team-data/*')) },
    }),
  ),
  pair('MA-STO1', 'another account may assume a role that pushes images', FOREIGN, ACCOUNT, (account) => ({
    add: { Pusher: lent({ AWS: ofAccount(account) }, may('ecr:PutImage', arnOf('Repository'))) },
  })),
  pair(
    'MA-STO1',
    'a pipeline puts the files of a store under a role of another account',
    FOREIGN,
    ACCOUNT,
    (account) => ({
      add: {
        PipelineRole: roleOf('codepipeline.amazonaws.com', may('s3:GetObject', sub('${Data.Arn}/*'))),
        Pipeline: pipeline(account),
        More: policyFor(ref('ExecutionRole'), may('s3:GetObject', sub('${Data.Arn}/*'))),
      },
    }),
  ),
  pair(
    'MA-STO1',
    'what it sends to a stream ends in a bucket outside of the app',
    'arn:aws:s3:::their-bucket',
    arnOf('Data'),
    (BucketARN) => ({
      add: {
        StreamRole: roleOf('firehose.amazonaws.com', may('s3:PutObject', sub('${Data.Arn}/*'))),
        Stream: of('AWS::KinesisFirehose::DeliveryStream', {
          DeliveryStreamEncryptionConfigurationInput: { KeyType: 'CUSTOMER_MANAGED_CMK', KeyARN: arnOf('Key') },
          ExtendedS3DestinationConfiguration: { BucketARN, RoleARN: arnOf('StreamRole') },
        }),
        More: policyFor(ref('ExecutionRole'), may('firehose:PutRecord', arnOf('Stream'))),
      },
    }),
  ),
];
