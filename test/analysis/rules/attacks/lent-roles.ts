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

const GITHUB = 'token.actions.githubusercontent.com';
const COGNITO = 'cognito-identity.amazonaws.com';

/** A role for GitHub Actions. */
const workflowRole = (condition: object, statement: object) =>
  lent({ Federated: sub(`arn:aws:iam::\${AWS::AccountId}:oidc-provider/${GITHUB}`) }, statement, {
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: condition,
  });

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
  pair(
    'MA-STO1',
    'every GitHub repository may assume a role that reads the evidence',
    'repo:*:ref:refs/heads/main',
    'repo:example/*',
    (subject) => ({
      add: { Auditor: workflowRole({ StringLike: { [`${GITHUB}:sub`]: subject } }, may('s3:GetObject', EVIDENCE)) },
    }),
  ),
  pair(
    'MA-STO1',
    'such a role is limited only by the audience, and in another stack',
    `${GITHUB}:aud`,
    `${GITHUB}:sub`,
    (key) => ({
      other: { Auditor: workflowRole({ StringEquals: { [key]: 'sts.amazonaws.com' } }, may('s3:GetObject', IMPORTED)) },
    }),
  ),
  pair(
    'MA-STO1',
    'users of an identity pool who did not sign in read the evidence',
    'unauthenticated',
    'authenticated',
    (who) => ({
      add: {
        Visitor: lent({ Federated: COGNITO }, may('s3:GetObject', EVIDENCE), {
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: { [`${COGNITO}:aud`]: 'us-east-1:0a1b2c3d-0000-1111-2222-333344445555' },
            'ForAnyValue:StringLike': { [`${COGNITO}:amr`]: who },
          },
        }),
      },
    }),
  ),
];
