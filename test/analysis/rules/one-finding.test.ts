import { arnOf } from '../model/templates';
import { document, may, of, ref } from './attacks/app';
import type { Change } from './attacks/pair';
import { everything, said } from './attacks/reported';

/** A second finding of the same rule at the same resource, with the same cause, would only be noise. */
const once = (change: Change, rule: string) => expect(said(change).filter((each) => each.startsWith(rule)));

test('a trust policy that lets in two roles of an agent is one finding with two sentences', () => {
  const AssumeRolePolicyDocument = document({
    Effect: 'Allow',
    Principal: { AWS: [arnOf('SessionRole'), arnOf('ExecutionRole')] },
    Action: 'sts:AssumeRole',
  });
  const change = { set: { 'AdminRole.AssumeRolePolicyDocument': AssumeRolePolicyDocument } };
  const found = everything(change).filter(({ rule }) => rule === 'MA-ID7');
  expect(found.map(({ says }) => says)).toEqual([
    'The session role can become AdminRole, which may call s3:*. The execution role can become AdminRole, which may call s3:*',
  ]);
  expect(found[0].data.path).toHaveLength(2);
});

test('an unreadable resource of AWS SAM is one finding', () => {
  const Url = of('AWS::Serverless::Function', { Role: arnOf('OpenRole'), FunctionUrlConfig: { AuthType: 'NONE' } });
  once({ add: { Url } }, 'MA-READ1').toHaveLength(1);
});

test('a copy to a bucket of an account that the template names is one finding', () => {
  const Destination = { Bucket: 'arn:aws:s3:::elsewhere', Account: '999988887777' };
  const configuration = { Role: arnOf('WorkerRole'), Rules: [{ Status: 'Enabled', Destination }] };
  once({ set: { 'Evidence.ReplicationConfiguration': configuration } }, 'MA-STO1').toEqual([
    expect.stringContaining('is copied or sent to another account (999988887777)'),
  ]);
});

test('a credential in the property with a script is one finding', () => {
  const token = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');
  const Machine2 = of('AWS::EC2::Instance', { UserData: { 'Fn::Base64': `export TOKEN=${token}` } });
  once({ add: { Machine2 } }, 'MA-ID8').toHaveLength(1);
});

test('two targets of one policy are one finding', () => {
  const policy = of('AWS::SQS::QueuePolicy', {
    Queues: [ref('Queue'), ref('Dead')],
    PolicyDocument: document({ ...may('sqs:ReceiveMessage', '*'), Principal: '*' }),
  });
  once({ add: { OpenToAll: policy } }, 'MA-STO1').toHaveLength(1);
});
