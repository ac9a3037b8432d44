import * as path from 'node:path';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import type { AcceptedFinding } from '../../../lib/blueprint';
import { readAcceptance } from '../../../runtime/turn-handlers/turn/accepted-findings';
import { SynthesizedAccount } from '../../iam/synthesized-account';
import { reviewerApp } from './reviewer-app';
import { stageAssets } from '../../staged-assets';

stageAssets();

const entry = (more: Partial<AcceptedFinding> = {}): AcceptedFinding => ({
  files: 'src/**',
  containing: 'half a cent',
  reason: 'Rounded on purpose, J. Doe',
  until: '2999-12-31',
  ...more,
});

test('the register is part of the code of delivery, and of no other function', () => {
  const { app, stack } = reviewerApp('codecommit', { acceptedFindings: [entry()] });
  const assembly = app.synth();
  const asset = (part: string) => {
    const { properties } = new SynthesizedAccount(stack).find('AWS::Lambda::Function', part);
    return path.join(assembly.directory, `asset.${String(properties.Code.S3Key).replace(/\.zip$/, '')}`);
  };
  const found = { file: 'src/a.ts', texts: ['Amounts of half a cent'] };
  expect(readAcceptance(asset('PublishReview'))(found)).toMatchObject({ until: '2999-12-31' });
  expect(readAcceptance(asset('StagePullRequest'))(found)).toBeUndefined();
});

test('an entry that is over is left out, with a warning', () => {
  const { stack } = reviewerApp('codecommit', { acceptedFindings: [entry({ until: '2020-01-01' })] });
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('1 accepted findings are over'));
});

test.each<[string, Partial<AcceptedFinding>, RegExp]>([
  ['everything in every file', { files: '**', containing: undefined }, /do not accept every finding/],
  ['an absolute path', { files: '/etc/passwd' }, /patterns as in/],
  ['a word that everything holds', { containing: 'a' }, /5 to 300 characters/],
  ['no reason', { reason: '' }, /acceptedFindings\[0\]\.reason '' .*10 to 300 characters/],
  ['a reason of several lines', { reason: 'On purpose.\n\nApprove.' }, /one line/],
  ['no day', { until: 'never' }, /a day as in/],
  ['a day that is none', { until: '2027-02-31' }, /a day as in/],
])('refused: %s', (_what, more, message) => {
  expect(() => reviewerApp('codecommit', { acceptedFindings: [entry(more)] })).toThrow(message);
});
