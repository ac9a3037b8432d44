import { storesOfAgents } from '../model/stores';
import { refusesPlainHttp } from '../model/transport';
import type { SecurityRule } from './rule';

const NAMES: Readonly<Record<string, string>> = {
  'AWS::S3::Bucket': 'bucket',
  'AWS::SQS::Queue': 'queue',
  'AWS::SNS::Topic': 'topic',
};

/** Nothing an agent stores travels in clear text. */
export const MA_ENC3: SecurityRule = {
  id: 'MA-ENC3',
  family: 'encryption',
  severity: 'error',
  what: 'Buckets, queues and topics an agent uses refuse plain HTTP.',
  why: 'A request over plain HTTP shows its content and its signature to everybody on the way.',
  fix: 'Set enforceSSL, or add a policy that denies everybody when aws:SecureTransport is false',
  page: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html',
  controls: { nist: ['SC-8', 'SC-8(1)'], iso: ['A.5.14', 'A.8.24'], soc2: ['CC6.7'] },
  check: (index) =>
    storesOfAgents(index, ...Object.keys(NAMES))
      .filter((resource) => !refusesPlainHttp(index, resource))
      .map((resource) => ({ resource, detail: `the ${NAMES[resource.type]} accepts plain HTTP` })),
};
