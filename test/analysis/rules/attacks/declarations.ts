import { arnOf } from '../../model/templates';
import { bucketPolicy, FOREIGN, may, of, ref, roleOf, sub } from './app';
import { type Change, type Pair, pair } from './pair';

const THIRD = '444455556666';
const COPY = 'arn:aws:s3:::copy-of-the-evidence';
const TOPIC_READER = `arn:aws:sqs:us-east-1:${FOREIGN}:inbox`;

const EVIDENCE_POLICY = {
  EvidencePolicy: bucketPolicy('Evidence', {
    ...may('s3:GetObject', sub('${Evidence.Arn}/*')),
    Principal: { AWS: `arn:aws:iam::${FOREIGN}:role/reader` },
  }),
};
const SUBSCRIPTION = {
  Subscription: of('AWS::SNS::Subscription', { TopicArn: ref('Topic'), Protocol: 'sqs', Endpoint: TOPIC_READER }),
};
const OPERATION = {
  Operator: roleOf('states.amazonaws.com', may('iam:PutRolePolicy', arnOf('ExecutionRole'))),
  Operation: of('AWS::StepFunctions::StateMachine', {
    RoleArn: arnOf('Operator'),
    EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: arnOf('Key') },
    DefinitionString: {
      'Fn::Sub': JSON.stringify({
        StartAt: 'A',
        States: {
          A: {
            Type: 'Task',
            Resource: 'arn:aws:states:::aws-sdk:iam:putRolePolicy',
            Parameters: { PolicyName: 'p', PolicyDocument: '{}', RoleName: '${ExecutionRole}' },
            End: true,
          },
        },
      }),
    },
  }),
};

/** What a declaration of something else doesn't cover, and its own does. */
const declared = (name: string, other: object, own: object, change: Change): Pair =>
  pair('MA-STO1', name, other, own, (declaration) => ({
    ...change,
    sections: { Metadata: { AgentDeclarations: [{ reason: 'Reviewed', ...declaration }] } },
  }));
const principal = (AWS: string, ...within: string[]) => ({
  kind: 'principal',
  principal: { AWS: [AWS] },
  ...(within.length > 0 ? { within } : {}),
});
const names = (...all: string[]) => ({ kind: 'unreadable', names: all });
const DECLARED_FOREIGN = {
  sections: { Metadata: { AgentDeclarations: [{ reason: 'Reviewed', ...principal(FOREIGN) }] } },
};
const part = (...logicalIds: string[]) => ({ kind: 'unreadable', parts: [{ stack: 'Agent', logicalIds }] });

/** Access to an agent's stores that the owner has declared. */
export const DECLARATIONS: readonly Pair[] = [
  declared('another account is declared', principal(THIRD), principal(FOREIGN), { add: EVIDENCE_POLICY }),
  declared('the account is declared for another bucket', principal(FOREIGN, 'Data'), principal(FOREIGN, 'Evidence'), {
    add: EVIDENCE_POLICY,
  }),
  declared(
    'the account is declared for the policy of another bucket',
    principal(FOREIGN, 'DataPolicy'),
    principal(FOREIGN, 'EvidencePolicy'),
    { add: EVIDENCE_POLICY },
  ),
  declared('another copy is declared', names('arn:aws:s3:::copy'), names(COPY), {
    add: {
      CopyRole: roleOf('s3.amazonaws.com', may('s3:GetObjectVersionForReplication', sub('${Evidence.Arn}/*'))),
    },
    set: {
      'Evidence.ReplicationConfiguration': {
        Role: arnOf('CopyRole'),
        Rules: [{ Status: 'Enabled', Destination: { Bucket: COPY } }],
      },
    },
  }),
  declared('another caller is declared', part('Operator'), part('Operation'), { add: OPERATION }),
  declared('another receiver is declared', principal(THIRD), principal(FOREIGN), { add: SUBSCRIPTION }),
  declared('another queue is declared', names(`${TOPIC_READER}2`), names(TOPIC_READER), { add: SUBSCRIPTION }),
  pair('MA-TRG3', 'another account is declared for a service', principal(THIRD), principal(FOREIGN), (declaration) => ({
    sections: { Metadata: { AgentDeclarations: [{ reason: 'Reviewed', ...declaration }] } },
    add: {
      Permission: of('AWS::Lambda::Permission', {
        Action: 'lambda:InvokeFunction',
        FunctionName: ref('Starter'),
        Principal: 's3.amazonaws.com',
        SourceAccount: FOREIGN,
      }),
    },
  })),
  // Every other account is let in, although the record names the only one that isn't.
  pair(
    'MA-STO1',
    'everybody but a declared account is let in',
    { NotPrincipal: { AWS: FOREIGN } },
    { Principal: { AWS: FOREIGN } },
    (who) => ({
      ...DECLARED_FOREIGN,
      add: { EvidencePolicy: bucketPolicy('Evidence', { ...may('s3:GetObject', sub('${Evidence.Arn}/*')), ...who }) },
    }),
  ),
  pair(
    'MA-AUD2',
    'everybody but a declared account changes the trail',
    { NotPrincipal: { AWS: FOREIGN } },
    { Principal: { AWS: FOREIGN } },
    (who) => ({
      ...DECLARED_FOREIGN,
      set: {
        'TrailBucketPolicy.PolicyDocument.Statement': (statements: object[]) => [
          ...statements,
          { ...may('s3:PutBucketPolicy', arnOf('TrailBucket')), ...who },
        ],
      },
    }),
  ),
  pair('MA-STO1', 'everybody is declared', '*', FOREIGN, (AWS) => ({
    sections: { Metadata: { AgentDeclarations: [{ reason: 'Reviewed', ...principal(AWS) }] } },
    add: {
      EvidencePolicy: bucketPolicy('Evidence', {
        ...may('s3:GetObject', sub('${Evidence.Arn}/*')),
        Principal: { AWS },
      }),
    },
  })),
  declared('another subscription is declared', part('Topic'), part('Subscription'), { add: SUBSCRIPTION }),
];
