import { arnOf } from '../../model/templates';
import { ACCOUNT, bucketPolicy, document, FOREIGN, may, of, ref, sub } from './app';
import { type Change, type Pair, pair } from './pair';

/** A policy of a store for everybody, under a condition. */
const store = (name: string, bad: object, good: object): Pair =>
  pair('MA-STO1', name, bad, good, (Condition: object) => ({
    add: {
      EvidencePolicy: bucketPolicy('Evidence', {
        ...may('s3:GetObject', sub('${Evidence.Arn}/*'), { Condition }),
        Principal: '*',
      }),
    },
  }));

/** A role that starts turns and that everybody may assume, under a condition. */
const role = (rules: string, name: string, bad: object, good: object): Pair =>
  pair(rules, name, bad, good, (Condition: object) => ({
    add: {
      Deploy: of('AWS::IAM::Role', {
        AssumeRolePolicyDocument: document({
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: 'sts:AssumeRole',
          Condition,
        }),
        Policies: [{ PolicyName: 'start', PolicyDocument: document(may('states:StartExecution', ref('Machine'))) }],
      }),
    },
  }));
const userId = (value: unknown) => ({ StringLike: { 'aws:userid': value } });
const team = { 'aws:PrincipalTag/team': 'shop' };

/** A key for everybody under a condition on the role. */
const key = (Parameters: object, value: unknown): Change => ({
  sections: { Parameters },
  set: {
    'ExecutionRole.RoleName': 'exec',
    'Key.KeyPolicy.Statement': (own: object[]) => [
      ...own,
      { ...may('kms:*', '*', { Condition: { ArnLike: { 'aws:PrincipalArn': value } } }), Principal: { AWS: '*' } },
    ],
  },
});
const ROLE_BY_PARAMETER = sub(`arn:aws:iam::${ACCOUNT}:role/\${RoleName}`);

/** Conditions that limit everybody to some principals. */
export const NARROWED_PRINCIPALS: readonly Pair[] = [
  store('sessions of a role that may be anybody’s', userId('AROAEXAMPLEID:*'), userId(sub('${WorkerRole.RoleId}:*'))),
  store('federated users of another account', userId(`${FOREIGN}:*`), userId(`${ACCOUNT}:*`)),
  store(
    'everybody with a tag',
    { StringEquals: team },
    { StringEquals: { ...team, 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } } },
  ),
  // The policy of a resource can't have this key (docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html).
  store(
    'functions, by a key that such a policy does not have',
    { ArnEquals: { 'lambda:SourceFunctionArn': arnOf('Worker') } },
    { ArnEquals: { 'aws:PrincipalArn': arnOf('WorkerRole') } },
  ),
  store(
    'services, by a condition that holds without the key',
    { 'ForAllValues:StringEquals': { 'aws:PrincipalServiceNamesList': ['delivery.logs.amazonaws.com'] } },
    { 'ForAnyValue:StringEquals': { 'aws:PrincipalServiceNamesList': ['delivery.logs.amazonaws.com'] } },
  ),
  role(
    'MA-ID7',
    'sessions of the agent may become a starter',
    userId(sub('${ExecutionRole.RoleId}:*')),
    userId(sub('${WorkerRole.RoleId}:*')),
  ),
  role(
    'MA-ID7',
    'everybody but services may become a starter',
    { Bool: { 'aws:PrincipalIsAWSService': 'false' } },
    { Bool: { 'aws:PrincipalIsAWSService': 'true' } },
  ),
  role(
    'MA-TRG3',
    'sessions of a role of an unknown account may become a starter',
    userId('AROAEXAMPLEID:*'),
    userId(sub('${WorkerRole.RoleId}:deploy')),
  ),
  pair('MA-ID7', 'everybody of the account with the tag of the execution role', 'audit', 'shop', (Value) => ({
    set: { 'ExecutionRole.Tags': [{ Key: 'Team', Value }] },
    add: {
      EvidencePolicy: bucketPolicy('Evidence', {
        ...may('s3:PutBucketPolicy', arnOf('Evidence'), {
          Condition: { StringEquals: { 'aws:PrincipalTag/team': 'audit', 'aws:PrincipalAccount': ACCOUNT } },
        }),
        Principal: '*',
      }),
    },
  })),
  pair('MA-READ1', 'a type that is not known is in the network', 'VpcId', 'aws:SourceVpc', (key: string) => ({
    add: {
      EvidencePolicy: bucketPolicy('Evidence', {
        ...may('s3:GetObject', sub('${Evidence.Arn}/*'), {
          Condition: { StringEquals: { [key]: ref('Vpc'), 'aws:PrincipalAccount': ACCOUNT } },
        }),
        Principal: '*',
      }),
    },
  })),
  pair('MA-READ1', 'a key is for a role that a parameter names', {}, { AllowedValues: ['Admin'] }, (rest) =>
    key({ RoleName: { Type: 'String', ...rest } }, ROLE_BY_PARAMETER),
  ),
  pair('MA-ID5', 'a key is for the role that is the default of a parameter', 'exec', 'Admin', (Default) =>
    key({ RoleName: { Type: 'String', Default } }, ROLE_BY_PARAMETER),
  ),
  pair('MA-ID5', 'a key is for every role but one that a parameter names', 'ArnNotLike', 'ArnLike', (operator) => ({
    sections: { Parameters: { RoleName: { Type: 'String', Default: 'Admin', AllowedValues: ['Admin'] } } },
    set: {
      'Key.KeyPolicy.Statement': (own: object[]) => [
        ...own,
        {
          ...may('kms:*', '*', {
            Condition: {
              [operator]: { 'aws:PrincipalArn': ROLE_BY_PARAMETER },
              StringEquals: { 'kms:CallerAccount': ACCOUNT },
            },
          }),
          Principal: { AWS: '*' },
        },
      ],
    },
  })),
];
